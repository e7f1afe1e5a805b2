//! INT 13h for hard disks by cylinder, head and sector: DL 80h and up.

use super::transfer::{Buffer, Op, Run, transfer};
use super::{Drive, Status, edd, last_status};
use crate::bios::{Bios, bda};
use crate::cpu::regs::Seg;
use crate::disk::{Chs, Geometry};
use crate::types::{SegOff, hi16, lo8, lo16};

/// Drive type of AH=15h: hard disk.
const TYPE_HARD_DISK: u8 = 3;
/// Cylinders that CH and two bits of CL can number.
const MAX_CYLINDERS: u32 = 1024;
/// Where the parameter tables of the first two disks lie: unused vectors, C0h to C7h. Source: AT
/// BIOSes with a user-defined drive type kept its table at 0000:0300.
const PARAMETER_TABLES: SegOff = SegOff { seg: 0, off: 0x300 };
/// Bytes in a parameter table.
const TABLE_BYTES: u16 = 16;
/// The vectors that point to them.
const TABLE_VECTORS: [u16; 2] = [0x41, 0x46];

/// Runs the function in AH. *Errors*: the status for AH; else AH is the value returned.
pub(super) fn call(bios: &mut Bios<'_>, index: usize) -> Result<u8, Status> {
    let function = bios.regs.ah();
    let Some(disk) = bios.drives.hard_disks.get(index) else { return without_disk(bios, function) };
    let geometry = disk.geometry();
    match function {
        // Set-up, reset, test and diagnosis have nothing to do, and succeed.
        0x00 | 0x09 | 0x0D | 0x10..=0x14 | 0x19 => Ok(0),
        0x01 => last_status(bios, bda::HARD_DISK_STATUS),
        0x02 => access(bios, index, geometry, Op::Read),
        0x03 => access(bios, index, geometry, Op::Write),
        0x04 => access(bios, index, geometry, Op::Verify),
        0x05 => int13_05_format(bios, index, geometry),
        0x08 => int13_08_parameters(bios, geometry),
        0x0C => int13_0c_seek(bios, geometry),
        0x15 => int13_15_drive_type(bios, index),
        0x41..=0x48 => edd::call(bios, index, function),
        _ => Err(Status::INVALID),
    }
}

/// A drive number that no disk has.
fn without_disk(bios: &mut Bios<'_>, function: u8) -> Result<u8, Status> {
    match function {
        0x01 => last_status(bios, bda::HARD_DISK_STATUS),
        0x08 => {
            bios.regs.set_cx(0);
            bios.regs.set_dx(0);
            Err(Status::NO_PARAMETERS)
        }
        0x15 => Ok(0),
        _ => Err(Status::INVALID),
    }
}

/// The address in CH, CL and DH.
fn address(bios: &Bios<'_>) -> Chs {
    let cl = u32::from(bios.regs.cl());
    Chs { cylinder: u32::from(bios.regs.ch()) | (cl & 0xC0) << 2, head: u32::from(bios.regs.dh()), sector: cl & 0x3F }
}

/// AH=02h, 03h, 04h: AL sectors from CH, CL, DH; ES:BX is the buffer. AL returns the sectors moved.
fn access(bios: &mut Bios<'_>, index: usize, geometry: Geometry, op: Op) -> Result<u8, Status> {
    let count = u16::from(bios.regs.al());
    let buffer = Buffer::far(bios.regs.far(Seg::Es, bios.regs.bx()));
    bios.regs.set_al(0);
    if count == 0 {
        return Err(Status::INVALID);
    }
    if op != Op::Verify {
        buffer.check_normalised(count)?;
    }
    let lba = geometry.lba(address(bios)).ok_or(Status::NOT_FOUND)?;
    let run = Run { drive: Drive::HardDisk(index), lba, count };
    let (moved, result) = transfer(bios, run, op, buffer);
    // Never more than AL asked for.
    bios.regs.set_al(lo8(u32::from(moved)));
    result.map(|()| 0)
}

/// AH=05h: the track must exist and the disk be writable; its data stays.
fn int13_05_format(bios: &mut Bios<'_>, index: usize, geometry: Geometry) -> Result<u8, Status> {
    let track = Chs { sector: 1, ..address(bios) };
    geometry.lba(track).ok_or(Status::NOT_FOUND)?;
    if bios.drives.hard_disks[index].write_protected() { Err(Status::WRITE_PROTECTED) } else { Ok(0) }
}

/// AH=08h: last cylinder, head and sector; DL is the number of hard disks.
fn int13_08_parameters(bios: &mut Bios<'_>, geometry: Geometry) -> Result<u8, Status> {
    let count = u8::try_from(bios.drives.hard_disks.len()).unwrap_or(u8::MAX);
    let last = geometry.cylinders.min(MAX_CYLINDERS) - 1;
    bios.regs.set_al(0);
    bios.regs.set_ch(lo8(last));
    bios.regs.set_cl(lo8(geometry.sectors | last >> 2 & 0xC0));
    bios.regs.set_dh(lo8(geometry.heads - 1));
    bios.regs.set_dl(count);
    Ok(0)
}

/// AH=0Ch: moves the heads.
fn int13_0c_seek(bios: &mut Bios<'_>, geometry: Geometry) -> Result<u8, Status> {
    let at = address(bios);
    if at.cylinder < geometry.cylinders && at.head < geometry.heads { Ok(0) } else { Err(Status::SEEK) }
}

/// AH=15h: the kind of drive; CX:DX is its size in sectors.
fn int13_15_drive_type(bios: &mut Bios<'_>, index: usize) -> Result<u8, Status> {
    let sectors = bios.drives.hard_disks[index].sector_count();
    let sectors = u32::try_from(sectors).unwrap_or(u32::MAX);
    bios.regs.set_cx(hi16(sectors));
    bios.regs.set_dx(lo16(sectors));
    Ok(TYPE_HARD_DISK)
}

/// Puts the parameter tables of the first two hard disks into low memory, and INT 41h and 46h on
/// them. Part of the power-on self test.
pub(in crate::bios) fn install_parameter_tables(bios: &mut Bios<'_>) {
    for (index, vector) in (0u16..).zip(TABLE_VECTORS) {
        let Some(disk) = bios.drives.hard_disks.get(usize::from(index)) else { break };
        let table = parameter_table(disk.geometry());
        let at = PARAMETER_TABLES.offset(index * TABLE_BYTES);
        bios.mem.write_bytes(at, &table);
        bios.mem.write_far(SegOff::new(0, vector * 4), at);
    }
}

/// Fixed disk parameter table.
///
/// | offset | size | meaning |
/// | --- | --- | --- |
/// | 00h | 2 | cylinders |
/// | 02h | 1 | heads |
/// | 05h | 2 | first cylinder with write precompensation, FFFFh for none |
/// | 08h | 1 | control byte: bit 3 set for more than 8 heads |
/// | 0Ch | 2 | landing zone |
/// | 0Eh | 1 | sectors a track |
///
/// Source: IBM PC AT Technical Reference, BIOS listing FD_TBL.
fn parameter_table(geometry: Geometry) -> [u8; 16] {
    let mut table = [0; 16];
    let cylinders = lo16(geometry.cylinders.min(MAX_CYLINDERS)).to_le_bytes();
    table[..2].copy_from_slice(&cylinders);
    table[2] = lo8(geometry.heads);
    table[5..7].copy_from_slice(&[0xFF, 0xFF]);
    table[8] = if geometry.heads > 8 { 8 } else { 0 };
    table[0x0C..0x0E].copy_from_slice(&cylinders);
    table[0x0E] = lo8(geometry.sectors);
    table
}
