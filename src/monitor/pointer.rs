//! The mouse, from the host's side: a pointer that is at a cell becomes motion of the mouse.
//!
//! The built-in driver is told the cell. A driver that the guest has loaded gets motion only, as from
//! a mouse: it counts from where the pointer was last, and that is known after a motion that ends in
//! the screen's upper left corner whatever it began with.
//! Gap: a driver that multiplies fast motion, or is set to another ratio than 8 counts for eight
//! pixels across and 16 down, is not followed.

use super::vm::Vm;
use crate::bios::table::service;
use crate::bios::{Bios, Outcome, rom};
use crate::pointer::{Buttons, CellPlace, Motion};
use crate::services::mouse_33h::MouseDriver;

/// Counts of the mouse for a column of an 80-column screen, and for a row: eight pixels each, by the
/// ratio that Microsoft's driver begins with.
const COUNTS_A_COLUMN: i32 = 8;
const COUNTS_A_ROW: i32 = 16;
/// Motion that ends in the corner wherever it begins.
const TO_THE_CORNER: Motion = Motion { x: -80 * COUNTS_A_COLUMN, y: -60 * COUNTS_A_ROW };

/// Where the guest's driver believes the pointer to be.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pointer {
    at: Option<CellPlace>,
    buttons: Buttons,
}

impl Vm {
    /// True if there is a mouse.
    #[must_use]
    pub fn has_mouse(&self) -> bool {
        self.board.has_mouse()
    }

    /// True if a program uses the mouse: by the built-in driver, or by one that the guest has loaded,
    /// as far as can be seen.
    #[must_use]
    pub fn uses_mouse(&self) -> bool {
        match &self.mouse_driver {
            Some(driver) if driver.is_used() => true,
            Some(_) if self.has_own_handler() => false,
            _ => self.board.mouse_reports(),
        }
    }

    /// Puts the pointer on a cell and sets the buttons. False if the mouse cannot take that now:
    /// nothing is lost, but it has to be tried again.
    pub fn point(&mut self, at: CellPlace, buttons: Buttons) -> bool {
        if !self.board.has_mouse() {
            return true;
        }
        self.board_touched = true;
        if !self.board.mouse_reports() {
            // Nobody is told; whoever enables the mouse later starts afresh.
            self.pointer = Pointer { at: None, buttons };
            return self.send_motion(Motion::default(), buttons, None);
        }
        let place = self.has_own_handler().then_some(at);
        if place.is_none() && self.pointer.at.is_none() {
            if !self.send_motion(TO_THE_CORNER, self.pointer.buttons, None) {
                return false;
            }
            self.pointer.at = Some(CellPlace::default());
        }
        let from = self.pointer.at.unwrap_or(at);
        let taken = self.send_motion(self.motion(from, at), buttons, place);
        if taken {
            self.pointer = Pointer { at: Some(at), buttons };
        }
        taken
    }

    fn send_motion(&mut self, motion: Motion, buttons: Buttons, at: Option<CellPlace>) -> bool {
        let now = self.now();
        self.board.point(motion, buttons, at, now)
    }

    fn motion(&self, from: CellPlace, to: CellPlace) -> Motion {
        let wide = if self.screen().cols <= 40 { 2 } else { 1 };
        Motion {
            x: (i32::from(to.col) - i32::from(from.col)) * COUNTS_A_COLUMN * wide,
            y: (i32::from(to.row) - i32::from(from.row)) * COUNTS_A_ROW,
        }
    }

    /// True if packets go to the built-in driver.
    fn has_own_handler(&self) -> bool {
        self.mouse_driver.is_some() && self.bios.pointing_handler() == rom::mouse_handler()
    }

    /// Puts the built-in driver into a machine that has just run its self test.
    pub(super) fn install_mouse_driver(&mut self) {
        self.pointer = Pointer::default();
        self.with_mouse_driver(MouseDriver::install);
    }

    /// A program is being started: it must find the built-in driver, if there is one.
    pub(super) fn keep_mouse_driver(&mut self) {
        self.with_mouse_driver(|_, bios| MouseDriver::keep_vector(bios));
    }

    /// Lets the built-in driver work, if there is one.
    pub(super) fn with_mouse_driver<R>(
        &mut self,
        work: impl FnOnce(&mut MouseDriver, &mut Bios<'_>) -> R,
    ) -> Option<R> {
        let mut driver = self.mouse_driver.take()?;
        let result = self.with_bios(|bios| work(&mut driver, bios));
        self.mouse_driver = Some(driver);
        Some(result)
    }

    /// INT 33h, or what the driver does with a packet.
    pub(super) fn mouse_service(&mut self, number: u8) -> Outcome {
        let done = self.with_mouse_driver(|driver, bios| match number {
            service::MOUSE_EVENT => driver.packet(bios),
            _ => driver.call(bios),
        });
        // Without a driver no vector leads here; a guest that jumps into the ROM gets nothing.
        done.unwrap_or(Outcome::Done)
    }
}
