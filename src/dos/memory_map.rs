//! Where the built-in DOS keeps its structures: in the guest's low memory, as any DOS does.
//!
//! | segment:offset | what |
//! | --- | --- |
//! | 0070:0000 | entry points: far jumps into the ROM, for vectors that must lie in RAM |
//! | 0070:0100 | headers of CON, AUX, PRN, CLOCK$ and the other devices |
//! | 0070:0200 | their entries |
//! | 00B0:0000 | DOS data segment |
//! | +0000h | entries of the NUL device |
//! | +0026h | list of lists; NUL's header at +48h |
//! | +0180h | swappable data area, with three stacks |
//! | +0980h | media descriptor of the host's drives |
//! | +09A0h | the drive parameter block of A: |
//! | +1000h | current directory structures, 26 |
//! | +1900h | system file table; its first entries and those of the config |
//! | +2C00h | a disk buffer, what is known of it, the table of FCBs |
//! | +3000h | country and code page tables |
//! | 04B0:0000 | first memory control block |
//! | C800:0000 | upper memory, up to E000:0000 |
//!
//! Source: RBIL, INT 21h/AH=52h and AX=5D06h (DOS 4 and 5 layouts).

use crate::types::SegOff;

/// Segment of the entry points.
pub(super) const ENTRY_SEGMENT: u16 = 0x0070;
/// Segment of DOS's data.
pub(super) const DATA_SEGMENT: u16 = 0x00B0;
/// Segment of the first memory control block: behind the data.
pub(super) const FIRST_MCB: u16 = 0x04B0;
/// Paragraph behind conventional memory, if nothing else says so.
pub(super) const CONVENTIONAL_END: u16 = 0xA000;

/// Upper memory: paragraphs that no adapter is at. What lies behind is left to expanded memory's page frame.
pub(super) const UPPER_START: u16 = 0xC800;
/// See [`UPPER_START`].
pub(super) const UPPER_END: u16 = 0xE000;

/// A place in DOS's data segment.
pub(super) const fn data(off: u16) -> SegOff {
    SegOff { seg: DATA_SEGMENT, off }
}

/// Entries of the NUL device: a driver's entries lie in its header's segment.
pub(super) const NUL_ENTRIES: SegOff = data(0x00);
/// Headers of the other devices, 18 bytes each.
pub(super) const DRIVER_HEADERS: SegOff = SegOff { seg: ENTRY_SEGMENT, off: 0x100 };
/// Their entries.
pub(super) const DRIVER_ENTRIES: SegOff = SegOff { seg: ENTRY_SEGMENT, off: 0x200 };
/// List of lists.
pub(super) const LIST_OF_LISTS: SegOff = data(0x26);
/// Header of the NUL device, within the list of lists.
pub(super) const NUL_HEADER: SegOff = data(0x48);
/// Swappable data area.
pub(super) const SDA: SegOff = data(0x180);
/// Current directory structures.
pub(super) const CDS_ARRAY: SegOff = data(0x1000);
/// System file tables.
pub(super) const SFT: SegOff = data(0x1900);
/// Table of the files that were opened by control block: empty, they are in the other.
pub(super) const FCB_TABLE: SegOff = data(0x2F00);
/// What DOS's disk buffers are, and the one that there is.
pub(super) const BUFFER_INFO: SegOff = data(0x2F10);
/// See [`BUFFER_INFO`].
pub(super) const BUFFER: SegOff = data(0x2C00);
/// Media descriptor that programs are told of host directories.
pub(super) const MEDIA: SegOff = data(0x980);
/// The drive parameter block of the floppy drive that no machine is without.
pub(super) const PARAMETER_BLOCK: SegOff = data(0x9A0);
/// Whether what is written is to be read again, as INT 21h/AH=2Eh was told.
pub(super) const VERIFY: SegOff = data(0x981);
/// Country and code page tables.
pub(super) const COUNTRY: SegOff = data(0x3000);
