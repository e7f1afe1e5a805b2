//! INT 13h as a program calls it: registers and memory of a machine without a processor.

use tempfile::TempDir;

use super::*;
use crate::bios::BiosState;
use crate::clock::VirtTime;
use crate::cpu::regs::{Regs, eflags};
use crate::devices::{Board, BoardConfig};
use crate::disk::fat::FatImage;
use crate::disk::{FloppyFormat, ImageSource, SECTOR_BYTES, WritePolicy};
use crate::mem::{GuestMemory, Memory};
use crate::types::{PhysAddr, SegOff, lo8, lo16};

const MEMORY_BYTES: u32 = 2 << 20;
/// Interrupt frame: IP, CS, FLAGS.
const FRAME: SegOff = SegOff { seg: 0x2000, off: 0x0100 };
/// Where tests read to and write from.
const BUFFER: SegOff = SegOff { seg: 0x3000, off: 0x0000 };
/// Where tests keep EDD packets.
const PACKET: SegOff = SegOff { seg: 0x4000, off: 0x0010 };
/// Diskette parameter table of the tests.
const TABLE: SegOff = SegOff { seg: 0x5000, off: 0x0000 };

struct Machine {
    regs: Regs,
    mem: Memory,
    board: Board,
    drives: Drives,
    state: BiosState,
    a20: bool,
    dir: TempDir,
}

impl Machine {
    /// A machine with empty drives.
    fn new() -> Machine {
        let config = BoardConfig {
            memory_bytes: MEMORY_BYTES,
            rtc_start: 0,
            floppy_types: [4, 0],
            hard_disks: 1,
            coprocessor: false,
            mouse: false,
        };
        let mut machine = Machine {
            regs: Regs::default(),
            mem: Memory::new(MEMORY_BYTES),
            board: Board::new(&config),
            drives: Drives::default(),
            state: BiosState::default(),
            a20: true,
            dir: TempDir::new().unwrap(),
        };
        machine.write_far(SegOff::new(0, 0x1E * 4), TABLE);
        machine.mem.write_u8(PhysAddr(TABLE.offset(8).linear().0), 0xF6);
        machine.regs.set_ss(FRAME.seg);
        machine.regs.set_sp(FRAME.off);
        machine
    }

    /// A machine with a numbered floppy of this format in A:.
    fn with_floppy(name: &str, policy: WritePolicy) -> Machine {
        let mut machine = Machine::new();
        machine.drives.floppies[0] = Some(machine.floppy(name, policy));
        machine
    }

    /// A machine with a hard disk of `sectors`, which have their numbers but for the first.
    fn with_hard_disk(sectors: u64, policy: WritePolicy) -> Machine {
        let mut machine = Machine::new();
        let path = machine.dir.path().join("hard.img");
        let file = std::fs::File::create(&path).unwrap();
        file.set_len(sectors * SECTOR_BYTES as u64).unwrap();
        let mut disk = Disk::open_hard_disk(&ImageSource::File(path), policy, "test").unwrap();
        if policy != WritePolicy::None {
            for lba in (1..sectors.min(3000)).chain(sectors.saturating_sub(200)..sectors) {
                disk.write(lba, &numbered(lba)).unwrap();
            }
        }
        machine.drives.hard_disks.push(disk);
        machine
    }

    /// A floppy of this format whose sectors, but for the first, have their numbers.
    fn floppy(&self, name: &str, policy: WritePolicy) -> Disk {
        let format = FloppyFormat::named(name).unwrap();
        let mut image = FatImage::new(format).build();
        for (lba, sector) in (0..).zip(image.chunks_mut(SECTOR_BYTES)).skip(1) {
            sector.copy_from_slice(&numbered(lba));
        }
        let path = self.dir.path().join(format!("{name}.img"));
        std::fs::write(&path, image).unwrap();
        Disk::open_floppy(&ImageSource::File(path), policy, "test").unwrap()
    }

    /// Calls INT 13h with AX, CX, DX, and ES:BX at the buffer.
    fn int13(&mut self, ax: u16, cx: u16, dx: u16) {
        self.int13_at(ax, cx, dx, BUFFER);
    }

    fn int13_at(&mut self, ax: u16, cx: u16, dx: u16, buffer: SegOff) {
        self.regs.set_ax(ax);
        self.regs.set_cx(cx);
        self.regs.set_dx(dx);
        self.regs.set_es(buffer.seg);
        self.regs.set_bx(buffer.off);
        self.call();
    }

