//! Finds out that a picture has moved up, from looks at it now and then: for programs that scroll by
//! moving display memory or by the display's start address.
//!
//! It has moved up by *n* rows if its rows, from the top on, are those that stood *n* rows lower at
//! the look before. Three different rows must say so that are not blank and have not stood there
//! before, and the rows that agree must reach down to at least half of what can: so a program that
//! repaints its screen, or scrolls a part of it under a title, does not count. Nor do pictures whose
//! rows repeat, such as a pattern that flickers.
//!
//! A look may fall into the middle of the move. Then some rows stand where they stood and some have
//! moved; such a look is left out, and the next is compared with the one before it.
//!
//! Gap: a program that moves more than a screenful between two looks loses rows, and one that
//! prints the same line again and again is not seen to scroll.

/// Rows that must agree, each of them different from the others.
const EVIDENCE: usize = 3;
/// Looks that are left out one after the other.
const PATIENCE: u8 = 8;

/// A picture's characters and attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextRows {
    /// Columns.
    pub cols: u16,
    /// Rows.
    pub rows: u16,
    /// `cols × rows` pairs of code and attribute.
    pub cells: Vec<u8>,
}

impl TextRows {
    fn row_bytes(&self) -> usize {
        2 * usize::from(self.cols)
    }

    fn range(&self, row: usize) -> std::ops::Range<usize> {
        row * self.row_bytes()..(row + 1) * self.row_bytes()
    }

    fn row(&self, row: usize) -> &[u8] {
        self.cells.get(self.range(row)).unwrap_or(&[])
    }
}

/// What two looks tell.
enum Verdict {
    /// It did not move.
    Still,
    /// It moved up by some rows, and so many of them, from the top on, have arrived; if it is `torn`,
    /// those below have not.
    Up { count: usize, arrived: usize, torn: bool },
    /// It seems to be on the move.
    Moving,
}

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub struct ScrollWatch {
    before: TextRows,
    /// Rows of `before`, from the top on, that are what was there.
    known: usize,
    now: TextRows,
    /// Looks that were left out since `before`.
    left_out: u8,
}

impl ScrollWatch {
    /// Takes a look at what `read` gives (nothing to be seen if it says false); passes the rows on
    /// that have scrolled off since the last one, without the `reported` ones of which that is known
    /// already.
    pub fn look(
        &mut self,
        reported: usize,
        read: impl FnOnce(&mut TextRows) -> bool,
        mut scrolled_off: impl FnMut(&[u8]),
    ) {
        self.shift(reported);
        if !read(&mut self.now) {
            return;
        }
        match verdict(&self.before, self.known, &self.now) {
            Verdict::Moving if self.left_out < PATIENCE => {
                self.left_out += 1;
                return;
            }
            Verdict::Up { count, arrived, torn } => {
                (0..count).for_each(|row| scrolled_off(self.before.row(row)));
                self.known = self.finish_move(count, arrived, torn);
            }
            Verdict::Moving | Verdict::Still => self.known = usize::from(self.now.rows),
        }
        std::mem::swap(&mut self.before, &mut self.now);
        self.left_out = 0;
    }

    /// Moves the rows of the last look up as the picture was.
    fn shift(&mut self, count: usize) {
        let count = count.min(self.known);
        let from = count * self.before.row_bytes();
        if count > 0 && from <= self.before.cells.len() {
            self.before.cells.copy_within(from.., 0);
            self.known -= count;
        }
    }

    /// Puts the rows that have not moved yet where the move will put them, so that they are not taken
    /// for rows of their own; returns how many rows from the top on are then known.
    fn finish_move(&mut self, count: usize, arrived: usize, torn: bool) -> usize {
        let kept = self.known - count;
        for row in arrived..usize::from(self.now.rows) {
            let stands = |from: usize| from < self.known && self.now.row(row) == self.before.row(from);
            let half_moved = torn && row == arrived && row < kept;
            if !half_moved && (is_blank(self.now.row(row)) || !(row..row + count).any(stands)) {
                continue;
            }
            if row >= kept {
                return row;
            }
            let from = self.before.range(row + count);
            let to = self.now.range(row);
            self.now.cells[to].copy_from_slice(&self.before.cells[from]);
        }
        // Among the rows that are new, two of the same may be the border between moved and not.
        let rows = usize::from(self.now.rows);
        let twin = |row: &usize| self.now.row(*row) == self.now.row(row - 1) && !is_blank(self.now.row(*row));
        (kept.max(1)..rows).find(twin).unwrap_or(rows)
    }
}

