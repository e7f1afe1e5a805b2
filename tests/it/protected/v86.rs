//! The way out of virtual-8086 mode and back, on the bare processor. Source: 80386 PRM §15.3, §15.4.

use dosmux::cpu::Exit;
use dosmux::cpu::regs::{Regs, Seg, eflags};

use super::lab::*;

/// Linear address of the program: 1000:0000.
const PROGRAM: u32 = 0x1_0000;
const INT_20: [u8; 2] = [0xCD, 0x20];

fn free_int_20(lab: &mut Lab, kind: u8) {
    lab.gate(0x20, gate(kind | dpl(3), code(0), handler(0x20), 0));
}

#[test]
fn a_monitor_enters_and_finds_nine_doublewords_when_it_comes_back() {
    let mut lab = Lab::v86(&INT_20, 3);
    let before = lab.regs();
    assert_eq!((lab.state().cpl, before.cs_ip().to_string()), (3, "1000:0000".to_owned()));
    free_int_20(&mut lab, INTERRUPT_GATE_386);
    let event = lab.event();
    assert_eq!((event.vector, event.error, event.at.cs, event.at.eip), (0x20, None, 0x1000, 2));
    assert_eq!((event.at.ss, event.at.esp), (0x2000, 0x4000));
    assert_eq!(event.at.eflags, before.eflags);
    let esp = lab.regs().gpr[4];
    assert_eq!(esp, stack(0) - 36);
    let segments = [20, 24, 28, 32].map(|offset| lab.dword(esp + offset));
    assert_eq!(segments, [0x3001, 0x3000, 0x3002, 0x3003], "ES, DS, FS, GS");
}

#[test]
fn the_handler_starts_outside_v86_mode_with_null_segments() {
    let mut lab = Lab::v86(&INT_20, 3);
    free_int_20(&mut lab, TRAP_GATE_386);
    lab.event();
    let Regs { eflags: flags, seg, .. } = lab.regs();
    assert_eq!(flags & (eflags::VM | eflags::IF | eflags::IOPL), eflags::IF | eflags::IOPL);
    let data = [Seg::Es, Seg::Ds, Seg::Fs, Seg::Gs].map(|index| seg[index as usize]);
    assert_eq!(data, [0; 4]);
    assert_eq!((lab.state().cpl, lab.regs().cs(), lab.regs().ss()), (0, code(0), super::lab::data(0)));
}

#[test]
fn iretd_goes_on_where_the_interrupt_came() {
    // INT 20h; INC BX; INT DONE
    let mut lab = Lab::v86(&[0xCD, 0x20, 0x43, 0xCD, DONE], 3);
    free_int_20(&mut lab, INTERRUPT_GATE_386);
    lab.handler(0x20, &[0xCF]);
    let before = lab.regs();
    let at = lab.place();
    assert_eq!((at.cs, at.eip, at.ss, at.esp, at.eflags), (0x1000, 5, 0x2000, 0x4000, before.eflags));
    assert_eq!(lab.regs().bx(), 1);
}

#[test]
fn with_iopl_below_3_int_n_faults_and_int_3_and_into_do_not() {
    let mut lab = Lab::v86(&INT_20, 2);
    free_int_20(&mut lab, INTERRUPT_GATE_386);
    assert_eq!(lab.event().fault(), (GP, 0));
    for (program, vector) in [(&[0xCC][..], 3), (&[0xB0, 0x7F, 0xFE, 0xC0, 0xCE], 4)] {
        let mut lab = Lab::v86(program, 0);
        lab.gate(vector, gate(INTERRUPT_GATE_386 | dpl(3), code(0), handler(vector), 0));
        assert_eq!(lab.event().vector, vector);
    }
}

#[test]
fn with_iopl_3_the_gates_privilege_still_counts() {
    assert_eq!(Lab::v86(&INT_20, 3).event().fault(), (GP, 0x20 * 8 + 2));
    assert_eq!(Lab::v86(&[0xCC], 3).event().fault(), (GP, 3 * 8 + 2));
}

