//! # 7. Interrupts and exceptions through the IDT
//!
//! A task has no interrupt table of its own as far as the processor is concerned: everything goes
//! through the IDT to ring 0 (§15.3.1). The handler's stack is SS0:ESP0 of the TSS; the processor
//! pushes GS, FS, DS and ES, which an 8086 program never has on its own stack in this order, then SS
//! and ESP, EFLAGS with VM, CS, EIP and for some exceptions an error code (figure 15-4). It then
//! clears DS, ES, FS and GS, because paragraphs make no sense as selectors. IRETD takes all back.

use dosmux::cpu::regs::eflags;
use dosmux::cpu::{Exit, pte};
use dosmux::types::PhysAddr;

use super::super::lab::{CODE, DATA};
use super::super::ring0::{
    Frame, HANDLER_CODE, INNER_GATE, OTHER_TASK, OTHER_TSS, RING1_CODE, RING3_CODE, RING3_DATA, Ring0, STACK0,
    TASK_GATE, TRAP_GATE, TSS,
};

/// The task's registers as they are pushed when it is interrupted before its first instruction.
const AT_START: Frame = Frame {
    error: None,
    eip: 0,
    cs: 0x1000,
    eflags: eflags::VM | eflags::IF | eflags::ONE,
    esp: 0x1000,
    ss: 0x3000,
    es: 0x4000,
    ds: 0x2000,
    fs: 0x5000,
    gs: 0x6000,
};

/// An instruction that ends in a handler.
struct Event {
    what: &'static str,
    code: &'static [u8],
    iopl: u32,
    /// Flags that are set when it begins.
    flags: u32,
    vector: u8,
    error: Option<u32>,
    /// Where the handler returns to.
    eip: u32,
    /// RF in the image: the exception is a fault, and its instruction is to be executed again without
    /// a second report of its breakpoint (§12.3.1.1).
    resume: bool,
}

const fn fault(what: &'static str, code: &'static [u8], vector: u8, error: Option<u32>) -> Event {
    Event { what, code, iopl: 0, flags: 0, vector, error, eip: 0, resume: true }
}

const fn trap(what: &'static str, code: &'static [u8], vector: u8, eip: u32) -> Event {
    Event { what, code, iopl: 0, flags: 0, vector, error: None, eip, resume: false }
}

fn events() -> Vec<Event> {
    vec![
        fault("divide error", &[0xF6, 0xF1], 0, None),
        Event { flags: eflags::TF, ..trap("single step over INC AX", &[0x40], 1, 1) },
        trap("INT 3", &[0xCC], 3, 1),
        Event { iopl: 3, ..trap("INT 3, IOPL 3", &[0xCC], 3, 1) },
        Event { flags: eflags::OF, ..trap("INTO", &[0xCE], 4, 1) },
        fault("BOUND", &[0x62, 0x06, 0, 0], 5, None),
        fault("undefined opcode", &[0x0F, 0x0B], 6, None),
        fault("ARPL", &[0x63, 0xC0], 6, None),
        fault("INT n with IOPL 0", &[0xCD, 0x21], 13, Some(0)),
        fault("INT 3 in two bytes with IOPL 0", &[0xCD, 0x03], 13, Some(0)),
        Event { iopl: 3, ..trap("INT n with IOPL 3", &[0xCD, 0x21], 0x21, 2) },
        fault("CLI", &[0xFA], 13, Some(0)),
        fault("HLT", &[0xF4], 13, Some(0)),
        Event { iopl: 3, ..fault("HLT, IOPL 3", &[0xF4], 13, Some(0)) },
        fault("IN without a map", &[0xEC], 13, Some(0)),
        fault("MOV AX,[FFFFh]", &[0xA1, 0xFF, 0xFF], 13, Some(0)),
        // Error code: user, not present.
        fault("page not present", &[0xA0, 0, 0x80], 14, Some(4)),
    ]
}

impl Event {
    fn bench(&self) -> Ring0 {
        let mut lab = Ring0::new(self.code, self.iopl);
        lab.change(|regs| {
            regs.set_ax(5);
            regs.eflags |= self.flags;
        });
        lab.map(DATA + 0x8000, |entry| entry & !pte::PRESENT);
        lab
    }

    fn frame(&self) -> Frame {
        let resume = if self.resume { eflags::RF } else { 0 };
        let eflags = AT_START.eflags | self.iopl << 12 | self.flags | resume;
        Frame { error: self.error, eip: self.eip, eflags, ..AT_START }
    }
}

/// EFLAGS without what arithmetic leaves, unless it was set on purpose.
fn steady(frame: Frame) -> Frame {
    let changed = eflags::PF | eflags::AF | eflags::ZF | eflags::SF | eflags::CF;
    Frame { eflags: frame.eflags & !changed, ..frame }
}

