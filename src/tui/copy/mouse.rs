//! The mouse in copy mode: dragging selects, with Alt or Ctrl a rectangle; two clicks select a word,
//! three a row; the wheel scrolls.

use std::time::Duration;

use ratatui::layout::Rect;

use super::selection::Selection;
use super::{At, CopyMode, Outcome, Shape};
use crate::tui::input::{Mods, MouseButton, MouseEvent, MouseKind, WheelDirection};

/// Longest time from one click to the next of the same.
pub(crate) const CLICK_TIME: Duration = Duration::from_millis(400);
/// Rows that a notch of the wheel scrolls.
const WHEEL_ROWS: usize = 3;

/// Clicks so far, and what a drag would begin.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clicks {
    last: Option<(At, Duration)>,
    count: u8,
    /// Where the button went down, if it is down and has selected nothing yet.
    pressed: Option<At>,
    dragging: bool,
}

impl Clicks {
    /// Counts a click; how many there were at this place in a row.
    fn count(&mut self, at: At, now: Duration) -> u8 {
        let again = self.last.is_some_and(|(place, then)| place == at && now.saturating_sub(then) <= CLICK_TIME);
        self.count = if again { self.count % 3 + 1 } else { 1 };
        self.last = Some((at, now));
        self.count
    }
}

impl CopyMode {
    /// Takes in what the mouse did at `now`, with the view at `place` in the window.
    pub fn mouse(&mut self, event: &MouseEvent, place: Rect, now: Duration) -> Outcome {
        match event.kind {
            MouseKind::Press(MouseButton::Left) => {
                let at = self.at(event, place);
                self.press(at, now)
            }
            MouseKind::Drag(MouseButton::Left) => {
                self.drag(event, place);
                Outcome::Stay
            }
            MouseKind::Release(MouseButton::Left) => self.release(),
            MouseKind::Wheel(way @ (WheelDirection::Up | WheelDirection::Down)) => {
                self.wheel(way == WheelDirection::Up)
            }
            _ => Outcome::Stay,
        }
    }

    /// The place below the mouse, or the nearest in view.
    fn at(&self, event: &MouseEvent, place: Rect) -> At {
        let inside =
            |at: u16, start: u16, length: u16| usize::from(at.saturating_sub(start).min(length.saturating_sub(1)));
        let row = (self.top + inside(event.row, place.y, place.height)).min(self.lines.last_row());
        let col = self.left + inside(event.col, place.x, place.width);
        At { row, col: col.min(self.lines.cols(row).saturating_sub(1)) }
    }

    fn press(&mut self, at: At, now: Duration) -> Outcome {
        self.ends = None;
        let count = self.clicks.count(at, now);
        (self.clicks.pressed, self.clicks.dragging) = ((count == 1).then_some(at), false);
        let (anchor, cursor, shape) = match count {
            1 => {
                (self.cursor, self.selection) = (at, None);
                return Outcome::Stay;
            }
            2 => {
                let (start, end) = self.lines.word(at);
                (start, end, Shape::Linear)
            }
            _ => (At { col: 0, ..at }, At { col: self.lines.used(at.row).saturating_sub(1), ..at }, Shape::Rows),
        };
        self.selection = Some(Selection { anchor, shape });
        self.cursor = cursor;
        self.ends = self.by_mouse.then_some(now + CLICK_TIME);
        self.selected_text().map_or(Outcome::Stay, Outcome::Pick)
    }

    fn drag(&mut self, event: &MouseEvent, place: Rect) {
        let Some(anchor) = self.clicks.pressed else { return };
        // At the edges, if that is not where it began, the view moves on with each report.
        let (above, below) = (event.row <= place.y, event.row.saturating_add(1) >= place.bottom());
        if (above || below) && self.at(event, place).row != anchor.row {
            self.scroll(1, above);
        }
        let Mods { alt, ctrl, .. } = event.mods;
        let shape = if alt || ctrl { Shape::Rectangle } else { Shape::Linear };
        self.selection = Some(Selection { anchor, shape });
        self.cursor = self.at(event, place);
        self.clicks.dragging = true;
    }

    fn release(&mut self) -> Outcome {
        self.clicks.pressed = None;
        if !std::mem::take(&mut self.clicks.dragging) {
            return Outcome::Stay;
        }
        self.selected_text().map_or(Outcome::Stay, Outcome::Copy)
    }

    fn wheel(&mut self, up: bool) -> Outcome {
        if !up && self.by_mouse && self.selection.is_none() && self.top >= self.lowest_top() {
            return Outcome::Leave;
        }
        self.scroll(WHEEL_ROWS, up);
        Outcome::Stay
    }
}
