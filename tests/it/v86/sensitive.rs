//! Which instructions a V86 task with IOPL 0 traps on, and which not. Source: 80386 PRM §15.

use dosmux::cpu::regs::eflags;
use dosmux::cpu::{ControlAccess, ControlRegister, Exit, Fault, PortNumber, Sensitive};
use dosmux::types::Width;

use super::lab::{DATA, Lab, STACK_TOP};

/// What IOPL 3 frees.
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

/// What only CPL 0 may do, or the I/O permission bit map allow.
fn always() -> Vec<(&'static [u8], Sensitive)> {
    let read = |control, gpr| Sensitive::Control(ControlAccess::Read { control, gpr });
    vec![
        (&[0xF4], Sensitive::Hlt),
        (&[0xE4, 0x60], Sensitive::In(PortNumber::Immediate(0x60), Width::Byte)),
        (&[0xED], Sensitive::In(PortNumber::Dx, Width::Word)),
        (&[0x66, 0xED], Sensitive::In(PortNumber::Dx, Width::Dword)),
        (&[0xE6, 0x20], Sensitive::Out(PortNumber::Immediate(0x20), Width::Byte)),
        (&[0xE7, 0x20], Sensitive::Out(PortNumber::Immediate(0x20), Width::Word)),
        (&[0xEE], Sensitive::Out(PortNumber::Dx, Width::Byte)),
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
        (&[0x0F, 0x23, 0xF8], Sensitive::Control(ControlAccess::WriteDebug { number: 7, value: 0 })),
        (&[0x0F, 0x26, 0xF0], Sensitive::Control(ControlAccess::WriteTest { number: 6, value: 0 })),
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
fn sensitive_instructions_trap_before_they_change_anything() {
    for (code, want) in by_iopl().into_iter().chain(always()) {
        assert_traps(code, want, 0);
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
fn iopl_3_frees_the_flag_and_interrupt_instructions_and_nothing_else() {
    for (code, _) in by_iopl() {
        let mut lab = Lab::new(code);
        lab.set_iopl(3);
        let exit = lab.run(1);
        let free = matches!(exit, Exit::BudgetUsed | Exit::Interrupt(_));
        assert!(free, "{code:02X?}: {exit:X?}");
    }
    for (code, want) in always() {
        assert_traps(code, want, 3);
    }
}

#[test]
fn with_iopl_3_a_task_switches_interrupts_but_neither_iopl_nor_vm() {
    // POPFD with every bit set below it.
    let mut lab = Lab::new(&[0x66, 0x9D]);
    lab.set_iopl(3);
    lab.write(STACK_TOP - 4, &[0xFF; 4]);
    lab.change(|regs| {
        regs.set_sp(0x0FFC);
        regs.eflags &= !eflags::TF;
    });
    lab.write(STACK_TOP - 4, &(!(eflags::TF | eflags::IF | eflags::IOPL)).to_le_bytes());
    assert_eq!(lab.run(1), Exit::BudgetUsed);
    let flags = lab.cpu.eflags();
    assert_eq!(flags & (eflags::VM | eflags::IOPL | eflags::IF | eflags::RF), eflags::VM | eflags::IOPL);
}

#[test]
fn stores_of_system_registers_are_not_trapped() {
    // SMSW AX; SMSW [0]; SGDT [10h]; SIDT [20h]; HLT
    let mut lab = Lab::new(&[
        0x0F, 0x01, 0xE0, 0x0F, 0x01, 0x26, 0, 0, 0x0F, 0x01, 0x06, 0x10, 0, 0x0F, 0x01, 0x0E, 0x20, 0, 0xF4,
    ]);
    lab.run_to_hlt();
    assert_eq!(lab.cpu.regs().ax() & 1, 1, "a V86 task sees that PE is set");
    assert_eq!(lab.read_u8(DATA) & 1, 1);
    assert_eq!(lab.read_u8(DATA + 0x10), 0x0F, "limit of the GDT");
    assert_eq!(lab.read_u8(DATA + 0x20), 0, "limit of the IDT");
}

#[test]
fn instructions_of_protected_mode_are_undefined() {
    // SLDT, STR, LLDT, LTR, VERR, VERW (with AX), LAR, LSL, ARPL
    let modrm_zero = [0xC0, 0xC8, 0xD0, 0xD8, 0xE0, 0xE8].map(|modrm| vec![0x0F, 0x00, modrm]);
    let others = [vec![0x0F, 0x02, 0xC0], vec![0x0F, 0x03, 0xC0], vec![0x63, 0xC0]];
    for code in modrm_zero.into_iter().chain(others) {
        let (fault, insn) = Lab::new(&code).fault();
        assert_eq!((fault, insn.sensitive), (Fault::UNDEFINED, None), "{code:02X?}");
    }
}

#[test]
fn breakpoints_and_overflow_trap_behind_their_instruction_whatever_the_iopl() {
    for iopl in [0, 3] {
        // INT3
        let mut lab = Lab::new(&[0xCC]);
        lab.set_iopl(iopl);
        assert_eq!(lab.fault().0, Fault::BREAKPOINT);
        assert_eq!(lab.cpu.eip(), 1);
        // MOV AL,7Fh; INC AL; INTO
        let mut lab = Lab::new(&[0xB0, 0x7F, 0xFE, 0xC0, 0xCE]);
        lab.set_iopl(iopl);
        assert_eq!(lab.fault().0, Fault::OVERFLOW);
        assert_eq!(lab.cpu.eip(), 5);
    }
}

#[test]
fn into_without_overflow_goes_on() {
    Lab::new(&[0xCE, 0xF4]).run_to_hlt();
}

#[test]
fn divide_bound_and_undefined_faults_point_at_their_instruction() {
    // NOP first, so that the instruction is not the start of its block.
    let cases: [(&[u8], Fault); 3] = [
        (&[0x90, 0xF6, 0xF1], Fault::DIVIDE),
        (&[0x90, 0x62, 0x06, 0, 0], Fault::BOUND),
        (&[0x90, 0x0F, 0x0B], Fault::UNDEFINED),
    ];
    for (code, want) in cases {
        let mut lab = Lab::new(code);
        lab.change(|regs| regs.set_ax(5));
        assert_eq!(lab.fault().0, want);
        assert_eq!(lab.cpu.eip(), 1);
    }
}

#[test]
fn innocuous_instructions_do_not_trap() {
    // MOV AX,2034h; MOV DS,AX; SAHF; LAHF; CLD; STD; CLC; PUSH AX; POP BX; RETF to the HLT behind.
    let mut lab = Lab::new(&[
        0xB8, 0x34, 0x20, 0x8E, 0xD8, 0x9E, 0x9F, 0xFC, 0xFD, 0xF8, 0x50, 0x5B, 0x0E, 0x6A, 0x10, 0xCB, 0xF4,
    ]);
    lab.run_to_hlt();
    // LAHF gives back what SAHF took: bits 5 and 3 read as zero, bit 1 as one.
    assert_eq!((lab.cpu.regs().bx(), lab.cpu.eip()), (0x0234, 0x10));
}

#[test]
fn an_operand_beyond_the_segment_faults() {
    let cases: [(&str, &[u8]); 5] = [
        ("MOV AX,[FFFFh]", &[0xA1, 0xFF, 0xFF]),
        ("MOV [FFFFh],AX", &[0xA3, 0xFF, 0xFF]),
        ("MOV EAX,[FFFDh]", &[0x66, 0xA1, 0xFD, 0xFF]),
        ("MOV AL,[00010000h]", &[0x67, 0xA0, 0, 0, 1, 0]),
        ("MOV AL,[EBX]", &[0x67, 0x8A, 0x03]),
    ];
    for (what, code) in cases {
        let mut lab = Lab::new(code);
        lab.change(|regs| regs.gpr[3] = 0x0001_0000);
        assert_eq!(lab.fault().0, Fault::protection(0), "{what}");
        assert_eq!(lab.cpu.eip(), 0, "{what}");
    }
}

#[test]
fn a_byte_at_the_last_offset_is_within_the_segment() {
    let mut lab = Lab::new(&[0xA0, 0xFF, 0xFF, 0xF4]);
    lab.write(DATA + 0xFFFF, &[0x5A]);
    lab.run_to_hlt();
    assert_eq!(lab.cpu.regs().al(), 0x5A);
}
