//! # 4. Sensitive instructions, and IOPL 3
//!
//! The monitor gets each as #GP(0) before it has changed anything, with its length and operands, and
//! does in its place what the task may have (§15.4.2). With IOPL 3 the flag and interrupt
//! instructions run natively; HLT, ports and the system registers do not change (§15.4.1, §15.5).

use dosmux::cpu::regs::eflags;
use dosmux::cpu::{ControlAccess, ControlRegister, Exit, Fault, PortNumber, Sensitive};
use dosmux::types::Width;

use super::super::lab::{Lab, STACK_TOP};

/// Freed by IOPL 3.
fn by_iopl() -> Vec<(&'static [u8], Sensitive)> {
    vec![
        (&[0xFA], Sensitive::Cli),
        (&[0xFB], Sensitive::Sti),
        (&[0x9C], Sensitive::Pushf(Width::Word)),
        (&[0x66, 0x9C], Sensitive::Pushf(Width::Dword)),
        (&[0x9D], Sensitive::Popf(Width::Word)),
        (&[0x66, 0x9D], Sensitive::Popf(Width::Dword)),
        (&[0xCD, 0x21], Sensitive::Int(0x21)),
        // INT 3 in its two-byte form is no breakpoint.
        (&[0xCD, 0x03], Sensitive::Int(3)),
        (&[0xCF], Sensitive::Iret(Width::Word)),
        (&[0x66, 0xCF], Sensitive::Iret(Width::Dword)),
    ]
}

/// Not freed by it.
fn always() -> Vec<(&'static [u8], Sensitive)> {
    let read = |control, gpr| Sensitive::Control(ControlAccess::Read { control, gpr });
    vec![
        (&[0xF4], Sensitive::Hlt),
        (&[0xE4, 0x60], Sensitive::In(PortNumber::Immediate(0x60), Width::Byte)),
        (&[0xE5, 0x60], Sensitive::In(PortNumber::Immediate(0x60), Width::Word)),
        (&[0xEC], Sensitive::In(PortNumber::Dx, Width::Byte)),
        (&[0xED], Sensitive::In(PortNumber::Dx, Width::Word)),
        (&[0x66, 0xED], Sensitive::In(PortNumber::Dx, Width::Dword)),
        (&[0xE6, 0x20], Sensitive::Out(PortNumber::Immediate(0x20), Width::Byte)),
        (&[0xE7, 0x20], Sensitive::Out(PortNumber::Immediate(0x20), Width::Word)),
        (&[0xEE], Sensitive::Out(PortNumber::Dx, Width::Byte)),
        (&[0x66, 0xEF], Sensitive::Out(PortNumber::Dx, Width::Dword)),
        (&[0x6C], Sensitive::StringPort),
        (&[0xF3, 0x6F], Sensitive::StringPort),
        (&[0x0F, 0x01, 0x16, 0x00, 0x00], Sensitive::Control(ControlAccess::LoadTable)),
        (&[0x0F, 0x01, 0x1E, 0x00, 0x00], Sensitive::Control(ControlAccess::LoadTable)),
        (&[0x0F, 0x06], Sensitive::Control(ControlAccess::Clts)),
        (&[0x0F, 0x20, 0xC3], read(ControlRegister::Cr(0), 3)),
        (&[0x0F, 0x20, 0xD8], read(ControlRegister::Cr(3), 0)),
        (&[0x0F, 0x21, 0xF9], read(ControlRegister::Dr(7), 1)),
        (&[0x0F, 0x24, 0xF2], read(ControlRegister::Tr(6), 2)),
        (&[0x0F, 0x22, 0xD8], Sensitive::Control(ControlAccess::WriteCr3)),
        (&[0x0F, 0x20, 0xC8], Sensitive::Control(ControlAccess::Undefined)),
        (&[0x0F, 0x22, 0xE0], Sensitive::Control(ControlAccess::Undefined)),
        (&[0x0F, 0x23, 0xF8], Sensitive::Control(ControlAccess::WriteDebug { number: 7, value: 0 })),
    ]
}

