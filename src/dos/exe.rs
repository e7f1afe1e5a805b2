//! Program files: what an MZ header says, and where the image goes. Pure.
//!
//! Source: RBIL, INT 21h/AH=4Bh, "Format of .EXE file header".

use super::error::DosError;

/// Bytes of the header's fixed part.
const HEADER_BYTES: usize = 0x1C;
/// Bytes of a page, in which the header counts the file.
const PAGE: usize = 512;
/// Most bytes of a .COM image: a segment without prefix and one word of stack.
const MOST_COM_BYTES: usize = 0x1_0000 - 0x100 - 2;
/// Most bytes of an image: all of conventional memory.
const MOST_BYTES: usize = 0xA_0000;

/// A program file, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Image<'a> {
    /// Loaded behind the prefix and entered at its first byte.
    Com(&'a [u8]),
    /// With a header.
    Exe(Exe<'a>),
}

/// A file with an MZ header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exe<'a> {
    /// The part that is loaded.
    pub(super) code: &'a [u8],
    /// Words of the image that the load segment is added to: segment and offset.
    relocations: Vec<(u16, u16)>,
    /// Paragraphs behind the image: needed, and wanted.
    pub(super) least: u16,
    pub(super) most: u16,
    /// SS:SP and CS:IP, from the load segment on.
    pub(super) stack: (u16, u16),
    pub(super) entry: (u16, u16),
}

impl<'a> Image<'a> {
    /// Reads a program file: one that begins with MZ or ZM has a header, whatever its name.
    pub(super) fn parse(file: &'a [u8]) -> Result<Image<'a>, DosError> {
        match file.get(..2) {
            Some(b"MZ" | b"ZM") if file.len() >= HEADER_BYTES => exe(file).map(Image::Exe),
            _ if file.len() > MOST_COM_BYTES => Err(DosError::NotEnoughMemory),
            _ => Ok(Image::Com(file)),
        }
    }
}

fn exe(file: &[u8]) -> Result<Exe<'_>, DosError> {
    let word = |at: usize| u16::from_le_bytes([file[at], file[at + 1]]);
    let header = usize::from(word(0x08)) * 16;
    let code = file.get(header..image_end(word(0x04), word(0x02)).min(file.len())).ok_or(DosError::InvalidFormat)?;
    if code.len() > MOST_BYTES {
        return Err(DosError::NotEnoughMemory);
    }
    let table = usize::from(word(0x18));
    let entries = file.get(table..table + usize::from(word(0x06)) * 4).ok_or(DosError::InvalidFormat)?;
    let relocation =
        |entry: &[u8]| (u16::from_le_bytes([entry[2], entry[3]]), u16::from_le_bytes([entry[0], entry[1]]));
    Ok(Exe {
        code,
        relocations: entries.chunks_exact(4).map(relocation).collect(),
        least: word(0x0A),
        most: word(0x0C),
        stack: (word(0x0E), word(0x10)),
        entry: (word(0x16), word(0x14)),
    })
}

/// Where the part of the file that is loaded ends.
///
/// Source: RBIL, as above: a last page of 0 bytes is a whole one, and so is, by a bug of early
/// linkers, one of 4 bytes.
fn image_end(pages: u16, last_page: u16) -> usize {
    let pages = usize::from(pages) * PAGE;
    match usize::from(last_page) {
        0 | 4 => pages,
        bytes => pages.saturating_sub(PAGE) + bytes.min(PAGE),
    }
}

impl Exe<'_> {
    /// The image as it lies in memory with its first byte at `segment`; `factor` is added to the words
    /// that name segments.
    pub(super) fn relocated(&self, factor: u16) -> Vec<u8> {
        let mut code = self.code.to_vec();
        for &(segment, offset) in &self.relocations {
            let at = usize::from(segment) * 16 + usize::from(offset);
            // A table may name words behind the image; there is nothing of ours to relocate.
            let Some(word) = code.get_mut(at..at + 2) else { continue };
            let value = u16::from_le_bytes([word[0], word[1]]).wrapping_add(factor);
            word.copy_from_slice(&value.to_le_bytes());
        }
        code
    }

    /// Paragraphs that the image takes.
    pub(super) fn paragraphs(&self) -> u16 {
        // At most 640 KiB.
        u16::try_from(self.code.len().div_ceil(16)).unwrap_or(u16::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of one page with a header of two paragraphs and one relocation.
    fn file() -> Vec<u8> {
        let mut file = vec![0; 0x30];
        let words = [0x5A4D, 0x30, 1, 1, 2, 0x10, 0xFFFF, 5, 0x80, 0, 0x0002, 1, 0x1C, 0, 0x0004, 0x0000];
        for (index, word) in words.into_iter().enumerate() {
            file[2 * index..2 * index + 2].copy_from_slice(&u16::to_le_bytes(word));
        }
        file[0x24..0x26].copy_from_slice(&[0x34, 0x12]);
        file
    }

    fn parsed(file: &[u8]) -> Exe<'_> {
        match Image::parse(file).unwrap() {
            Image::Exe(exe) => exe,
            Image::Com(_) => panic!("it has a header"),
        }
    }

    #[test]
    fn the_header_says_what_is_loaded_and_where_it_begins() {
        let file = file();
        let exe = parsed(&file);
        assert_eq!((exe.code.len(), exe.paragraphs()), (0x10, 1));
        assert_eq!((exe.stack, exe.entry), ((5, 0x80), (1, 2)));
        assert_eq!((exe.least, exe.most), (0x10, 0xFFFF));
    }

    #[test]
    fn relocated_words_get_the_load_segment() {
        let file = file();
        assert_eq!(parsed(&file).relocated(0x1000)[4..6], [0x34, 0x22]);
    }

    #[test]
    fn a_last_page_of_no_bytes_is_a_whole_one() {
        assert_eq!((image_end(2, 0), image_end(2, 1), image_end(2, 4)), (1024, 513, 1024));
        assert_eq!(image_end(0, 9), 9);
    }

    #[test]
    fn a_table_that_leads_out_of_the_file_is_refused() {
        let mut file = file();
        file[0x18] = 0xF0;
        assert_eq!(Image::parse(&file), Err(DosError::InvalidFormat));
        file[0x18] = 0x1C;
        file[0x08] = 0xFF;
        assert_eq!(Image::parse(&file), Err(DosError::InvalidFormat));
    }

    #[test]
    fn a_relocation_behind_the_image_is_left_out() {
        let mut file = file();
        file[0x1C] = 0x0F;
        assert_eq!(parsed(&file).relocated(1).len(), 0x10);
    }

    #[test]
    fn what_has_no_header_is_a_com_file_if_it_fits() {
        assert_eq!(Image::parse(b"\xC3"), Ok(Image::Com(b"\xC3")));
        assert_eq!(Image::parse(b"MZ"), Ok(Image::Com(b"MZ")));
        assert_eq!(Image::parse(&[0x90; 0xFF00]), Err(DosError::NotEnoughMemory));
    }
}
