//! The monitor view: what every session does and uses, like `top` for DOS sessions.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::status::word;
use super::{fill, write};
use crate::session::{SessionState, SessionView};
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

const COLUMNS: [Column; 11] = [
    column("#", 3, Some(Order::Number)),
    column("session", 11, None),
    column("state", 14, None),
    column("CPU %", 6, Some(Order::Busy)),
    column("idle%", 6, Some(Order::Idle)),
    column("MIPS", 6, Some(Order::Instructions)),
    column("traps/s", 8, Some(Order::Traps)),
    column("IRQ/s", 6, Some(Order::Interrupts)),
    column("MiB", 5, Some(Order::Memory)),
    column("shared", 7, None),
    column("written", 8, Some(Order::Writes)),
];

/// The column of the names: it gets what a wide window has to spare, up to this.
const NAME_COLUMN: usize = 1;
const MOST_SPARE: u16 = 20;

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
            view.map_or_else(String::new, |view| state(&view.state, rates)),
            tenths(rates.busy),
            tenths(rates.idle),
            tenths(rates.instructions / 100_000),
            rates.traps.to_string(),
            rates.interrupts.to_string(),
            mebibytes(rates.totals.private_bytes),
            mebibytes(rates.totals.shared_bytes),
            format!("{} KiB", rates.totals.sectors_written / 2),
        ]
    }

    /// What the marked session waits for, and its traps by kind, as many as fit in a line each.
    fn details(&self, width: u16) -> Vec<String> {
        let Some(rates) = self.watch.rates().get(self.watch.marked()) else { return Vec::new() };
        let waits = rates
            .waits
            .iter()
            .map(|(reason, share)| format!(" waits {}.{} % ({}) ", share / 10, share % 10, reason.name()));
        let kinds = rates.kinds.iter().map(|(kind, rate)| format!(" {kind} {rate}/s "));
        let mut lines = vec![String::new()];
        for part in waits.chain(kinds) {
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

/// What a session does; how it is known, if it waits.
fn state(state: &SessionState, rates: &Rates) -> String {
    match (state, rates.waits.first()) {
        (SessionState::Idle, Some((reason, _))) => format!("{} {}", word(state), reason.name()),
        _ => word(state).to_owned(),
    }
}

/// Writes one cell for each column, numbers to the right; columns that do not fit are left out.
fn write_row(area: Rect, buf: &mut Buffer, cells: &[String; COLUMNS.len()], style: impl Fn(&Column) -> Style) {
    let mut x = area.x;
    let all: u16 = COLUMNS.iter().map(|column| column.width).sum();
    let spare = area.width.saturating_sub(all).min(MOST_SPARE);
    for (index, (column, text)) in COLUMNS.iter().zip(cells).enumerate() {
        let width = column.width + if index == NAME_COLUMN { spare } else { 0 };
        let place = Rect { x, width, ..area }.intersection(area);
        let is_text = column.order.is_none() && column.heading != "shared";
        let blanks = usize::from(width).saturating_sub(1 + text.chars().count());
        let text = if is_text { format!(" {text}") } else { format!("{}{text} ", " ".repeat(blanks)) };
        if !area.is_empty() && place.width == width {
            write(place, buf, &text, style(column));
        }
        x = x.saturating_add(width);
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
        gauges[1].time = crate::clock::VirtTime(1_000_000_000);
        gauges[1].stats.wait(crate::monitor::stats::IdleReason::Dos, 600_000_000);
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
        assert_eq!(
            rows[0].trim_end(),
            " #  session    state        CPU % idle%  MIPS traps/s IRQ/s  MiB shared written"
        );
        assert_eq!(
            rows[2].trim_end(),
            " 2  right      idle INT 28h  42.3  60.0  25.0      42     0  1.5    0.0   3 KiB"
        );
        assert!(rows.iter().any(|row| row.contains(" STI 1/s ")), "{rows:#?}");
    }

    #[test]
    fn no_size_of_window_fails() {
        for (cols, rows) in [(0, 0), (1, 1), (10, 3), (40, 7), (200, 60)] {
            watched(cols, rows);
        }
    }
}
