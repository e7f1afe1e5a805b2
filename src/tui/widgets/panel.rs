//! A framed list over the sessions: palette, menus, pickers and settings.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Block, Widget};

use super::{CursorShape, CursorView, after, fill, write};
use crate::tui::list::{List, Row};
use crate::tui::theme;

/// Widest panel.
const MAX_COLS: u16 = 78;
/// Narrowest panel, unless the window is narrower still.
const MIN_COLS: u16 = 24;
/// Rows and columns of the frame.
const FRAME: u16 = 2;
/// What stands before the filter.
const FILTER_SIGN: &str = "\u{203A} ";

/// What is shown of a list.
#[derive(Clone, Copy, Debug)]
pub struct PanelView<'a> {
    list: &'a List,
    title: &'a str,
    foot: &'a str,
    at: Option<Position>,
}

/// Where a panel lies, and its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PanelPlace {
    /// All of it.
    pub frame: Rect,
    /// The row with the filter, if there is one; else empty.
    pub filter: Rect,
    /// Where the rows are.
    pub rows: Rect,
}

impl<'a> PanelView<'a> {
    /// Shows `list` under `title`; `foot` tells what keys do. A menu opens `at` a place, other panels in
    /// the middle.
    #[must_use]
    pub fn new(list: &'a List, title: &'a str, foot: &'a str, at: Option<Position>) -> PanelView<'a> {
        PanelView { list, title, foot, at }
    }

    /// Where the panel lies in `area`.
    #[must_use]
    pub fn place(&self, area: Rect) -> PanelPlace {
        let frame = self.frame(area);
        let inner = Rect {
            x: frame.x + 1.min(frame.width),
            y: frame.y + 1.min(frame.height),
            width: frame.width.saturating_sub(FRAME),
            height: frame.height.saturating_sub(FRAME),
        };
        // In very little room the rows matter more than the filter.
        let filter = u16::from(self.list.filter().is_some() && inner.height > 1);
        PanelPlace {
            frame,
            filter: Rect { height: filter, ..inner },
            rows: Rect { y: inner.y + filter, height: inner.height - filter, ..inner },
        }
    }

    fn frame(&self, area: Rect) -> Rect {
        let widest = self.list.rows().iter().map(row_cols).max().unwrap_or(0);
        let words = cols(self.title).max(cols(self.foot)).saturating_add(2);
        let width = widest.max(words).saturating_add(FRAME).clamp(MIN_COLS, MAX_COLS).min(area.width);
        let rows = u16::try_from(self.list.rows().len()).unwrap_or(u16::MAX).max(1);
        let height = rows.saturating_add(FRAME + u16::from(self.list.filter().is_some())).min(area.height);
        let (x, y) = match self.at {
            Some(at) => (at.x.clamp(area.x, area.right() - width), at.y.clamp(area.y, area.bottom() - height)),
            None => (area.x + (area.width - width) / 2, area.y + (area.height - height) / 2),
        };
        Rect { x, y, width, height }
    }

    /// The cursor at the end of the filter, where that is to be seen in `area`.
    #[must_use]
    pub fn cursor(&self, area: Rect) -> Option<CursorView> {
        let filter = self.place(area).filter;
        let used = cols(FILTER_SIGN) + 1 + cols(self.list.filter()?);
        let at = Position { x: filter.x.saturating_add(used), y: filter.y };
        filter.contains(at).then_some(CursorView { at, shape: CursorShape::Underline })
    }

    /// Which of the rows that match is at a place of the window.
    #[must_use]
    pub fn row_at(&self, area: Rect, at: Position) -> Option<usize> {
        let rows = self.place(area).rows;
        let index = self.list.first(rows.height) + usize::from(at.y.checked_sub(rows.y)?);
        (rows.contains(at) && index < self.list.shown().len()).then_some(index)
    }
}

impl Widget for PanelView<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        let PanelPlace { frame, filter, rows } = self.place(area);
        fill(frame, buf, theme::HELP);
        if frame.width > FRAME && frame.height > FRAME {
            Block::bordered().title(self.title).title_bottom(self.foot).style(theme::HELP).render(frame, buf);
        }
        if let Some(text) = self.list.filter() {
            write(after(filter, 1), buf, &format!("{FILTER_SIGN}{text}"), theme::HELP_KEY);
        }
        let shown = self.list.shown();
        let first = self.list.first(rows.height);
        for (y, (index, row)) in (rows.top()..rows.bottom()).zip(shown.iter().enumerate().skip(first)) {
            draw_row(row, index == self.list.marked(), Rect { y, height: 1, ..rows }, buf);
        }
        if shown.is_empty() {
            write(after(rows, 1), buf, "nothing matches", theme::HELP_DIM);
        }
        let more = |seen: bool, y: u16, sign: &str, buf: &mut Buffer| {
            if seen && rows.width > 0 {
                write(Rect { x: frame.right() - 1, y, width: 1, height: 1 }, buf, sign, theme::HELP_KEY);
            }
        };
        more(first > 0, rows.top(), "\u{2191}", buf);
        let end = first + usize::from(rows.height);
        more(end < shown.len(), rows.bottom().saturating_sub(1), "\u{2193}", buf);
    }
}

