//! How a random machine comes into its state: by code that a ring-0 program would run, so that
//! every state is one that a guest can reach.

use dosmux::cpu::regs::{Regs, eflags};
use dosmux::cpu::{Cpu, V86Task};
use dosmux::mem::Memory;
use dosmux::types::{PhysAddr, lo16};

use super::build::{DIRECTORY, GDT, RING0_STACK, TABLE_IMAGES, gdt_limit, selector};
use super::setup::{CODE, Mode, Setup};

/// Where the code lies.
const AT: u32 = 0x1000;
/// Instructions that it has at most.
pub(crate) const INSTRUCTIONS: u64 = 60;

/// A processor about to execute the program, or the code that leads to it.
pub(crate) fn processor(setup: &Setup, mem: &mut Memory) -> Cpu {
    let mut cpu = Cpu::with_coprocessor(setup.faults, setup.coprocessor);
    match setup.mode {
        Mode::Real => cpu.set_regs(&paragraphs(setup)),
        Mode::Task => {
            let task = V86Task {
                page_directory: DIRECTORY,
                gdt: (GDT, gdt_limit(mem)),
                idt: (0, 0),
                tss_selector: selector::TSS,
            };
            cpu.enter_v86(mem, &task).expect("the task's structures are sound");
            cpu.set_regs(&paragraphs(setup));
        }
        _ => {
            mem.write_bytes(PhysAddr(AT), &code(setup));
            let regs = Regs { gpr: setup.gpr, eip: AT, seg: [0; 6], eflags: eflags::ONE };
            cpu.set_regs(&regs);
        }
    }
    cpu
}

/// The registers of a real-mode or V86 program.
fn paragraphs(setup: &Setup) -> Regs {
    let [es, ds, fs, gs] = setup.selectors;
    let (cs, eip) = start(setup);
    Regs { gpr: setup.gpr, eip, seg: [es, cs, 0x3000, ds, fs, gs], eflags: setup.eflags | eflags::ONE }
}

/// CS and EIP of the program.
fn start(setup: &Setup) -> (u16, u32) {
    let eip = setup.start + setup.cs_delta;
    if setup.mode.has_paragraphs() { (lo16((CODE - setup.cs_delta) >> 4), eip & 0xFFFF) } else { (selector::CODE, eip) }
}

/// Machine code under construction, 32-bit but for its first part.
struct Writer(Vec<u8>);

