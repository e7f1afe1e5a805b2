//! The boot sector: what the BIOS loads to 0000:7C00 and starts.
//!
//! It reads the program that lies at a known place on the disk and jumps to it. A boot sector has
//! no more than 510 bytes, so it does only that, and it trusts nothing but the BIOS: it sets up
//! its own segments and stack, addresses the disk by cylinder, head and sector, and tries each
//! read several times, because a real drive's motor may not yet be at speed.
//! Source: IBM PC AT Technical Reference, BIOS: INT 19h loads the sector; DL is the boot drive.

use iced_x86::IcedError;
use iced_x86::code_asm::*;

use super::floppy::{Extent, Format};
use super::program::{Emit, Program};

/// Where the BIOS puts the boot sector; the stack grows down from it.
pub(crate) const BOOT_AT: u16 = 0x7C00;
/// Where the program is loaded.
pub(crate) const PROGRAM_AT: u16 = 0x8000;
/// How often a sector is tried.
const TRIES: u32 = 5;
/// Size of a sector.
const SECTOR: u32 = 512;

/// The boot sector of a disk in `format`, loading `program` (an extent of the same disk).
pub(crate) fn boot_sector(format: &Format, program: Extent) -> Result<Vec<u8>, IcedError> {
    let mut p = Program::new(BOOT_AT)?;
    p.bytes(&format.parameter_block());
    emit(&mut p, format, program)?;
    let mut sector = p.link()?;
    assert!(sector.len() <= 510, "the boot sector is full");
    sector.resize(510, 0);
    sector.extend([0x55, 0xAA]);
    Ok(sector)
}

/// Sets up the segments and the stack, loads the program sector by sector and starts it with the
/// boot drive in DL.
fn emit(p: &mut Program, format: &Format, program: Extent) -> Emit {
    let failed_text = p.text("Cannot read the disk. Press a key to try again.\r\n");
    let drive = p.room(1);
    let mut next_sector = p.create_label();
    let mut failed = p.create_label();

    p.cli()?; // no interrupt may use a stack that is half set up
    p.xor(ax, ax)?;
    p.mov(ds, ax)?;
    p.mov(es, ax)?;
    p.mov(ss, ax)?;
    p.mov(sp, u32::from(BOOT_AT))?;
    p.sti()?;
    p.cld()?;
    p.mov(byte_ptr(drive), dl)?;

    p.mov(si, program.first_sector)?; // SI: linear sector
    p.mov(bx, u32::from(PROGRAM_AT))?; // ES:BX: where it goes
    p.place(&mut next_sector)?;
    p.mov(di, TRIES)?;
    let retry = p.here()?;
    // Sector = LBA mod sectors + 1; head and cylinder = quotient mod and div heads.
    p.mov(ax, si)?;
    p.xor(dx, dx)?;
    p.mov(cx, format.sectors)?;
    p.div(cx)?;
    p.mov(cl, dl)?;
    p.inc(cl)?;
    p.xor(dx, dx)?;
    p.mov(bp, format.heads)?;
    p.div(bp)?;
    p.mov(ch, al)?;
    p.mov(dh, dl)?;
    p.mov(dl, byte_ptr(drive))?;
    p.mov(ax, 0x0201)?; // INT 13h/AH=02h: read one sector
    p.int(0x13)?;
    let mut read = p.create_label();
    p.jnc(read)?;
    p.xor(ah, ah)?; // INT 13h/AH=00h: bring the drive to a known state
    p.int(0x13)?;
    p.dec(di)?;
    p.jnz(retry)?;
    p.jmp(failed)?;

    p.place(&mut read)?;
    p.inc(si)?;
    p.add(bx, SECTOR)?;
    p.cmp(si, program.first_sector + program.sectors)?;
    p.jb(next_sector)?;
    p.mov(dl, byte_ptr(drive))?;
    p.mov(ax, u32::from(PROGRAM_AT))?;
    p.jmp(ax)?;

    p.place(&mut failed)?;
    p.mov(si, failed_text)?;
    let print = p.here()?;
    p.lodsb()?;
    p.mov(ah, 0x0E)?;
    p.mov(bx, 7)?;
    p.int(0x10)?;
    p.cmp(byte_ptr(si), 0)?;
    p.jne(print)?;
    p.xor(ah, ah)?; // INT 16h/AH=00h waits for a key
    p.int(0x16)?;
    p.int(0x19) // and the BIOS boots again
}
