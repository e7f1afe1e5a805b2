//! Character generators of code page 437: 8×8 from the `font8x8` crate, and taller ones scaled
//! from it.
//!
//! Line `n` of a character of height `h` is line `n × 8 / h` of the 8×8 one, so that box-drawing
//! characters still reach from edge to edge. Characters that the crate lacks are a hollow box.

use font8x8::{BASIC_FONTS, BLOCK_FONTS, BOX_FONTS, GREEK_FONTS, LATIN_FONTS, MISC_FONTS, UnicodeFonts};

use crate::screen::cp437_to_char;

/// Shown for a character without a glyph.
const HOLLOW_BOX: [u8; 8] = [0x00, 0x7E, 0x42, 0x42, 0x42, 0x42, 0x7E, 0x00];

/// The lines of one character, top first, bit 7 leftmost.
fn glyph(code: u8) -> [u8; 8] {
    let c = cp437_to_char(code);
    let found = BASIC_FONTS
        .get(c)
        .or_else(|| LATIN_FONTS.get(c))
        .or_else(|| BOX_FONTS.get(c))
        .or_else(|| BLOCK_FONTS.get(c))
        .or_else(|| GREEK_FONTS.get(c))
        .or_else(|| MISC_FONTS.get(c));
    // The crate's bit 0 is leftmost.
    found.map_or(HOLLOW_BOX, |lines| lines.map(u8::reverse_bits))
}

/// A character generator of 256 characters, `height` bytes each.
#[must_use]
pub(super) fn generator(height: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(256 * height);
    for code in 0..=255u8 {
        let lines = glyph(code);
        out.extend((0..height).map(|line| lines[line * 8 / height]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_looks_the_same_at_every_height() {
        let small = generator(8);
        let tall = generator(16);
        for line in 0..16 {
            assert_eq!(tall[usize::from(b'A') * 16 + line], small[usize::from(b'A') * 8 + line / 2]);
        }
        assert_eq!(generator(14).len(), 256 * 14);
    }

    #[test]
    fn the_leftmost_pixel_is_bit_7() {
        // The left bar of L.
        assert_eq!(
            generator(8)[usize::from(b'L') * 8 + 2] & 0xC0,
            0x40 | generator(8)[usize::from(b'L') * 8 + 2] & 0x80
        );
        let lines: Vec<u8> = generator(8)[0xDD * 8..0xDE * 8].to_vec();
        assert_eq!(lines, [0xF0; 8], "left half block");
    }
}
