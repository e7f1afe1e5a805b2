//! The overview: a small live picture of every session, in a grid.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::screen::color;
use super::{MarkList, fill, marks_at, title, write};
use crate::screen::{Rgb, Screen};
use crate::session::SessionView;
use crate::tui::app::Marks;
use crate::tui::theme;

/// Widest picture: half of a screen of 80 columns.
const PICTURE_COLS: u16 = 40;
/// Narrowest picture that shows anything.
const MIN_COLS: u16 = 16;
/// Rows above a picture that tell which it is.
const TITLE_ROWS: u16 = 1;

/// The pictures of all sessions; one is marked.
#[derive(Clone, Copy, Debug)]
pub struct OverviewView<'a> {
    sessions: &'a [SessionView],
    marked: usize,
    marks: MarkList<'a>,
}

/// Columns of the grid that holds `count` pictures in `area`: as few, and so as large, as give room
/// for all. Where there is no room for all, the grid scrolls.
#[must_use]
pub fn overview_columns(count: usize, area: Rect) -> usize {
    let fewest = usize::from(area.width / PICTURE_COLS).clamp(1, count.max(1));
    let candidates = (fewest..=count).take_while(|&columns| picture_cols(area, columns) >= MIN_COLS);
    let fits = |columns: &usize| {
        let rows = count.div_ceil(*columns);
        usize::from(picture_rows(picture_cols(area, *columns)) + TITLE_ROWS) * rows <= usize::from(area.height)
    };
    candidates.clone().find(fits).or(candidates.last()).unwrap_or(fewest)
}

/// Columns of a picture, one less than its share so that neighbours do not touch.
fn picture_cols(area: Rect, columns: usize) -> u16 {
    let share = usize::from(area.width) / columns.max(1);
    u16::try_from(share.saturating_sub(1)).unwrap_or(u16::MAX).min(PICTURE_COLS)
}

/// Each row of a picture shows two lines of dots; a screen of 80 × 25 keeps its proportions.
fn picture_rows(cols: u16) -> u16 {
    (cols * 5).div_ceil(16).max(1)
}

/// Where the picture at `index` of `count` and its title are, while the one at `marked` is marked; `None`
/// if that is out of view.
fn place(count: usize, marked: usize, index: usize, area: Rect) -> Option<Rect> {
    let columns = overview_columns(count, area);
    let width = picture_cols(area, columns);
    let height = picture_rows(width) + TITLE_ROWS;
    // The row of the marked picture is always in view.
    let fitting = usize::from((area.height / height.max(1)).max(1));
    let first_row = (marked / columns).saturating_sub(fitting - 1);
    let row = (index / columns).checked_sub(first_row)?;
    let offset = |count: usize, size: u16| u16::try_from(count * usize::from(size)).unwrap_or(u16::MAX);
    let (x, y) = (offset(index % columns, width + 1), offset(row, height));
    let inside = x < area.width && y < area.height;
    inside.then(|| Rect { x: area.x + x, y: area.y + y, width, height }.intersection(area))
}

/// Index of the picture at a place of `area`, of `count` pictures of which the one at `marked` is marked.
#[must_use]
pub fn overview_at(count: usize, marked: usize, area: Rect, at: Position) -> Option<usize> {
    (0..count).find(|&index| place(count, marked, index, area).is_some_and(|place| place.contains(at)))
}

impl<'a> OverviewView<'a> {
    /// Pictures of `sessions`, of which the one at index `marked` is marked.
    #[must_use]
    pub fn new(sessions: &'a [SessionView], marked: usize) -> OverviewView<'a> {
        OverviewView { sessions, marked, marks: &[] }
    }

    /// Shows what is marked of each session.
    #[must_use]
    pub fn with_marks(self, marks: &'a [Marks]) -> OverviewView<'a> {
        OverviewView { marks, ..self }
    }

    fn draw_one(&self, index: usize, place: Rect, buf: &mut Buffer) {
        let view = &self.sessions[index];
        let style = if index == self.marked { theme::STATUS_SHOWN } else { theme::STATUS };
        let bar = Rect { height: TITLE_ROWS.min(place.height), ..place };
        fill(bar, buf, style);
        write(bar, buf, &title(index, view, marks_at(self.marks, index)), style);
        let picture = Rect { y: bar.bottom(), height: place.height - bar.height, ..place };
        thumbnail(&view.screen, picture, buf);
    }
}

impl Widget for OverviewView<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        fill(area, buf, theme::HELP);
        for index in 0..self.sessions.len() {
            if let Some(place) = place(self.sessions.len(), self.marked, index, area) {
                self.draw_one(index, place, buf);
            }
        }
    }
}

/// Draws `screen` into `area`, two dots for each cell: each dot has the average colour of what it
/// stands for.
fn thumbnail(screen: &Screen, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    let lines = area.height * 2;
    for y in 0..area.height {
        for x in 0..area.width {
            let dot = |line: u16| {
                let rows = span(line, lines, screen.rows);
                color(average(screen, span(x, area.width, screen.cols), rows))
            };
            let style = Style::new().fg(dot(2 * y)).bg(dot(2 * y + 1));
            buf[(area.x + x, area.y + y)].set_char('\u{2580}').set_style(style);
        }
    }
}