    /// Calls an EDD function on the first hard disk with DS:SI at the packet.
    fn edd(&mut self, ax: u16) {
        self.regs.set_ax(ax);
        self.regs.set_dx(0x80);
        self.regs.set_ds(PACKET.seg);
        self.regs.set_si(PACKET.off);
        self.call();
    }

    fn call(&mut self) {
        // CF starts as the opposite of what a success leaves.
        self.mem.write_u16(PhysAddr(FRAME.offset(4).linear().0), lo16(eflags::CF));
        assert_eq!(self.with(call), Outcome::Done);
        let flags = self.mem.read_u16(PhysAddr(FRAME.offset(4).linear().0));
        assert_ne!(flags & lo16(eflags::IF), 0, "it returns with interrupts on");
    }

    fn with<T>(&mut self, work: impl FnOnce(&mut Bios<'_>) -> T) -> T {
        work(&mut Bios {
            regs: &mut self.regs,
            mem: GuestMemory::new(&mut self.mem, self.a20),
            board: &mut self.board,
            drives: &mut self.drives,
            state: &mut self.state,
            now: VirtTime::ZERO,
            extended_bytes: MEMORY_BYTES - (1 << 20),
            boot_from_disk: false,
        })
    }

    /// Asserts that the call succeeded with AH=0.
    fn ok(&self) {
        assert_eq!((self.regs.ah(), self.carry()), (0, false));
    }

    /// Asserts that the call failed with this status.
    fn failed(&self, status: u8) {
        assert_eq!((self.regs.ah(), self.carry()), (status, true));
    }

    fn carry(&self) -> bool {
        self.mem.read_u16(PhysAddr(FRAME.offset(4).linear().0)) & lo16(eflags::CF) != 0
    }

    fn write_far(&mut self, at: SegOff, value: SegOff) {
        let at = at.linear().0;
        self.mem.write_u16(PhysAddr(at), value.off);
        self.mem.write_u16(PhysAddr(at + 2), value.seg);
    }

    fn sector_at(&self, at: u32) -> [u8; SECTOR_BYTES] {
        let mut data = [0; SECTOR_BYTES];
        self.mem.read_bytes(PhysAddr(at), &mut data);
        data
    }

    /// Asserts that the sectors from `lba` on are in memory at `at`.
    fn holds(&self, at: u32, lba: u64, count: u32) {
        for (lba, index) in (lba..).zip(0..count) {
            assert!(self.sector_at(at + index * 512) == numbered(lba), "sector {lba} is not at {index}");
        }
    }

    fn packet(&mut self, count: u16, buffer: SegOff, lba: u64, flat: Option<u64>) {
        let at = PACKET.linear().0;
        self.mem.write_u8(PhysAddr(at), if flat.is_some() { 0x18 } else { 0x10 });
        self.mem.write_u16(PhysAddr(at + 2), count);
        self.write_far(PACKET.offset(4), buffer);
        self.mem.write_bytes(PhysAddr(at + 8), &lba.to_le_bytes());
        self.mem.write_bytes(PhysAddr(at + 0x10), &flat.unwrap_or(0x1122).to_le_bytes());
    }

    fn packet_count(&self) -> u16 {
        self.mem.read_u16(PhysAddr(PACKET.offset(2).linear().0))
    }

    fn disk_holds(&mut self, drive: Drive, lba: u64, expected: &[u8; SECTOR_BYTES]) {
        let mut data = [0; SECTOR_BYTES];
        drive.disk(&mut self.drives).unwrap().read(lba, &mut data).unwrap();
        assert!(data == *expected, "sector {lba} of {drive:?}");
    }
}

/// A sector full of its number.
fn numbered(lba: u64) -> [u8; SECTOR_BYTES] {
    let number = u32::try_from(lba).unwrap().to_le_bytes();
    std::array::from_fn(|i| number[i % 4])
}

const A: Drive = Drive::Floppy(0);
const C: Drive = Drive::HardDisk(0);

#[test]
fn a_floppy_is_read_by_cylinder_head_and_sector() {
    let mut machine = Machine::with_floppy("1440K", WritePolicy::Overlay);
    machine.int13(0x0203, 0x0205, 0x0100);
    machine.ok();
    assert_eq!(machine.regs.al(), 3);
    machine.holds(0x30000, (2 * 2 + 1) * 18 + 4, 3);
}

#[test]
fn a_read_goes_on_with_the_other_side_and_ends_with_the_cylinder() {
    let mut machine = Machine::with_floppy("360K", WritePolicy::Overlay);
    machine.int13(0x020C, 0x0109, 0x0000);
    machine.failed(0x04);
    assert_eq!(machine.regs.al(), 10);
    machine.holds(0x30000, 18 + 8, 10);
    assert_eq!(machine.sector_at(0x30000 + 10 * 512), [0; SECTOR_BYTES], "the next cylinder is not read");
}

#[test]
fn addresses_that_a_floppy_lacks_are_not_found() {
    let mut machine = Machine::with_floppy("720K", WritePolicy::Overlay);
    for (cx, dx) in [(0x000A, 0), (0x0000, 0), (0x0001, 0x0200), (0x5001, 0), (0x0041, 0)] {
        machine.int13(0x0201, cx, dx);
        machine.failed(0x04);
        assert_eq!(machine.regs.al(), 0);
    }
    machine.int13(0x0200, 0x0001, 0);
    machine.failed(0x01);
}

#[test]
fn a_dma_transfer_must_not_cross_64_kib() {
    let mut machine = Machine::with_floppy("1440K", WritePolicy::Overlay);
    machine.int13_at(0x0202, 0x0002, 0, SegOff::new(0x3FC0, 0x0001));
    machine.failed(0x09);
    assert_eq!(machine.regs.al(), 0);
    machine.int13_at(0x0302, 0x0002, 0, SegOff::new(0x3FC0, 0x0001));
    machine.failed(0x09);
    machine.int13_at(0x0402, 0x0002, 0, SegOff::new(0x3FC0, 0x0001));
    machine.ok();
    machine.int13_at(0x0202, 0x0002, 0, SegOff::new(0x3FC0, 0x0000));
    machine.ok();
    machine.holds(0x3FC00, 1, 2);
}

#[test]
fn what_was_written_is_read_back_and_verified() {
    let mut machine = Machine::with_floppy("1200K", WritePolicy::Overlay);
    machine.mem.write_bytes(PhysAddr(0x30000), &[0x5A; 1024]);
    machine.int13(0x0302, 0x0A0F, 0x0000);
    machine.ok();
    assert_eq!(machine.regs.al(), 2);
    machine.disk_holds(A, 10 * 30 + 14, &[0x5A; SECTOR_BYTES]);
    machine.disk_holds(A, 10 * 30 + 15, &[0x5A; SECTOR_BYTES]);
    machine.disk_holds(A, 10 * 30 + 16, &numbered(10 * 30 + 16));
    machine.int13(0x0402, 0x0A0F, 0x0000);
    machine.ok();
}

#[test]
fn a_write_protected_floppy_refuses_to_be_written_and_formatted() {
    let mut machine = Machine::with_floppy("1440K", WritePolicy::None);
    machine.int13(0x0301, 0x0001, 0);
    machine.failed(0x03);
    machine.int13(0x0512, 0x0000, 0);
    machine.failed(0x03);
    machine.int13(0x0201, 0x0002, 0);
    machine.ok();
}

#[test]
fn an_empty_drive_does_not_answer() {
    let mut machine = Machine::new();
    for ax in [0x0201, 0x0301, 0x0401, 0x0509, 0x1703, 0x1800] {
        machine.int13(ax, 0x0001, 0);
        machine.failed(0x80);
    }
    machine.int13(0x0201, 0x0001, 0x0001);
    machine.failed(0x80);
    machine.int13(0x0201, 0x0001, 0x0002);
    machine.failed(0x01);
}

#[test]
fn the_last_status_is_kept_apart_for_floppies_and_hard_disks() {
    let mut machine = Machine::with_floppy("1440K", WritePolicy::Overlay);
    machine.int13(0x0201, 0x0063, 0);
    machine.failed(0x04);
    machine.int13(0x0201, 0x0001, 0x0080);
    machine.failed(0x01);
    let status = |machine: &Machine, at| machine.mem.read_u8(PhysAddr(at));
    assert_eq!((status(&machine, 0x441), status(&machine, 0x474)), (0x04, 0x01));
    for _ in 0..2 {
        machine.int13(0x0100, 0, 0);
        machine.failed(0x04);
        assert_eq!(machine.regs.al(), 0x04);
    }
    machine.int13(0x0000, 0, 0);
    machine.ok();
    machine.int13(0x0100, 0, 0);
    machine.ok();
    assert_eq!((status(&machine, 0x441), status(&machine, 0x474)), (0, 0x01));
}

#[test]
fn a_change_of_disk_is_reported_once_by_an_access() {
    let mut machine = Machine::with_floppy("1440K", WritePolicy::Overlay);
    machine.int13(0x1600, 0, 0);
    machine.ok();
    let disk = machine.floppy("720K", WritePolicy::Overlay);
    machine.drives.insert(0, disk);
    for _ in 0..2 {
        machine.int13(0x1600, 0, 0);
        machine.failed(0x06);
    }
    machine.int13(0x0201, 0x0002, 0);
    machine.failed(0x06);
    machine.int13(0x0201, 0x0002, 0);
    machine.ok();
    machine.int13(0x1600, 0, 0);
    machine.ok();
    machine.drives.eject(0);
    machine.int13(0x1600, 0, 0);
    machine.failed(0x06);
    machine.int13(0x0201, 0x0002, 0);
    machine.failed(0x80);
}

#[test]
fn formatting_fills_the_listed_sectors_of_a_track() {
    let mut machine = Machine::with_floppy("720K", WritePolicy::Overlay);
    let list: Vec<u8> = (1..=9).flat_map(|sector| [3, 1, sector, 2]).collect();
    machine.mem.write_bytes(PhysAddr(0x30000), &list);
    machine.int13(0x0509, 0x0301, 0x0100);
    machine.ok();
    let first = (3 * 2 + 1) * 9;
    machine.disk_holds(A, first - 1, &numbered(first - 1));
    machine.disk_holds(A, first, &[0xF6; SECTOR_BYTES]);
    machine.disk_holds(A, first + 8, &[0xF6; SECTOR_BYTES]);
    machine.disk_holds(A, first + 9, &numbered(first + 9));
    machine.mem.write_bytes(PhysAddr(0x30000), &[3, 1, 10, 2]);
    machine.int13(0x0501, 0x0301, 0x0100);
    machine.failed(0x04);
}

#[test]
fn parameters_are_those_of_the_disk_in_the_drive() {
    for (name, cx, dx, kind) in [
        ("160K", 0x2708, 0x0001, 1),
        ("640K", 0x4F08, 0x0101, 3),
        ("1200K", 0x4F0F, 0x0101, 2),
        ("2880K", 0x4F24, 0x0101, 5),
    ] {
        let mut machine = Machine::with_floppy(name, WritePolicy::Overlay);
        machine.int13(0x08FF, 0xFFFF, 0xFF00);
        machine.ok();
        let regs = &machine.regs;
        assert_eq!((regs.cx(), regs.dx(), regs.bx()), (cx, dx, kind), "{name}");
        assert_eq!((regs.es(), regs.di()), (0xF000, 0xEFC7));
    }
}

#[test]
fn the_parameter_table_is_the_one_of_the_rom() {
    let vectors = crate::bios::rom::vectors();
    assert_eq!(vectors.into_iter().nth(0x1E), Some(SegOff::new(0xF000, 0xEFC7)));
}

#[test]
fn an_absent_second_drive_has_no_parameters_and_no_type() {
    let mut machine = Machine::with_floppy("1440K", WritePolicy::Overlay);
    machine.int13(0x0800, 0xFFFF, 0xFF01);
    machine.ok();
    assert_eq!((machine.regs.cx(), machine.regs.dx(), machine.regs.bx()), (0, 1, 0));
    machine.int13(0x1500, 0, 0x0001);
    machine.ok();
    machine.int13(0x1500, 0, 0x0000);
    assert_eq!((machine.regs.ah(), machine.carry()), (2, false));
    assert_eq!(machine.mem.read_u8(PhysAddr(0x441)), 0, "a type is no status");
}

#[test]
fn only_the_image_s_own_format_can_be_set() {
    let mut machine = Machine::with_floppy("1440K", WritePolicy::Overlay);
    machine.int13(0x1800, 0x4F12, 0);
    machine.ok();
    assert_eq!((machine.regs.es(), machine.regs.di()), (0xF000, 0xEFC7));
    machine.int13(0x1800, 0x4F09, 0);
    machine.failed(0x0C);
    machine.int13(0x1703, 0, 0);
    machine.ok();
    machine.int13(0x1705, 0, 0);
    machine.failed(0x01);
}

#[test]
fn a_hard_disk_is_read_across_cylinders_and_segments() {
    let mut machine = Machine::with_hard_disk(5040, WritePolicy::Overlay);
    // 128 sectors from the last of track 0/15 on, to an aligned buffer in the middle of a segment.
    machine.int13_at(0x0280, 0x003F, 0x0F80, SegOff::new(0x2800, 0x8000));
    machine.ok();
    assert_eq!(machine.regs.al(), 0x80);
    machine.holds(0x30000, 1007, 128);
}

#[test]
fn a_hard_disk_transfer_ends_at_the_end_of_the_disk() {
    let mut machine = Machine::with_hard_disk(1008, WritePolicy::Overlay);
    machine.int13(0x0205, 0x003E, 0x0F80);
    machine.failed(0x04);
    assert_eq!(machine.regs.al(), 2);
    machine.holds(0x30000, 1006, 2);
    machine.int13(0x0201, 0x0101, 0x0080);
    machine.failed(0x04);
}

#[test]
fn a_hard_disk_transfer_must_fit_a_normalised_segment() {
    let mut machine = Machine::with_hard_disk(5040, WritePolicy::Overlay);
    machine.int13_at(0x0280, 0x0001, 0x0080, SegOff::new(0x3000, 0x0001));
    machine.failed(0x09);
    machine.int13_at(0x0281, 0x0001, 0x0080, SegOff::new(0x3000, 0x0000));
    machine.failed(0x09);
    machine.int13_at(0x0202, 0x0001, 0x0080, SegOff::new(0xFFFF, 0xFFF0));
    machine.failed(0x09);
}

#[test]
fn a_read_to_the_top_of_memory_follows_the_a20_gate() {
    let mut machine = Machine::with_hard_disk(5040, WritePolicy::Overlay);
    machine.int13_at(0x0202, 0x0006, 0x0080, SegOff::new(0xFFFF, 0x0010));
    machine.ok();
    machine.holds(0x10_0000, 5, 2);
    // With the gate closed the second half of this sector wraps to address 0.
    machine.a20 = false;
    machine.int13_at(0x0201, 0x0008, 0x0080, SegOff::new(0xFFF0, 0x0000));
    machine.ok();
    let bytes: Vec<u8> = (0xFFF00..0x10_0100).map(|at| machine.mem.read_u8(PhysAddr(at & 0xF_FFFF))).collect();
    assert_eq!(bytes, numbered(7));
    machine.holds(0x10_0000, 5, 2);
    machine.int13_at(0x0301, 0x0009, 0x0080, SegOff::new(0xFFF0, 0x0000));
    machine.disk_holds(C, 8, &numbered(7));
}

#[test]
fn hard_disk_parameters_end_at_cylinder_1023() {
    let mut machine = Machine::with_hard_disk(2000 * 255 * 63, WritePolicy::None);
    machine.int13(0x0800, 0, 0x0080);
    machine.ok();
    assert_eq!((machine.regs.cx(), machine.regs.dx()), (0xFFFF, 0xFE01));
    machine.int13(0x1500, 0, 0x0080);
    assert_eq!((machine.regs.ah(), machine.carry()), (3, false));
    assert_eq!((machine.regs.cx(), machine.regs.dx()), (hi(32_130_000), lo16(32_130_000)));
    machine.int13(0x0401, 0xFFFF, 0xFE80);
    machine.ok();
    machine.int13(0x0C00, 0xFFC1, 0xFE80);
    machine.ok();
    machine.int13(0x0C00, 0xFFC1, 0xFF80);
    machine.failed(0x40);
}

fn hi(value: u32) -> u16 {
    crate::types::hi16(value)
}

#[test]
fn a_missing_hard_disk_fails_as_on_an_at() {
    let mut machine = Machine::new();
    machine.int13(0x0800, 0xFFFF, 0xFF80);
    machine.failed(0x07);
    assert_eq!((machine.regs.cx(), machine.regs.dx()), (0, 0));
    machine.int13(0x1500, 0, 0x0080);
    machine.ok();
    machine.int13(0x0201, 1, 0x0081);
    machine.failed(0x01);
    machine.int13(0x4100, 0, 0x0080);
    machine.failed(0x01);
}

#[test]
fn housekeeping_calls_succeed_and_unknown_ones_fail() {
    let mut machine = Machine::with_hard_disk(5040, WritePolicy::None);
    for function in [0x00, 0x09, 0x0D, 0x10, 0x11, 0x14, 0x19] {
        machine.int13(function << 8, 0, 0x0080);
        machine.ok();
    }
    for function in [0x06, 0x0A, 0x0E, 0x1A, 0x40, 0x49, 0xFF] {
        machine.int13(function << 8, 0, 0x0080);
        machine.failed(0x01);
    }
    machine.int13(0x0501, 0x0101, 0x0080);
    machine.failed(0x03);
}

#[test]
fn formatting_a_hard_disk_track_keeps_the_data() {
    let mut machine = Machine::with_hard_disk(5040, WritePolicy::Overlay);
    machine.int13(0x0501, 0x0001, 0x0180);
    machine.ok();
    machine.disk_holds(C, 63, &numbered(63));
    machine.int13(0x0501, 0x0501, 0x0180);
    machine.failed(0x04);
}

#[test]
fn edd_announces_itself_to_the_right_question() {
    let mut machine = Machine::with_hard_disk(5040, WritePolicy::Overlay);
    machine.regs.set_bx(0x55AA);
    machine.edd(0x4100);
    assert_eq!((machine.regs.ah(), machine.carry()), (0x30, false));
    assert_eq!((machine.regs.bx(), machine.regs.cx()), (0xAA55, 5));
    machine.edd(0x4100);
    machine.failed(0x01);
    machine.int13(0x4100, 0, 0x0000);
    machine.failed(0x01);
}

#[test]
fn packets_read_and_write_by_linear_sector() {
    let mut machine = Machine::with_hard_disk(20_000_000, WritePolicy::Overlay);
    machine.packet(3, BUFFER, 19_999_990, None);
    machine.edd(0x4200);
    machine.ok();
    machine.holds(0x30000, 19_999_990, 3);
    assert_eq!(machine.packet_count(), 3);
    machine.packet(2, BUFFER, 5, None);
    machine.edd(0x4302);
    machine.ok();
    machine.disk_holds(C, 6, &numbered(19_999_991));
    machine.edd(0x4303);
    machine.failed(0x01);
    machine.packet(2, BUFFER, 19_999_999, None);
    machine.edd(0x4200);
    machine.failed(0x04);
    assert_eq!(machine.packet_count(), 1);
    machine.packet(1, BUFFER, u64::MAX, None);
    machine.edd(0x4400);
    machine.failed(0x04);
    assert_eq!(machine.packet_count(), 0);
}

#[test]
fn a_flat_packet_reaches_extended_memory_and_no_further() {
    let mut machine = Machine::with_hard_disk(5040, WritePolicy::Overlay);
    let nowhere = SegOff::new(0xFFFF, 0xFFFF);
    machine.packet(4, nowhere, 100, Some(0x1F_F800));
    machine.edd(0x4200);
    machine.ok();
    machine.holds(0x1F_F800, 100, 4);
    for flat in [0x1F_FA00, 0x1_0000_0000, u64::MAX] {
        machine.packet(4, nowhere, 100, Some(flat));
        machine.edd(0x4200);
        machine.failed(0x01);
        assert_eq!(machine.packet_count(), 0);
    }
}

#[test]
fn packets_that_make_no_sense_are_refused() {
    let mut machine = Machine::with_hard_disk(5040, WritePolicy::Overlay);
    machine.packet(0x81, BUFFER, 0, None);
    machine.edd(0x4200);
    machine.failed(0x01);
    machine.packet(1, BUFFER, 0, None);
    machine.mem.write_u8(PhysAddr(PACKET.linear().0), 0x0F);
    machine.edd(0x4200);
    machine.failed(0x01);
    machine.packet(0x80, BUFFER.offset(1), 0, None);
    machine.edd(0x4200);
    machine.failed(0x09);
    machine.packet(1, BUFFER, 5040, None);
    machine.edd(0x4700);
    machine.failed(0x40);
    machine.edd(0x4600);
    machine.failed(0xB2);
}

#[test]
fn edd_parameters_give_the_whole_size() {
    let mut machine = Machine::with_hard_disk(20_000_000, WritePolicy::None);
    let at = PACKET.linear().0;
    for (room, filled, flags) in [(0x1A, 0x1A, 0x09), (0x1E, 0x1E, 0x09), (0x42, 0x1E, 0x09)] {
        machine.mem.write_bytes(PhysAddr(at), &[0xCC; 0x42]);
        machine.mem.write_u16(PhysAddr(at), room);
        machine.edd(0x4800);
        machine.ok();
        assert_eq!((machine.mem.read_u16(PhysAddr(at)), machine.mem.read_u16(PhysAddr(at + 2))), (filled, flags));
        assert_eq!(machine.mem.read_u32(PhysAddr(at + 0x10)), 20_000_000);
        assert_eq!(machine.mem.read_u16(PhysAddr(at + 0x18)), 512);
        assert_eq!(machine.mem.read_u8(PhysAddr(at + u32::from(filled))), 0xCC, "the rest stays");
    }
    machine.mem.write_u16(PhysAddr(at), 0x19);
    machine.edd(0x4800);
    machine.failed(0x01);
    let mut small = Machine::with_hard_disk(5040, WritePolicy::None);
    small.mem.write_u16(PhysAddr(at), 0x1A);
    small.edd(0x4800);
    let fields = [2, 4, 8, 12].map(|field| small.mem.read_u16(PhysAddr(at + field)));
    assert_eq!(fields, [0x0B, 5, 16, 63]);
}

#[test]
fn parameter_tables_hang_on_their_vectors() {
    let mut machine = Machine::with_hard_disk(2000 * 255 * 63, WritePolicy::None);
    machine.write_far(SegOff::new(0, 0x46 * 4), SegOff::new(0x1234, 0x5678));
    machine.with(install_parameter_tables);
    let vector = machine.with(|bios| bios.mem.read_far(SegOff::new(0, 0x41 * 4)));
    let table: Vec<u8> = (0..16).map(|i| machine.mem.read_u8(PhysAddr(vector.linear().0 + i))).collect();
    assert_eq!(table, [0x00, 0x04, 255, 0, 0, 0xFF, 0xFF, 0, 8, 0, 0, 0, 0x00, 0x04, 63, 0]);
    let other = machine.with(|bios| bios.mem.read_far(SegOff::new(0, 0x46 * 4)));
    assert_eq!(other, SegOff::new(0x1234, 0x5678), "there is no second disk");
}

#[test]
fn an_image_that_fails_on_the_host_is_a_controller_failure() {
    let mut machine = Machine::with_hard_disk(5040, WritePolicy::None);
    let file = std::fs::OpenOptions::new().write(true).open(machine.dir.path().join("hard.img")).unwrap();
    file.set_len(512 * 3).unwrap();
    machine.int13(0x0205, 0x0001, 0x0080);
    machine.failed(0x20);
    assert_eq!(machine.regs.al(), 3);
}

proptest::proptest! {
    #[test]
    fn no_registers_and_no_memory_make_a_call_panic(
        words in proptest::array::uniform8(proptest::prelude::any::<u16>()),
        function in 0u16..0x50,
        drive in proptest::sample::select(vec![0u16, 1, 2, 0x7F, 0x80, 0x81, 0xFF]),
        packet in proptest::collection::vec(proptest::prelude::any::<u8>(), 0x20),
        a20 in proptest::prelude::any::<bool>(),
    ) {
        let mut machine = Machine::with_hard_disk(5040, WritePolicy::Overlay);
        machine.drives.floppies[0] = Some(machine.floppy("360K", WritePolicy::Overlay));
        machine.a20 = a20;
        let [ax, bx, cx, dx, si, ds, es, sp] = words;
        machine.regs.set_ax(function << 8 | u16::from(lo8(u32::from(ax))));
        machine.regs.set_bx(bx);
        machine.regs.set_cx(cx);
        machine.regs.set_dx(dx & 0xFF00 | drive);
        machine.regs.set_si(si);
        machine.regs.set_ds(ds);
        machine.regs.set_es(es);
        machine.regs.set_sp(sp);
        machine.mem.write_bytes(PhysAddr(SegOff::new(ds, si).linear().0), &packet);
        proptest::prop_assert_eq!(machine.with(call), Outcome::Done);
    }
}