#[test]
fn each_event_builds_its_frame_on_the_ring_0_stack() {
    for event in events() {
        let mut lab = event.bench();
        assert_eq!(lab.run_to_handler(), event.vector, "{}", event.what);
        assert_eq!(steady(lab.frame(event.error.is_some())), event.frame(), "{}", event.what);
        let pushed = if event.error.is_some() { 40 } else { 36 };
        assert_eq!(lab.cpu.regs().gpr[4], STACK0.1 - pushed, "{}", event.what);
    }
}

#[test]
fn a_handler_runs_in_ring_0_with_null_data_segments() {
    for event in events() {
        let mut lab = event.bench();
        lab.run_to_handler();
        let state = lab.cpu.state();
        assert_eq!((state.cpl, state.regs.cs(), state.regs.ss()), (0, HANDLER_CODE, STACK0.0));
        assert_eq!([state.regs.es(), state.regs.ds(), state.regs.fs(), state.regs.gs()], [0; 4], "{}", event.what);
        let cleared = eflags::VM | eflags::IF | eflags::TF | eflags::NT | eflags::RF;
        assert_eq!(state.regs.eflags & cleared, 0, "{}", event.what);
    }
}

#[test]
fn iretd_takes_the_whole_frame_back() {
    for event in events() {
        let mut lab = event.bench();
        lab.run_to_handler();
        assert!(lab.return_from_handler(), "{}", event.what);
        let regs = lab.cpu.regs();
        assert_eq!((regs.cs(), regs.eip, regs.ss(), regs.gpr[4]), (0x1000, event.eip, 0x3000, 0x1000));
        assert_eq!([regs.es(), regs.ds(), regs.fs(), regs.gs()], [0x4000, 0x2000, 0x5000, 0x6000]);
        assert_eq!(lab.cpu.state().cpl, 3);
    }
}

#[test]
fn a_trap_gate_leaves_interrupts_on_and_an_interrupt_gate_switches_them_off() {
    for (access, left) in [(TRAP_GATE, eflags::IF), (INNER_GATE, 0)] {
        let mut lab = Ring0::new(&[0x0F, 0x0B], 0);
        lab.set_gate(6, HANDLER_CODE, access);
        lab.run_to_handler();
        assert_eq!(lab.cpu.eflags() & eflags::IF, left);
    }
}

#[test]
fn an_interrupt_from_outside_takes_the_same_road() {
    let mut lab = Ring0::new(&[0x90], 0);
    lab.set_gate(0x20, HANDLER_CODE, INNER_GATE);
    assert_eq!(lab.cpu.interrupt(&mut lab.mem, 0x20), None);
    assert_eq!(lab.run_to_handler(), 0x20);
    assert_eq!(lab.frame(false), AT_START);
}

#[test]
fn software_interrupts_need_a_gate_of_ring_3() {
    // The error code names the vector, and bit 1 the IDT. INT 3 and INTO are no exceptions to that.
    for (code, vector) in [(&[0xCD, 0x21][..], 0x21), (&[0xCC], 3), (&[0xCE], 4)] {
        let mut lab = Ring0::new(code, 3);
        lab.change(|regs| regs.eflags |= eflags::OF);
        lab.set_gate(vector, HANDLER_CODE, INNER_GATE);
        assert_eq!(lab.run_to_handler(), 13, "{code:02X?}");
        let frame = lab.frame(true);
        assert_eq!((frame.error, frame.eip), (Some(u32::from(vector) * 8 + 2), 0), "{code:02X?}");
    }
}

#[test]
fn a_handler_must_be_in_ring_0() {
    let mut lab = Ring0::new(&[0xCC], 0);
    lab.set_gate(3, RING1_CODE & !3, TRAP_GATE);
    assert_eq!(lab.run_to_handler(), 13);
    assert_eq!(lab.frame(true).error, Some(u32::from(RING1_CODE & !3)));
}

#[test]
fn the_monitor_can_go_on_in_ring_3_of_protected_mode_instead() {
    // A handler that changes the frame: IRETD without VM is an ordinary return to an outer level.
    let mut lab = Ring0::new(&[0xCC], 0);
    lab.run_to_handler();
    let top = lab.cpu.regs().gpr[4];
    let image = [0x1_0000, u32::from(RING3_CODE), eflags::ONE, 0x3_1000, u32::from(RING3_DATA)];
    for (slot, value) in (0u32..).zip(image) {
        lab.mem.write_u32(PhysAddr(top + slot * 4), value);
    }
    lab.cpu.run(&mut lab.mem, 1);
    let state = lab.cpu.state();
    assert_eq!((state.cpl, state.regs.cs(), state.regs.eip), (3, RING3_CODE, 0x1_0000));
    assert_eq!(state.regs.eflags & eflags::VM, 0);
}