/// The part of `all` cells that the `index`th of `count` dots stands for; at least one.
fn span(index: u16, count: u16, all: u16) -> std::ops::Range<u16> {
    let at = |n: u16| u16::try_from(u32::from(n) * u32::from(all) / u32::from(count.max(1))).unwrap_or(all);
    at(index)..at(index + 1).max(at(index) + 1).min(all.max(1))
}

fn average(screen: &Screen, cols: std::ops::Range<u16>, rows: std::ops::Range<u16>) -> Rgb {
    let mut sum = [0u32; 3];
    let mut weight = 0;
    let back_mask = if screen.blink { 0x07 } else { 0x0F };
    for cell in rows.flat_map(|row| cols.clone().map(move |col| (row, col))).filter_map(|(r, c)| screen.cell(r, c)) {
        let fore = screen.palette[usize::from(cell.attr & 0x0F)];
        let back = screen.palette[usize::from((cell.attr >> 4) & back_mask)];
        let ink = ink(screen.code_page.char(cell.code));
        for (sum, (f, b)) in sum.iter_mut().zip([(fore.r, back.r), (fore.g, back.g), (fore.b, back.b)]) {
            *sum += u32::from(f) * ink + u32::from(b) * (8 - ink);
        }
        weight += 8;
    }
    let mean = |sum: u32| u8::try_from(sum / weight.max(1)).unwrap_or(u8::MAX);
    Rgb { r: mean(sum[0]), g: mean(sum[1]), b: mean(sum[2]) }
}

/// How much of its cell a character covers. *Units*: eighths.
fn ink(c: char) -> u32 {
    match c {
        ' ' | '\u{A0}' => 0,
        '█' => 8,
        '▓' => 6,
        '▒' | '▀' | '▄' | '▌' | '▐' | '■' => 4,
        '░' => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ratatui::style::Color;

    use super::super::testing::{drawn, session};
    use super::*;
    use crate::screen::Cell;

    fn window(width: u16, height: u16) -> Rect {
        Rect::new(0, 0, width, height)
    }

    #[test]
    fn the_grid_has_as_few_columns_as_give_room_for_all() {
        assert_eq!(overview_columns(1, window(80, 24)), 1);
        assert_eq!(overview_columns(2, window(80, 24)), 2);
        assert_eq!(overview_columns(2, window(70, 28)), 1);
        assert_eq!(overview_columns(8, window(120, 24)), 4);
        assert_eq!(overview_columns(100, window(80, 24)), 4, "it scrolls");
        assert_eq!(overview_columns(3, window(10, 3)), 1);
    }

    #[test]
    fn every_session_has_a_title_over_its_picture() {
        let sessions: Vec<_> = (0..3).map(|id| session(id, &format!("s{id}"))).collect();
        let rows = drawn(80, 24, |buf| OverviewView::new(&sessions, 1).render(buf.area, buf));
        assert!(rows[0].contains(" 1 s0 ") && rows[0].contains(" 2 s1 "), "{rows:#?}");
        assert!(rows.iter().any(|row| row.contains(" 3 s2 ")));
        assert!(rows[1].starts_with("\u{2580}\u{2580}"));
    }

    #[test]
    fn the_marked_picture_is_scrolled_into_view() {
        let sessions: Vec<_> = (0..50).map(|id| session(id, &format!("s{id}"))).collect();
        let rows = drawn(80, 24, |buf| OverviewView::new(&sessions, 49).render(buf.area, buf));
        assert!(rows.iter().any(|row| row.contains(" 50 s49 ")), "{rows:#?}");
    }

    #[test]
    fn a_place_of_the_window_leads_to_the_picture_that_is_there() {
        let at = |x, y| overview_at(3, 0, window(80, 24), Position { x, y });
        assert_eq!((at(0, 0), at(45, 3), at(60, 2), at(45, 20)), (Some(0), Some(1), Some(2), None));
    }

    #[test]
    fn dots_have_the_average_colour_of_their_cells() {
        let mut screen = session(0, "a").screen.as_ref().clone();
        screen.palette[1] = Rgb { r: 0, g: 0, b: 160 };
        screen.cells = vec![Cell { code: 0xDB, attr: 0x01 }; screen.cells.len()];
        for cell in screen.cells.iter_mut().step_by(2) {
            cell.code = b' ';
        }
        assert_eq!(average(&screen, 0..2, 0..1), Rgb { r: 0, g: 0, b: 80 });
        let sessions = [SessionView { screen: Arc::new(screen), ..session(0, "a") }];
        let mut buf = Buffer::empty(window(41, 14));
        OverviewView::new(&sessions, 0).render(buf.area, &mut buf);
        assert_eq!((buf[(0, 1)].fg, buf[(0, 1)].bg), (Color::Rgb(0, 0, 80), Color::Rgb(0, 0, 80)));
    }

    #[test]
    fn no_size_of_window_and_screen_fails() {
        let sessions: Vec<_> = (0..5).map(|id| session(id, "x")).collect();
        for (cols, rows) in [(0, 0), (1, 1), (17, 2), (200, 3), (3, 100)] {
            drawn(cols, rows, |buf| OverviewView::new(&sessions, 4).render(buf.area, buf));
        }
        let mut empty = sessions[0].screen.as_ref().clone();
        (empty.cols, empty.rows, empty.cells) = (0, 0, Vec::new());
        let sessions = [SessionView { screen: Arc::new(empty), ..session(0, "x") }];
        drawn(40, 20, |buf| OverviewView::new(&sessions, 0).render(buf.area, buf));
    }
}
