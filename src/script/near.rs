//! The place on a screen that comes nearest to a text that was awaited there.

use crate::screen::Screen;

/// Shortest text for which a near miss tells anything.
const LEAST_CHARS: usize = 3;
/// A place with more differences than this share of the text is another text.
const MOST_DIFFERENT_PERCENT: usize = 40;

/// Part of a row that is almost what was awaited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// Row from the top, 0-based.
    pub row: u16,
    /// Column from the left, 0-based.
    pub col: u16,
    /// What stands there.
    pub found: String,
    /// `^` below each character of [`NearMiss::found`] that is wrong, or behind which one is missing.
    pub marks: String,
    /// Characters to change, insert or remove.
    pub differences: usize,
}

/// The part of a row of `screen` that differs least from `wanted`; the lowest of several, since
/// screens fill downwards. `None` if nothing there resembles it.
///
/// Work and memory are bounded by the size of the screen times the length of the text, of which
/// no more than a row can matter.
#[must_use]
pub fn nearest(screen: &Screen, wanted: &str) -> Option<NearMiss> {
    let wanted: Vec<char> = wanted.chars().take(usize::from(screen.cols)).collect();
    if wanted.len() < LEAST_CHARS {
        return None;
    }
    let most = wanted.len() * MOST_DIFFERENT_PERCENT / 100;
    let rows = (0..screen.rows).rev().filter_map(|row| nearest_in_row(screen, row, &wanted));
    // Of equals the first is taken: the lowest row.
    rows.min_by_key(|miss| miss.differences).filter(|miss| miss.differences <= most)
}

/// The part of one row that differs least. `None` for a blank row.
fn nearest_in_row(screen: &Screen, row: u16, wanted: &[char]) -> Option<NearMiss> {
    let text: Vec<char> = screen.row_text(row).trim_end().chars().collect();
    if text.is_empty() {
        return None;
    }
    let table = Table::new(&text, wanted);
    // Of equals the last: what stands where the text should go on belongs to it.
    let end = (0..=text.len()).rev().min_by_key(|&end| table.at(end, wanted.len()))?;
    let (start, wrong) = table.trace(&text, wanted, end);
    let mark = |index| if wrong.contains(&index) { '^' } else { ' ' };
    Some(NearMiss {
        row,
        col: u16::try_from(start).unwrap_or(u16::MAX),
        found: text[start..end].iter().collect(),
        marks: (start..end.max(start + 1)).map(mark).collect::<String>().trim_end().to_owned(),
        differences: table.at(end, wanted.len()),
    })
}

/// Edit distances between all beginnings of the wanted text and the parts of a row that end at each
/// column, wherever they begin.
///
/// Source: Sellers, "The theory and computation of evolutionary distances: pattern recognition", 1980.
struct Table {
    cells: Vec<usize>,
    height: usize,
}

impl Table {
    fn new(text: &[char], wanted: &[char]) -> Table {
        let height = wanted.len() + 1;
        let mut table = Table { cells: vec![0; (text.len() + 1) * height], height };
        for end in 0..=text.len() {
            for len in 1..height {
                table.cells[end * height + len] = match end {
                    0 => len,
                    _ => {
                        let change = usize::from(text[end - 1] != wanted[len - 1]);
                        let changed = table.at(end - 1, len - 1) + change;
                        changed.min(table.at(end - 1, len) + 1).min(table.at(end, len - 1) + 1)
                    }
                };
            }
        }
        table
    }

    /// Differences between the first `len` wanted characters and the best part that ends at `end`.
    fn at(&self, end: usize, len: usize) -> usize {
        self.cells[end * self.height + len]
    }

    /// Where the best part that ends at `end` begins, and the columns in which it is wrong.
    fn trace(&self, text: &[char], wanted: &[char], end: usize) -> (usize, Vec<usize>) {
        let (mut col, mut len, mut wrong) = (end, wanted.len(), Vec::new());
        while len > 0 {
            let here = self.at(col, len);
            let same = col > 0 && text[col - 1] == wanted[len - 1];
            if col > 0 && here == self.at(col - 1, len - 1) + usize::from(!same) {
                (col, len) = (col - 1, len - 1);
                if !same {
                    wrong.push(col);
                }
            } else if col > 0 && here == self.at(col - 1, len) + 1 {
                col -= 1;
                wrong.push(col);
            } else {
                // A wanted character is missing behind this column.
                len -= 1;
                wrong.push(col.saturating_sub(1));
            }
        }
        (col, wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::fake::screen_of;

    fn near(text: &str, wanted: &str) -> Option<(u16, String, String)> {
        nearest(&screen_of(text), wanted).map(|miss| (miss.col, miss.found, miss.marks))
    }

    #[test]
    fn a_wrong_letter_is_marked() {
        assert_eq!(near("x COMMAND COM", "COMMAMD COM"), Some((2, "COMMAND COM".into(), "     ^".into())));
    }

    #[test]
    fn a_letter_too_many_and_one_too_few_are_marked() {
        assert_eq!(near("say helllo", "hello"), Some((4, "helllo".into(), "  ^".into())));
        assert_eq!(near("say helo now", "hello"), Some((4, "helo".into(), " ^".into())));
    }

    #[test]
    fn another_case_is_near_and_another_text_is_not() {
        assert_eq!(near("Bad Command", "bad command").unwrap().2, "^   ^");
        assert_eq!(near("A:\\>", "Volume in drive A"), None);
        assert_eq!(near("A:\\>", "B>"), None);
        assert_eq!(near("", "hello"), None);
    }

    #[test]
    fn of_equals_the_lowest_row_counts() {
        let text = format!("{:20}{:20}{:20}", "hello 1", "hello 2", "other");
        assert_eq!(nearest(&screen_of(&text), "hello 3").unwrap().row, 1);
    }

    #[test]
    fn the_text_itself_is_no_miss_at_all() {
        assert_eq!(nearest(&screen_of("say hello"), "hello").unwrap().differences, 0);
    }

    #[test]
    fn a_text_longer_than_a_row_is_cut() {
        assert_eq!(near("01234567890123456789", &"0123456789".repeat(1000)).unwrap().2, "");
    }
}
