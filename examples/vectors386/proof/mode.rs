//! The modes in which a case can run.

use super::layout::{BASES, selector};

/// Mode, privilege level and size of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    /// Real mode.
    Real,
    /// Virtual-8086 mode.
    V86,
    /// Protected mode, level 0, 16-bit code and stack.
    System16,
    /// Protected mode, level 0, 32-bit code and stack.
    System32,
    /// Protected mode, level 3, 16-bit code and stack.
    User16,
    /// Protected mode, level 3, 32-bit code and stack.
    User32,
}

/// Order of the segment registers in arrays: as the processor numbers them.
pub(crate) const SEGMENT_NAMES: [&str; 6] = ["es", "cs", "ss", "ds", "fs", "gs"];
/// Index of CS.
pub(crate) const CS: usize = 1;
/// Index of SS.
pub(crate) const SS: usize = 2;

impl Mode {
    pub(crate) const ALL: [Mode; 6] =
        [Mode::Real, Mode::V86, Mode::System16, Mode::System32, Mode::User16, Mode::User32];

    /// Its name in the vector files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Mode::Real => "real",
            Mode::V86 => "v86",
            Mode::System16 => "s16",
            Mode::System32 => "s32",
            Mode::User16 => "u16",
            Mode::User32 => "u32",
        }
    }

    /// The mode of that name.
    pub(crate) fn named(name: &str) -> Option<Mode> {
        Mode::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// Bits of a default operand.
    pub(crate) fn bitness(self) -> u32 {
        if matches!(self, Mode::System32 | Mode::User32) { 32 } else { 16 }
    }

    /// Segment registers hold paragraphs, not selectors.
    pub(crate) fn paragraphs(self) -> bool {
        matches!(self, Mode::Real | Mode::V86)
    }

    /// Exceptions push on the case's own stack.
    pub(crate) fn shares_stack(self) -> bool {
        matches!(self, Mode::Real | Mode::System16 | Mode::System32)
    }

    /// The segment registers that a case starts with unless it says otherwise.
    pub(crate) fn segments(self) -> [u16; 6] {
        // The order of descriptors: ES, CS 16, SS 16, DS, FS, GS, CS 32, SS 32.
        let protected = |first: u16, rpl: u16, wide: bool| {
            let at = |index: u16| first + index * 8 + rpl;
            let (cs, ss) = if wide { (at(6), at(7)) } else { (at(1), at(2)) };
            [at(0), cs, ss, at(3), at(4), at(5)]
        };
        match self {
            Mode::Real | Mode::V86 => BASES.map(|base| u16::try_from(base >> 4).expect("in range")),
            Mode::System16 => protected(selector::SYSTEM, 0, false),
            Mode::System32 => protected(selector::SYSTEM, 0, true),
            Mode::User16 => protected(selector::USER, 3, false),
            Mode::User32 => protected(selector::USER, 3, true),
        }
    }

    /// EFLAGS bits that belong to the mode: bit 1, and VM.
    pub(crate) fn eflags(self) -> u32 {
        if self == Mode::V86 { 0x2_0002 } else { 2 }
    }
}