impl TextRows {
    /// The rows down to the last that is not blank.
    pub(crate) fn used(&self) -> impl Iterator<Item = &[u8]> {
        let last = (0..usize::from(self.rows)).rev().find(|&row| !is_blank(self.row(row)));
        (0..last.map_or(0, |last| last + 1)).map(|row| self.row(row))
    }
}

fn verdict(before: &TextRows, known: usize, now: &TextRows) -> Verdict {
    if (before.cols, before.rows) != (now.cols, now.rows) || before.cells == now.cells {
        return Verdict::Still;
    }
    let moves = (1..known).map(|count| (Agreement::of(before, known, now, count), count));
    // Of equals the first: the shortest move.
    let best = moves.filter(|(found, _)| !found.moved.is_empty());
    let best = best.reduce(|best, next| if next.0.moved.len() > best.0.moved.len() { next } else { best });
    match best {
        Some((found, count)) if found.suffices(now, known - count) => {
            Verdict::Up { count, arrived: found.arrived, torn: found.rows > found.arrived }
        }
        Some(_) => Verdict::Moving,
        None => Verdict::Still,
    }
}

/// How far a move by some rows explains the picture. In the middle of it, the rows from the top on have
/// moved, and those below them once less.
struct Agreement {
    /// Rows from the top on that have moved so far.
    arrived: usize,
    /// These and those below them that will.
    rows: usize,
    /// Those among them that are not blank and were not there before.
    moved: Vec<usize>,
}

impl Agreement {
    fn of(before: &TextRows, known: usize, now: &TextRows, count: usize) -> Agreement {
        let stands = |row: usize, count: usize| row + count < known && now.row(row) == before.row(row + count);
        let arrived = (0..known).take_while(|&row| stands(row, count)).count();
        let mut rows: Vec<usize> = (0..arrived).collect();
        if arrived > 0 && count > 1 {
            // The first of them may be half moved.
            let next = if stands(arrived, count - 1) { arrived } else { arrived + 1 };
            rows.extend((next..known).take_while(|&row| stands(row, count - 1)));
        }
        let explained = rows.len();
        rows.retain(|&row| now.row(row) != before.row(row) && !is_blank(now.row(row)));
        Agreement { arrived, rows: explained, moved: rows }
    }

    /// True if that proves a move that leaves `left` rows of the old picture in sight.
    fn suffices(&self, now: &TextRows, left: usize) -> bool {
        if self.rows * 2 < left {
            return false;
        }
        let mut different: Vec<&[u8]> = Vec::new();
        for row in self.moved.iter().map(|&row| now.row(row)) {
            if !different.contains(&row) {
                different.push(row);
            }
            if different.len() == EVIDENCE {
                return true;
            }
        }
        false
    }
}

