//! The status line: every session with its number, name and state; more of the one that is shown.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::{MarkList, after, fill, marks_at, title, write};
use crate::config::Prefix;
use crate::session::{SessionState, SessionView};
use crate::tui::app::Marks;
use crate::tui::sessions::ending;
use crate::tui::theme;

/// Columns kept free of the right part, for the sessions.
const MIN_TABS: u16 = 24;

/// What a part of the status line stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusSpot {
    /// The session at this index.
    Session(usize),
    /// The commands.
    Help,
}

/// The status line.
#[derive(Clone, Copy, Debug)]
pub struct StatusView<'a> {
    sessions: &'a [SessionView],
    shown: Option<usize>,
    crop: Option<&'a str>,
    prefix: Prefix,
    marks: MarkList<'a>,
}

impl<'a> StatusView<'a> {
    /// Lists `sessions`, of which the one at index `shown` is on the screen; `crop` says which part
    /// of it is, if not all. `prefix` is named as the way to the commands.
    #[must_use]
    pub fn new(
        sessions: &'a [SessionView],
        shown: Option<usize>,
        crop: Option<&'a str>,
        prefix: Prefix,
    ) -> StatusView<'a> {
        StatusView { sessions, shown, crop, prefix, marks: &[] }
    }

    /// Shows what is marked of each session.
    #[must_use]
    pub fn with_marks(self, marks: &'a [Marks]) -> StatusView<'a> {
        StatusView { marks, ..self }
    }

    fn tab(&self, index: usize) -> (String, Style) {
        let view = &self.sessions[index];
        let marks = marks_at(self.marks, index);
        let style = match &view.state {
            _ if self.shown == Some(index) => theme::STATUS_SHOWN,
            SessionState::Stopped(_) | SessionState::Failed(_) => theme::STATUS_TROUBLE,
            _ if marks.bell || marks.waiting => theme::STATUS_MARKED,
            SessionState::Running | SessionState::Idle | SessionState::Paused => theme::STATUS,
        };
        (title(index, view, marks), style)
    }

    /// First session listed, so that the shown one fits into `width` columns.
    fn first_tab(&self, width: u16) -> usize {
        let shown = self.shown.unwrap_or(0);
        let mut used = 0;
        for index in (0..=shown).rev() {
            used += self.tab(index).0.chars().count();
            // One column for the mark of what is left out.
            if used + 1 > usize::from(width) {
                return (index + 1).min(shown);
            }
        }
        0
    }

    /// What the right end says of the shown session: in full, and shorter for less room.
    fn details(&self) -> Vec<(String, Style)> {
        let Some(view) = self.shown.and_then(|index| self.sessions.get(index)) else { return Vec::new() };
        let typing = view.backlog.waiting;
        let word = if typing > 0 { format!("typing {typing}") } else { word(&view.state).to_owned() };
        let style = if ending(&view.state).is_some() { theme::STATUS_TROUBLE } else { theme::STATUS };
        let crop = self.crop.map(|crop| format!("{crop} \u{2502} ")).unwrap_or_default();
        let full = ending(&view.state).map(|reason| format!(" {crop}{word}: {reason} "));
        let least = self.crop.into_iter().flat_map(|crop| [format!(" {crop} "), " cropped ".to_owned()]);
        let texts = full.into_iter().chain([format!(" {crop}{word} ")]).chain(least);
        texts.map(|text| (text, style)).collect()
    }

    /// How to get at the commands: shorter if all sessions and more do not fit into `width` columns.
    fn help(&self, width: u16) -> (String, Style) {
        let tabs = (0..self.sessions.len()).map(|index| columns(&self.tab(index).0)).fold(0, u16::saturating_add);
        let prefix = self.prefix;
        let long = format!(" {prefix} h help ");
        let text = if tabs.saturating_add(columns(&long)) <= width { long } else { format!(" {prefix} ") };
        (text, theme::STATUS_DIM)
    }

    fn render_tabs(&self, area: Rect, buf: &mut Buffer) {
        let tabs = self.tabs(area);
        if tabs.first().is_some_and(|&(first, _)| first > 0) {
            write(area, buf, "\u{2039}", theme::STATUS_DIM);
        }
        for &(index, place) in &tabs {
            let (text, style) = self.tab(index);
            write(place, buf, &text, style);
        }
        let (next, end) = tabs.last().map_or((0, area.x), |(index, place)| (index + 1, place.right()));
        if next < self.sessions.len() {
            write(after(area, end - area.x), buf, "\u{203A}", theme::STATUS_DIM);
        }
    }

    /// The sessions that are listed in `area`, and where.
    fn tabs(&self, area: Rect) -> Vec<(usize, Rect)> {
        let first = self.first_tab(area.width);
        let mut rest = after(area, u16::from(first > 0));
        let mut tabs = Vec::new();
        for index in first..self.sessions.len() {
            let wanted = columns(&self.tab(index).0);
            if wanted > rest.width && Some(index) != self.shown {
                break;
            }
            let place = Rect { width: wanted.min(rest.width), ..rest };
            tabs.push((index, place));
            rest = after(rest, place.width);
        }
        tabs
    }

    /// The texts at the right end: how to get at the commands, and before it the state of the session.
    fn right_end(&self, width: u16) -> [Option<(String, Style)>; 2] {
        let room = width.saturating_sub(MIN_TABS);
        let detail = self.details().into_iter().find(|(text, _)| columns(text) <= room);
        let rest = room - detail.as_ref().map_or(0, |(text, _)| columns(text));
        let help = Some(self.help(rest.saturating_add(MIN_TABS))).filter(|(text, _)| columns(text) <= rest);
        [help, detail]
    }

    /// What a click at a place of the line means, which is drawn into `row`.
    #[must_use]
    pub fn spot(&self, row: Rect, at: Position) -> Option<StatusSpot> {
        let ends = self.right_end(row.width).map(|end| end.map_or(0, |(text, _)| columns(&text)));
        let tabs = Rect { width: row.width - ends[0] - ends[1], ..row };
        if ends[0] > 0 && at.x >= row.right() - ends[0] {
            return Some(StatusSpot::Help);
        }
        self.tabs(tabs).into_iter().find(|(_, place)| place.contains(at)).map(|(index, _)| StatusSpot::Session(index))
    }
}