#[test]
fn exceptions_carry_their_error_code_below_the_frame() {
    // HLT; then MOV AX,[FFFFh]
    for (program, error) in [(&[0xF4][..], 0), (&[0xA1, 0xFF, 0xFF], 0)] {
        let mut lab = Lab::v86(program, 0);
        let event = lab.event();
        assert_eq!((event.fault(), event.at.eip), ((GP, error), 0));
        assert_eq!(event.at.eflags & (eflags::VM | eflags::RF), eflags::VM | eflags::RF);
        assert_eq!(lab.regs().gpr[4], stack(0) - 40);
    }
}

#[test]
fn a_handler_of_another_level_than_0_is_refused() {
    for (level, kind) in [(1, CODE_SEG), (3, CODE_SEG), (0, CONFORMING)] {
        let mut lab = Lab::v86(&INT_20, 3);
        lab.descriptor(FREE, segment(0, u32::MAX, kind | dpl(level)));
        lab.gate(0x20, gate(INTERRUPT_GATE_386 | dpl(3), FREE, OTHER, 0));
        let event = lab.event();
        assert_eq!((event.fault(), event.at.eip), ((GP, FREE.into()), 0));
    }
}

#[test]
fn a_286_gate_saves_words() {
    let mut lab = Lab::v86(&INT_20, 3);
    lab.gate(0x20, gate(INTERRUPT_GATE_286 | dpl(3), code(0), 0x8000, 0));
    lab.write(0x8000, &[0xF4]);
    assert_eq!(lab.run(), Exit::Halt);
    let esp = lab.regs().gpr[4];
    assert_eq!(esp, stack(0) - 18);
    assert_eq!((lab.word(esp), lab.word(esp + 2), lab.word(esp + 16)), (2, 0x1000, 0x3003));
}

#[test]
fn the_high_half_of_eip_is_dropped_on_the_way_into_v86_mode() {
    let frame = [0x3003, 0x3002, 0x3000, 0x3001, 0x2000, 0x4000, eflags::VM | eflags::ONE, 0x1800, 0xABCD_0000];
    let program = asm(CODE, |a| {
        for value in frame {
            a.push(value.cast_signed())?;
        }
        a.iretd()
    });
    let mut lab = Lab::at(0, &program);
    lab.write(OTHER, &[0xF4]);
    let event = lab.event();
    assert_eq!((event.fault(), event.at.cs, event.at.eip), ((GP, 0), 0x1800, 0));
}

#[test]
fn only_level_0_enters_v86_mode() {
    let program = asm(CODE + 0x3000, |a| {
        a.push((eflags::VM | eflags::ONE).cast_signed())?;
        a.push(i32::from(code(3)))?;
        a.push(OTHER.cast_signed())?;
        a.iretd()
    });
    let mut lab = Lab::at(3, &program);
    lab.write(OTHER, &done());
    let at = lab.place();
    assert_eq!((at.cs, at.eflags & eflags::VM), (code(3), 0), "VM in the image is ignored");
}

#[test]
fn iret_inside_v86_mode_changes_neither_vm_nor_iopl() {
    // PUSHFD image without VM and IOPL, CS, EIP; IRETD to INT DONE.
    let program = [
        &[0x66, 0x68, 0x03, 0, 0, 0][..], // PUSH 3: CF alone
        &[0x66, 0x68, 0x00, 0x10, 0, 0],
        &[0x66, 0x68, 0x40, 0, 0, 0],
        &[0x66, 0xCF],
    ]
    .concat();
    let mut lab = Lab::v86(&program, 3);
    lab.write(PROGRAM + 0x40, &done());
    let at = lab.place();
    assert_eq!((at.cs, at.eip, at.eflags), (0x1000, 0x42, eflags::VM | eflags::IOPL | 3));
}

#[test]
fn an_external_interrupt_leaves_v86_mode_whatever_the_iopl() {
    let mut lab = Lab::v86(&[0x90], 0);
    assert_eq!(lab.cpu.interrupt(&mut lab.mem, 0x20), None);
    let event = lab.event();
    assert_eq!((event.vector, event.at.cs, event.at.eip, event.at.eflags & eflags::VM), (0x20, 0x1000, 0, eflags::VM));
}
