//! The tour: what is on the floppy.

pub(crate) mod boot;
pub(crate) mod floppy;
pub(crate) mod program;

use iced_x86::IcedError;
use iced_x86::code_asm::*;

use boot::PROGRAM_AT;
use floppy::{FORMAT_160K, File};
use program::Program;

/// The whole floppy image.
pub(crate) fn image() -> Result<Vec<u8>, IcedError> {
    let program = program()?;
    let files = [
        File { name: b"TOUR    BIN", contents: &program },
        File { name: b"README  TXT", contents: include_bytes!("readme.txt") },
    ];
    floppy::bootable(&FORMAT_160K, &files)
}

/// TOUR.BIN.
fn program() -> Result<Vec<u8>, IcedError> {
    let mut p = Program::new(PROGRAM_AT)?;
    let hello = p.text("dosmux tour\r\n");
    p.mov(si, hello)?;
    let print = p.here()?;
    p.lodsb()?;
    p.mov(ah, 0x0E)?;
    p.mov(bx, 7)?;
    p.int(0x10)?;
    p.cmp(byte_ptr(si), 0)?;
    p.jne(print)?;
    let wait = p.here()?;
    p.xor(ah, ah)?;
    p.int(0x16)?;
    p.jmp(wait)?;
    p.link()
}
