//! A V86 task on the bare core below a ring-0 program of its own: page tables, GDT, IDT, TSS, and
//! handlers that halt. The task is entered as a 386 enters it, by IRETD.

use dosmux::cpu::regs::{Regs, eflags};
use dosmux::cpu::{Cpu, Exit, Faults, pte};
use dosmux::mem::Memory;
use dosmux::types::PhysAddr;

/// Where the program lies: 1000:0000.
pub(super) const CODE: u32 = 0x1_0000;
/// SS0:ESP0, where handlers find their stack.
pub(super) const STACK0: (u16, u32) = (0x18, 0x12_6000);
/// Code segment of the handlers.
pub(super) const HANDLER_CODE: u16 = 0x10;
/// Code segment of ring 1 that a gate must not lead to.
pub(super) const RING1_CODE: u16 = 0x21;
/// An available TSS for a task gate.
pub(super) const OTHER_TASK: u16 = 0x28;
/// Code segment of ring 3.
pub(super) const RING3_CODE: u16 = 0x33;
/// Data segment of ring 3.
pub(super) const RING3_DATA: u16 = 0x3B;

pub(super) const TSS: u32 = 0x12_3000;
pub(super) const OTHER_TSS: u32 = 0x12_4000;
const DIRECTORY: u32 = 0x12_0000;
const TABLE: u32 = 0x12_1000;
const GDT: u32 = 0x12_2000;
const IDT: u32 = 0x12_2800;
/// Handler of vector n: HLT, and behind it the way back.
const HANDLERS: u32 = 0x12_7000;
const HANDLER_BYTES: u32 = 16;
/// Start-up code, below 1 MiB because real mode begins there.
const START: u32 = 0x7000;
const TABLE_IMAGES: u16 = 0x6F00;

/// An interrupt gate for software of any level.
pub(super) const INTERRUPT_GATE: u8 = 0xEE;
/// A trap gate for software of any level.
pub(super) const TRAP_GATE: u8 = 0xEF;
/// An interrupt gate that software of outer levels may not call.
pub(super) const INNER_GATE: u8 = 0x8E;
/// A task gate for software of any level.
pub(super) const TASK_GATE: u8 = 0xE5;

/// What a handler finds on its stack, from the top: 80386 PRM figure 15-4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// Only of the exceptions that have one.
    pub(super) error: Option<u32>,
    pub(super) eip: u32,
    pub(super) cs: u32,
    pub(super) eflags: u32,
    pub(super) esp: u32,
    pub(super) ss: u32,
    pub(super) es: u32,
    pub(super) ds: u32,
    pub(super) fs: u32,
    pub(super) gs: u32,
}

pub(super) struct Ring0 {
    pub(super) cpu: Cpu,
    pub(super) mem: Memory,
}

impl Ring0 {
    /// The task at the first byte of `code`, with `iopl` and distinct segments.
    pub(super) fn new(code: &[u8], iopl: u32) -> Ring0 {
        Ring0::prepared(code, iopl, &[])
    }

    /// The same; `prepare` is 32-bit code that ring 0 executes before it enters the task.
    pub(super) fn prepared(code: &[u8], iopl: u32, prepare: &[u8]) -> Ring0 {
        let mut lab = Ring0 { cpu: Cpu::new(Faults::Deliver), mem: memory() };
        lab.mem.write_bytes(PhysAddr(CODE), code);
        let image = eflags::VM | eflags::IF | eflags::ONE | iopl << 12;
        lab.mem.write_bytes(PhysAddr(START), &start_up(image, prepare));
        lab.cpu.set_regs(&Regs { eip: START, eflags: eflags::ONE, ..Regs::default() });
        while lab.cpu.eflags() & eflags::VM == 0 {
            assert_eq!(lab.cpu.run(&mut lab.mem, 1), Exit::BudgetUsed, "{:X?}", lab.cpu.state());
        }
        lab
    }

    /// Runs until a handler halts; gives its vector.
    pub(super) fn run_to_handler(&mut self) -> u8 {
        let exit = self.cpu.run(&mut self.mem, 1000);
        assert_eq!(exit, Exit::Halt, "{:X?}", self.cpu.state());
        u8::try_from((self.cpu.eip() - 1 - HANDLERS) / HANDLER_BYTES).unwrap()
    }

    /// The frame at the top of the handler's stack.
    pub(super) fn frame(&self, has_error: bool) -> Frame {
        let top = self.cpu.regs().gpr[4];
        let mut at = top;
        let mut next = || {
            at += 4;
            self.mem.read_u32(PhysAddr(at - 4))
        };
        Frame {
            error: has_error.then(&mut next),
            eip: next(),
            cs: next(),
            eflags: next(),
            esp: next(),
            ss: next(),
            es: next(),
            ds: next(),
            fs: next(),
            gs: next(),
        }
    }

    /// Lets the handler return; true once the task is back.
    pub(super) fn return_from_handler(&mut self) -> bool {
        (0..4).any(|_| {
            self.cpu.run(&mut self.mem, 1);
            self.cpu.eflags() & eflags::VM != 0
        })
    }

    /// Makes the gate of `vector` one of another kind, to another segment.
    pub(super) fn set_gate(&mut self, vector: u8, selector: u16, access: u8) {
        let gate = gate(selector, handler(vector.into()), access);
        self.mem.write_bytes(PhysAddr(IDT + u32::from(vector) * 8), &gate);
    }

