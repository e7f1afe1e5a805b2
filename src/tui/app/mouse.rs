//! What the mouse does: it gives the keys to a view, opens menus, and moves lists.

use std::time::Duration;

use ratatui::layout::{Position, Rect};

use super::{App, Effect, Mode};
use crate::tui::commands::{self, PAN_ROWS};
use crate::tui::input::{MouseButton, MouseEvent, MouseKind, TermEvent, WheelDirection};
use crate::tui::widgets::{StatusSpot, StatusView, overview_at};

/// Rows that a notch of the wheel moves a list.
const WHEEL_ROWS: isize = 3;

impl App {
    pub(super) fn mouse(&mut self, event: &MouseEvent, now: Duration, effects: &mut Vec<Effect>) {
        if self.mouse_to_guest(event, effects) {
            return;
        }
        let at = Position { x: event.col, y: event.row };
        match (self.mode, event.kind) {
            (Mode::Keys, MouseKind::Press(MouseButton::Left)) => self.key_menu_click(at, now, effects),
            (Mode::Copy, _) => self.copy_event(TermEvent::Mouse(*event), now, effects),
            (Mode::Guest, _) if self.begins_copy(event, now, effects) => {}
            (Mode::Panel, kind) => self.panel_mouse(kind, at, now, effects),
            (Mode::Overview(_) | Mode::Watch | Mode::Page, MouseKind::Press(_)) if self.status_spot(at).is_some() => {
                self.click(event.kind, at, now, effects);
            }
            (Mode::Help(top), MouseKind::Wheel(way)) => self.scroll_help(top, way),
            (Mode::Watch, MouseKind::Wheel(way)) => self.move_watch(rows(way)),
            (Mode::Overview(marked), MouseKind::Wheel(way)) => {
                let last = self.sessions.len().saturating_sub(1);
                self.set_mode(Mode::Overview(marked.saturating_add_signed(rows(way).signum()).min(last)));
            }
            (Mode::Overview(marked), MouseKind::Press(MouseButton::Left)) => {
                let picture = overview_at(self.sessions.len(), marked, self.guest_area(), at);
                self.set_mode(Mode::Guest);
                if let Some(index) = picture {
                    self.select(index, now, effects);
                }
            }
            (Mode::Help(_), MouseKind::Press(_)) => self.set_mode(Mode::Guest),
            (Mode::Guest | Mode::Prefix, kind) => self.click(kind, at, now, effects),
            _ => {}
        }
    }

    /// The mouse over the sessions and the status line.
    fn click(&mut self, kind: MouseKind, at: Position, now: Duration, effects: &mut Vec<Effect>) {
        let button = match kind {
            MouseKind::Press(button @ (MouseButton::Left | MouseButton::Right)) => button,
            MouseKind::Wheel(way) => return self.wheel_over_view(way, at),
            _ => return,
        };
        self.set_mode(Mode::Guest);
        match self.status_spot(at) {
            Some(StatusSpot::Session(index)) => self.select(index, now, effects),
            Some(StatusSpot::Help) => {
                self.release_keys(effects);
                return self.open_menu(Some(at));
            }
            None => {
                let holds = |area: Rect| area.contains(at);
                let place = self.places().into_iter().find(|place| holds(place.area) || place.title.is_some_and(holds));
                if let Some(place) = place {
                    self.show(place.session, effects);
                }
            }
        }
        if button == MouseButton::Right {
            self.release_keys(effects);
            self.open_menu(Some(at));
        }
    }

    fn status_spot(&self, at: Position) -> Option<StatusSpot> {
        let row = Rect::new(0, self.size.1.saturating_sub(1), self.size.0, self.size.1.min(1));
        let crop = self.crop_mark();
        let view = StatusView::new(&self.sessions, self.focused_index(), crop.as_deref(), self.settings.prefix);
        let view = view.with_marks(self.all_marks());
        row.contains(at).then(|| view.spot(row, at)).flatten()
    }

    /// What the status line says of a screen that is larger than its view.
    fn crop_mark(&self) -> Option<String> {
        if matches!(self.mode, Mode::Overview(_) | Mode::Watch | Mode::Page) {
            return None;
        }
        let alone = self.places().into_iter().find(|place| place.title.is_none())?;
        let screen = &self.session(alone.session)?.screen;
        self.pan(alone.session).viewport(screen, alone.area.width, alone.area.height).crop_mark(screen)
    }

    /// The wheel moves a screen that is larger than its view.
    fn wheel_over_view(&mut self, way: WheelDirection, at: Position) {
        let place = self.places().into_iter().find(|place| place.area.contains(at));
        if place.is_some_and(|place| Some(place.session) == self.focused) {
            self.pan_by(0, if rows(way) < 0 { -PAN_ROWS } else { PAN_ROWS });
        }
    }

    fn panel_mouse(&mut self, kind: MouseKind, at: Position, now: Duration, effects: &mut Vec<Effect>) {
        let (area, height) = (self.guest_area(), self.panel_height());
        let Some(panel) = self.panels.last_mut() else { return };
        self.dirty = true;
        let row = panel.view().row_at(area, at);
        match (kind, row) {
            (MouseKind::Wheel(way), _) => panel.list.move_by(rows(way), height),
            (MouseKind::Press(MouseButton::Left), Some(row)) => {
                panel.list.mark(row);
                self.take_choice(now, effects);
            }
            (MouseKind::Press(_), None) if !panel.view().place(area).frame.contains(at) => self.close_panels(),
            _ => {}
        }
    }

    fn scroll_help(&mut self, top: u16, way: WheelDirection) {
        let last = commands::help_rows(self.settings.prefix).len().saturating_sub(1);
        let top = usize::from(top).saturating_add_signed(rows(way)).min(last);
        self.set_mode(Mode::Help(u16::try_from(top).unwrap_or(u16::MAX)));
    }
}

/// Rows that a turn of the wheel moves a list.
fn rows(way: WheelDirection) -> isize {
    match way {
        WheelDirection::Up | WheelDirection::Left => -WHEEL_ROWS,
        WheelDirection::Down | WheelDirection::Right => WHEEL_ROWS,
    }
}
