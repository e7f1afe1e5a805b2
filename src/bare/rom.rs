//! Where a ROM image lies: near the end of the first megabyte, and once more below 4 GiB.

use std::sync::Arc;

use crate::mem::{Memory, PAGE_BYTES, PAGE_SIZE, Page};
use crate::types::PhysAddr;

/// The reset vector, FFFFFFF0h, and what is behind it.
pub const MIN_IMAGE_BYTES: usize = 16;
/// The largest image. One that ends at 1 MiB can have 1 MiB.
pub const MAX_IMAGE_BYTES: usize = 16 << 20;

/// Where an image ends unless its place is given.
const LOW_END: u64 = 1 << 20;
/// Where the copy that holds the reset vector ends.
const HIGH_END: u64 = 1 << 32;

/// Why an image cannot be placed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RomError {
    /// No byte at all.
    #[error("the image is empty")]
    Empty,
    /// Nothing would be at the reset vector.
    #[error("the image has {bytes} bytes; the reset vector needs the last 16")]
    Short {
        /// Its size.
        bytes: usize,
    },
    /// More than [`MAX_IMAGE_BYTES`], or than 1 MiB where it is to end there.
    #[error("the image is larger than {} MiB", .most >> 20)]
    Large {
        /// *Units*: bytes.
        most: usize,
    },
    /// The address is not that of a page.
    #[error("address {at:#X} is no multiple of {PAGE_BYTES:#X}")]
    Unaligned {
        /// The address.
        at: u32,
    },
    /// The image would wrap around.
    #[error("an image of {bytes:#X} bytes at {at:#X} would end beyond 4 GiB")]
    BeyondEnd {
        /// The address.
        at: u32,
        /// The image's size.
        bytes: usize,
    },
    /// The two copies would overlap.
    #[error("an image of {bytes:#X} bytes at {at:#X} would overlap its copy that ends at 4 GiB")]
    OverlapsCopy {
        /// The address.
        at: u32,
        /// The image's size.
        bytes: usize,
    },
}

/// Puts `image` at `at`, or so that it ends at 1 MiB, and so that it ends at 4 GiB.
pub(super) fn map(mem: &mut Memory, image: &[u8], at: Option<PhysAddr>) -> Result<(), RomError> {
    check_size(image, if at.is_some() { MAX_IMAGE_BYTES } else { 1 << 20 })?;
    match at {
        Some(at) => {
            check_place(image.len(), at)?;
            mem.map_rom(at, &pages(image, 0));
        }
        None => map_ending_at(mem, image, LOW_END),
    }
    map_ending_at(mem, image, HIGH_END);
    Ok(())
}

fn check_size(image: &[u8], most: usize) -> Result<(), RomError> {
    match image.len() {
        0 => Err(RomError::Empty),
        bytes if bytes < MIN_IMAGE_BYTES => Err(RomError::Short { bytes }),
        bytes if bytes > most => Err(RomError::Large { most }),
        _ => Ok(()),
    }
}

fn check_place(bytes: usize, at: PhysAddr) -> Result<(), RomError> {
    let at = at.0;
    if !at.is_multiple_of(PAGE_BYTES) {
        return Err(RomError::Unaligned { at });
    }
    let end = u64::from(at) + bytes as u64;
    let copy = HIGH_END - bytes.next_multiple_of(PAGE_SIZE) as u64;
    if end > HIGH_END {
        Err(RomError::BeyondEnd { at, bytes })
    } else if end != HIGH_END && end > copy {
        Err(RomError::OverlapsCopy { at, bytes })
    } else {
        Ok(())
    }
}

fn map_ending_at(mem: &mut Memory, image: &[u8], end: u64) {
    let pad = image.len().next_multiple_of(PAGE_SIZE) - image.len();
    let start = end - (image.len() + pad) as u64;
    // Lies below `HIGH_END`, since no image is empty.
    mem.map_rom(PhysAddr(crate::types::lo32(start)), &pages(image, pad));
}

/// The image as pages, behind `pad` bytes; bytes that it does not fill are FFh, as in an EPROM.
fn pages(image: &[u8], pad: usize) -> Vec<Arc<Page>> {
    let mut rest = image;
    let mut at = pad;
    let mut pages = Vec::new();
    while !rest.is_empty() {
        let mut page = [0xFF; PAGE_SIZE];
        let (part, tail) = rest.split_at(rest.len().min(PAGE_SIZE - at));
        page[at..at + part.len()].copy_from_slice(part);
        pages.push(Arc::new(page));
        (rest, at) = (tail, 0);
    }
    pages
}
