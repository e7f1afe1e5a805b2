//! The monitor view's page of one session: registers and code, stack, last calls, interrupt vectors.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::status::word;
use super::{after, fill, write};
use crate::session::SessionView;
use crate::session::inspect::Inspection;
use crate::tui::app::{Page, Tab};
use crate::tui::theme;

/// Rows of heading and tabs.
const HEAD_ROWS: u16 = 2;
/// What marks the line of code that is executed next.
const HERE: char = '>';

/// The page.
#[derive(Clone, Copy, Debug)]
pub struct PageView<'a> {
    sessions: &'a [SessionView],
    page: Option<&'a Page>,
}

impl<'a> PageView<'a> {
    /// Shows `page` of one of `sessions`.
    #[must_use]
    pub fn new(sessions: &'a [SessionView], page: Option<&'a Page>) -> PageView<'a> {
        PageView { sessions, page }
    }

    /// Whose page it is, what it does, and its clock.
    fn heading(&self, page: &Page) -> String {
        let Some(index) = self.sessions.iter().position(|view| view.id == page.session()) else {
            return " the session is gone".to_owned();
        };
        let view = &self.sessions[index];
        let clock = page.inspection().map(clock).unwrap_or_default();
        format!(" {} {} \u{2502} {}{clock}", index + 1, view.name, word(&view.state))
    }
}

fn clock(inspection: &Inspection) -> String {
    let tenths = inspection.time.as_ns() / 100_000_000;
    let stopped = inspection.stopped.as_ref().map(|reason| format!(" \u{2502} {reason}")).unwrap_or_default();
    let (seconds, millions) = (tenths / 10, inspection.instructions / 1_000_000);
    format!(" \u{2502} {seconds}.{} s \u{2502} {millions} million instructions{stopped}", tenths % 10)
}

impl Widget for PageView<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        fill(area, buf, theme::HELP);
        let Some(page) = self.page else { return };
        let line = |y: u16| Rect { y: area.y.saturating_add(y), height: 1, ..area }.intersection(area);
        fill(line(0), buf, theme::STATUS);
        write(line(0), buf, &self.heading(page), theme::STATUS);
        let mut x = 0;
        for tab in Tab::ALL {
            let style = if tab == page.tab() { theme::STATUS_SHOWN } else { theme::HELP_KEY };
            x += write(after(line(1), x), buf, &format!(" {} ", tab.name()), style) + 1;
        }
        // The last row is the hint line's.
        for (y, text) in (HEAD_ROWS..area.height.saturating_sub(1)).zip(page.lines()) {
            let style = if text.starts_with(HERE) { theme::STATUS_SHOWN } else { theme::HELP };
            write(after(line(y), 1), buf, text, style);
        }
        if page.inspection().is_none() && area.height > HEAD_ROWS {
            write(after(line(HEAD_ROWS), 1), buf, "looking at the end of the running slice", theme::HELP);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::super::testing::{drawn, session};
    use super::*;
    use crate::config::{SessionSpec, UiSettings};
    use crate::keys::Key;
    use crate::session::{Host, Session, SessionOptions};
    use crate::tui::app::{App, Event};
    use crate::tui::input::{Mods, Symbol, TermEvent, TermKey};

    /// The page of the first of two sessions, after `keys`.
    fn page(cols: u16, rows: u16, keys: &[Key]) -> Vec<String> {
        let sessions = vec![session(0, "left"), session(1, "right")];
        let options = SessionOptions { force_overlay: true, rtc_start: 0, local_time: false };
        let machine = Session::new(&SessionSpec::new("left"), &Host::new(), options).unwrap();
        let mut app = App::new((cols, rows), UiSettings::default());
        let strike = |app: &mut App, symbol, mods| {
            app.update(Event::Terminal(TermEvent::Key(TermKey::legacy(symbol, mods))), Duration::ZERO);
        };
        app.update(Event::Sessions(sessions.clone()), Duration::ZERO);
        strike(&mut app, Symbol::Char(']'), Mods::CTRL);
        strike(&mut app, Symbol::Char('m'), Mods::NONE);
        let gauges = sessions.iter().map(|view| crate::session::Gauge::new(view.id)).collect();
        app.update(Event::Gauges(gauges), Duration::ZERO);
        strike(&mut app, Symbol::Key(Key::Enter), Mods::NONE);
        let inspection = Arc::new(machine.inspect());
        app.update(Event::Inspection(sessions[0].id, Some(inspection)), Duration::ZERO);
        for &key in keys {
            strike(&mut app, Symbol::Key(key), Mods::NONE);
        }
        drawn(cols, rows, |buf| PageView::new(&sessions, app.page()).render(buf.area, buf))
    }

    #[test]
    fn registers_and_the_next_instruction_are_shown() {
        let rows = page(80, 25, &[]);
        assert!(rows[0].starts_with(" 1 left \u{2502} idle \u{2502} 0.0 s"), "{rows:#?}");
        assert!(rows.iter().any(|row| row.contains("CS=F000")), "{rows:#?}");
        assert!(rows.iter().any(|row| row.starts_with(" >F000:E6F2")), "{rows:#?}");
    }

    #[test]
    fn arrows_go_from_tab_to_tab_and_scroll() {
        let rows = page(80, 25, &[Key::Left]);
        assert!(rows[2].starts_with(" 00h "), "{rows:#?}");
        let rows = page(80, 25, &[Key::Left, Key::Down, Key::PageDown]);
        assert!(rows[2].starts_with(" 0Bh "), "{rows:#?}");
        let rows = page(80, 25, &[Key::Left, Key::End, Key::Down]);
        assert!(rows[2].contains("-FFh"), "{rows:#?}");
    }

    #[test]
    fn no_size_of_window_fails() {
        for (cols, rows) in [(0, 0), (1, 1), (10, 3), (40, 7), (200, 60)] {
            page(cols, rows, &[Key::Right, Key::Down]);
        }
    }
}
