//! Copy mode: going through what a session shows and has shown, selecting and searching.
//!
//! The picture stands still meanwhile, and the session goes on. Pure: keys and the mouse in, what is
//! to be done out.
//!
//! | file | what it is |
//! | --- | --- |
//! | `bindings` | which key does what |
//! | `lines` | the rows, and words in them |
//! | `selection` | what is selected, and its text |
//! | `search` | finding text |
//! | `mouse` | dragging, clicks and the wheel |

mod bindings;
mod lines;
mod mouse;
mod search;
mod selection;

use std::ops::Range;
use std::time::Duration;

use self::bindings::{Deed, Motion};
use self::lines::Lines;
use self::mouse::Clicks;
use self::search::Needle;
use self::selection::Selection;
use super::input::{Mods, Symbol, TermKey};
use super::pan::Viewport;
use crate::keys::Key;
use crate::screen::{Cell, Screen};
use crate::session::History;
use crate::types::SessionId;
pub use bindings::HINT;
pub use lines::At;
pub(crate) use mouse::CLICK_TIME;
pub use selection::Shape;

/// Attribute of cells right of a row that is narrower than the view.
const BEYOND: Cell = Cell { code: b' ', attr: 0x07 };

/// What came of a key or of the mouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Copy mode goes on.
    Stay,
    /// It is left.
    Leave,
    /// This text is copied, and copy mode is left.
    Copy(String),
    /// This text is copied; if the mouse began copy mode, it is left when the time comes.
    Pick(String),
    /// This text is saved to a file, and copy mode is left.
    Save(String),
    /// The text that is searched for is nowhere.
    NotFound(String),
}

/// Copy mode in one session.
#[derive(Clone, Debug)]
pub struct CopyMode {
    session: SessionId,
    lines: Lines,
    cursor: At,
    /// The first row and column in view, and how many of each are.
    top: usize,
    left: usize,
    rows: usize,
    cols: usize,
    selection: Option<Selection>,
    search: Option<Search>,
    /// The text that is being searched for is being typed.
    input: Option<Input>,
    clicks: Clicks,
    /// The mouse began it: it also ends it.
    by_mouse: bool,
    /// When it ends by itself.
    ends: Option<Duration>,
}

/// What is searched for.
#[derive(Clone, Debug)]
struct Search {
    text: String,
    needle: Needle,
    back: bool,
}

/// A text to be searched for, being typed.
#[derive(Clone, Debug)]
struct Input {
    text: String,
    back: bool,
    /// Where cursor and view were, and what was searched for before.
    from: At,
    view: (usize, usize),
    before: Option<Search>,
}

impl CopyMode {
    /// Begins in `session`, which shows `viewport` of its screen.
    #[must_use]
    pub fn new(session: SessionId, history: History, viewport: Viewport, by_mouse: bool) -> CopyMode {
        let at = history.screen.cursor.map(|cursor| (usize::from(cursor.row), usize::from(cursor.col)));
        let (row, col) = at.unwrap_or((usize::from(viewport.row + viewport.rows.saturating_sub(1)), 0));
        let above = history.rows.len();
        let mut copy = CopyMode {
            session,
            lines: Lines::new(history),
            cursor: At { row: above + row, col },
            top: above + usize::from(viewport.row),
            left: usize::from(viewport.col),
            rows: usize::from(viewport.rows),
            cols: usize::from(viewport.cols),
            selection: None,
            search: None,
            input: None,
            clicks: Clicks::default(),
            by_mouse,
            ends: None,
        };
        copy.clamp_view();
        copy.put_cursor_in_view();
        copy
    }

    /// Whose rows they are.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// The view has room for so many columns and rows; true if that changes what is shown.
    pub fn fit(&mut self, cols: u16, rows: u16) -> bool {
        let screen = self.lines.screen();
        let size = (usize::from(cols.min(screen.cols)), usize::from(rows.min(screen.rows)));
        let changed = size != (self.cols, self.rows);
        if changed {
            (self.cols, self.rows) = size;
            self.show_cursor();
        }
        changed
    }

    /// What part of [`CopyMode::screen`] is in view: all of it.
    #[must_use]
    pub fn viewport(&self) -> Viewport {
        let side = |length: usize| u16::try_from(length).unwrap_or(u16::MAX);
        Viewport { col: 0, row: 0, cols: side(self.cols), rows: side(self.rows) }
    }

    /// The rows in view, as a screen of the view's size.
    #[must_use]
    pub fn screen(&self) -> Screen {
        let Viewport { cols, rows, .. } = self.viewport();
        let mut cells = Vec::with_capacity(self.cols * self.rows);
        for row in self.top..self.top + self.rows {
            let there = if row <= self.lines.last_row() { self.lines.cells(row) } else { Vec::new() };
            let shown = there.into_iter().skip(self.left).take(self.cols);
            cells.extend(shown.chain(std::iter::repeat(BEYOND)).take(self.cols));
        }
        Screen { cols, rows, cells, cursor: None, ..self.lines.screen().clone() }
    }

