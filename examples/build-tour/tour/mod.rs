//! The tour: what is on the floppy.
//!
//! | file | what it is |
//! | --- | --- |
//! | `boot` | the boot sector |
//! | `floppy` | the file system around the program |
//! | `program` | assembler and linker |
//! | `kit` | routines that all pages call |
//! | `corner` | the clock in the corner |
//! | `menu` | the menu |
//! | `pages` | one file for each line of the menu |

pub(crate) mod boot;
mod corner;
pub(crate) mod floppy;
mod kit;
mod menu;
mod pages;
pub(crate) mod program;

use iced_x86::IcedError;
use iced_x86::code_asm::*;

use boot::PROGRAM_AT;
use floppy::{FORMAT_160K, File};
use kit::Kit;
use program::{Emit, Program};

/// The debug port: a byte written there goes to the session's log. Elsewhere nobody listens.
const DEBUG_PORT: u32 = 0xE9;

/// The whole floppy image.
pub(crate) fn image() -> Result<Vec<u8>, IcedError> {
    let program = program()?;
    let files = [
        File { name: b"TOUR    BIN", contents: &program },
        File { name: b"README  TXT", contents: include_bytes!("readme.txt") },
    ];
    floppy::bootable(&FORMAT_160K, &files)
}

/// TOUR.BIN: starts with everything at zero but CS:IP, SP and DL, as the boot sector leaves it.
fn program() -> Result<Vec<u8>, IcedError> {
    let mut p = Program::new(PROGRAM_AT)?;
    let mut kit = Kit::new(&mut p);
    let mut hook = p.create_label();
    p.mov(ax, 0x0003)?; // INT 10h/AH=00h: 80 × 25 text
    p.int(0x10)?;
    p.call(hook)?;
    emit_log(&mut p, "tour: ready\n")?;
    menu::emit(&mut p, &kit, pages::ALL)?;
    kit.emit(&mut p)?;
    corner::emit(&mut p, &mut kit, &mut hook)?;
    p.link()
}

/// Emits: write `text` to the debug port.
fn emit_log(p: &mut Program, text: &str) -> Emit {
    let at = p.text(text);
    p.mov(si, at)?;
    p.mov(cx, u32::try_from(text.len()).expect("a line is short"))?;
    let next = p.here()?;
    p.lodsb()?;
    p.out(DEBUG_PORT, al)?;
    p.loop_(next)
}