fn assert_traps(code: &[u8], want: Sensitive, iopl: u32) {
    let mut lab = Lab::new(code);
    lab.set_iopl(iopl);
    lab.change(|regs| regs.set_cx(2));
    let before = lab.cpu.regs();
    let (fault, insn) = lab.fault();
    assert_eq!((fault, insn.sensitive), (Fault::protection(0), Some(want)), "{code:02X?}");
    assert_eq!(insn.next_eip as usize, code.len(), "{code:02X?}");
    assert_eq!(lab.cpu.regs(), before, "{code:02X?} has changed something");
}

#[test]
fn the_monitor_is_told_which_instruction_it_was() {
    for iopl in 0..3 {
        for (code, want) in by_iopl().into_iter().chain(always()) {
            assert_traps(code, want, iopl);
        }
    }
    for (code, want) in always() {
        assert_traps(code, want, 3);
    }
}

#[test]
fn mode_bits_written_by_lmsw_and_mov_cr0_reach_the_monitor() {
    // LMSW AX; MOV CR0,EAX
    for code in [&[0x0F, 0x01, 0xF0][..], &[0x0F, 0x22, 0xC0]] {
        let (fault, insn) = Lab::new(code).fault();
        assert_eq!(fault, Fault::protection(0));
        assert!(matches!(insn.sensitive, Some(Sensitive::Control(ControlAccess::WriteCr0 { .. }))), "{code:02X?}");
    }
}

#[test]
fn with_iopl_3_cli_and_sti_switch_interrupts_themselves() {
    let mut lab = Lab::new(&[0xFA, 0xFB]);
    lab.set_iopl(3);
    assert_eq!((lab.run(1), lab.cpu.eflags() & eflags::IF), (Exit::BudgetUsed, 0));
    assert_eq!((lab.run(1), lab.cpu.eflags() & eflags::IF), (Exit::BudgetUsed, eflags::IF));
}

#[test]
fn with_iopl_3_pushf_shows_the_iopl_and_popf_changes_if_but_neither_iopl_nor_vm() {
    // PUSHF; POPFD
    let mut lab = Lab::new(&[0x9C, 0x66, 0x9D]);
    lab.set_iopl(3);
    lab.run(1);
    assert_eq!(lab.read_u8(STACK_TOP - 1) & 0x30, 0x30);
    let all_but = !(eflags::TF | eflags::IF | eflags::IOPL);
    lab.write(STACK_TOP - 4, &all_but.to_le_bytes());
    lab.change(|regs| regs.set_sp(0x0FFC));
    assert_eq!(lab.run(1), Exit::BudgetUsed);
    let flags = lab.cpu.eflags();
    assert_eq!(flags & (eflags::VM | eflags::IOPL | eflags::IF | eflags::RF), eflags::VM | eflags::IOPL);
    assert_ne!(flags & eflags::NT, 0, "the other flags come from the stack");
}

#[test]
fn with_iopl_3_iret_returns_within_the_task() {
    // IRET with IP 0050h, CS 1100h, FLAGS with CF and interrupts off
    let mut lab = Lab::new(&[0xCF]);
    lab.set_iopl(3);
    lab.write(STACK_TOP - 6, &[0x50, 0, 0, 0x11, 0x03, 0]);
    lab.change(|regs| regs.set_sp(0x0FFA));
    assert_eq!(lab.run(1), Exit::BudgetUsed);
    let regs = lab.cpu.regs();
    assert_eq!((regs.cs(), regs.eip, regs.sp()), (0x1100, 0x50, 0x1000));
    assert_eq!(
        regs.eflags & (eflags::CF | eflags::IF | eflags::VM | eflags::IOPL),
        eflags::CF | eflags::VM | eflags::IOPL
    );
}
