//! The mouse, as terminals report it: in decimal numbers (mode 1006), or in three bytes by those
//! that know no better.
//!
//! Source: "XTerm Control Sequences", mouse tracking.

use super::Mods;

/// What the mouse did, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MouseEvent {
    /// What it did.
    pub kind: MouseKind,
    /// Column of the window, 0-based.
    pub col: u16,
    /// Row of the window, 0-based.
    pub row: u16,
    /// Modifiers held with it; terminals often keep Shift for themselves.
    pub mods: Mods,
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    /// A button went down.
    Press(MouseButton),
    /// A button came up.
    Release(MouseButton),
    /// The mouse moved while a button was down.
    Drag(MouseButton),
    /// The wheel was turned by one notch.
    Wheel(WheelDirection),
}

/// A button of the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseButton {
    /// The left one.
    Left,
    /// The middle one.
    Middle,
    /// The right one.
    Right,
}

/// Which way the wheel was turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WheelDirection {
    /// Away from the user.
    Up,
    /// Towards the user.
    Down,
    /// To the left.
    Left,
    /// To the right.
    Right,
}

const SHIFT_BIT: u32 = 4;
const META_BIT: u32 = 8;
const CTRL_BIT: u32 = 16;
const MOTION_BIT: u32 = 32;
const WHEEL_BIT: u32 = 64;
/// What is added to buttons, column and row in the form of three bytes.
const X10_OFFSET: u8 = 32;

/// `CSI < buttons ; column ; row M`, or `m` when a button comes up.
pub(super) fn sgr([buttons, col, row]: [u32; 3], last: u8) -> Option<MouseEvent> {
    let kind = match (last, kind(buttons)?) {
        (b'M', kind) => kind,
        (b'm', MouseKind::Press(button)) => MouseKind::Release(button),
        _ => return None,
    };
    let place = |number: u32| u16::try_from(number.checked_sub(1)?).ok();
    Some(MouseEvent { kind, col: place(col)?, row: place(row)?, mods: mods(buttons) })
}

/// `CSI M` and three bytes. A release does not say of which button; `down` remembers.
pub(super) fn x10(bytes: [u8; 3], down: &mut Option<MouseButton>) -> Option<MouseEvent> {
    let [buttons, col, row] = bytes.map(|byte| byte.checked_sub(X10_OFFSET));
    let buttons = u32::from(buttons?);
    let kind = if buttons & 0b1110_0011 == 3 { MouseKind::Release(down.take()?) } else { kind(buttons)? };
    if let MouseKind::Press(button) = kind {
        *down = Some(button);
    }
    let place = |number: Option<u8>| number?.checked_sub(1).map(u16::from);
    Some(MouseEvent { kind, col: place(col)?, row: place(row)?, mods: mods(buttons) })
}

/// `None` for motion without a button and for buttons that few mice have.
fn kind(buttons: u32) -> Option<MouseKind> {
    use WheelDirection::{Down, Left, Right, Up};
    let low = usize::try_from(buttons & 3).ok()?;
    if buttons > 127 {
        return None;
    }
    if buttons & WHEEL_BIT != 0 {
        return Some(MouseKind::Wheel([Up, Down, Left, Right][low]));
    }
    let button = *[MouseButton::Left, MouseButton::Middle, MouseButton::Right].get(low)?;
    Some(if buttons & MOTION_BIT != 0 { MouseKind::Drag(button) } else { MouseKind::Press(button) })
}

fn mods(buttons: u32) -> Mods {
    Mods { shift: buttons & SHIFT_BIT != 0, ctrl: buttons & CTRL_BIT != 0, alt: buttons & META_BIT != 0 }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Parser, TermEvent};
    use super::*;

    fn parse(bytes: &[u8]) -> Vec<TermEvent> {
        let mut out = Vec::new();
        Parser::new(Duration::from_millis(50)).feed(bytes, &mut out);
        out
    }

    fn mouse(kind: MouseKind, col: u16, row: u16, mods: Mods) -> TermEvent {
        TermEvent::Mouse(MouseEvent { kind, col, row, mods })
    }

    #[test]
    fn buttons_drags_and_the_wheel_are_told_apart() {
        let left = MouseButton::Left;
        assert_eq!(
            parse(b"\x1b[<0;1;1M\x1b[<32;300;200M\x1b[<0;300;200m\x1b[<65;10;5M\x1b[<18;2;3M"),
            [
                mouse(MouseKind::Press(left), 0, 0, Mods::NONE),
                mouse(MouseKind::Drag(left), 299, 199, Mods::NONE),
                mouse(MouseKind::Release(left), 299, 199, Mods::NONE),
                mouse(MouseKind::Wheel(WheelDirection::Down), 9, 4, Mods::NONE),
                mouse(MouseKind::Press(MouseButton::Right), 1, 2, Mods::CTRL),
            ]
        );
    }

    #[test]
    fn three_byte_reports_are_no_keys_and_releases_name_their_button() {
        assert_eq!(
            parse(b"\x1b[M!!!\x1b[MB1(\x1b[M#1(x"),
            [
                mouse(MouseKind::Press(MouseButton::Middle), 0, 0, Mods::NONE),
                mouse(MouseKind::Drag(MouseButton::Right), 16, 7, Mods::NONE),
                mouse(MouseKind::Release(MouseButton::Middle), 16, 7, Mods::NONE),
                TermEvent::Key(super::super::TermKey::legacy(super::super::Symbol::Char('x'), Mods::NONE)),
            ]
        );
    }

    #[test]
    fn what_makes_no_sense_is_dropped() {
        for bytes in [
            &b"\x1b[<0;0;1M"[..],
            b"\x1b[<0;99999;1M",
            b"\x1b[<35;1;1M",
            b"\x1b[<128;1;1M",
            b"\x1b[<0;1M",
            b"\x1b[<64;1;1m",
            b"\x1b[<0;1;1x",
            b"\x1b[M###",
        ] {
            assert_eq!(parse(bytes), [], "{}", bytes.escape_ascii());
        }
    }
}
