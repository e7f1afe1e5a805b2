//! Rows that have scrolled off a screen, the newest of them, in little memory.
//!
//! A row is kept as its character codes without the blanks at its end, and its attributes as runs:
//! some fifty bytes for a line of text. Rows lie together in blocks that copies share, so that a
//! copy of the whole costs next to nothing and stays as it is while more rows come.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Cell;

/// Rows in a block.
const BLOCK_ROWS: usize = 64;
/// Columns of the widest screen.
const MAX_COLS: usize = 255;

/// See the module's text. Nothing is allocated before the first row comes.
///
/// ```
/// use dosmux::screen::Scrollback;
/// let mut rows = Scrollback::new(2);
/// for code in [b'a', b'b', b'c'] {
///     rows.push(&[code, 7, b' ', 7]);
/// }
/// assert_eq!((rows.len(), rows.total()), (2, 3));
/// assert_eq!(rows.row(0).unwrap().codes(), b"b");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Scrollback {
    limit: usize,
    blocks: VecDeque<Arc<Block>>,
    /// Rows at the start of the first block that are gone.
    gone: usize,
    len: usize,
    total: u64,
}

/// Up to [`BLOCK_ROWS`] rows.
#[derive(Clone, Debug, Default)]
struct Block {
    /// Each row: columns; number of codes; codes; pairs of length and attribute for all columns.
    bytes: Vec<u8>,
    /// Where each row ends.
    ends: Vec<usize>,
}

/// One row that has scrolled off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    cols: u8,
    codes: &'a [u8],
    runs: &'a [u8],
}

impl Scrollback {
    /// Room for `limit` rows; with none, nothing is kept.
    #[must_use]
    pub fn new(limit: usize) -> Scrollback {
        Scrollback { limit, ..Scrollback::default() }
    }

    /// How many rows there is room for.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Makes room for `limit` rows; the oldest ones go if there are more.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
        self.trim();
    }

    /// Rows that are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// True if no rows are kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Rows that have come, those that are gone included.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Adds a row as text memory holds it: pairs of code and attribute, at most 255. The oldest row
    /// goes if there is no room.
    pub fn push(&mut self, cells: &[u8]) {
        if self.limit == 0 {
            return;
        }
        if self.blocks.back().is_none_or(|block| block.ends.len() >= BLOCK_ROWS) {
            self.blocks.push_back(Arc::default());
        }
        if let Some(block) = self.blocks.back_mut() {
            Arc::make_mut(block).push(cells);
        }
        self.len += 1;
        self.total = self.total.saturating_add(1);
        self.trim();
    }

    /// The row at `index`, 0 being the oldest.
    #[must_use]
    pub fn row(&self, index: usize) -> Option<Row<'_>> {
        if index >= self.len {
            return None;
        }
        let at = self.gone + index;
        self.blocks.get(at / BLOCK_ROWS)?.row(at % BLOCK_ROWS)
    }

    /// All rows, the oldest first.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len).filter_map(|index| self.row(index))
    }

    /// Bytes that the rows take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.blocks.iter().map(|block| block.bytes.capacity() + block.ends.capacity() * size_of::<usize>()).sum()
    }

    fn trim(&mut self) {
        let surplus = self.len.saturating_sub(self.limit);
        self.gone += surplus;
        self.len -= surplus;
        while self.gone >= BLOCK_ROWS {
            self.gone -= BLOCK_ROWS;
            self.blocks.pop_front();
        }
        if self.len == 0 {
            (self.blocks, self.gone) = (VecDeque::new(), 0);
        }
    }
}

impl Block {
    fn push(&mut self, cells: &[u8]) {
        let cells = &cells[..(cells.len() & !1).min(2 * MAX_COLS)];
        let codes = || cells.iter().step_by(2).copied();
        let used = codes().rposition(|code| code != b' ').map_or(0, |last| last + 1);
        let byte = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
        self.bytes.extend([byte(cells.len() / 2), byte(used)]);
        self.bytes.extend(codes().take(used));
        let mut run: (u8, u8) = (0, 0);
        for &attr in cells.iter().skip(1).step_by(2) {
            if run.0 > 0 && run.1 != attr {
                self.bytes.extend([run.0, run.1]);
                run.0 = 0;
            }
            run = (run.0 + 1, attr);
        }
        if run.0 > 0 {
            self.bytes.extend([run.0, run.1]);
        }
        self.ends.push(self.bytes.len());
        if self.ends.len() == BLOCK_ROWS {
            self.bytes.shrink_to_fit();
        }
    }

