//! INT 13h AH=41h–48h: hard disks by linear sector, described by packets.
//!
//! Disk address packet, at DS:SI:
//!
//! | offset | size | meaning |
//! | --- | --- | --- |
//! | 00h | 1 | size of the packet: 10h, or 18h with the last field |
//! | 02h | 2 | sectors; returns those moved |
//! | 04h | 4 | far pointer to the buffer; FFFF:FFFF: see 10h |
//! | 08h | 8 | first sector |
//! | 10h | 8 | flat address of the buffer |
//!
//! Source: Phoenix, Enhanced Disk Drive Specification 3.0.

use super::transfer::{Buffer, Op, Run, transfer};
use super::{Drive, Status};
use crate::bios::Bios;
use crate::cpu::regs::Seg;
use crate::disk::{Disk, SECTOR_BYTES};
use crate::types::{SegOff, lo16};

/// AH of the installation check: EDD 3.0.
const VERSION: u8 = 0x30;
/// CX of the installation check: packet calls (bit 0) and drive parameters (bit 2).
const SUBSETS: u16 = 0b101;
/// Smallest packet.
const PACKET_BYTES: u8 = 0x10;
/// Packet with a flat address.
const FLAT_PACKET_BYTES: u8 = 0x18;
/// Most sectors in one call: what a segment holds.
const MAX_SECTORS: u16 = 0x80;
/// First byte beyond conventional memory and the adapters'.
const EXTENDED_MEMORY: u64 = 0x10_0000;
/// A pointer that points nowhere.
const NOWHERE: SegOff = SegOff { seg: 0xFFFF, off: 0xFFFF };

/// Runs `function`, 41h to 48h, on a hard disk that exists.
pub(super) fn call(bios: &mut Bios<'_>, index: usize, function: u8) -> Result<u8, Status> {
    match function {
        0x41 => int13_41_installation_check(bios),
        0x42 => access(bios, index, Op::Read),
        // AL: 0 and 1 write, 2 writes and verifies.
        0x43 if bios.regs.al() > 2 => Err(Status::INVALID),
        0x43 => access(bios, index, Op::Write),
        0x44 => access(bios, index, Op::Verify),
        0x47 => int13_47_seek(bios, index),
        0x48 => int13_48_parameters(bios, index),
        // 45h locks and 46h ejects removable media.
        _ => Err(Status::NOT_REMOVABLE),
    }
}

/// AH=41h: BX=55AAh asks, BX=AA55h answers.
fn int13_41_installation_check(bios: &mut Bios<'_>) -> Result<u8, Status> {
    if bios.regs.bx() != 0x55AA {
        return Err(Status::INVALID);
    }
    bios.regs.set_bx(0xAA55);
    bios.regs.set_cx(SUBSETS);
    Ok(VERSION)
}

/// What a packet asks for.
struct Packet {
    at: SegOff,
    count: u16,
    lba: u64,
}

impl Packet {
    fn read(bios: &Bios<'_>) -> Result<Packet, Status> {
        let at = bios.regs.far(Seg::Ds, bios.regs.si());
        let count = bios.mem.read_u16(at.offset(2));
        if bios.mem.read_u8(at) < PACKET_BYTES || count > MAX_SECTORS {
            return Err(Status::INVALID);
        }
        Ok(Packet { at, count, lba: read_u64(bios, at.offset(8)) })
    }

    /// The buffer, checked.
    fn buffer(&self, bios: &Bios<'_>) -> Result<Buffer, Status> {
        let far = bios.mem.read_far(self.at.offset(4));
        if far == NOWHERE && bios.mem.read_u8(self.at) >= FLAT_PACKET_BYTES {
            return self.flat_buffer(bios);
        }
        let buffer = Buffer::far(far);
        buffer.check_normalised(self.count).map(|()| buffer)
    }

    /// The flat address, which must lie in memory that is the guest's.
    fn flat_buffer(&self, bios: &Bios<'_>) -> Result<Buffer, Status> {
        let start = read_u64(bios, self.at.offset(0x10));
        let end = start.saturating_add(u64::from(self.count) * SECTOR_BYTES as u64);
        let address = u32::try_from(start).map_err(|_| Status::INVALID)?;
        if end > EXTENDED_MEMORY + u64::from(bios.extended_bytes) {
            Err(Status::INVALID)
        } else {
            Ok(Buffer::Physical(address))
        }
    }
}

