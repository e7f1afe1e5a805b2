//! A bare core in protected mode: GDT, IDT, LDT, TSSs, a code segment and a stack for each level, and
//! a handler for each vector that halts. Guest code boots it, so that nothing is set behind the
//! processor's back.

use dosmux::cpu::regs::{Regs, Seg, eflags};
use dosmux::cpu::{Coprocessor, Cpu, CpuState, Exit, Faults, pte};
use dosmux::mem::Memory;
use dosmux::types::PhysAddr;
use iced_x86::IcedError;
use iced_x86::code_asm::CodeAssembler;

const RAM: u32 = 0x10_0000;
pub(super) const GDT: u32 = 0x1000;
const GDT_LIMIT: u16 = 0xFF;
const IDT: u32 = 0x1800;
const LDT: u32 = 0x2000;
/// The TSS of the task that boots.
pub(super) const TSS: u32 = 0x3000;
/// Two more: a 386's and a 286's.
pub(super) const TASK_386: u32 = 0x3200;
pub(super) const TASK_286: u32 = 0x3400;
const BOOT: u32 = 0x7C00;
const BOOT_32: u32 = 0x7D00;
const POINTERS: u32 = 0x7F00;
const DIRECTORY: u32 = 0xA000;
pub(super) const TABLE: u32 = 0xB000;
/// Where the program of level n lies: page n.
pub(super) const CODE: u32 = 0x1_0000;
/// A further program.
pub(super) const OTHER: u32 = 0x1_8000;
/// First byte above the stack of level n: 1000h apart.
const STACKS: u32 = 0x2_1000;
/// Data of any kind.
pub(super) const DATA: u32 = 0x3_0000;
const HANDLERS: u32 = 0x4_0000;
const HANDLER_BYTES: u32 = 16;

/// Code and data of level n, flat and 32-bit, with RPL n.
pub(super) fn code(level: u8) -> u16 {
    8 + 0x11 * u16::from(level)
}

pub(super) fn data(level: u8) -> u16 {
    0x10 + 0x11 * u16::from(level)
}

pub(super) const SEL_TSS: u16 = 0x48;
pub(super) const SEL_386: u16 = 0x50;
pub(super) const SEL_286: u16 = 0x58;
pub(super) const SEL_LDT: u16 = 0x60;
/// Entries that a test fills.
pub(super) const FREE: u16 = 0x68;
pub(super) const FREE_2: u16 = 0x70;
/// Level 0, 16-bit, base 0 and limit FFFFh.
pub(super) const CODE_16: u16 = 0x78;
pub(super) const DATA_16: u16 = 0x80;
/// The entry that [`Lab::local`] fills, in the LDT.
pub(super) const LOCAL: u16 = 0x0C;
/// Behind the end of the GDT.
pub(super) const BEYOND: u16 = 0x100;

/// Access bytes: present, level 0.
pub(super) const CODE_SEG: u8 = 0x9A;
pub(super) const CONFORMING: u8 = 0x9E;
pub(super) const DATA_SEG: u8 = 0x92;
pub(super) const READ_ONLY: u8 = 0x90;
pub(super) const EXPAND_DOWN: u8 = 0x96;
pub(super) const TYPE_LDT: u8 = 0x82;
pub(super) const TYPE_TSS_286: u8 = 0x81;
pub(super) const TYPE_TSS_386: u8 = 0x89;
pub(super) const BUSY: u8 = 2;
pub(super) const CALL_GATE_286: u8 = 0x84;
pub(super) const CALL_GATE_386: u8 = 0x8C;
pub(super) const TASK_GATE: u8 = 0x85;
pub(super) const INTERRUPT_GATE_286: u8 = 0x86;
pub(super) const INTERRUPT_GATE_386: u8 = 0x8E;
pub(super) const TRAP_GATE_386: u8 = 0x8F;
pub(super) const PRESENT: u8 = 0x80;

/// An access byte's privilege level.
pub(super) fn dpl(level: u8) -> u8 {
    level << 5
}

/// The vector by which programs of any level say that they are done.
pub(super) const DONE: u8 = 0x30;

/// Vectors.
pub(super) const UD: u8 = 6;
pub(super) const DF: u8 = 8;
pub(super) const TS: u8 = 10;
pub(super) const NP: u8 = 11;
pub(super) const SS: u8 = 12;
pub(super) const GP: u8 = 13;
pub(super) const PF: u8 = 14;

/// A 32-bit segment; limits above FFFFFh count pages.
pub(super) fn segment(base: u32, limit: u32, access: u8) -> [u32; 2] {
    let [low, high] = segment_16(base, if limit > 0xF_FFFF { limit >> 12 } else { limit }, access);
    [low, high | 1 << 22 | if limit > 0xF_FFFF { 1 << 23 } else { 0 }]
}

