//! Making a process of a program file: INT 21h/AH=4Bh without the file's part.

use super::error::DosError;
use super::exe::{Exe, Image};
use super::memory_map::SDA;
use super::{Dos, Outcome, psp, sda};
use crate::types::SegOff;

/// Bytes of the stack of a .COM program: its segment's last word is 0.
const COM_STACK: u16 = 0xFFFE;
/// FLAGS of a new program: interrupts on.
const NEW_FLAGS: u16 = 0x0202;

/// What a new process gets from its parent.
pub(super) struct Start<'a> {
    /// Name in the memory control block.
    pub(super) name: &'a [u8],
    /// Command tail, without its carriage return.
    pub(super) tail: &'a [u8],
    /// Segment of the environment, which becomes the process's own.
    pub(super) environment: u16,
    /// Where the parent goes on.
    pub(super) back: SegOff,
}

/// Where a loaded program begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Loaded {
    pub(super) psp: u16,
    pub(super) entry: SegOff,
    pub(super) stack: SegOff,
}

impl Dos<'_> {
    /// Loads `image` as a child of the current process.
    pub(super) fn load(&mut self, image: &Image<'_>, start: &Start<'_>) -> Result<Loaded, DosError> {
        let loaded = match image {
            Image::Com(code) => self.load_com(code)?,
            Image::Exe(exe) => self.load_exe(exe)?,
        };
        let parent = sda::CURRENT_PSP.get(&self.mem, SDA);
        let at = psp::base(loaded.psp);
        psp::PARENT.set(&mut self.mem, at, parent);
        psp::TERMINATE.set(&mut self.mem, at, start.back);
        psp::ENVIRONMENT.set(&mut self.mem, at, start.environment);
        psp::set_tail(&mut self.mem, loaded.psp, start.tail);
        let chain = self.state.memory.chain;
        chain.assign(&mut self.mem, loaded.psp, loaded.psp, Some(start.name))?;
        if start.environment != 0 {
            chain.assign(&mut self.mem, start.environment, loaded.psp, None)?;
        }
        Ok(loaded)
    }

    /// A .COM program gets the largest block there is.
    fn load_com(&mut self, code: &[u8]) -> Result<Loaded, DosError> {
        let needed = psp::PARAGRAPHS + u16::try_from(code.len().div_ceil(16)).unwrap_or(u16::MAX) + 1;
        let (psp, end) = self.allocate_program(needed, u16::MAX)?;
        self.mem.write_bytes(SegOff::new(psp, 0x100), code);
        let top = (u32::from(end - psp) * 16).min(0x1_0000);
        let sp = u16::try_from(top - 2).unwrap_or(COM_STACK);
        self.mem.write_u16(SegOff::new(psp, sp), 0);
        Ok(Loaded { psp, entry: SegOff::new(psp, 0x100), stack: SegOff::new(psp, sp) })
    }

    /// An .EXE program gets what its header wants, down to what it needs. One that wants and needs
    /// nothing behind its image is loaded as high as its block allows.
    fn load_exe(&mut self, exe: &Exe<'_>) -> Result<Loaded, DosError> {
        let fixed = psp::PARAGRAPHS.saturating_add(exe.paragraphs());
        let (psp, end) = self.allocate_program(fixed.saturating_add(exe.least), fixed.saturating_add(exe.most))?;
        let high = exe.least == 0 && exe.most == 0;
        let segment = if high { end - exe.paragraphs() } else { psp + psp::PARAGRAPHS };
        self.write_image(segment, &exe.relocated(segment));
        let place = |(seg, off): (u16, u16)| SegOff::new(segment.wrapping_add(seg), off);
        Ok(Loaded { psp, entry: place(exe.entry), stack: place(exe.stack) })
    }

    /// A block of at least `least` and at most `most` paragraphs with a fresh prefix at its start;
    /// returns its segment and the one behind it.
    fn allocate_program(&mut self, least: u16, most: u16) -> Result<(u16, u16), DosError> {
        let least = least.max(psp::PARAGRAPHS + 1);
        let (psp, end) = self.allocate_between(least, most.max(least), psp_owner())?;
        psp::create(&mut self.mem, psp, end, self.state.version);
        Ok((psp, end))
    }

    /// Writes an image of any size from `segment` on.
    pub(super) fn write_image(&mut self, segment: u16, image: &[u8]) {
        let mut to = segment;
        for paragraph in image.chunks(16) {
            self.mem.write_bytes(SegOff::new(to, 0), paragraph);
            to = to.wrapping_add(1);
        }
    }

    /// Makes `psp` the current process, with its transfer area in its prefix.
    pub(super) fn make_current(&mut self, psp: u16) {
        sda::CURRENT_PSP.set(&mut self.mem, SDA, psp);
        sda::DTA.set(&mut self.mem, SDA, SegOff::new(psp, 0x80));
    }

    /// What a program finds in AL and AH: whether the drives in its two file control blocks are there.
    ///
    /// Source: RBIL, INT 21h/AH=4Bh, "values on entry".
    fn drives_of_blocks(&self, psp: u16) -> u16 {
        const THERE: u8 = 0x00;
        const NOT_THERE: u8 = 0xFF;
        let state = |fcb: u16| match self.mem.read_u8(SegOff::new(psp, fcb)).checked_sub(1) {
            Some(drive) if self.drive(drive).is_err() => NOT_THERE,
            _ => THERE,
        };
        u16::from_le_bytes([state(psp::FCB1), state(psp::FCB2)])
    }

    /// Makes a loaded program the current process and goes to its entry.
    pub(super) fn start(&mut self, loaded: Loaded) -> Outcome {
        self.make_current(loaded.psp);
        let drives = self.drives_of_blocks(loaded.psp);
        let regs = &mut *self.regs;
        regs.set_ax(drives);
        regs.set_bx(drives);
        // Source: RBIL, INT 21h/AH=4Bh: what programs are used to find in the other registers.
        regs.set_cx(0x00FF);
        regs.set_dx(loaded.psp);
        regs.set_si(loaded.entry.off);
        regs.set_di(loaded.stack.off);
        regs.set_bp(0x091C);
        regs.set_ds(loaded.psp);
        regs.set_es(loaded.psp);
        regs.set_ss(loaded.stack.seg);
        // The frame of an interrupt that returns to the entry.
        let frame = loaded.stack.off.wrapping_sub(6);
        regs.set_sp(frame);
        let at = SegOff::new(loaded.stack.seg, frame);
        self.mem.write_far(at, loaded.entry);
        self.mem.write_u16(at.offset(4), NEW_FLAGS);
        Outcome::Return
    }
}

/// Owner of a block until its prefix is there.
fn psp_owner() -> u16 {
    super::mcb::DOS
}
