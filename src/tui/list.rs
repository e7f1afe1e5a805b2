//! Rows to choose from: one is marked, a typed filter leaves those that match it, and where there
//! are more than fit they scroll. Every list of the UI is one of these.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::input::{Mods, Symbol, TermKey};
use crate::keys::Key;

/// Longest filter. *Units*: characters.
const FILTER_CAPACITY: usize = 64;

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// What it is; the filter is held against this.
    pub text: String,
    /// What is to be said of it, at the right end.
    pub note: String,
    /// True if it is of less interest than the others.
    pub dim: bool,
}

impl Row {
    /// A row with a note at its right end.
    #[must_use]
    pub fn new(text: impl Into<String>, note: impl Into<String>) -> Row {
        Row { text: text.into(), note: note.into(), dim: false }
    }
}

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub struct List {
    rows: Vec<Row>,
    /// What was typed; `None` if typing does not filter.
    filter: Option<String>,
    /// Indices of the rows that match, best first.
    shown: Vec<usize>,
    /// Index into `shown`.
    marked: usize,
    /// First of `shown` that is in view.
    first: usize,
}

impl List {
    /// A list of `rows`, the first one marked. Typing filters it if `filtered`.
    #[must_use]
    pub fn new(rows: Vec<Row>, filtered: bool) -> List {
        let shown = (0..rows.len()).collect();
        List { rows, filter: filtered.then(String::new), shown, marked: 0, first: 0 }
    }

    /// Replaces the rows; filter and mark stay as far as they can.
    pub fn set_rows(&mut self, rows: Vec<Row>) {
        let (marked, first) = (self.marked, self.first);
        self.rows = rows;
        self.apply_filter();
        self.first = first;
        self.mark(marked);
    }

    /// All rows.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What was typed; `None` if typing does not filter.
    #[must_use]
    pub fn filter(&self) -> Option<&str> {
        self.filter.as_deref()
    }

    /// The rows that match, best first.
    #[must_use]
    pub fn shown(&self) -> Vec<&Row> {
        self.shown.iter().map(|&index| &self.rows[index]).collect()
    }

    /// Which of the rows that match is marked.
    #[must_use]
    pub fn marked(&self) -> usize {
        self.marked
    }

    /// Index of the marked row among all rows.
    #[must_use]
    pub fn choice(&self) -> Option<usize> {
        self.shown.get(self.marked).copied()
    }

    /// The first matching row in view where `height` rows fit.
    #[must_use]
    pub fn first(&self, height: u16) -> usize {
        let height = usize::from(height).max(1);
        let last_start = self.shown.len().saturating_sub(height);
        self.first.clamp((self.marked + 1).saturating_sub(height), self.marked).min(last_start)
    }

    /// Marks one of the rows that match, the last one if there are not so many.
    pub fn mark(&mut self, index: usize) {
        self.marked = index.min(self.shown.len().saturating_sub(1));
    }

    /// Marks the row at `index` among all rows, if it matches.
    pub fn mark_row(&mut self, index: usize) {
        if let Some(at) = self.shown.iter().position(|&shown| shown == index) {
            self.marked = at;
        }
    }

    /// Moves the mark by some rows, where `height` rows fit.
    pub fn move_by(&mut self, rows: isize, height: u16) {
        self.mark(self.marked.saturating_add_signed(rows));
        self.first = self.first(height);
    }

    /// Moves the mark or edits the filter, where `height` rows fit. False if the key means nothing
    /// here.
    pub fn key(&mut self, key: &TermKey, height: u16) -> bool {
        let page = isize::try_from(height.max(2) - 1).unwrap_or(1);
        match key.symbol {
            Symbol::Key(Key::Up) => self.move_by(-1, height),
            Symbol::Key(Key::Down) => self.move_by(1, height),
            Symbol::Key(Key::PageUp) => self.move_by(-page, height),
            Symbol::Key(Key::PageDown) => self.move_by(page, height),
            Symbol::Key(Key::Home) => self.move_by(isize::MIN, height),
            Symbol::Key(Key::End) => self.move_by(isize::MAX, height),
            _ => return self.edit(key),
        }
        true
    }

    fn edit(&mut self, key: &TermKey) -> bool {
        let Some(filter) = &mut self.filter else { return false };
        match (key.symbol, key.character()) {
            (Symbol::Key(Key::Backspace), _) => {
                if filter.pop().is_none() {
                    return false;
                }
            }
            (Symbol::Char('u'), _) if key.mods == Mods::CTRL => filter.clear(),
            (_, Some(c)) if !key.mods.ctrl && !key.mods.alt && !c.is_control() => {
                if filter.chars().count() < FILTER_CAPACITY {
                    filter.push(c);
                }
            }
            _ => return false,
        }
        self.apply_filter();
        true
    }

