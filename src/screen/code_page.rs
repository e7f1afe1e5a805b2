//! Code pages: which character each code in text memory shows.

use std::fmt;

use oem_cp::code_table::{self, DECODING_TABLE_CP437};
use oem_cp::code_table_type::TableType::{self, Complete, Incomplete};

/// The pages, by number, with the characters of the codes 80h–FFh.
static PAGES: [(u16, TableType); 18] = [
    (437, Complete(&DECODING_TABLE_CP437)),
    (720, Complete(&code_table::DECODING_TABLE_CP720)),
    (737, Complete(&code_table::DECODING_TABLE_CP737)),
    (775, Complete(&code_table::DECODING_TABLE_CP775)),
    (850, Complete(&code_table::DECODING_TABLE_CP850)),
    (852, Complete(&code_table::DECODING_TABLE_CP852)),
    (855, Complete(&code_table::DECODING_TABLE_CP855)),
    (857, Incomplete(&code_table::DECODING_TABLE_CP857)),
    (858, Complete(&code_table::DECODING_TABLE_CP858)),
    (860, Complete(&code_table::DECODING_TABLE_CP860)),
    (861, Complete(&code_table::DECODING_TABLE_CP861)),
    (862, Complete(&code_table::DECODING_TABLE_CP862)),
    (863, Complete(&code_table::DECODING_TABLE_CP863)),
    (864, Incomplete(&code_table::DECODING_TABLE_CP864)),
    (865, Complete(&code_table::DECODING_TABLE_CP865)),
    (866, Complete(&code_table::DECODING_TABLE_CP866)),
    (869, Complete(&code_table::DECODING_TABLE_CP869)),
    (874, Incomplete(&code_table::DECODING_TABLE_CP874)),
];

/// The graphic that a display adapter shows for each of the codes 00h–1Fh, in every page.
/// Source: IBM code page 437 as drawn by display adapters (graphic, not control, meaning).
const CONTROL_GRAPHICS: [char; 32] = [
    ' ', '☺', '☻', '♥', '♦', '♣', '♠', '•', '◘', '○', '◙', '♂', '♀', '♪', '♫', '☼', '►', '◄', '↕', '‼', '¶', '§', '▬',
    '↨', '↑', '↓', '→', '←', '∟', '↔', '▲', '▼',
];

/// A code page of DOS; the default is [`CodePage::US`].
///
/// ```
/// use dosmux::screen::CodePage;
/// let multilingual = CodePage::new(850).unwrap();
/// assert_eq!((CodePage::US.char(0x9B), multilingual.char(0x9B)), ('¢', 'ø'));
/// assert_eq!(multilingual.code('ø'), Some(0x9B));
/// assert_eq!(CodePage::new(1), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CodePage {
    /// Index into [`PAGES`].
    index: u8,
}

impl CodePage {
    /// Code page 437, which every display adapter has in its ROM.
    pub const US: CodePage = CodePage { index: 0 };

    /// The page with this number, if it is known.
    #[must_use]
    pub fn new(number: u16) -> Option<CodePage> {
        CodePage::all().find(|page| page.number() == number)
    }

    /// Every page, by number.
    pub fn all() -> impl Iterator<Item = CodePage> {
        (0u8..).zip(&PAGES).map(|(index, _)| CodePage { index })
    }

    /// Its number, such as 437.
    #[must_use]
    pub fn number(self) -> u16 {
        PAGES[usize::from(self.index)].0
    }

    /// The Unicode character that shows `code` as a display adapter draws it; a blank where the page
    /// has none.
    #[must_use]
    pub fn char(self, code: u8) -> char {
        match code {
            0x00..=0x1F => CONTROL_GRAPHICS[usize::from(code)],
            0x20..=0x7E => char::from(code),
            0x7F => '⌂',
            0x80..=0xFF => self.high(usize::from(code - 0x80)).unwrap_or(' '),
        }
    }

    /// The character of the code 80h + `index`. Some tables fill gaps with control characters.
    /// A soft hyphen, which today shows only where a line is broken, is drawn as a hyphen by DOS.
    fn high(self, index: usize) -> Option<char> {
        let c = match PAGES[usize::from(self.index)].1 {
            Complete(table) => Some(table[index]),
            Incomplete(table) => table[index],
        };
        c.filter(|c| !c.is_control()).map(|c| if c == '\u{AD}' { '-' } else { c })
    }

    /// The code of `c`, or `None` if the page lacks it.
    #[must_use]
    pub fn code(self, c: char) -> Option<u8> {
        if c == ' ' {
            return Some(0x20);
        }
        (0..=255u8).find(|&code| self.char(code) == c)
    }
}

impl fmt::Display for CodePage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "code page {}", self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_has_a_code_that_shows_it() {
        for page in CodePage::all() {
            for code in 0..=255u8 {
                let c = page.char(code);
                let found = page.code(c).unwrap();
                assert_eq!(page.char(found), c, "{page}, code {code:02X}h");
            }
        }
    }

    #[test]
    fn in_code_page_437_every_code_but_nul_has_a_character_of_its_own() {
        for code in 1..=255u8 {
            assert_eq!(CodePage::US.code(CodePage::US.char(code)), Some(code), "code {code:02X}h");
        }
    }

    #[test]
    fn pages_are_known_by_their_numbers_in_order() {
        let numbers: Vec<u16> = CodePage::all().map(CodePage::number).collect();
        assert!(numbers.is_sorted());
        assert!(CodePage::all().all(|page| CodePage::new(page.number()) == Some(page)));
        assert_eq!(CodePage::new(866).unwrap().char(0x80), 'А');
        assert_eq!(CodePage::new(852).unwrap().char(0x88), 'ł');
    }
}