/// A 16-bit segment, or a system segment.
pub(super) fn segment_16(base: u32, limit: u32, access: u8) -> [u32; 2] {
    let high = base & 0xFF00_0000 | limit & 0xF_0000 | u32::from(access) << 8 | base >> 16 & 0xFF;
    [base << 16 | limit & 0xFFFF, high]
}

/// A gate; `count` parameters.
pub(super) fn gate(access: u8, selector: u16, offset: u32, count: u32) -> [u32; 2] {
    [u32::from(selector) << 16 | offset & 0xFFFF, offset & 0xFFFF_0000 | u32::from(access) << 8 | count]
}

/// Assembles 32-bit code that begins at `ip`.
pub(super) fn asm(ip: u32, emit: impl FnOnce(&mut CodeAssembler) -> Result<(), IcedError>) -> Vec<u8> {
    assemble(32, ip, emit)
}

fn assemble(bits: u32, ip: u32, emit: impl FnOnce(&mut CodeAssembler) -> Result<(), IcedError>) -> Vec<u8> {
    let mut a = CodeAssembler::new(bits).unwrap();
    emit(&mut a).unwrap();
    a.assemble(u64::from(ip)).unwrap()
}

fn far(opcode: u8, selector: u16, offset: u32) -> Vec<u8> {
    [&[opcode][..], &offset.to_le_bytes(), &selector.to_le_bytes()].concat()
}

/// JMP selector:offset in 32-bit code.
pub(super) fn jump_far(selector: u16, offset: u32) -> Vec<u8> {
    far(0xEA, selector, offset)
}

/// CALL selector:offset in 32-bit code; seven bytes.
pub(super) fn call_far(selector: u16, offset: u32) -> Vec<u8> {
    far(0x9A, selector, offset)
}

/// INT n.
pub(super) fn int(vector: u8) -> Vec<u8> {
    vec![0xCD, vector]
}

pub(super) fn done() -> Vec<u8> {
    int(DONE)
}

/// The place of a program that was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) cs: u16,
    pub(super) eip: u32,
    pub(super) eflags: u32,
    pub(super) ss: u16,
    pub(super) esp: u32,
}

/// What led to a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) vector: u8,
    pub(super) error: Option<u32>,
    pub(super) at: Place,
}

impl Event {
    /// Vector and error code.
    pub(super) fn fault(&self) -> (u8, u32) {
        (self.vector, self.error.unwrap_or(0))
    }
}

pub(super) struct Lab {
    pub(super) cpu: Cpu,
    pub(super) mem: Memory,
    /// The selector that LTR loads.
    pub(super) tr: u16,
    pub(super) paged: bool,
    pub(super) coprocessor: Coprocessor,
}

impl Lab {
    /// Tables, stacks and handlers, and a processor that has not booted.
    pub(super) fn new() -> Lab {
        let mut lab = Lab {
            cpu: Cpu::new(Faults::Deliver),
            mem: Memory::new(RAM),
            tr: SEL_TSS,
            paged: false,
            coprocessor: Coprocessor::Absent,
        };
        for level in 0..4 {
            lab.descriptor(code(level), segment(0, u32::MAX, CODE_SEG | dpl(level)));
            lab.descriptor(data(level), segment(0, u32::MAX, DATA_SEG | dpl(level)));
        }
        lab.descriptor(SEL_TSS, segment_16(TSS, 0x67, TYPE_TSS_386));
        lab.descriptor(SEL_386, segment_16(TASK_386, 0x67, TYPE_TSS_386));
        lab.descriptor(SEL_286, segment_16(TASK_286, 0x2B, TYPE_TSS_286));
        lab.descriptor(SEL_LDT, segment_16(LDT, 0xFF, TYPE_LDT));
        lab.descriptor(CODE_16, segment_16(0, 0xFFFF, CODE_SEG));
        lab.descriptor(DATA_16, segment_16(0, 0xFFFF, DATA_SEG));
        for level in 0..3 {
            lab.inner_stack(level, data(level), stack(level));
        }
        for vector in 0..=0x3F {
            let dpl = if vector == DONE { dpl(3) } else { 0 };
            lab.gate(vector, gate(INTERRUPT_GATE_386 | dpl, code(0), handler(vector), 0));
            lab.write(handler(vector), &[0xF4]);
        }
        lab
    }

    /// At the first byte of `program`, on level `level`.
    pub(super) fn at(level: u8, program: &[u8]) -> Lab {
        let mut lab = Lab::new();
        lab.start(level, program);
        lab
    }

