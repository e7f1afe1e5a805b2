//! Builds a guest: prologue, reporting routines and the floppy around it.

use std::ops::{Deref, DerefMut};

use iced_x86::IcedError;
use iced_x86::code_asm::*;

use crate::tour::source::boot::{BOOT_AT, PROGRAM_AT};
use crate::tour::source::floppy::{FORMAT_160K, File, bootable};
use crate::tour::source::program::{Emit, Program};

/// Why building cannot fail at run time: it depends on nothing but the source.
const ASSEMBLES: &str = "the guest's source assembles";
/// Size of the smallest floppy.
const FLOPPY_BYTES: usize = 160 * 1024;

/// A guest program under construction: the assembler, plus routines that report.
pub(crate) struct Guest {
    program: Program,
    print: CodeLabel,
    verdict: CodeLabel,
}

impl Deref for Guest {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.program
    }
}

impl DerefMut for Guest {
    fn deref_mut(&mut self) -> &mut Program {
        &mut self.program
    }
}

impl Guest {
    fn new(origin: u16) -> Result<Guest, IcedError> {
        let mut program = Program::new(origin)?;
        let (print, verdict) = (program.create_label(), program.create_label());
        let mut guest = Guest { program, print, verdict };
        guest.emit_prologue()?;
        Ok(guest)
    }

    /// DS = ES = SS = 0, a stack below 7C00h, an empty 80 × 25 screen, interrupts on.
    fn emit_prologue(&mut self) -> Emit {
        self.cli()?;
        self.xor(ax, ax)?;
        self.mov(ds, ax)?;
        self.mov(es, ax)?;
        self.mov(ss, ax)?;
        self.mov(sp, u32::from(BOOT_AT))?;
        self.cld()?;
        self.sti()?;
        self.mov(ax, 3)?;
        self.int(0x10)
    }

    /// Emits: print `text` and a line end. Changes AX, BX and SI.
    pub(crate) fn line(&mut self, text: &str) -> Emit {
        let at = self.text(&format!("{text}\r\n"));
        let print = self.print;
        self.mov(si, at)?;
        self.call(print)
    }

    /// Emits: report the check `name`, passed if the zero flag is set. Changes AX, BX and SI.
    pub(crate) fn check(&mut self, name: &str) -> Emit {
        let at = self.text(&format!("{name}\r\n"));
        let verdict = self.verdict;
        self.mov(si, at)?; // MOV leaves the flags alone
        self.call(verdict)
    }

    /// Emits: the end of a polite guest: halt for ever, with interrupts on.
    pub(crate) fn rest(&mut self) -> Emit {
        let again = self.here()?;
        self.hlt()?;
        self.jmp(again)
    }

    /// Emits: point interrupt vector `number` to the address held in the word at `slot`.
    pub(crate) fn set_vector(&mut self, number: u32, slot: u32) -> Emit {
        self.mov(ax, word_ptr(slot))?;
        self.cli()?;
        self.mov(word_ptr(number * 4), ax)?;
        self.mov(word_ptr(number * 4 + 2), 0)?;
        self.sti()
    }

    fn emit_routines(&mut self) -> Emit {
        let pass = self.text("PASS ");
        let fail = self.text("FAIL ");
        let Guest { program: p, print, verdict } = self;
        let mut failed = p.create_label();
        p.place(verdict)?;
        p.push(si)?;
        p.mov(si, pass)?;
        p.jz(failed)?;
        p.mov(si, fail)?;
        p.place(&mut failed)?;
        p.call(*print)?;
        p.pop(si)?;
        p.place(print)?;
        let mut done = p.create_label();
        let next = p.here()?;
        p.lodsb()?;
        p.cmp(al, 0)?;
        p.je(done)?;
        p.mov(ah, 0x0E)?; // INT 10h/AH=0Eh: teletype
        p.mov(bx, 7)?;
        p.int(0x10)?;
        p.jmp(next)?;
        p.place(&mut done)?;
        p.ret()
    }

    fn finish(mut self) -> Result<Vec<u8>, IcedError> {
        self.emit_routines()?;
        self.program.link()
    }
}

/// A 160 KiB floppy whose boot sector is the code that `emit` emits, at 0000:7C00.
pub(crate) fn boot_sector(emit: impl FnOnce(&mut Guest) -> Emit) -> Vec<u8> {
    let mut guest = Guest::new(BOOT_AT).expect(ASSEMBLES);
    emit(&mut guest).expect(ASSEMBLES);
    let mut image = guest.finish().expect(ASSEMBLES);
    assert!(image.len() <= 510, "{} bytes: too long for a boot sector, use `program`", image.len());
    image.resize(510, 0);
    image.extend([0x55, 0xAA]);
    image.resize(FLOPPY_BYTES, 0);
    image
}

/// A 160 KiB floppy whose boot sector loads the code that `emit` emits to 0000:8000.
pub(crate) fn program(emit: impl FnOnce(&mut Guest) -> Emit) -> Vec<u8> {
    let mut guest = Guest::new(PROGRAM_AT).expect(ASSEMBLES);
    emit(&mut guest).expect(ASSEMBLES);
    let program = guest.finish().expect(ASSEMBLES);
    bootable(&FORMAT_160K, &[File { name: b"GUEST   BIN", contents: &program }]).expect(ASSEMBLES)
}