    /// Changes the page table entry of a linear address and forgets translations.
    pub(super) fn map(&mut self, linear: u32, change: impl FnOnce(u32) -> u32) {
        let at = PhysAddr(TABLE + (linear >> 12) * 4);
        let entry = change(self.mem.read_u32(at));
        self.mem.write_u32(at, entry);
        self.mem.flush_translations();
    }

    pub(super) fn change(&mut self, change: impl FnOnce(&mut Regs)) {
        let mut regs = self.cpu.regs();
        change(&mut regs);
        self.cpu.set_regs(&regs);
    }
}

fn handler(vector: u32) -> u32 {
    HANDLERS + vector * HANDLER_BYTES
}

fn memory() -> Memory {
    let mut mem = Memory::new(0x13_0000);
    let user = pte::PRESENT | pte::WRITABLE | pte::USER;
    mem.write_u32(PhysAddr(DIRECTORY), TABLE | user);
    for page in 0..0x130u32 {
        let rights = if page < 0x110 { user } else { user & !pte::USER };
        mem.write_u32(PhysAddr(TABLE + page * 4), page << 12 | rights);
    }
    let flat = |access: u8| [0xFF, 0xFF, 0, 0, 0, access, 0xCF, 0];
    let gdt = [
        [0; 8],
        tss_descriptor(TSS),
        flat(0x9B),
        flat(0x93),
        flat(0xBB),
        tss_descriptor(OTHER_TSS),
        flat(0xFB),
        flat(0xF3),
    ];
    mem.write_bytes(PhysAddr(GDT), &gdt.concat());
    for vector in 0..256 {
        mem.write_bytes(PhysAddr(IDT + vector * 8), &gate(HANDLER_CODE, handler(vector), INTERRUPT_GATE));
        // HLT; (ADD ESP,4;) IRETD
        let has_error = matches!(vector, 8 | 10..=14);
        let code: &[u8] = if has_error { &[0xF4, 0x83, 0xC4, 4, 0xCF] } else { &[0xF4, 0xCF] };
        mem.write_bytes(PhysAddr(handler(vector)), code);
    }
    mem.write_u32(PhysAddr(TSS + 4), STACK0.1);
    mem.write_u32(PhysAddr(TSS + 8), u32::from(STACK0.0));
    // A bit map that starts behind the limit: no port is open.
    mem.write_u16(PhysAddr(TSS + 0x66), 0xFFFF);
    mem
}

fn tss_descriptor(base: u32) -> [u8; 8] {
    let [b0, b1, b2, _] = base.to_le_bytes();
    [0x67, 0, b0, b1, b2, 0x89, 0, 0]
}

fn gate(selector: u16, offset: u32, access: u8) -> [u8; 8] {
    let ([o0, o1, o2, o3], [s0, s1]) = (offset.to_le_bytes(), selector.to_le_bytes());
    [o0, o1, s0, s1, 0, access, o2, o3]
}

/// Real-mode code that switches to protected mode with paging, and ring-0 code that enters the task.
fn start_up(image: u32, prepare: &[u8]) -> Vec<u8> {
    let [low, high] = TABLE_IMAGES.to_le_bytes();
    let mut code = Vec::new();
    let mut put = |opcode: &[u8], value: u32| {
        code.extend_from_slice(opcode);
        code.extend_from_slice(&value.to_le_bytes());
    };
    // MOV DWORD [..]: the images of GDTR and IDTR
    put(&[0x66, 0xC7, 0x06, low, high], GDT << 16 | 0x3F);
    put(&[0x66, 0xC7, 0x06, low + 4, high], 0x07FF_0000 | GDT >> 16);
    put(&[0x66, 0xC7, 0x06, low + 8, high], IDT);
    // LGDT; LIDT; MOV EAX,directory; MOV CR3,EAX; MOV EAX,PG|PE; MOV CR0,EAX
    put(&[0x66, 0x0F, 0x01, 0x16, low, high, 0x66, 0x0F, 0x01, 0x1E, low + 6, high, 0x66, 0xB8], DIRECTORY);
    put(&[0x0F, 0x22, 0xD8, 0x66, 0xB8], 0x8000_0001);
    // JMP HANDLER_CODE:next
    let next = START + 65;
    put(&[0x0F, 0x22, 0xC0, 0x66, 0xEA], next);
    code.extend_from_slice(&HANDLER_CODE.to_le_bytes());
    assert_eq!(code.len(), 65);
    // MOV EAX,data; MOV SS,AX; MOV ESP,top; MOV EAX,tss; LTR AX
    code.extend_from_slice(&[0xB8, 0x18, 0, 0, 0, 0x8E, 0xD0, 0xBC]);
    code.extend_from_slice(&STACK0.1.to_le_bytes());
    code.extend_from_slice(&[0xB8, 8, 0, 0, 0, 0x0F, 0x00, 0xD8]);
    code.extend_from_slice(prepare);
    // PUSH each of GS, FS, DS, ES, SS, ESP, EFLAGS, CS, EIP; IRETD
    for value in [0x6000, 0x5000, 0x2000, 0x4000, 0x3000, 0x1000, image, 0x1000, 0] {
        code.push(0x68);
        code.extend_from_slice(&value.to_le_bytes());
    }
    code.push(0xCF);
    code
}
