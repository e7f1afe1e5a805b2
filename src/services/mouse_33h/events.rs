//! What a packet of the mouse does to the driver, and when the program's handler is called.

use super::{MouseDriver, ROW_HEIGHT, Turns, column_width, index};
use crate::bios::pointing::PointerWords;
use crate::bios::{Bios, Outcome};
use crate::pointer::{Button, Buttons};
use crate::types::lo8;

const PACKET_BUTTONS: u8 = 0x07;
const PACKET_X_NEGATIVE: u16 = 0x10;
const PACKET_Y_NEGATIVE: u16 = 0x20;
/// The event of a handler's mask: the mouse has moved. Behind it come press and release of each
/// button.
const MOVED: u16 = 0x01;

impl MouseDriver {
    /// Takes a packet from the BIOS. AX is zero if that is all; else it holds the events, and the
    /// other registers what the handler at ES:BP is told.
    pub fn packet(&mut self, bios: &mut Bios<'_>) -> Outcome {
        let events = if self.enabled { self.take_in(bios) & self.handler.mask } else { 0 };
        bios.regs.set_ax(events);
        if events != 0 {
            let (x, y) = self.told(bios);
            bios.regs.set_bx(u16::from(self.buttons.0));
            bios.regs.set_cx(x);
            bios.regs.set_dx(y);
            bios.regs.set_si(self.x.counts());
            bios.regs.set_di(self.y.counts());
            bios.regs.set_es(self.handler.at.seg);
            bios.regs.set_bp(self.handler.at.off);
        }
        Outcome::Done
    }

    /// Moves and sets the buttons; the events of that.
    fn take_in(&mut self, bios: &mut Bios<'_>) -> u16 {
        let words = bios.pointer_words();
        let moved = self.move_by(bios, words);
        let buttons = Buttons(lo8(u32::from(words.status)) & PACKET_BUTTONS);
        let turned = self.turn(bios, buttons);
        self.news = true;
        self.redraw(bios);
        turned | if moved { MOVED } else { 0 }
    }

    fn move_by(&mut self, bios: &Bios<'_>, words: PointerWords) -> bool {
        let PointerWords { status, x, y } = words;
        let right = signed(x, status & PACKET_X_NEGATIVE != 0);
        // The mouse counts upwards.
        let down = -signed(y, status & PACKET_Y_NEGATIVE != 0);
        let before = (self.x.at(), self.y.at());
        self.x.count(right);
        self.y.count(down);
        match bios.board.mouse_place() {
            Some(place) => {
                self.x.set(i32::from(place.col) * column_width(bios));
                self.y.set(i32::from(place.row) * ROW_HEIGHT);
            }
            None => {
                self.x.move_by(right);
                self.y.move_by(down);
            }
        }
        (right, down) != (0, 0) || (self.x.at(), self.y.at()) != before
    }

    fn turn(&mut self, bios: &Bios<'_>, buttons: Buttons) -> u16 {
        let (x, y) = self.told(bios);
        let mut events = 0;
        for button in Button::ALL {
            let (was, is) = (self.buttons.has(button), buttons.has(button));
            if was == is {
                continue;
            }
            let turns = if is { &mut self.pressed } else { &mut self.released };
            let Turns { count, .. } = turns[index(button)];
            turns[index(button)] = Turns { count: count.saturating_add(1), x, y };
            events |= (if is { 2 } else { 4 }) << (2 * index(button));
        }
        self.buttons = buttons;
        events
    }
}

/// A count of nine bits.
fn signed(low: u16, negative: bool) -> i16 {
    i16::from(lo8(u32::from(low))) - if negative { 256 } else { 0 }
}
