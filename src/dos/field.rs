//! Fields of the structures that DOS keeps in guest memory, by offset from wherever one lies.

use crate::mem::GuestMemory;
use crate::types::SegOff;

/// A byte of a structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Byte(pub(super) u16);

/// A word of a structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word(pub(super) u16);

/// A doubleword of a structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dword(pub(super) u16);

/// A far pointer of a structure: offset, then segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Far(pub(super) u16);

macro_rules! field {
    ($name:ident, $value:ty, $read:ident, $write:ident) => {
        impl $name {
            /// The field of the structure at `base`.
            pub(super) fn get(self, mem: &GuestMemory<'_>, base: SegOff) -> $value {
                mem.$read(base.offset(self.0))
            }

            /// Sets the field of the structure at `base`.
            pub(super) fn set(self, mem: &mut GuestMemory<'_>, base: SegOff, value: $value) {
                mem.$write(base.offset(self.0), value);
            }
        }
    };
}

field!(Byte, u8, read_u8, write_u8);
field!(Word, u16, read_u16, write_u16);
field!(Dword, u32, read_u32, write_u32);
field!(Far, SegOff, read_far, write_far);