/// Text at the left, note at the right; the note goes if there is no room for a word of the text.
fn draw_row(row: &Row, marked: bool, area: Rect, buf: &mut Buffer) {
    let (text, note) = match (marked, row.dim) {
        (true, _) => (theme::STATUS_SHOWN, theme::STATUS_SHOWN),
        (false, true) => (theme::HELP_DIM, theme::HELP_DIM),
        (false, false) => (theme::HELP, theme::HELP_KEY),
    };
    fill(area, buf, text);
    let inner = Rect { width: area.width.saturating_sub(2), ..after(area, 1) };
    let wanted = cols(&row.note);
    let room = if wanted.saturating_add(2) <= inner.width / 2 || row_cols(row) <= area.width { wanted } else { 0 };
    let gap = if room > 0 { room + 1 } else { 0 };
    write(Rect { width: inner.width.saturating_sub(gap), ..inner }, buf, &row.text, text);
    write(after(inner, inner.width - room.min(inner.width)), buf, if room > 0 { &row.note } else { "" }, note);
}

/// Columns that a row wants.
fn row_cols(row: &Row) -> u16 {
    let note = if row.note.is_empty() { 0 } else { cols(&row.note).saturating_add(2) };
    cols(&row.text).saturating_add(note).saturating_add(2)
}

fn cols(text: &str) -> u16 {
    u16::try_from(text.chars().count()).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::testing::drawn;
    use super::*;

    fn list(count: usize, filtered: bool) -> List {
        List::new((0..count).map(|row| Row::new(format!("row {row}"), format!("note {row}"))).collect(), filtered)
    }

    fn rows(list: &List, cols: u16, rows: u16) -> Vec<String> {
        drawn(cols, rows, |buf| PanelView::new(list, " rows ", " Esc leaves ", None).render(buf.area, buf))
    }

    #[test]
    fn rows_have_their_text_at_the_left_and_their_note_at_the_right() {
        let rows = rows(&list(2, false), 26, 6);
        assert_eq!(rows[1], " ┌ rows ────────────────┐ ");
        assert_eq!(rows[2], " │ row 0         note 0 │ ");
        assert_eq!(rows[4], " └ Esc leaves ──────────┘ ");
    }

    #[test]
    fn what_is_out_of_view_is_hinted_at() {
        let mut list = list(9, true);
        let shown = rows(&list, 26, 6);
        assert!(shown[1].contains("\u{203A}"), "{shown:#?}");
        assert!(shown[2].contains("row 0") && shown[4].ends_with("\u{2193} "), "{shown:#?}");
        (0..4).for_each(|_| list.move_by(1, 3));
        let shown = rows(&list, 26, 6);
        assert!(shown[2].contains("row 2") && shown[2].ends_with("\u{2191} "), "{shown:#?}");
        list.paste("nothing like it");
        assert!(rows(&list, 26, 6)[2].contains("nothing matches"));
    }

    #[test]
    fn a_note_without_room_is_left_out() {
        let list = List::new(vec![Row::new("a long text of some words", "and a long note")], false);
        let shown = rows(&list, 26, 3);
        assert_eq!(shown[1], "│ a long text of some w\u{2026} │");
    }

    #[test]
    fn a_menu_opens_where_it_was_asked_for_and_stays_in_the_window() {
        let list = list(2, false);
        let window = Rect::new(0, 0, 80, 24);
        let frame = |x, y| PanelView::new(&list, "", "", Some(Position { x, y })).place(window).frame;
        assert_eq!(frame(10, 5), Rect::new(10, 5, 24, 4));
        assert_eq!(frame(79, 23), Rect::new(56, 20, 24, 4));
    }

    #[test]
    fn a_place_of_the_window_leads_to_the_row_that_is_there() {
        let mut list = list(9, true);
        list.move_by(8, 3);
        let window = Rect::new(0, 0, 26, 6);
        let at = |x, y| PanelView::new(&list, "", "", None).row_at(window, Position { x, y });
        assert_eq!((at(5, 2), at(5, 4), at(0, 2), at(5, 1), at(5, 5)), (Some(6), Some(8), None, None, None));
    }

    #[test]
    fn no_size_of_window_fails() {
        let list = list(5, true);
        for (width, height) in [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (10, 4), (200, 60)] {
            rows(&list, width, height);
            for at in [None, Some(Position { x: 500, y: 500 })] {
                let view = PanelView::new(&list, "title", "foot", at);
                let window = Rect::new(0, 0, width, height);
                let place = view.place(window);
                assert_eq!(place.frame.intersection(window), place.frame);
                assert_eq!(place.rows.intersection(window), place.rows);
                assert!(view.cursor(window).is_none_or(|cursor| window.contains(cursor.at)));
            }
        }
        drawn(10, 3, |buf| PanelView::new(&list, "", "", None).render(Rect::new(50, 50, 80, 24), buf));
    }
}
