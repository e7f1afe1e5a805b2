//! The mouse, if there is a driver of INT 33h: what its buttons and its place say. It is looked at between
//! two looks at the keyboard, and the rest of each time slice is given away.
//!
//! Source: RBIL, INT 33h/AX=0000h to 0005h; INT 2Fh/AX=1680h.

use super::super::super::Dos;
use super::super::super::app::Call;
use crate::types::SegOff;

pub(super) const INT_MOUSE: u8 = 0x33;
pub(super) const SHOW: u16 = 0x0001;
pub(super) const HIDE: u16 = 0x0002;
pub(super) const RESET: u16 = 0x0000;
const POSITION: u16 = 0x0003;
/// Presses since the last call, of the button in BX.
const PRESSES: u16 = 0x0005;
const VECTOR: SegOff = SegOff { seg: 0, off: INT_MOUSE as u16 * 4 };
const IRET: u8 = 0xCF;
const LEFT_BUTTON: u16 = 1;
/// Steps of the mouse to a row, and to a column of 80.
const STEPS: u16 = 8;
/// Columns of a screen whose columns are twice as wide.
const WIDE_COLUMNS: usize = 40;

/// What the mouse did, at a row and a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Pressed(usize, usize),
    /// It moved while its button was down.
    Dragged(usize, usize),
}

/// See the module's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pointer {
    is_there: bool,
    /// Where it was when something last came of it.
    at: (usize, usize),
    /// The button went down in the text, and is down.
    drags: bool,
}

/// How looking at the mouse goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// With this call.
    More(Call),
    Did(Deed),
    Nothing,
}

impl Pointer {
    /// True if there may be a driver: the vector leads somewhere.
    pub(super) fn may_be_there(dos: &Dos<'_>) -> bool {
        let driver = dos.mem.read_far(VECTOR);
        driver != SegOff::default() && dos.mem.read_u8(driver) != IRET
    }

    /// What RESET answered.
    pub(super) fn of(reset: &Call) -> Pointer {
        Pointer { is_there: reset.ax == 0xFFFF, ..Pointer::default() }
    }

    pub(super) fn is_there(self) -> bool {
        self.is_there
    }

    /// Begins to look at it.
    pub(super) fn look() -> Call {
        Call { ax: PRESSES, ..Call::default() }
    }

    /// `asked` has been answered.
    pub(super) fn answered(&mut self, asked: u16, got: &Call, columns: usize) -> Look {
        let step = if columns == WIDE_COLUMNS { 2 * STEPS } else { STEPS };
        let at = (usize::from(got.dx / STEPS), usize::from(got.cx / step));
        match asked {
            PRESSES if got.bx > 0 => {
                (self.at, self.drags) = (at, true);
                Look::Did(Deed::Pressed(at.0, at.1))
            }
            PRESSES if got.ax & LEFT_BUTTON != 0 && self.drags => Look::More(Call { ax: POSITION, ..Call::default() }),
            PRESSES => {
                self.drags = false;
                Look::Nothing
            }
            _ if at != self.at && got.bx & LEFT_BUTTON != 0 => {
                self.at = at;
                Look::Did(Deed::Dragged(at.0, at.1))
            }
            _ => Look::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(ax: u16, bx: u16, column: u16, row: u16) -> Call {
        Call { ax, bx, cx: column * 8, dx: row * 8, ..Call::default() }
    }

    #[test]
    fn a_press_counts_once_and_what_follows_is_a_drag_when_it_moves() {
        let mut pointer = Pointer::default();
        assert_eq!(pointer.answered(PRESSES, &call(1, 1, 5, 3), 80), Look::Did(Deed::Pressed(3, 5)));
        assert!(matches!(pointer.answered(PRESSES, &call(1, 0, 0, 0), 80), Look::More(_)));
        assert_eq!(pointer.answered(POSITION, &call(3, 1, 5, 3), 80), Look::Nothing);
        assert_eq!(pointer.answered(POSITION, &call(3, 1, 6, 3), 80), Look::Did(Deed::Dragged(3, 6)));
        assert_eq!(pointer.answered(PRESSES, &call(0, 0, 0, 0), 80), Look::Nothing);
        assert_eq!(pointer.answered(PRESSES, &call(1, 0, 0, 0), 80), Look::Nothing, "it went down elsewhere");
    }

    #[test]
    fn columns_of_a_wide_screen_are_sixteen_steps() {
        let deed = Pointer::default().answered(PRESSES, &call(1, 1, 20, 1), 40);
        assert_eq!(deed, Look::Did(Deed::Pressed(1, 10)));
    }
}