fn read_u64(bios: &Bios<'_>, at: SegOff) -> u64 {
    u64::from(bios.mem.read_u32(at)) | u64::from(bios.mem.read_u32(at.offset(4))) << 32
}

/// AH=42h, 43h, 44h: moves the sectors of a packet, which returns their number.
fn access(bios: &mut Bios<'_>, index: usize, op: Op) -> Result<u8, Status> {
    let packet = Packet::read(bios)?;
    let buffer = if op == Op::Verify { Ok(Buffer::Linear(0)) } else { packet.buffer(bios) };
    let buffer = match buffer {
        Ok(buffer) => buffer,
        Err(status) => return finish(bios, &packet, 0, Err(status)),
    };
    let run = Run { drive: Drive::HardDisk(index), lba: packet.lba, count: packet.count };
    let (moved, result) = transfer(bios, run, op, buffer);
    finish(bios, &packet, moved, result)
}

fn finish(bios: &mut Bios<'_>, packet: &Packet, moved: u16, result: Result<(), Status>) -> Result<u8, Status> {
    bios.mem.write_u16(packet.at.offset(2), moved);
    result.map(|()| 0)
}

/// AH=47h: moves the heads.
fn int13_47_seek(bios: &mut Bios<'_>, index: usize) -> Result<u8, Status> {
    let packet = Packet::read(bios)?;
    if packet.lba < bios.drives.hard_disks[index].sector_count() { Ok(0) } else { Err(Status::SEEK) }
}

/// AH=48h: fills the result buffer at DS:SI, whose first word is its size.
///
/// | offset | size | meaning |
/// | --- | --- | --- |
/// | 00h | 2 | size of the buffer; returns what is filled, 1Ah or 1Eh |
/// | 02h | 2 | flags |
/// | 04h | 4 | cylinders |
/// | 08h | 4 | heads |
/// | 0Ch | 4 | sectors a track |
/// | 10h | 8 | sectors |
/// | 18h | 2 | bytes a sector |
/// | 1Ah | 4 | far pointer to the configuration parameters, FFFF:FFFF for none |
fn int13_48_parameters(bios: &mut Bios<'_>, index: usize) -> Result<u8, Status> {
    let at = bios.regs.far(Seg::Ds, bios.regs.si());
    let room = bios.mem.read_u16(at);
    if room < 0x1A {
        return Err(Status::INVALID);
    }
    let mut result = [0xFF; 0x1E];
    result[..0x1A].copy_from_slice(&parameters(&bios.drives.hard_disks[index]));
    let filled = if room < 0x1E { 0x1A } else { 0x1E };
    result[0] = filled;
    bios.mem.write_bytes(at, &result[..usize::from(filled)]);
    Ok(0)
}

/// The first part of the result buffer of AH=48h, but for its size.
fn parameters(disk: &Disk) -> [u8; 0x1A] {
    /// Flag: DMA boundaries are handled.
    const DMA_HANDLED: u16 = 1 << 0;
    /// Flag: cylinders, heads and sectors a track are valid.
    const CHS_VALID: u16 = 1 << 1;
    /// Flag: writing with verify works.
    const WRITE_VERIFY: u16 = 1 << 3;
    // Source: EDD 3.0: with more sectors than 16383 cylinders of 16 heads and 63 sectors, CHS says nothing.
    const MAX_CHS_SECTORS: u64 = 16383 * 16 * 63;
    let geometry = disk.geometry();
    let mut flags = DMA_HANDLED | WRITE_VERIFY;
    if disk.sector_count() <= MAX_CHS_SECTORS {
        flags |= CHS_VALID;
    }
    let mut result = [0; 0x1A];
    result[2..4].copy_from_slice(&flags.to_le_bytes());
    result[4..8].copy_from_slice(&geometry.cylinders.to_le_bytes());
    result[8..12].copy_from_slice(&geometry.heads.to_le_bytes());
    result[12..16].copy_from_slice(&geometry.sectors.to_le_bytes());
    result[16..24].copy_from_slice(&disk.sector_count().to_le_bytes());
    result[24..].copy_from_slice(&lo16(512).to_le_bytes());
    result
}
