//! Finding text in the rows.

use super::lines::{At, Lines};
use crate::screen::CodePage;

/// Longest text searched for. *Units*: characters.
pub(super) const CAPACITY: usize = 255;

/// A text to be found: for each of its characters the codes that show it.
///
/// Capitals and small letters are the same unless the text has capitals.
#[derive(Clone, Debug)]
pub(super) struct Needle {
    codes: Vec<[bool; 256]>,
}

impl Needle {
    /// What finds `text` on screens with this code page; `None` if it is empty.
    pub(super) fn new(text: &str, page: CodePage) -> Option<Needle> {
        let exact = text.chars().any(char::is_uppercase);
        let folded = |c: char| if exact { c } else { c.to_lowercase().next().unwrap_or(c) };
        let matches = |wanted: char| {
            let fits = |code: usize| u8::try_from(code).is_ok_and(|code| folded(page.char(code)) == wanted);
            std::array::from_fn(fits)
        };
        let codes: Vec<[bool; 256]> = text.chars().take(CAPACITY).map(folded).map(matches).collect();
        (!codes.is_empty()).then_some(Needle { codes })
    }

    /// Columns that the text takes.
    pub(super) fn cols(&self) -> usize {
        self.codes.len()
    }

    /// Where it begins in a row, from left to right.
    pub(super) fn find_in<'a>(&'a self, codes: &'a [u8]) -> impl DoubleEndedIterator<Item = usize> + 'a {
        // The blanks at a row's end are not among its codes.
        let code = |col: usize| usize::from(codes.get(col).copied().unwrap_or(b' '));
        (0..codes.len()).filter(move |&start| (start..).zip(&self.codes).all(|(col, wanted)| wanted[code(col)]))
    }

    /// The place nearest to `from`, later or if `back` earlier, going on at the other end; with `here`,
    /// `from` itself is nearest.
    pub(super) fn find(&self, lines: &Lines, from: At, back: bool, here: bool) -> Option<At> {
        let rows = lines.last_row() + 1;
        let wanted = |row: usize, col: usize| match back {
            _ if here && (row, col) == (from.row, from.col) => true,
            _ if row != from.row => true,
            true => col < from.col,
            false => col > from.col,
        };
        let in_row = |row: usize, any: bool| {
            let mut found = self.find_in(lines.codes(row)).filter(|&col| any || wanted(row, col));
            let col = if back { found.next_back() } else { found.next() };
            col.map(|col| At { row, col })
        };
        let others =
            (1..rows).map(|step| if back { (from.row + rows - step) % rows } else { (from.row + step) % rows });
        let first = in_row(from.row, false);
        first.or_else(|| others.filter_map(|row| in_row(row, true)).next()).or_else(|| in_row(from.row, true))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::history;
    use super::*;

    fn found(text: &str, from: (usize, usize), back: bool) -> Option<(usize, usize)> {
        let lines = Lines::new(history(&["Alpha beta", "gamma alpha alpha"], &["ALPHA", "x⌂"]));
        let needle = Needle::new(text, CodePage::US)?;
        needle.find(&lines, At { row: from.0, col: from.1 }, back, false).map(|at| (at.row, at.col))
    }

    #[test]
    fn a_search_goes_on_from_place_to_place_and_round() {
        assert_eq!(found("alpha", (0, 0), false), Some((1, 6)));
        assert_eq!(found("alpha", (1, 6), false), Some((1, 12)));
        assert_eq!(found("alpha", (1, 12), false), Some((2, 0)));
        assert_eq!(found("alpha", (2, 0), false), Some((0, 0)));
        assert_eq!(found("alpha", (0, 0), true), Some((2, 0)));
        assert_eq!(found("alpha", (1, 12), true), Some((1, 6)));
    }

    #[test]
    fn capitals_matter_if_there_are_any() {
        assert_eq!(found("ALPHA", (0, 0), false), Some((2, 0)));
        assert_eq!(found("Alpha", (0, 0), false), Some((0, 0)), "the only one is found again");
        assert_eq!(found("delta", (0, 0), false), None);
        assert_eq!(found("", (0, 0), false), None);
    }

    #[test]
    fn characters_of_the_code_page_and_blanks_at_the_end_are_found() {
        assert_eq!(found("⌂", (0, 0), false), Some((3, 1)));
        assert_eq!(found("beta ", (0, 0), false), Some((0, 6)));
    }
}