    /// At the first byte of 16-bit `program` in virtual-8086 mode: CS 1000h, DS 3000h, ES 3001h,
    /// FS 3002h, GS 3003h, SS 2000h, SP 4000h.
    pub(super) fn v86(program: &[u8], iopl: u32) -> Lab {
        let mut lab = Lab::new();
        lab.start_v86(program, iopl);
        lab
    }

    pub(super) fn start_v86(&mut self, program: &[u8], iopl: u32) {
        self.write(CODE, program);
        let flags = eflags::VM | eflags::IF | eflags::ONE | iopl << 12;
        self.boot(&[0x3003, 0x3002, 0x3000, 0x3001, 0x2000, 0x4000, flags, 0x1000, 0]);
        assert_eq!(self.cpu.eflags(), flags);
    }

    pub(super) fn start(&mut self, level: u8, program: &[u8]) {
        let at = CODE + u32::from(level) * 0x1000;
        self.write(at, program);
        let inner = [u32::from(data(level)), stack(level), eflags::ONE, u32::from(code(level)), at];
        self.boot(if level == 0 { &inner[2..] } else { &inner });
    }

    /// Runs the boot code, which ends with IRETD through `frame`.
    fn boot(&mut self, frame: &[u32]) {
        use iced_x86::code_asm::*;

        let real = assemble(16, BOOT, |a| {
            a.xor(ax, ax)?;
            a.mov(ds, ax)?;
            a.lgdt(fword_ptr(POINTERS))?;
            a.lidt(fword_ptr(POINTERS + 8))?;
            a.mov(eax, cr0)?;
            a.or(al, 1)?;
            a.mov(cr0, eax)?;
            a.db(&[0x66])?;
            a.db(&jump_far(code(0), BOOT_32))
        });
        let (tr, paged) = (u32::from(self.tr), self.paged);
        // Data of the level that it goes to, so that DS and ES stay.
        let level = if frame.len() == 5 { u8::try_from(frame[3] & 3).unwrap() } else { 0 };
        let protected = asm(BOOT_32, |a| {
            a.mov(eax, u32::from(data(0)))?;
            a.mov(ss, eax)?;
            a.mov(esp, stack(0))?;
            a.mov(eax, u32::from(data(level)))?;
            a.mov(ds, eax)?;
            a.mov(es, eax)?;
            a.mov(eax, u32::from(SEL_LDT))?;
            a.lldt(ax)?;
            a.mov(eax, tr)?;
            a.ltr(ax)?;
            if paged {
                a.mov(eax, DIRECTORY)?;
                a.mov(cr3, eax)?;
                a.mov(eax, 0x8000_0001u32)?;
                a.mov(cr0, eax)?;
            }
            for &value in frame {
                a.push(value.cast_signed())?;
            }
            a.iretd()
        });
        let at = frame[frame.len() - 3..][2];
        self.write(BOOT, &real);
        self.write(BOOT_32, &protected);
        let pointer = |limit: u16, base: u32| [&limit.to_le_bytes()[..], &base.to_le_bytes()].concat();
        self.write(POINTERS, &pointer(GDT_LIMIT, GDT));
        self.write(POINTERS + 8, &pointer(0x1FF, IDT));
        self.start_real(BOOT);
        for _ in 0..100 {
            if self.cpu.eip() == at {
                return;
            }
            assert_eq!(self.cpu.run(&mut self.mem, 1), Exit::BudgetUsed);
        }
        panic!("boot got to {:X?}", self.cpu.regs());
    }

    /// Goes to `at` in real mode, right after RESET.
    pub(super) fn start_real(&mut self, at: u32) {
        self.cpu = Cpu::with_coprocessor(Faults::Deliver, self.coprocessor);
        self.cpu.set_cs_eip(0, at);
    }

    // --- tables ---

    /// Writes an entry of the GDT.
    pub(super) fn descriptor(&mut self, selector: u16, value: [u32; 2]) {
        self.entry(GDT + u32::from(selector & !7), value);
    }

    /// Writes the entry [`LOCAL`] of the LDT.
    pub(super) fn local(&mut self, value: [u32; 2]) {
        self.entry(LDT + u32::from(LOCAL & !7), value);
    }

    /// Writes an entry of the IDT.
    pub(super) fn gate(&mut self, vector: u8, value: [u32; 2]) {
        self.entry(IDT + u32::from(vector) * 8, value);
    }

    fn entry(&mut self, at: u32, [low, high]: [u32; 2]) {
        self.mem.write_u32(PhysAddr(at), low);
        self.mem.write_u32(PhysAddr(at + 4), high);
    }

    /// The access byte of a descriptor in the GDT.
    pub(super) fn access(&self, selector: u16) -> u8 {
        self.mem.read_u8(PhysAddr(GDT + u32::from(selector & !7) + 5))
    }