    /// Row and column of the cursor in the view.
    #[must_use]
    pub fn cursor(&self) -> (u16, u16) {
        let side = |from: usize, to: usize| u16::try_from(to.saturating_sub(from)).unwrap_or(u16::MAX);
        (side(self.top, self.cursor.row), side(self.left, self.cursor.col))
    }

    /// The columns of a row of the view that are selected.
    #[must_use]
    pub fn selected(&self, row: u16) -> Range<u16> {
        let row = self.top + usize::from(row);
        let Some(selection) = self.selection.filter(|_| row <= self.lines.last_row()) else { return 0..0 };
        self.in_view(selection.cols_in(row, self.cursor, self.lines.cols(row)))
    }

    /// The columns of a row of the view that hold what is searched for.
    #[must_use]
    pub fn found(&self, row: u16) -> Vec<Range<u16>> {
        let row = self.top + usize::from(row);
        let Some(search) = self.search.as_ref().filter(|_| row <= self.lines.last_row()) else { return Vec::new() };
        let found = search.needle.find_in(self.lines.codes(row));
        found.map(|col| self.in_view(col..col + search.needle.cols())).collect()
    }

    fn in_view(&self, cols: Range<usize>) -> Range<u16> {
        let col = |col: usize| u16::try_from(col.saturating_sub(self.left).min(self.cols)).unwrap_or(u16::MAX);
        col(cols.start)..col(cols.end)
    }

    /// How far up the view is, and how far it can go: `-123/2000`.
    #[must_use]
    pub fn position(&self) -> String {
        let lowest = self.lowest_top();
        format!("-{}/{lowest}", lowest.saturating_sub(self.top))
    }

    /// The search being typed, with its sign.
    #[must_use]
    pub fn input(&self) -> Option<String> {
        let input = self.input.as_ref()?;
        Some(format!("{}{}", if input.back { '?' } else { '/' }, input.text))
    }

    /// When it ends by itself.
    #[must_use]
    pub fn ends(&self) -> Option<Duration> {
        self.ends
    }

    /// Takes in a key.
    pub fn key(&mut self, key: &TermKey) -> Outcome {
        self.ends = None;
        if self.input.is_some() {
            return self.input_key(key);
        }
        match bindings::find(key) {
            Some(deed) => self.act(deed),
            None => Outcome::Stay,
        }
    }

    /// Takes in text that was pasted: it is searched for, if that is being typed.
    pub fn paste(&mut self, text: &str) {
        if self.input.is_some() {
            self.insert(text.lines().next().unwrap_or("").chars());
        }
    }

    fn act(&mut self, deed: Deed) -> Outcome {
        match deed {
            Deed::Move(motion) => self.go(motion),
            Deed::Select(shape) => self.select(shape),
            Deed::OtherEnd => {
                if let Some(selection) = &mut self.selection {
                    std::mem::swap(&mut selection.anchor, &mut self.cursor);
                    self.show_cursor();
                }
            }
            Deed::Search { back } => {
                let before = self.search.take();
                self.input =
                    Some(Input { text: String::new(), back, from: self.cursor, view: (self.top, self.left), before });
            }
            Deed::Again { reverse } => return self.search_again(reverse),
            Deed::Copy => return self.selected_text().map_or(Outcome::Leave, Outcome::Copy),
            Deed::Save => return Outcome::Save(self.selected_text().unwrap_or_else(|| self.all_text())),
            Deed::Leave => return Outcome::Leave,
        }
        Outcome::Stay
    }

    fn selected_text(&self) -> Option<String> {
        self.selection.map(|selection| selection.text(&self.lines, self.cursor))
    }

    /// All rows, without the empty ones at the end.
    fn all_text(&self) -> String {
        let rows = 0..=self.lines.last_row();
        let text: String = rows.map(|row| self.lines.text(row, 0..usize::MAX) + "\n").collect();
        let end = text.trim_end_matches('\n').len();
        text[..text.len().min(end + 1)].to_owned()
    }

    /// Begins a selection, gives it another shape, or with the shape that it has gives it up.
    fn select(&mut self, shape: Shape) {
        self.selection = match self.selection {
            Some(selection) if selection.shape == shape => None,
            Some(selection) => Some(Selection { shape, ..selection }),
            None => Some(Selection { anchor: self.cursor, shape }),
        };
    }

    // --- moving ---

    fn go(&mut self, motion: Motion) {
        let At { row, col } = self.cursor;
        let last_row = self.lines.last_row();
        let page = self.rows.saturating_sub(1).max(1);
        match motion {
            Motion::Left => self.cursor.col = col.saturating_sub(1),
            Motion::Right => self.cursor.col = col + 1,
            Motion::Up => self.cursor.row = row.saturating_sub(1),
            Motion::Down => self.cursor.row = row + 1,
            Motion::PageUp => self.page(page, true),
            Motion::PageDown => self.page(page, false),
            Motion::HalfUp => self.page(page.div_ceil(2), true),
            Motion::HalfDown => self.page(page.div_ceil(2), false),
            Motion::RowStart => self.cursor.col = 0,
            Motion::RowEnd => self.cursor.col = self.lines.used(row).saturating_sub(1),
            Motion::Top => self.cursor = At::default(),
            Motion::Bottom => self.cursor = At { row: last_row, col: 0 },
            Motion::Word => self.cursor = self.lines.next_word(self.cursor),
            Motion::WordBack => self.cursor = self.lines.word_start(self.cursor),
            Motion::WordEnd => self.cursor = self.lines.word_end(self.cursor),
            Motion::ViewTop => self.cursor.row = self.top,
            Motion::ViewMiddle => self.cursor.row = self.top + self.rows / 2,
            Motion::ViewBottom => self.cursor.row = self.top + self.rows.saturating_sub(1),
        }
        self.show_cursor();
    }

