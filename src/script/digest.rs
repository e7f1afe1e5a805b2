//! Numbers made of texts and screens: the same on every host, in every version.

use crate::screen::Screen;

/// FNV-1a with 64 bits: for telling things apart, not for safety.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digest(u64);

impl Digest {
    /// Of nothing yet.
    pub(crate) fn new() -> Digest {
        Digest(0xCBF2_9CE4_8422_2325)
    }

    /// The digest with `bytes` added.
    pub(crate) fn with(self, bytes: &[u8]) -> Digest {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        Digest(bytes.iter().fold(self.0, step))
    }

    /// The number.
    pub(crate) fn value(self) -> u64 {
        self.0
    }
}

/// The number of all that a screen shows: cells, cursor and colours.
#[must_use]
pub fn screen_digest(screen: &Screen) -> u64 {
    let shape = [screen.cols, screen.rows, u16::from(screen.blink), screen.code_page.number()];
    let cursor = screen.cursor.map_or([u16::MAX; 4], |c| [c.row, c.col, u16::from(c.start), u16::from(c.end)]);
    let words = shape.into_iter().chain(cursor).flat_map(u16::to_le_bytes);
    let colors = screen.palette.iter().flat_map(|color| [color.r, color.g, color.b]);
    let cells = screen.cells.iter().flat_map(|cell| [cell.code, cell.attr]);
    let bytes: Vec<u8> = words.chain(colors).chain(cells).collect();
    Digest::new().with(&bytes).value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::fake::screen_of;

    #[test]
    fn digests_are_those_of_fnv() {
        // Source: the FNV authors' test vectors for FNV-1a with 64 bits.
        assert_eq!(Digest::new().value(), 0xCBF2_9CE4_8422_2325);
        assert_eq!(Digest::new().with(b"foobar").value(), 0x8594_4171_F739_67E8);
    }

    #[test]
    fn screens_that_differ_in_a_colour_have_another_number() {
        let screen = screen_of("A:\\>");
        let mut other = screen.clone();
        assert_eq!(screen_digest(&screen), screen_digest(&other));
        other.cells[3].attr = 0x70;
        assert_ne!(screen_digest(&screen), screen_digest(&other));
    }
}
