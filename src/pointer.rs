//! A mouse as values: its buttons, what it points at, and what a user does with it.

/// What a session has of a mouse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MouseSupport {
    /// Nothing.
    #[default]
    None,
    /// A PS/2 mouse, for a driver that the guest loads.
    Ps2,
    /// A PS/2 mouse and a driver, INT 33h.
    Driver,
}

/// A button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// The left one.
    Left,
    /// The right one.
    Right,
    /// The middle one.
    Middle,
}

impl Button {
    /// All buttons, in the order of their bits.
    pub const ALL: [Button; 3] = [Button::Left, Button::Right, Button::Middle];

    /// The button's bit in a packet of the mouse and in INT 33h.
    #[must_use]
    pub fn bit(self) -> u8 {
        match self {
            Button::Left => 1,
            Button::Right => 2,
            Button::Middle => 4,
        }
    }
}

/// The buttons that are down, a bit each ([`Button::bit`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Buttons(pub u8);

impl Buttons {
    /// These buttons with `button` down or up.
    #[must_use]
    pub fn with(self, button: Button, down: bool) -> Buttons {
        Buttons(if down { self.0 | button.bit() } else { self.0 & !button.bit() })
    }

    /// True if `button` is down.
    #[must_use]
    pub fn has(self, button: Button) -> bool {
        self.0 & button.bit() != 0
    }
}

/// A cell of a text screen, from its upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CellPlace {
    /// Column, 0-based.
    pub col: u16,
    /// Row, 0-based.
    pub row: u16,
}

/// How far the mouse was moved, in its own counts; positive to the right and down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Motion {
    /// To the right.
    pub x: i32,
    /// Down.
    pub y: i32,
}

/// What is done with the mouse at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointerAct {
    /// It is moved there; the buttons stay as they are.
    Move,
    /// A button goes down and stays down.
    Press(Button),
    /// A button comes up.
    Release(Button),
    /// A button goes down and comes up.
    Click(Button),
    /// The same twice.
    DoubleClick(Button),
}