pub(super) fn word(state: &SessionState) -> &'static str {
    match state {
        SessionState::Running => "running",
        SessionState::Idle => "idle",
        SessionState::Paused => "paused",
        SessionState::Stopped(_) => "stopped",
        SessionState::Failed(_) => "failed",
    }
}

/// One character for a state; all of them are in every terminal's font.
pub(super) fn sign(state: &SessionState) -> char {
    match state {
        SessionState::Running => '\u{25BA}',
        SessionState::Idle => '\u{25CB}',
        SessionState::Paused => '=',
        SessionState::Stopped(_) | SessionState::Failed(_) => '!',
    }
}

fn columns(text: &str) -> u16 {
    u16::try_from(text.chars().count()).unwrap_or(u16::MAX)
}

impl Widget for StatusView<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let row = Rect { height: area.height.min(1), ..area };
        fill(row, buf, theme::STATUS);
        let mut right = row.width;
        for (text, style) in self.right_end(row.width).into_iter().flatten() {
            right -= columns(&text);
            write(after(row, right), buf, &text, style);
        }
        self.render_tabs(Rect { width: right, ..row }, buf);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::drawn;
    use super::*;
    use crate::monitor::vm::StopReason;

    fn session(id: u32, name: &str, state: SessionState) -> SessionView {
        SessionView { state, ..super::super::testing::session(id, name) }
    }

    fn four() -> Vec<SessionView> {
        vec![
            session(0, "left", SessionState::Running),
            session(1, "right", SessionState::Idle),
            session(2, "old", SessionState::Paused),
            session(3, "none", SessionState::Stopped(StopReason::NoBootDisk)),
        ]
    }

    fn row(cols: u16, shown: usize, crop: Option<&str>) -> String {
        let sessions = four();
        drawn(cols, 1, |buf| StatusView::new(&sessions, Some(shown), crop, Prefix::default()).render(buf.area, buf))
            .remove(0)
    }

    #[test]
    fn all_sessions_are_listed_with_number_name_and_state() {
        assert_eq!(
            row(72, 0, None),
            " 1 left \u{25BA}  2 right \u{25CB}  3 old =  4 none !          running  Ctrl-] h help "
        );
    }

    #[test]
    fn marks_stand_behind_the_state_the_most_urgent_one_first() {
        let marks = [
            Marks { bell: true, waiting: true, changed: true, recorded: true },
            Marks { recorded: true, ..Marks::default() },
            Marks { waiting: true, changed: true, ..Marks::default() },
            Marks { changed: true, ..Marks::default() },
        ];
        let sessions = four();
        let mut buf = Buffer::empty(Rect::new(0, 0, 90, 1));
        let view = StatusView::new(&sessions, Some(1), None, Prefix::default()).with_marks(&marks);
        view.render(buf.area, &mut buf);
        let text: String = (0..90).map(|x| buf[(x, 0)].symbol()).collect();
        let expected = " 1 left \u{25BA}\u{266A} REC  2 right \u{25CB} REC  3 old =?  4 none !\u{2022} ";
        assert!(text.starts_with(expected), "{text}");
        assert_eq!(buf[(1, 0)].style().fg, theme::STATUS_MARKED.fg);
        assert_eq!(view.spot(buf.area, Position::new(12, 0)), Some(StatusSpot::Session(0)), "REC belongs to it");
    }

    #[test]
    fn the_shown_session_says_why_it_stopped_and_what_is_cropped() {
        assert!(row(90, 3, None).contains(" stopped: no bootable disk "));
        assert!(row(90, 1, Some("rows 3-25 of 25")).contains("rows 3-25 of 25 \u{2502} idle "));
    }

    #[test]
    fn a_click_means_what_is_drawn_there() {
        let sessions = four();
        for (width, shown, crop) in [(90, 0, None), (72, 3, None), (24, 2, None), (11, 3, None), (54, 1, Some("rows"))]
        {
            let view = StatusView::new(&sessions, Some(shown), crop, Prefix::default());
            let line = drawn(width, 1, |buf| view.render(buf.area, buf)).remove(0);
            let under = |spot| -> String {
                let here =
                    |&(x, _): &(u16, char)| view.spot(Rect::new(0, 0, width, 1), Position { x, y: 0 }) == Some(spot);
                (0..).zip(line.chars()).filter(here).map(|(_, c)| c).collect()
            };
            assert!(under(StatusSpot::Session(shown)).contains(sessions[shown].name.as_str()), "{line}");
            let help = under(StatusSpot::Help);
            assert!(help.is_empty() || help.trim() == "Ctrl-]" || help.trim() == "Ctrl-] h help", "{line}: {help}");
            assert_eq!(help.is_empty(), !line.contains("Ctrl-]"));
        }
    }

    #[test]
    fn with_many_sessions_the_prefix_key_is_named_alone() {
        assert!(row(54, 1, None).ends_with(" idle  Ctrl-] "), "{}", row(54, 1, None));
        assert!(row(70, 1, None).ends_with(" idle  Ctrl-] h help "));
    }

    #[test]
    fn in_less_room_the_mark_of_a_cropped_screen_is_kept_longest() {
        assert!(row(56, 3, Some("rows 3-25 of 25")).ends_with(" rows 3-25 of 25 \u{2502} stopped "));
        assert!(row(44, 3, Some("rows 3-25 of 25")).ends_with(" rows 3-25 of 25 "));
        assert!(row(34, 3, Some("rows 3-25 of 25")).ends_with(" cropped "));
    }

    #[test]
    fn in_a_narrow_window_the_shown_session_stays_in_sight() {
        assert_eq!(row(24, 0, None), " 1 left \u{25BA}  2 right \u{25CB} \u{203A}  ");
        assert_eq!(row(24, 2, None), "\u{2039} 2 right \u{25CB}  3 old = \u{203A}  ");
        assert_eq!(row(11, 3, None), "\u{2039} 4 none ! ");
        assert_eq!(row(4, 3, None), "\u{2039} 4\u{2026}");
        assert_eq!(row(1, 3, None), "\u{2039}");
    }

    #[test]
    fn a_line_outside_the_buffer_is_clipped() {
        let sessions = four();
        let view = StatusView::new(&sessions, Some(0), None, Prefix::default());
        assert_eq!(drawn(5, 1, |buf| view.render(Rect::new(0, 3, 40, 1), buf)), ["     "]);
        let rows = drawn(12, 1, |buf| view.render(Rect::new(0, 0, 40, 1), buf));
        assert_eq!(rows[0].chars().count(), 12);
    }
}