    /// Types pasted text into the filter.
    pub fn paste(&mut self, text: &str) {
        if let Some(filter) = &mut self.filter {
            let room = FILTER_CAPACITY.saturating_sub(filter.chars().count());
            filter.extend(text.lines().next().unwrap_or("").chars().filter(|c| !c.is_control()).take(room));
            self.apply_filter();
        }
    }

    /// Finds the rows that match and marks the best one.
    fn apply_filter(&mut self) {
        (self.marked, self.first) = (0, 0);
        let filter = self.filter.as_deref().unwrap_or_default();
        self.shown = (0..self.rows.len()).collect();
        if filter.is_empty() {
            return;
        }
        let pattern = Pattern::new(filter, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut chars = Vec::new();
        let score = |&index: &usize| {
            let score = pattern.score(Utf32Str::new(&self.rows[index].text, &mut chars), &mut matcher)?;
            Some((score, index))
        };
        let mut scored: Vec<(u32, usize)> = self.shown.iter().filter_map(score).collect();
        scored.sort_by_key(|&(score, index)| (std::cmp::Reverse(score), index));
        self.shown = scored.into_iter().map(|(_, index)| index).collect();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(texts: &[&str]) -> List {
        List::new(texts.iter().map(|&text| Row::new(text, "")).collect(), true)
    }

    fn strike(list: &mut List, symbol: Symbol) -> bool {
        list.key(&TermKey::legacy(symbol, Mods::NONE), 3)
    }

    fn shown(list: &List) -> Vec<&str> {
        list.shown().iter().map(|row| row.text.as_str()).collect()
    }

    #[test]
    fn typing_leaves_what_matches_the_best_first() {
        let mut list = list(&["show the next session", "split the view", "reset the session", "help"]);
        for c in "res".chars() {
            assert!(strike(&mut list, Symbol::Char(c)));
        }
        assert_eq!(shown(&list)[0], "reset the session");
        assert!(!shown(&list).contains(&"help"));
        assert_eq!(list.choice(), Some(2));
        (0..3).for_each(|_| assert!(strike(&mut list, Symbol::Key(Key::Backspace))));
        assert_eq!(shown(&list).len(), 4);
        assert!(!strike(&mut list, Symbol::Key(Key::Backspace)), "nothing left to take away");
    }

    #[test]
    fn nothing_matches_and_nothing_is_chosen() {
        let mut list = list(&["a", "b"]);
        list.paste("zz\nb");
        assert_eq!((list.filter(), list.choice()), (Some("zz"), None));
        strike(&mut list, Symbol::Key(Key::Down));
        assert_eq!(list.choice(), None);
    }

    #[test]
    fn the_view_follows_the_mark_as_little_as_needed() {
        let mut list = list(&["0", "1", "2", "3", "4", "5"]);
        (0..3).for_each(|_| list.move_by(1, 3));
        assert_eq!((list.marked(), list.first(3)), (3, 1));
        (0..2).for_each(|_| list.move_by(-1, 3));
        assert_eq!((list.marked(), list.first(3)), (1, 1));
        list.move_by(-1, 3);
        assert_eq!((list.marked(), list.first(3)), (0, 0));
        strike(&mut list, Symbol::Key(Key::End));
        assert_eq!((list.marked(), list.first(3)), (5, 3));
    }

    #[test]
    fn new_rows_keep_the_mark_and_the_filter() {
        let mut list = list(&["a1", "b", "a2", "a3"]);
        list.paste("a");
        list.mark(1);
        list.set_rows(vec![Row::new("a1", ""), Row::new("a2", "new")]);
        assert_eq!(list.choice(), Some(1));
        list.set_rows(Vec::new());
        assert_eq!(list.choice(), None);
    }

    #[test]
    fn a_list_without_filter_leaves_characters_to_others() {
        let mut list = List::new(vec![Row::new("a", "")], false);
        assert!(!strike(&mut list, Symbol::Char('x')));
        list.paste("x");
        assert_eq!(shown(&list), ["a"]);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_the_mark_is_in_view(
            keys in prop::collection::vec(0u8..12, 0..60), height in 0u16..8, rows in 0usize..20,
        ) {
            let mut list = List::new((0..rows).map(|row| Row::new(format!("row {row}"), "")).collect(), true);
            for key in keys {
                let symbol = match key {
                    0 => Symbol::Key(Key::Up), 1 => Symbol::Key(Key::Down), 2 => Symbol::Key(Key::PageUp),
                    3 => Symbol::Key(Key::PageDown), 4 => Symbol::Key(Key::End), 5 => Symbol::Key(Key::Backspace),
                    6 => Symbol::Char('1'), 7 => Symbol::Char('r'), _ => Symbol::Key(Key::Down),
                };
                list.key(&TermKey::legacy(symbol, Mods::NONE), height);
                let first = list.first(height);
                let end = first + usize::from(height.max(1));
                prop_assert!(list.shown().is_empty() || (first..end).contains(&list.marked()));
            }
        }
    }
}
