//! The mouse of the session with the keys: what happens over its view goes to the guest, if a program
//! there uses the mouse.
//!
//! With Alt, Ctrl or Shift it stays here, and so does the wheel: they select and scroll as ever.

use super::{App, Effect, Mode};
use crate::pointer::{Button, CellPlace, PointerAct};
use crate::session::Command;
use crate::tui::input::{Mods, MouseButton, MouseEvent, MouseKind};
use crate::types::SessionId;

/// A button that the guest was told is down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    session: SessionId,
    button: MouseButton,
    at: CellPlace,
}

impl App {
    /// True if `event` was the guest's, and went to it.
    pub(super) fn mouse_to_guest(&mut self, event: &MouseEvent, effects: &mut Vec<Effect>) -> bool {
        let taken = match event.kind {
            MouseKind::Press(button) => self.press_for_guest(event, button, effects),
            MouseKind::Drag(button) | MouseKind::Release(button) => self.follow_button(event, button, effects),
            MouseKind::Wheel(_) => false,
        };
        // What the guest got is no click that begins copy mode.
        if taken {
            self.pressed = None;
        }
        taken
    }

    fn press_for_guest(&mut self, event: &MouseEvent, button: MouseButton, effects: &mut Vec<Effect>) -> bool {
        let Some(id) = self.focused.filter(|_| self.mode == Mode::Guest && event.mods == Mods::NONE) else {
            return false;
        };
        let Some((at, true)) = self.guest_cell(id, event).filter(|_| self.uses_mouse(id)) else { return false };
        self.release_button(effects);
        self.held_button = Some(Held { session: id, button, at });
        effects.push(Effect::Send(id, Command::Mouse(at, PointerAct::Press(guest_button(button)))));
        true
    }

    /// A button that went down for the guest is the guest's until it comes up, wherever that is.
    fn follow_button(&mut self, event: &MouseEvent, button: MouseButton, effects: &mut Vec<Effect>) -> bool {
        let Some(held) = self.held_button.filter(|held| held.button == button) else { return false };
        let at = self.guest_cell(held.session, event).map_or(held.at, |(at, _)| at);
        if matches!(event.kind, MouseKind::Release(_)) {
            self.held_button = Some(Held { at, ..held });
            self.release_button(effects);
        } else if at != held.at {
            self.held_button = Some(Held { at, ..held });
            effects.push(Effect::Send(held.session, Command::Mouse(at, PointerAct::Move)));
        }
        true
    }

    /// Lets the button come up that is down for a guest.
    pub(super) fn release_button(&mut self, effects: &mut Vec<Effect>) {
        if let Some(Held { session, button, at }) = self.held_button.take() {
            effects.push(Effect::Send(session, Command::Mouse(at, PointerAct::Release(guest_button(button)))));
        }
    }

    fn uses_mouse(&self, id: SessionId) -> bool {
        self.session(id).is_some_and(|view| view.uses_mouse)
    }

    /// The cell of a session's screen below the mouse, or the nearest in view; and whether it is over
    /// the view at all.
    fn guest_cell(&self, id: SessionId, event: &MouseEvent) -> Option<(CellPlace, bool)> {
        let area = self.places().into_iter().find(|place| place.session == id)?.area;
        let viewport = self.pan(id).viewport(&self.session(id)?.screen, area.width, area.height);
        let place = viewport.place(area);
        let inside = |at: u16, start: u16, length: u16| at.saturating_sub(start).min(length.saturating_sub(1));
        let col = viewport.col.saturating_add(inside(event.col, place.x, place.width));
        let row = viewport.row.saturating_add(inside(event.row, place.y, place.height));
        Some((CellPlace { col, row }, place.contains((event.col, event.row).into())))
    }
}

fn guest_button(button: MouseButton) -> Button {
    match button {
        MouseButton::Left => Button::Left,
        MouseButton::Middle => Button::Middle,
        MouseButton::Right => Button::Right,
    }
}
