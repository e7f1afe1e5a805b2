//! # 6. Ports and the I/O permission bit map
//!
//! In the mode IOPL has no say over ports: the bit map in the TSS always decides (§15.5.1, §8.3.2).
//! Each byte of an access needs its own bit clear. The processor reads two bytes of the map for
//! every access, and what lies beyond the limit of the TSS counts as closed.

use dosmux::cpu::{Exit, Fault};
use dosmux::types::{PhysAddr, Port, Width};

use super::super::lab::{self, CODE, IO_MAP, Lab};

/// Opens the ports of `range` in a map that is otherwise closed.
pub(super) fn open(lab: &mut Lab, ports: impl IntoIterator<Item = u32>) {
    for port in ports {
        let at = lab::TSS + IO_MAP + port / 8;
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

const WIDTHS: [Width; 3] = [Width::Byte, Width::Word, Width::Dword];

/// Whether an IN may read `port`.
pub(super) fn allowed(lab: &mut Lab, width: Width, port: u16) -> bool {
    lab.write(CODE, input(width));
    lab.cpu.set_eip(0);
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
fn an_access_needs_the_bit_of_every_byte_it_touches() {
    // One closed port in an open map: exactly the accesses that touch it trap, on either side of the
    // border between two bytes of the map.
    for closed in 0x3F0..0x400u16 {
        let mut lab = Lab::new(&[]);
        open(&mut lab, (0x300..0x500).filter(|&port| port != u32::from(closed)));
        for width in WIDTHS {
            for port in 0x3E8..0x408u16 {
                let touches = (port..).take(width.bytes() as usize).any(|byte| byte == closed);
                assert_eq!(allowed(&mut lab, width, port), !touches, "{width:?} at {port:X}, {closed:X} closed");
            }
        }
    }
}

#[test]
fn the_map_decides_whatever_the_iopl() {
    for iopl in 0..=3 {
        let mut lab = Lab::new(&[]);
        open(&mut lab, [0x60]);
        lab.set_iopl(iopl);
        assert!(allowed(&mut lab, Width::Byte, 0x60));
        assert!(!allowed(&mut lab, Width::Byte, 0x61));
    }
}

#[test]
fn the_last_port_is_guarded_by_the_byte_behind_the_map() {
    let mut lab = Lab::new(&[]);
    open(&mut lab, 0xFFFC..0x1_0000);
    assert!(allowed(&mut lab, Width::Byte, 0xFFFF));
    assert!(allowed(&mut lab, Width::Dword, 0xFFFC));
    // Their bits would lie in the byte behind the map, which is all ones for that reason.
    assert!(!allowed(&mut lab, Width::Word, 0xFFFF));
    assert!(!allowed(&mut lab, Width::Dword, 0xFFFD));
}

#[test]
fn ports_beyond_the_limit_of_the_tss_are_closed() {
    // The map ends with the byte of ports 60h–67h and the one behind it.
    let mut lab = Lab::with_tss_limit(&[], IO_MAP + 0x60 / 8 + 1);
    open(&mut lab, 0..0x1_0000);
    assert!(allowed(&mut lab, Width::Byte, 0x67));
    assert!(allowed(&mut lab, Width::Dword, 0x67), "its second byte of the map is within the limit");
    assert!(!allowed(&mut lab, Width::Byte, 0x68), "its second byte of the map is not");
}

#[test]
fn a_map_that_begins_beyond_the_limit_closes_every_port() {
    let mut lab = Lab::new(&[]);
    open(&mut lab, 0..0x1_0000);
    lab.mem.write_u16(PhysAddr(lab::TSS + 0x66), 0xFFFF);
    assert!(!allowed(&mut lab, Width::Byte, 0));
}
