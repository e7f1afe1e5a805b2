//! Port accesses as the core's owner meets them: an access that is allowed is its to carry out.

use dosmux::cpu::{Exit, Fault, Sensitive};
use dosmux::types::{Port, Width};

use super::lab::{CODE, DATA, IO_MAP, Lab, TSS};

/// Opens the ports of `range` in a map that is otherwise closed.
fn open(lab: &mut Lab, ports: impl IntoIterator<Item = u32>) {
    for port in ports {
        let at = TSS + IO_MAP + port / 8;
        let byte = lab.read_u8(at) & !(1 << (port % 8));
        lab.write(at, &[byte]);
    }
}

#[test]
fn an_allowed_out_carries_its_value_and_is_complete() {
    // OUT DX,AX
    let mut lab = Lab::new(&[0xEF]);
    open(&mut lab, 0x300..0x302);
    lab.change(|regs| {
        regs.set_dx(0x300);
        regs.set_ax(0xBEEF);
    });
    assert_eq!(lab.run(1), Exit::PortWrite(Port(0x300), Width::Word, 0xBEEF));
    assert_eq!(lab.cpu.eip(), 1);
}

#[test]
fn a_repeated_ins_is_carried_out_by_the_owner() {
    // REP INSB; HLT
    let mut lab = Lab::new(&[0xF3, 0x6C, 0xF4]);
    lab.change(|regs| regs.set_cx(3));
    let (_, insn) = lab.fault();
    assert_eq!(insn.sensitive, Some(Sensitive::StringPort));
    let mut next = 0x40;
    let moved = lab.cpu.string_port(&mut lab.mem, &insn, &mut |_, _, _| {
        next += 1;
        next
    });
    assert_eq!(moved, Ok(3));
    assert_eq!([DATA, DATA + 1, DATA + 2].map(|at| lab.read_u8(at)), [0x41, 0x42, 0x43]);
    assert_eq!((lab.cpu.regs().cx(), lab.cpu.regs().di(), lab.cpu.eip()), (0, 3, 2));
}

#[test]
fn no_byte_is_read_from_a_port_that_has_no_place_to_go() {
    let mut lab = Lab::new(&[0x6C]);
    lab.map(DATA, |entry| entry & !1);
    let (_, insn) = lab.fault();
    let mut reads = 0;
    let moved = lab.cpu.string_port(&mut lab.mem, &insn, &mut |_, _, _| {
        reads += 1;
        0
    });
    assert_eq!((moved, reads), (Err(Fault::page(6)), 0));
    assert_eq!(lab.cpu.cr2().0, DATA);
}

#[test]
fn a_repeated_ins_or_outs_with_count_zero_touches_nothing() {
    for opcode in [0x6C, 0x6F] {
        let mut lab = Lab::new(&[0xF3, opcode, 0xF4]);
        lab.run_to_hlt();
        assert_eq!(lab.cpu.linear_eip().0, CODE + 2);
    }
}
