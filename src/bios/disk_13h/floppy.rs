//! INT 13h for floppies: DL 00h and 01h.
//!
//! The geometry is that of the disk in the drive, whatever the drive could do. Every drive has a
//! disk-change line. Gap: a 360K drive of an AT has none, and AH=15h said so.

use super::transfer::{Buffer, Op, Run, transfer};
use super::{Drive, Status, last_status};
use crate::bios::{Bios, bda};
use crate::cpu::regs::Seg;
use crate::disk::{Chs, Geometry, SECTOR_BYTES};
use crate::types::{SegOff, lo8, lo16};

/// The diskette parameter table in ROM.
const PARAMETER_TABLE: SegOff = SegOff { seg: 0xF000, off: 0xEFC7 };
/// The vector that points to the table in use.
const VECTOR_1E: SegOff = SegOff { seg: 0, off: 0x1E * 4 };
/// Offset in the table of the byte that fills a formatted track.
const TABLE_FILL_BYTE: u16 = 8;
/// Drive type of AH=15h: a floppy drive with a disk-change line.
const TYPE_WITH_CHANGE_LINE: u8 = 2;

/// Runs the function in AH. *Errors*: the status for AH; else AH is the value returned.
pub(super) fn call(bios: &mut Bios<'_>, drive: usize) -> Result<u8, Status> {
    let function = bios.regs.ah();
    match function {
        0x00 => Ok(0),
        0x01 => last_status(bios, bda::FLOPPY_STATUS),
        _ if drive > 1 => Err(Status::INVALID),
        0x02 => access(bios, drive, Op::Read),
        0x03 => access(bios, drive, Op::Write),
        0x04 => access(bios, drive, Op::Verify),
        0x05 => int13_05_format(bios, drive),
        0x08 => int13_08_parameters(bios, drive),
        0x15 => int13_15_drive_type(bios, drive),
        0x16 => int13_16_change_line(bios, drive),
        0x17 => int13_17_set_disk_type(bios, drive),
        0x18 => int13_18_set_media_type(bios, drive),
        _ => Err(Status::INVALID),
    }
}

/// The disk's geometry, once the drive is ready. A change of disk is reported by one call, which
/// resets the line.
fn ready(bios: &mut Bios<'_>, drive: usize) -> Result<Geometry, Status> {
    let disk = Drive::Floppy(drive).disk(bios.drives).ok_or(Status::NOT_READY)?;
    let geometry = disk.geometry();
    if bios.drives.changed(drive) {
        bios.drives.clear_changed(drive);
        return Err(Status::CHANGED);
    }
    Ok(geometry)
}

fn write_enabled(bios: &mut Bios<'_>, drive: usize) -> Result<(), Status> {
    let disk = Drive::Floppy(drive).disk(bios.drives).ok_or(Status::NOT_READY)?;
    if disk.write_protected() { Err(Status::WRITE_PROTECTED) } else { Ok(()) }
}

/// AH=02h, 03h, 04h: AL sectors from CH, CL, DH; ES:BX is the buffer. AL returns the sectors moved.
fn access(bios: &mut Bios<'_>, drive: usize, op: Op) -> Result<u8, Status> {
    let count = u16::from(bios.regs.al());
    bios.regs.set_al(0);
    let (moved, result) = start(bios, drive, count, op)?;
    // At most the sectors of one cylinder, and never more than AL asked for.
    bios.regs.set_al(lo8(u32::from(moved)));
    result.map(|()| 0)
}

/// Checks what is known before the heads move, then transfers.
fn start(bios: &mut Bios<'_>, drive: usize, count: u16, op: Op) -> Result<(u16, Result<(), Status>), Status> {
    if count == 0 {
        return Err(Status::INVALID);
    }
    let buffer = Buffer::far(bios.regs.far(Seg::Es, bios.regs.bx()));
    if op != Op::Verify {
        buffer.check_dma(count)?;
    }
    let geometry = ready(bios, drive)?;
    if op == Op::Write {
        write_enabled(bios, drive)?;
    }
    let at = Chs {
        cylinder: u32::from(bios.regs.ch()),
        head: u32::from(bios.regs.dh()),
        // Source: IBM PC AT BIOS: CL goes to the controller as it is, bits 6 and 7 are no cylinder.
        sector: u32::from(bios.regs.cl()),
    };
    let lba = geometry.lba(at).ok_or(Status::NOT_FOUND)?;
    // The controller goes on with the other side, but does not step to the next cylinder.
    let cylinder = geometry.heads * geometry.sectors;
    let left = cylinder - (at.head * geometry.sectors + at.sector - 1);
    let reachable = count.min(lo16(left));
    let run = Run { drive: Drive::Floppy(drive), lba, count: reachable };
    let (moved, result) = transfer(bios, run, op, buffer);
    let result = result.and(if reachable < count { Err(Status::NOT_FOUND) } else { Ok(()) });
    Ok((moved, result))
}

