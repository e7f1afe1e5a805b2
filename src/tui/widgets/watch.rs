//! The monitor view: what every session does and uses, like `top` for DOS sessions.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::status::word;
use super::{fill, write};
use crate::session::SessionView;
use crate::tui::app::{Order, Rates, Watch};
use crate::tui::theme;

/// A column: its heading, its width, and what it is sorted by.
struct Column {
    heading: &'static str,
    width: u16,
    order: Option<Order>,
}

const fn column(heading: &'static str, width: u16, order: Option<Order>) -> Column {
    Column { heading, width, order }
}

const COLUMNS: [Column; 10] = [
    column("#", 3, Some(Order::Number)),
    column("session", 16, None),
    column("state", 8, None),
    column("CPU %", 6, Some(Order::Busy)),
    column("MIPS", 7, Some(Order::Instructions)),
    column("traps/s", 9, Some(Order::Traps)),
    column("IRQ/s", 6, Some(Order::Interrupts)),
    column("own MiB", 8, Some(Order::Memory)),
    column("shared", 7, None),
    column("written", 8, Some(Order::Writes)),
];

/// Rows for the traps of the marked session, with their heading.
const DETAIL_ROWS: u16 = 5;

/// The monitor view.
#[derive(Clone, Copy, Debug)]
pub struct WatchView<'a> {
    sessions: &'a [SessionView],
    watch: &'a Watch,
}

impl<'a> WatchView<'a> {
    /// Shows `watch`, the marked row in detail.
    #[must_use]
    pub fn new(sessions: &'a [SessionView], watch: &'a Watch) -> WatchView<'a> {
        WatchView { sessions, watch }
    }

    fn row(&self, rates: &Rates) -> [String; COLUMNS.len()] {
        let index = self.sessions.iter().position(|view| view.id == rates.id);
        let view = index.map(|index| &self.sessions[index]);
        let tenths = |value: u64| format!("{}.{}", value / 10, value % 10);
        let mebibytes = |bytes: u64| tenths(bytes * 10 / (1 << 20));
        [
            index.map_or_else(String::new, |index| (index + 1).to_string()),
            view.map_or_else(String::new, |view| view.name.clone()),
            view.map_or("", |view| word(&view.state)).to_owned(),
            tenths(rates.busy),
            tenths(rates.instructions / 100_000),
            rates.traps.to_string(),
            rates.interrupts.to_string(),
            mebibytes(rates.totals.private_bytes),
            mebibytes(rates.totals.shared_bytes),
            format!("{} KiB", rates.totals.sectors_written / 2),
        ]
    }

    /// The traps of the marked session by kind, as many as fit in a line each.
    fn details(&self, width: u16) -> Vec<String> {
        let Some(rates) = self.watch.rates().get(self.watch.marked()) else { return Vec::new() };
        let mut lines = vec![String::new()];
        for (kind, rate) in &rates.kinds {
            let part = format!(" {kind} {rate}/s ");
            if lines.last().is_some_and(|line| line.chars().count() + part.chars().count() > usize::from(width)) {
                lines.push(String::new());
            }
            lines.last_mut().expect("there is a line").push_str(&part);
        }
        if rates.kinds.is_empty() {
            lines = vec![" nothing entered the monitor in the last second".to_owned()];
        }
        lines
    }
}

impl Widget for WatchView<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        fill(area, buf, theme::HELP);
        let line = |y: u16| Rect { y: area.y.saturating_add(y), height: 1, ..area }.intersection(area);
        fill(line(0), buf, theme::STATUS);
        let heading = |column: &Column| {
            if column.order == Some(self.watch.order()) { theme::STATUS_SHOWN } else { theme::STATUS }
        };
        write_row(line(0), buf, &COLUMNS.each_ref().map(|column| column.heading.to_owned()), heading);
        let rows = area.height.saturating_sub(1 + DETAIL_ROWS).max(1);
        let marked = self.watch.marked();
        let first = marked.saturating_sub(usize::from(rows) - 1);
        for (y, (index, rates)) in (1..=rows).zip(self.watch.rates().iter().enumerate().skip(first)) {
            let style = if index == marked { theme::STATUS_SHOWN } else { theme::HELP };
            fill(line(y), buf, style);
            write_row(line(y), buf, &self.row(rates), |_| style);
        }
        if area.height > 1 + DETAIL_ROWS {
            let top = area.height - DETAIL_ROWS;
            write(line(top), buf, " of the marked session:", theme::HELP_KEY);
            for (y, text) in (top + 1..area.height).zip(self.details(area.width)) {
                write(line(y), buf, &text, theme::HELP);
            }
        }
    }
}

/// Writes one cell for each column, numbers to the right; columns that do not fit are left out.
fn write_row(area: Rect, buf: &mut Buffer, cells: &[String; COLUMNS.len()], style: impl Fn(&Column) -> Style) {
    let mut x = area.x;
    for (column, text) in COLUMNS.iter().zip(cells) {
        let place = Rect { x, width: column.width, ..area }.intersection(area);
        let is_text = column.order.is_none() && column.heading != "shared";
        let blanks = usize::from(column.width).saturating_sub(1 + text.chars().count());
        let text = if is_text { format!(" {text}") } else { format!("{}{text} ", " ".repeat(blanks)) };
        if !area.is_empty() && place.width == column.width {
            write(place, buf, &text, style(column));
        }
        x = x.saturating_add(column.width);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{drawn, session};
    use super::*;
    use crate::config::UiSettings;
    use crate::session::Gauge;
    use crate::tui::app::{App, Event};
    use std::time::Duration;

    fn watched(cols: u16, rows: u16) -> Vec<String> {
        let sessions = vec![session(0, "left"), session(1, "right")];
        let mut app = App::new((cols, rows), UiSettings::default());
        let mut gauges = vec![Gauge::new(sessions[0].id), Gauge::new(sessions[1].id)];
        app.update(Event::Gauges(gauges.clone()), Duration::from_secs(1));
        gauges[0].stats.count(crate::monitor::stats::TrapKind::Sti);
        gauges[1].busy_ns = 423_000_000;
        gauges[1].stats.instructions = 25_000_000;
        gauges[1].private_bytes = 3 << 19;
        gauges[1].sectors_written = 7;
        (0..42).for_each(|_| gauges[1].stats.count(crate::monitor::stats::TrapKind::Cli));
        app.update(Event::Gauges(gauges), Duration::from_secs(2));
        drawn(cols, rows, |buf| WatchView::new(&sessions, app.watch()).render(buf.area, buf))
    }

    #[test]
    fn each_session_has_a_row_with_its_rates() {
        let rows = watched(80, 12);
        assert_eq!(rows[0].trim_end(), " #  session         state  CPU %   MIPS  traps/s IRQ/s own MiB shared written");
        assert_eq!(rows[2].trim_end(), " 2  right           idle    42.3   25.0       42     0     1.5    0.0   3 KiB");
        assert!(rows.iter().any(|row| row.contains(" STI 1/s ")), "{rows:#?}");
    }

    #[test]
    fn no_size_of_window_fails() {
        for (cols, rows) in [(0, 0), (1, 1), (10, 3), (40, 7), (200, 60)] {
            watched(cols, rows);
        }
    }
}