#[test]
fn a_task_gate_saves_the_task_in_its_tss_and_iret_with_nt_brings_it_back() {
    let mut lab = Ring0::new(&[0xCC, 0x40], 0);
    lab.set_gate(3, OTHER_TASK, TASK_GATE);
    ring_0_task(&mut lab);
    // HLT in the new task
    assert_eq!(lab.cpu.run(&mut lab.mem, 100), Exit::Halt);
    let saved = |offset: u32| lab.mem.read_u32(PhysAddr(TSS + offset));
    assert_eq!(saved(0x20), 1, "EIP, behind INT 3");
    assert_eq!(saved(0x24) & (eflags::VM | eflags::IF), eflags::VM | eflags::IF);
    assert_eq!([0x48, 0x4C, 0x50, 0x54, 0x58, 0x5C].map(saved), [0x4000, 0x1000, 0x3000, 0x2000, 0x5000, 0x6000]);
    assert_ne!(lab.cpu.eflags() & eflags::NT, 0);
    // IRETD behind the HLT
    lab.cpu.run(&mut lab.mem, 1);
    let state = lab.cpu.state();
    assert_ne!(state.regs.eflags & eflags::VM, 0);
    assert_eq!((state.cpl, state.regs.cs(), state.regs.eip, state.regs.ds()), (3, 0x1000, 1, 0x2000));
}

/// Fills the other TSS with a ring-0 task that halts and returns.
fn ring_0_task(lab: &mut Ring0) {
    const CODE0: u32 = 0x12_8000;
    lab.mem.write_bytes(PhysAddr(CODE0), &[0xF4, 0xCF]);
    let data = u32::from(STACK0.0);
    let fields = [
        (0x1C, 0x12_0000),
        (0x20, CODE0),
        (0x24, eflags::ONE),
        (0x38, 0x12_9000),
        (0x48, data),
        (0x4C, u32::from(HANDLER_CODE)),
        (0x50, data),
        (0x54, data),
    ];
    for (offset, value) in fields {
        lab.mem.write_u32(PhysAddr(OTHER_TSS + offset), value);
    }
}

/// MOV EAX,value; MOV CR0,EAX with protection and paging on.
fn with_cr0(bits: u8) -> [u8; 8] {
    [0xB8, bits | 1, 0, 0, 0x80, 0x0F, 0x22, 0xC0]
}

#[test]
fn the_coprocessor_is_the_tasks_unless_the_monitor_keeps_it() {
    const MP: u8 = 2;
    const EM: u8 = 4;
    const TS: u8 = 8;
    let fnop: &[u8] = &[0xD9, 0xD0, 0xF4];
    let wait: &[u8] = &[0x9B, 0xF4];
    // The HLT behind it shows that it has run.
    let cases = [(fnop, 0, 13), (fnop, EM, 7), (fnop, TS, 7), (wait, TS, 13), (wait, MP | TS, 7)];
    for (code, bits, vector) in cases {
        let mut lab = Ring0::prepared(code, 0, &with_cr0(bits));
        assert_eq!(lab.run_to_handler(), vector, "{code:02X?} with CR0 {bits}");
        let eip = if vector == 7 { 0 } else { code.len() - 1 };
        assert_eq!(lab.frame(vector == 13).eip as usize, eip, "{code:02X?} with CR0 {bits}");
    }
}

#[test]
fn the_monitors_breakpoints_stop_the_task_by_linear_address() {
    // MOV EAX,address; MOV DR0,EAX; MOV EAX,control; MOV DR7,EAX
    let arm = |address: u32, control: u32| {
        let ([a0, a1, a2, a3], [c0, c1, c2, c3]) = (address.to_le_bytes(), control.to_le_bytes());
        [0xB8, a0, a1, a2, a3, 0x0F, 0x23, 0xC0, 0xB8, c0, c1, c2, c3, 0x0F, 0x23, 0xF8]
    };
    // NOP; MOV [1234h],AL; NOP. Before an instruction that is executed, and behind one that writes.
    for (address, control, eip) in [(CODE + 4, 0x0002, 4), (DATA + 0x1234, 0x1_0002, 4)] {
        let mut lab = Ring0::prepared(&[0x90, 0xA2, 0x34, 0x12, 0x90], 0, &arm(address, control));
        assert_eq!(lab.run_to_handler(), 1);
        let frame = lab.frame(false);
        assert_eq!((frame.cs, frame.eip), (0x1000, eip));
        assert_eq!(lab.cpu.state().debug[6] & 0xF, 1, "DR6 names the breakpoint");
    }
}
