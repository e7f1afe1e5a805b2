//! The I/O permission bit map, bit by bit. Source: 80386 PRM §8.3.2.

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

/// IN of the width at port DX.
fn input(width: Width) -> &'static [u8] {
    match width {
        Width::Byte => &[0xEC],
        Width::Word => &[0xED],
        Width::Dword => &[0x66, 0xED],
    }
}

fn allowed(width: Width, port: u16, open_ports: std::ops::Range<u32>) -> bool {
    let mut lab = Lab::new(input(width));
    open(&mut lab, open_ports);
    lab.change(|regs| regs.set_dx(port));
    match lab.run(1) {
        Exit::PortRead(at, wide) => {
            assert_eq!((at, wide), (Port(port), width));
            true
        }
        Exit::Fault(fault, _) => {
            assert_eq!(fault, Fault::protection(0));
            false
        }
        other => panic!("{other:X?}"),
    }
}

#[test]
fn every_byte_of_an_access_needs_its_bit_clear() {
    for (width, bytes) in [(Width::Byte, 1), (Width::Word, 2), (Width::Dword, 4)] {
        // 3F6h: a doubleword there lies in two bytes of the map.
        for port in [0x60u16, 0x3F6, 0x3F7] {
            let first = u32::from(port);
            assert!(allowed(width, port, first..first + bytes));
            for closed in 0..bytes {
                let open = if closed == 0 { first + 1..first + bytes + 1 } else { first..first + closed };
                assert!(!allowed(width, port, open), "{width:?} at {port:X}, {closed} closed");
            }
        }
    }
}

#[test]
fn the_last_port_is_guarded_by_the_byte_behind_the_map() {
    assert!(allowed(Width::Byte, 0xFFFF, 0xFFFF..0x1_0000));
    // The second byte of the word lies in the map's last byte, which is all ones.
    assert!(!allowed(Width::Word, 0xFFFF, 0xFFFF..0x1_0000));
}

#[test]
fn ports_beyond_the_tss_limit_are_closed() {
    // The map ends with the byte of ports 60h–67h and the one behind it.
    let mut lab = Lab::with_tss_limit(&[0xEC], IO_MAP + 0x60 / 8 + 1);
    open(&mut lab, 0..0x1_0000);
    lab.change(|regs| regs.set_dx(0x67));
    assert_eq!(lab.run(1), Exit::PortRead(Port(0x67), Width::Byte));
    lab.cpu.set_eip(0);
    lab.change(|regs| regs.set_dx(0x68));
    assert_eq!(lab.fault().0, Fault::protection(0));
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