fn is_blank(row: &[u8]) -> bool {
    row.iter().step_by(2).all(|&code| code == b' ' || code == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: u16 = 10;

    fn picture(lines: &[&str]) -> TextRows {
        let line = |row: u16| format!("{:<20}", lines.get(usize::from(row)).unwrap_or(&""));
        TextRows {
            cols: 20,
            rows: ROWS,
            cells: (0..ROWS).flat_map(|row| line(row).into_bytes()).flat_map(|c| [c, 7]).collect(),
        }
    }

    fn owned(lines: impl IntoIterator<Item = u32>) -> Vec<String> {
        lines.into_iter().map(|number| format!("line {number}")).collect()
    }

    fn numbered(lines: impl IntoIterator<Item = u32>) -> TextRows {
        let lines = owned(lines);
        picture(&lines.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn showing(picture: &TextRows) -> impl FnOnce(&mut TextRows) -> bool {
        |now| {
            now.clone_from(picture);
            true
        }
    }

    /// What scrolls off when a watch sees these pictures.
    fn seen(pictures: &[TextRows]) -> Vec<String> {
        let (mut watch, mut off) = (ScrollWatch::default(), Vec::new());
        for picture in pictures {
            let push = |row: &[u8]| {
                off.push(
                    String::from_utf8_lossy(&row.iter().step_by(2).copied().collect::<Vec<_>>()).trim_end().to_owned(),
                )
            };
            watch.look(0, showing(picture), push);
        }
        off
    }

    #[test]
    fn a_picture_that_moves_up_gives_its_first_rows() {
        assert_eq!(seen(&[numbered(0..10), numbered(1..11), numbered(5..15)]), owned(0..5));
    }

    #[test]
    fn the_line_that_was_being_written_and_a_status_line_do_not_matter() {
        let mut lines = owned(0..8);
        lines.extend(["li".to_owned(), "status".to_owned()]);
        let before = picture(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        let mut lines = owned(1..9);
        lines.extend(["line 9 is long".to_owned(), "status 2".to_owned()]);
        let after = picture(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(seen(&[before, after]), ["line 0"]);
    }

    #[test]
    fn repainting_clearing_and_other_measures_are_no_move() {
        let wide = TextRows { cols: 10, rows: 20, ..numbered(1..11) };
        assert_eq!(seen(&[numbered(0..10), numbered(20..30), picture(&[]), numbered(0..10), wide]), [""; 0]);
        assert_eq!(seen(&[numbered(5..15), numbered(0..10)]), [""; 0], "down");
    }

    #[test]
    fn a_list_that_scrolls_under_a_title_is_no_move() {
        let page = |first: u32| {
            let lines = owned(first..first + 9);
            picture(&["Title"].into_iter().chain(lines.iter().map(String::as_str)).collect::<Vec<_>>())
        };
        assert_eq!(seen(&[page(0), page(1), page(2)]), [""; 0]);
    }

    #[test]
    fn a_pattern_that_flickers_is_no_move() {
        let (even, odd) = (picture(&["ab", "ba"].repeat(5)), picture(&["ba", "ab"].repeat(5)));
        assert_eq!(seen(&[even.clone(), odd.clone(), even, odd]), [""; 0]);
    }

    #[test]
    fn a_look_into_the_middle_of_a_move_is_left_out() {
        let torn = |moved: u32| numbered((1..=moved).chain(moved..10));
        for moved in 1..9 {
            assert_eq!(seen(&[numbered(0..10), torn(moved), numbered(1..11)]), ["line 0"], "{moved}");
        }
    }

    #[test]
    fn rows_that_the_program_scrolled_otherwise_are_not_seen_again() {
        let (mut watch, mut off) = (ScrollWatch::default(), 0);
        watch.look(0, showing(&numbered(0..10)), |_| off += 1);
        watch.look(3, showing(&numbered(3..13)), |_| off += 1);
        assert_eq!(off, 0);
        watch.look(2, showing(&numbered(6..16)), |_| off += 1);
        assert_eq!(off, 1, "two were reported, one is seen");
        watch.look(40, showing(&numbered(46..56)), |_| off += 1);
        watch.look(0, showing(&numbered(47..57)), |_| off += 1);
        assert_eq!(off, 2);
    }

    #[test]
    fn looks_that_all_fall_into_moves_give_each_row_once() {
        // Rows 0 to k-1 have moved once more than the others; each look sees more moves.
        let torn = |moves: u32, arrived: u32| numbered((0..10).map(|row| row + moves + u32::from(row < arrived)));
        let looks: Vec<TextRows> = (0..30).map(|look| torn(look * 7 / 5, look * 7 % 10)).collect();
        let found = seen(&looks);
        let expected: Vec<String> = owned(0..u32::try_from(found.len()).unwrap());
        assert_eq!(found, expected);
        assert!(found.len() > 34, "{}", found.len());
    }
}