/// AH=05h: formats the track CH of side DH; ES:BX lists cylinder, head, sector and size code of
/// each of AL sectors.
///
/// Gap: an image holds 512-byte sectors with their usual numbers only; a list that names others
/// ends with an error.
fn int13_05_format(bios: &mut Bios<'_>, drive: usize) -> Result<u8, Status> {
    /// 512 bytes.
    const SIZE_CODE: u8 = 2;
    let geometry = ready(bios, drive)?;
    write_enabled(bios, drive)?;
    let (cylinder, head) = (bios.regs.ch(), bios.regs.dh());
    let list = bios.regs.far(Seg::Es, bios.regs.bx());
    let table = bios.mem.read_far(VECTOR_1E);
    let fill = [bios.mem.read_u8(table.offset(TABLE_FILL_BYTE)); SECTOR_BYTES];
    if bios.regs.al() == 0 {
        return Err(Status::INVALID);
    }
    for entry in 0..u16::from(bios.regs.al()) {
        let mut id = [0; 4];
        bios.mem.read_bytes(list.offset(entry * 4), &mut id);
        let at = Chs { cylinder: u32::from(cylinder), head: u32::from(head), sector: u32::from(id[2]) };
        let usual = id[0] == cylinder && id[1] == head && id[3] == SIZE_CODE;
        let lba = geometry.lba(at).filter(|_| usual).ok_or(Status::NOT_FOUND)?;
        Drive::Floppy(drive).disk(bios.drives).ok_or(Status::NOT_READY)?.write(lba, &fill)?;
    }
    Ok(0)
}

/// AH=08h: what the drive, with the disk in it, can do; DL is the number of drives.
fn int13_08_parameters(bios: &mut Bios<'_>, drive: usize) -> Result<u8, Status> {
    let kind = bios.drives.floppy_types()[drive];
    let count = bios.drives.floppy_count();
    bios.regs.set_ax(0);
    bios.regs.set_bx(u16::from(kind));
    bios.regs.set_dl(count);
    if kind == 0 {
        // Source: IBM PC AT BIOS: no error, but nothing but zeros.
        bios.regs.set_dh(0);
        bios.regs.set_cx(0);
        set_table(bios, SegOff::default());
        return Ok(0);
    }
    let disk = Drive::Floppy(drive).disk(bios.drives);
    let geometry = disk.map_or_else(|| of_drive_type(kind), |disk| disk.geometry());
    bios.regs.set_ch(lo8(geometry.cylinders - 1));
    bios.regs.set_cl(lo8(geometry.sectors));
    bios.regs.set_dh(lo8(geometry.heads - 1));
    set_table(bios, PARAMETER_TABLE);
    Ok(0)
}

/// The largest format of an empty drive.
fn of_drive_type(kind: u8) -> Geometry {
    let (cylinders, sectors) = match kind {
        1 => (40, 9),
        2 => (80, 15),
        3 => (80, 9),
        5 => (80, 36),
        _ => (80, 18),
    };
    Geometry { cylinders, heads: 2, sectors }
}

/// ES:DI is the diskette parameter table.
fn set_table(bios: &mut Bios<'_>, at: SegOff) {
    bios.regs.set_es(at.seg);
    bios.regs.set_di(at.off);
}

/// AH=15h: the kind of drive; 0 if there is none.
fn int13_15_drive_type(bios: &mut Bios<'_>, drive: usize) -> Result<u8, Status> {
    Ok(if bios.drives.floppy_types()[drive] == 0 { 0 } else { TYPE_WITH_CHANGE_LINE })
}

/// AH=16h: the state of the disk-change line, which stays; an empty drive holds it active.
fn int13_16_change_line(bios: &mut Bios<'_>, drive: usize) -> Result<u8, Status> {
    if bios.drives.floppy_types()[drive] == 0 {
        return Err(Status::NOT_READY);
    }
    let empty = Drive::Floppy(drive).disk(bios.drives).is_none();
    if empty || bios.drives.changed(drive) { Err(Status::CHANGED) } else { Ok(0) }
}

/// AH=17h: AL names drive and disk for a format: 1 to 4. The image's geometry stays.
fn int13_17_set_disk_type(bios: &mut Bios<'_>, drive: usize) -> Result<u8, Status> {
    let known = (1..=4).contains(&bios.regs.al());
    ready(bios, drive)?;
    if known { Ok(0) } else { Err(Status::INVALID) }
}

/// AH=18h: CH is the last cylinder and CL the sectors a track of a format to come. An image can be
/// formatted only as what it is.
fn int13_18_set_media_type(bios: &mut Bios<'_>, drive: usize) -> Result<u8, Status> {
    let geometry = ready(bios, drive)?;
    let cylinders = u32::from(bios.regs.ch()) + (u32::from(bios.regs.cl() & 0xC0) << 2) + 1;
    if (cylinders, u32::from(bios.regs.cl() & 0x3F)) != (geometry.cylinders, geometry.sectors) {
        return Err(Status::WRONG_MEDIA);
    }
    set_table(bios, PARAMETER_TABLE);
    Ok(0)
}