    fn row(&self, index: usize) -> Option<Row<'_>> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        let (&[cols, used], rest) = self.bytes.get(start..end)?.split_first_chunk::<2>()?;
        let (codes, runs) = rest.split_at_checked(usize::from(used))?;
        Some(Row { cols, codes, runs })
    }
}

impl<'a> Row<'a> {
    /// Columns of the screen it scrolled off.
    #[must_use]
    pub fn cols(&self) -> u16 {
        u16::from(self.cols)
    }

    /// Its character codes without the blanks at its end.
    #[must_use]
    pub fn codes(&self) -> &'a [u8] {
        self.codes
    }

    /// All its cells.
    pub fn cells(&self) -> impl Iterator<Item = Cell> + use<'a> {
        let attrs = self.runs.chunks_exact(2).flat_map(|run| std::iter::repeat_n(run[1], usize::from(run[0])));
        let codes = self.codes.iter().copied().chain(std::iter::repeat(b' '));
        codes.zip(attrs).map(|(code, attr)| Cell { code, attr })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(text: &str, cols: usize, attr: u8) -> Vec<u8> {
        format!("{text:<cols$}").bytes().flat_map(|code| [code, attr]).collect()
    }

    fn texts(rows: &Scrollback) -> Vec<String> {
        rows.rows().map(|row| String::from_utf8_lossy(row.codes()).into_owned()).collect()
    }

    #[test]
    fn the_newest_rows_stay() {
        let mut rows = Scrollback::new(100);
        for number in 0..1000 {
            rows.push(&line(&number.to_string(), 80, 7));
        }
        let expected: Vec<String> = (900..1000).map(|number: u32| number.to_string()).collect();
        assert_eq!(texts(&rows), expected);
        assert_eq!((rows.total(), rows.row(100)), (1000, None));
        rows.set_limit(2);
        assert_eq!(texts(&rows), ["998", "999"]);
        rows.set_limit(0);
        rows.push(&line("x", 80, 7));
        assert_eq!((rows.len(), rows.bytes(), rows.total()), (0, 0, 1000));
    }

    #[test]
    fn a_copy_stays_as_it_is() {
        let mut rows = Scrollback::new(3);
        rows.push(&line("a", 40, 7));
        let copy = rows.clone();
        (0..200).for_each(|_| rows.push(&line("b", 80, 7)));
        assert_eq!(texts(&copy), ["a"]);
        assert_eq!(copy.row(0).unwrap().cols(), 40);
    }

    #[test]
    fn lines_of_text_take_little_room_and_none_takes_none() {
        assert_eq!(Scrollback::new(100_000).bytes(), 0);
        let mut rows = Scrollback::new(2000);
        (0..2000).for_each(|_| rows.push(&line("AUTOEXEC BAT        512  11-22-26  6:25p", 80, 7)));
        assert!(rows.bytes() < 2000 * 64, "{}", rows.bytes());
    }

    proptest! {
        /// Whatever a row holds, it comes back, and memory is bounded by the number of rows.
        #[test]
        fn rows_come_back_as_they_were(
            given in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..600), 1..150),
            limit in 1usize..100,
        ) {
            let mut rows = Scrollback::new(limit);
            given.iter().for_each(|cells| rows.push(cells));
            let kept = &given[given.len().saturating_sub(limit)..];
            prop_assert_eq!(rows.len(), kept.len());
            for (row, cells) in rows.rows().zip(kept) {
                let whole = &cells[..(cells.len() & !1).min(510)];
                let expected: Vec<Cell> = whole.chunks(2).map(|pair| Cell { code: pair[0], attr: pair[1] }).collect();
                prop_assert_eq!(row.cells().collect::<Vec<_>>(), expected);
            }
            prop_assert!(rows.bytes() <= (limit + 2 * BLOCK_ROWS) * 2 * (2 + 3 * 255 + 8));
        }
    }
}