    /// Moves view and cursor.
    fn page(&mut self, rows: usize, up: bool) {
        let by = |at: usize| if up { at.saturating_sub(rows) } else { at + rows };
        (self.top, self.cursor.row) = (by(self.top), by(self.cursor.row));
        self.clamp_view();
    }

    /// Moves the view; the cursor stays in it.
    fn scroll(&mut self, rows: usize, up: bool) {
        self.top = if up { self.top.saturating_sub(rows) } else { self.top + rows };
        self.clamp_view();
        self.put_cursor_in_view();
    }

    fn lowest_top(&self) -> usize {
        (self.lines.last_row() + 1).saturating_sub(self.rows)
    }

    fn clamp_view(&mut self) {
        self.top = self.top.min(self.lowest_top());
    }

    fn clamp_cursor(&mut self) {
        self.cursor.row = self.cursor.row.min(self.lines.last_row());
        self.cursor.col = self.cursor.col.min(self.lines.cols(self.cursor.row).saturating_sub(1));
    }

    fn put_cursor_in_view(&mut self) {
        self.cursor.row = self.cursor.row.clamp(self.top, self.top + self.rows.saturating_sub(1));
        self.clamp_cursor();
        self.left = reach(self.left, self.cursor.col, self.cols);
    }

    /// Moves the view as little as needed to show the cursor.
    fn show_cursor(&mut self) {
        self.clamp_cursor();
        self.top = reach(self.top, self.cursor.row, self.rows);
        self.clamp_view();
        self.left = reach(self.left, self.cursor.col, self.cols);
    }

    // --- searching ---

    fn search_again(&mut self, reverse: bool) -> Outcome {
        let Some(search) = &self.search else { return Outcome::Stay };
        match search.needle.find(&self.lines, self.cursor, search.back != reverse, false) {
            Some(at) => {
                self.cursor = at;
                self.show_cursor();
                Outcome::Stay
            }
            None => Outcome::NotFound(search.text.clone()),
        }
    }

    fn input_key(&mut self, key: &TermKey) -> Outcome {
        match key.symbol {
            Symbol::Key(Key::Enter | Key::KeypadEnter) => return self.end_input(),
            Symbol::Key(Key::Escape) => self.cancel_input(),
            Symbol::Key(Key::Backspace) => match self.input.as_mut().and_then(|input| input.text.pop()) {
                Some(_) => self.search_as_typed(),
                None => self.cancel_input(),
            },
            _ if key.mods != (Mods { shift: key.mods.shift, ..Mods::NONE }) => {}
            _ => self.insert(key.character()),
        }
        Outcome::Stay
    }

    fn insert(&mut self, chars: impl IntoIterator<Item = char>) {
        let Some(input) = &mut self.input else { return };
        let room = search::CAPACITY.saturating_sub(input.text.chars().count());
        input.text.extend(chars.into_iter().filter(|c| !c.is_control()).take(room));
        self.search_as_typed();
    }

    /// Shows where the text typed so far is found first.
    fn search_as_typed(&mut self) {
        let Some(input) = &self.input else { return };
        let (from, back) = (input.from, input.back);
        (self.top, self.left) = input.view;
        let needle = Needle::new(&input.text, self.lines.screen().code_page);
        self.search = needle.map(|needle| Search { text: input.text.clone(), needle, back });
        let found = self.search.as_ref().and_then(|search| search.needle.find(&self.lines, from, back, true));
        self.cursor = found.unwrap_or(from);
        self.show_cursor();
    }

    fn end_input(&mut self) -> Outcome {
        let Some(input) = self.input.take() else { return Outcome::Stay };
        if input.text.is_empty() {
            // Nothing typed: what was searched for before, this way.
            self.search = input.before.map(|before| Search { back: input.back, ..before });
            return self.search_again(false);
        }
        let found =
            self.search.as_ref().and_then(|search| search.needle.find(&self.lines, input.from, input.back, true));
        if found.is_some() { Outcome::Stay } else { Outcome::NotFound(input.text) }
    }

    fn cancel_input(&mut self) {
        let Some(input) = self.input.take() else { return };
        (self.top, self.left) = input.view;
        (self.cursor, self.search) = (input.from, input.before);
        self.show_cursor();
    }
}

/// The start nearest to `start` with which a view of `length` shows `at`.
fn reach(start: usize, at: usize, length: usize) -> usize {
    start.min(at).max((at + 1).saturating_sub(length.max(1)))
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
