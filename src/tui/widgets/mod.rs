//! The parts of the window. Each draws values into a buffer, clipped to its area.

mod copy;
mod help;
mod key_menu;
mod line;
mod overview;
mod panel;
mod screen;
mod status;
mod title;
mod watch;
mod watch_page;

pub use copy::CopyView;
pub use help::HelpView;
pub use key_menu::KeyMenuView;
pub(in crate::tui) use key_menu::neighbour;
pub use line::LineView;
pub use overview::{OverviewView, overview_at, overview_columns};
pub use panel::{PanelPlace, PanelView};
pub use screen::{CursorShape, CursorView, ScreenView};
pub use status::{StatusSpot, StatusView};
pub use title::TitleView;
pub use watch::WatchView;
pub use watch_page::PageView;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::session::SessionView;
use crate::tui::app::Marks;

/// What names a session: its number, its name, and a sign for what it does.
fn title(index: usize, view: &SessionView, marks: Marks) -> String {
    format!(" {} {} {}{} ", index + 1, view.name, status::sign(&view.state), mark_text(marks))
}

/// The most urgent of a session's marks as a character, and whether it is recorded. All of the
/// characters are in every terminal's font.
fn mark_text(marks: Marks) -> String {
    let urgent = [(marks.bell, "\u{266A}"), (marks.waiting, "?"), (marks.changed, "\u{2022}")];
    let urgent = urgent.into_iter().find(|(on, _)| *on).map_or("", |(_, sign)| sign);
    format!("{urgent}{}", if marks.recorded { " REC" } else { "" })
}

/// What is marked of each session, in the order of the sessions; nothing of those beyond its end.
pub(super) type MarkList<'a> = &'a [Marks];

fn marks_at(marks: MarkList<'_>, index: usize) -> Marks {
    marks.get(index).copied().unwrap_or_default()
}

/// Fills `area`, clipped to the buffer, with blanks of `style`.
fn fill(area: Rect, buf: &mut Buffer, style: Style) {
    let area = area.intersection(buf.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            // A cell keeps colours and modifiers when it is only given others: start afresh.
            buf[(x, y)].reset();
            buf[(x, y)].set_style(style);
        }
    }
}

/// Writes one line of text at the left of `area`, cut at its right edge with an ellipsis.
/// Returns the columns used.
fn write(area: Rect, buf: &mut Buffer, text: &str, style: Style) -> u16 {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return 0;
    }
    let room = usize::from(area.width);
    let length = text.chars().count();
    let shown: String =
        if length > room { text.chars().take(room - 1).chain(['\u{2026}']).collect() } else { text.to_owned() };
    let (end, _) = buf.set_stringn(area.x, area.y, shown, room, style);
    end - area.x
}

/// The right part of `area`, from column `offset` on.
fn after(area: Rect, offset: u16) -> Rect {
    let offset = offset.min(area.width);
    Rect { x: area.x + offset, width: area.width - offset, ..area }
}

#[cfg(test)]
pub(in crate::tui) mod testing {
    use std::sync::Arc;

    use super::*;
    use crate::config::SessionSpec;
    use crate::keys::Locks;
    use crate::monitor::vm::TrapStats;
    use crate::screen::{Cell, CodePage, Rgb, Screen};
    use crate::session::{Alerts, Backlog, SessionState};
    use crate::types::SessionId;

    /// An idle session with an empty screen of 80 × 25.
    pub(in crate::tui) fn session(id: u32, name: &str) -> SessionView {
        let screen = Screen {
            cols: 80,
            rows: 25,
            cells: vec![Cell { code: b' ', attr: 7 }; 2000],
            cursor: None,
            palette: [Rgb::default(); 16],
            blink: true,
            cell_height: 16,
            mode: 3,
            code_page: CodePage::US,
        };
        SessionView {
            id: SessionId(id),
            name: name.to_owned(),
            state: SessionState::Idle,
            screen: Arc::new(screen),
            stats: Arc::new(TrapStats::default()),
            slices: 0,
            spec: Arc::new(SessionSpec::new(name)),
            locks: Locks::default(),
            backlog: Backlog::default(),
            problem: None,
            uses_mouse: false,
            alerts: Alerts::default(),
        }
    }

    /// Draws into a buffer of `cols` × `rows` and returns its rows as text.
    pub(super) fn drawn(cols: u16, rows: u16, draw: impl FnOnce(&mut Buffer)) -> Vec<String> {
        let mut buf = Buffer::empty(Rect::new(0, 0, cols, rows));
        draw(&mut buf);
        (0..rows).map(|y| (0..cols).map(|x| buf[(x, y)].symbol().to_owned()).collect()).collect()
    }
}