impl Writer {
    fn put(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn with_dword(&mut self, opcode: &[u8], value: u32) {
        self.put(opcode);
        self.put(&value.to_le_bytes());
    }

    /// MOV AX,selector and an instruction on AX.
    fn with_ax(&mut self, selector: u16, instruction: &[u8]) {
        self.with_dword(&[0xB8], u32::from(selector));
        self.put(instruction);
    }

    fn push(&mut self, value: u32) {
        self.with_dword(&[0x68], value);
    }

    /// JMP selector:offset with a 32-bit offset.
    fn jump_far(&mut self, selector: u16, offset: u32) {
        self.with_dword(&[0xEA], offset);
        self.put(&selector.to_le_bytes());
    }

    /// Linear address of what comes next.
    fn here(&self) -> u32 {
        AT + u32::try_from(self.0.len()).expect("a page of code at most")
    }
}

fn code(setup: &Setup) -> Vec<u8> {
    let mut out = Writer(Vec::new());
    enter_protected_mode(&mut out, setup);
    out.with_ax(selector::DATA0, &[0x8E, 0xD0]);
    out.with_dword(&[0xBC], RING0_STACK);
    out.with_ax(selector::LDT, &[0x0F, 0x00, 0xD0]);
    out.with_ax(selector::TSS, &[0x0F, 0x00, 0xD8]);
    for (register, &value) in (0u8..).zip(&setup.debug) {
        // DR0–DR3, then DR7.
        let register = if register == 4 { 7 } else { register };
        out.with_dword(&[0xB8], value);
        out.put(&[0x0F, 0x23, 0xC0 | register << 3]);
    }
    match setup.mode {
        Mode::Unreal => leave_protected_mode(&mut out, setup),
        Mode::Ring(0) => go_on_in_ring_0(&mut out, setup),
        Mode::Ring(ring) => return_to_ring(&mut out, setup, ring),
        _ => return_to_v86(&mut out, setup),
    }
    out.0
}

/// 16-bit code up to the jump into 32-bit code.
fn enter_protected_mode(out: &mut Writer, setup: &Setup) {
    let [low, high] = TABLE_IMAGES.to_le_bytes();
    // LGDT and LIDT with 32-bit bases
    out.put(&[0x66, 0x0F, 0x01, 0x16, low, high, 0x66, 0x0F, 0x01, 0x1E, low + 8, high]);
    out.with_dword(&[0x66, 0xB8], DIRECTORY);
    out.put(&[0x0F, 0x22, 0xD8]);
    let paging = if setup.paging { 1 << 31 } else { 0 };
    out.with_dword(&[0x66, 0xB8], paging | setup.cr0 | 1);
    out.put(&[0x0F, 0x22, 0xC0]);
    let next = out.here() + 8;
    out.put(&[0x66]);
    out.jump_far(selector::CODE0, next);
}

/// The selector of data descriptor `number`, or a null one if its segment cannot be loaded.
fn data_selector(setup: &Setup, number: u16, ring: u8) -> u16 {
    let access = setup.data[usize::from(number)].access;
    let (present, readable) = (access & 0x80 != 0, access & 0x0A != 0x08);
    if present && readable { (selector::DATA + number * 8) | u16::from(ring) } else { 0 }
}

/// Selectors of the program's data segments: ES, DS, FS, GS.
fn data_selectors(setup: &Setup, ring: u8) -> [u16; 4] {
    setup.selectors.map(|choice| choice.checked_sub(1).map_or(0, |number| data_selector(setup, number, ring)))
}

fn load_data_segments(out: &mut Writer, selectors: [u16; 4]) {
    for (selector, modrm) in selectors.into_iter().zip([0xC0, 0xD8, 0xE0, 0xE8]) {
        out.with_ax(selector, &[0x8E, modrm]);
    }
}

/// Loads the program's data segments, for their limits, and goes back to real mode.
fn leave_protected_mode(out: &mut Writer, setup: &Setup) {
    load_data_segments(out, [0, 1, 2, 3].map(|number| data_selector(setup, number, 0)));
    let next = out.here() + 7;
    out.jump_far(selector::CODE16, next);
    out.with_dword(&[0x66, 0xB8], setup.cr0);
    out.put(&[0x0F, 0x22, 0xC0]);
    let [low, high] = TABLE_IMAGES.to_le_bytes();
    let (cs, eip) = start(setup);
    // LIDT through CS, which reaches it whatever DS is.
    out.put(&[0x2E, 0x66, 0x0F, 0x01, 0x1E, low + 16, high]);
    // SS, DS and ES keep the limits of their descriptors.
    for (selector, modrm) in [(0x3000, 0xD0), (setup.selectors[1], 0xD8), (setup.selectors[0], 0xC0)] {
        let [low, high] = u16::to_le_bytes(selector);
        out.put(&[0xB8, low, high, 0x8E, modrm]);
    }
    out.with_dword(&[0x66, 0xBC], setup.gpr[4]);
    out.with_dword(&[0x66, 0xB8], setup.gpr[0]);
    out.put(&[0x66]);
    out.jump_far(cs, eip);
}

fn go_on_in_ring_0(out: &mut Writer, setup: &Setup) {
    load_data_segments(out, data_selectors(setup, 0));
    out.with_ax(selector::STACK, &[0x8E, 0xD0]);
    out.with_dword(&[0xBC], setup.gpr[4]);
    let (cs, eip) = start(setup);
    out.push(setup.eflags);
    out.with_dword(&[0xB8], setup.gpr[0]);
    // POPFD
    out.put(&[0x9D]);
    out.jump_far(cs, eip);
}

fn return_to_ring(out: &mut Writer, setup: &Setup, ring: u8) {
    load_data_segments(out, data_selectors(setup, ring));
    let rpl = u32::from(ring);
    let (cs, eip) = start(setup);
    for value in [u32::from(selector::STACK) | rpl, setup.gpr[4], setup.eflags | eflags::ONE, u32::from(cs) | rpl, eip]
    {
        out.push(value);
    }
    out.with_dword(&[0xB8], setup.gpr[0]);
    // IRETD
    out.put(&[0xCF]);
}

fn return_to_v86(out: &mut Writer, setup: &Setup) {
    let [es, ds, fs, gs] = setup.selectors;
    let (cs, eip) = start(setup);
    for selector in [gs, fs, ds, es, 0x3000] {
        out.push(u32::from(selector));
    }
    for value in [setup.gpr[4], setup.eflags | eflags::ONE | eflags::VM, u32::from(cs), eip] {
        out.push(value);
    }
    out.with_dword(&[0xB8], setup.gpr[0]);
    out.put(&[0xCF]);
}