    /// Writes SS:ESP of an inner level to the TSS.
    pub(super) fn inner_stack(&mut self, level: u8, ss: u16, esp: u32) {
        let at = TSS + 4 + 8 * u32::from(level);
        self.mem.write_u32(PhysAddr(at), esp);
        self.mem.write_u32(PhysAddr(at + 4), u32::from(ss));
    }

    /// Puts code at the handler of `vector`.
    pub(super) fn handler(&mut self, vector: u8, code: &[u8]) {
        assert!(code.len() <= HANDLER_BYTES as usize);
        self.write(handler(vector), code);
    }

    /// Maps the first megabyte one to one and turns paging on when the program starts: what lies above
    /// [`CODE`] belongs to the user, the tables below to the supervisor, read-only.
    pub(super) fn page(&mut self) {
        self.paged = true;
        self.mem.write_u32(PhysAddr(DIRECTORY), TABLE | pte::PRESENT | pte::WRITABLE | pte::USER);
        for page in 0..RAM >> 12 {
            let rights = if page << 12 >= CODE { pte::WRITABLE | pte::USER } else { 0 };
            self.map(page << 12, |_| page << 12 | rights | pte::PRESENT);
        }
    }

    /// Changes a page table entry.
    pub(super) fn map(&mut self, linear: u32, change: impl FnOnce(u32) -> u32) {
        let at = PhysAddr(TABLE + (linear >> 12) * 4);
        let entry = change(self.mem.read_u32(at));
        self.mem.write_u32(at, entry);
        self.mem.flush_translations();
    }

    /// A page table entry.
    pub(super) fn page_entry(&self, linear: u32) -> u32 {
        self.mem.read_u32(PhysAddr(TABLE + (linear >> 12) * 4))
    }

    // --- memory and registers ---

    pub(super) fn write(&mut self, at: u32, bytes: &[u8]) {
        self.mem.write_bytes(PhysAddr(at), bytes);
    }

    pub(super) fn dword(&self, at: u32) -> u32 {
        self.mem.read_u32(PhysAddr(at))
    }

    pub(super) fn word(&self, at: u32) -> u16 {
        self.mem.read_u16(PhysAddr(at))
    }

    pub(super) fn regs(&self) -> Regs {
        self.cpu.regs()
    }

    pub(super) fn state(&self) -> CpuState {
        self.cpu.state()
    }

    pub(super) fn set_flags(&mut self, flags: u32) {
        self.cpu.set_eflags(self.cpu.eflags() | flags);
    }

    // --- running ---

    pub(super) fn run(&mut self) -> Exit {
        self.cpu.run(&mut self.mem, 10_000)
    }

    /// Runs to the HLT of a handler, and tells what led there. The handler is of level 0, through a 386
    /// gate.
    pub(super) fn event(&mut self) -> Event {
        assert_eq!(self.run(), Exit::Halt, "{:X?}", self.state());
        self.handled()
    }

    /// What led to the handler that the processor is in.
    pub(super) fn handled(&self) -> Event {
        let state = self.state();
        let slot = (state.regs.eip - 1).wrapping_sub(HANDLERS) / HANDLER_BYTES;
        let vector = u8::try_from(slot).unwrap_or_else(|_| panic!("halted outside the handlers: {state:X?}"));
        assert_eq!((state.cpl, state.regs.cs()), (0, code(0)));
        let has_error = matches!(vector, DF | TS | NP | SS | GP | PF);
        let ss = state.segments[Seg::Ss as usize];
        let mut esp = if ss.big { state.regs.gpr[4] } else { state.regs.gpr[4] & 0xFFFF };
        let mut pop = || {
            let value = self.dword(ss.base.wrapping_add(esp));
            esp = esp.wrapping_add(4);
            value
        };
        let error = has_error.then(&mut pop);
        let (eip, cs, flags) = (pop(), selector(pop()), pop());
        let same = cs & 3 == 0 && flags & eflags::VM == 0;
        let (outer_esp, ss) = if same { (0, state.regs.ss()) } else { (pop(), selector(pop())) };
        let esp = if same { esp } else { outer_esp };
        Event { vector, error, at: Place { cs, eip, eflags: flags, ss, esp } }
    }

    /// Runs until the program says that it is done, and tells where it is.
    pub(super) fn place(&mut self) -> Place {
        let event = self.event();
        assert_eq!(event.vector, DONE, "{event:X?}");
        event.at
    }
}

/// First byte above the stack of a level.
pub(super) fn stack(level: u8) -> u32 {
    STACKS + u32::from(level) * 0x1000
}

/// Entry point of a vector's handler.
pub(super) fn handler(vector: u8) -> u32 {
    HANDLERS + u32::from(vector) * HANDLER_BYTES
}

fn selector(value: u32) -> u16 {
    u16::try_from(value).expect("selectors are pushed with zeros above them")
}
