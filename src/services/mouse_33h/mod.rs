//! INT 33h: a mouse driver as Microsoft's, for text modes.
//!
//! | AX | function |
//! | --- | --- |
//! | 00h, 21h | reset |
//! | 01h, 02h | shows, hides the cursor |
//! | 03h, 04h | position and buttons; sets the position |
//! | 05h, 06h | presses, releases of a button |
//! | 07h, 08h | limits of the position |
//! | 09h, 0Ah | cursor of graphics modes (taken, and not used), of text modes |
//! | 0Bh | motion in counts of the mouse |
//! | 0Ch, 14h | sets, exchanges the program's handler |
//! | 0Fh, 13h, 1Ah, 1Bh | counts per distance, double speed, sensitivity |
//! | 10h | area in which the cursor is hidden |
//! | 15h–17h | size of the state, saves it, restores it |
//! | 1Ch, 1Dh, 1Eh | rate; display page |
//! | 1Fh, 20h | switches the driver off, on |
//! | 24h, 26h, 31h | version, extent of the screen, limits |
//!
//! The driver is a client of the BIOS: its handler of packets is that of INT 15h/AX=C207h. The host
//! knows the cell that its pointer is in; then the position is that cell, whatever the motion.
//! Gap: the speed of the mouse (0Fh, 13h, 1Ah) moves nothing where the position is known.
//! Gap: no light pen (0Dh, 0Eh), no handlers by shift keys (18h, 19h), no national languages.
//! Source: Microsoft Mouse Programmer's Reference.

mod axis;
mod cursor;
mod events;
mod saved;

#[cfg(test)]
mod tests;

use self::axis::Axis;
use self::cursor::Cursor;
use crate::bios::{Bios, Outcome, bda, rom};
use crate::pointer::{Button, Buttons};
use crate::types::SegOff;

/// Where the interrupt's vector is.
const VECTOR_AT: SegOff = SegOff { seg: 0, off: 0x33 * 4 };
/// Width of the screen in the driver's units, whatever its columns are.
const SCREEN_WIDTH: i32 = 640;
/// Height of a row in the driver's units.
const ROW_HEIGHT: i32 = 8;
/// AX and BX after a reset: there is a mouse, and it has three buttons.
const INSTALLED: u16 = 0xFFFF;
const BUTTON_COUNT: u16 = 3;
/// Function 24h: the version whose functions these are, a PS/2 mouse.
const VERSION: u16 = 0x0800;
const TYPE_PS2: u16 = 0x0400;

/// A program's handler of events: where, and which events it wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Handler {
    mask: u16,
    at: SegOff,
}

/// How often a button went one way, and where it was when it last did.
#[derive(Clone, Copy, Debug, Default)]
struct Turns {
    count: u16,
    x: u16,
    y: u16,
}

/// The driver's state.
#[derive(Clone, Debug)]
pub struct MouseDriver {
    x: Axis,
    y: Axis,
    buttons: Buttons,
    pressed: [Turns; 3],
    released: [Turns; 3],
    handler: Handler,
    cursor: Cursor,
    /// Functions 1Ah, 13h and 1Ch: kept for whoever asks.
    sensitivity: [u16; 2],
    double_speed: u16,
    rate: u16,
    /// Function 1Fh has not been called since the last 20h or reset.
    enabled: bool,
    /// Something has happened since a program last looked.
    news: bool,
}

impl Default for MouseDriver {
    fn default() -> MouseDriver {
        MouseDriver {
            x: Axis::new(SCREEN_WIDTH, 8),
            y: Axis::new(25 * ROW_HEIGHT, 16),
            buttons: Buttons::default(),
            pressed: [Turns::default(); 3],
            released: [Turns::default(); 3],
            handler: Handler::default(),
            cursor: Cursor::default(),
            sensitivity: [50; 2],
            double_speed: 64,
            rate: 0,
            enabled: true,
            news: false,
        }
    }
}

impl MouseDriver {
    /// Puts the driver into a machine that has just run its self test.
    pub fn install(&mut self, bios: &mut Bios<'_>) {
        *self = MouseDriver::default();
        bios.mem.write_far(VECTOR_AT, rom::mouse_driver());
        bios.enable_pointing(rom::mouse_handler());
    }

    /// Takes the vector again if it leads nowhere: a DOS that starts lets INT 22h to 3Fh return at once.
    pub fn keep_vector(bios: &mut Bios<'_>) {
        const IRET: u8 = 0xCF;
        let target = bios.mem.read_far(VECTOR_AT);
        if target == SegOff::default() || bios.mem.read_u8(target) == IRET {
            bios.mem.write_far(VECTOR_AT, rom::mouse_driver());
        }
    }

    /// True if a program uses the mouse: its cursor is shown, or a handler wants events.
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.enabled && (self.cursor.is_shown() || self.handler.mask != 0)
    }

    /// The video mode was set: the cursor is hidden, and the screen may have other rows.
    pub fn mode_was_set(&mut self, bios: &Bios<'_>) {
        self.cursor.forget();
        self.limit_to_screen(bios);
    }

    /// Runs the function in AX.
    pub fn call(&mut self, bios: &mut Bios<'_>) -> Outcome {
        match bios.regs.ax() {
            0x00 | 0x21 => self.reset(bios),
            0x01 => self.show(bios),
            0x02 => self.cursor.hide(bios),
            0x03 => return self.position(bios),
            0x04 => self.set_position(bios),
            0x05 => return self.turns(bios, true),
            0x06 => return self.turns(bios, false),
            0x07 => self.limit(bios, true),
            0x08 => self.limit(bios, false),
            0x0A => self.cursor.set_shape(bios),
            0x0B => return self.motion(bios),
            0x0C => self.handler = handler(bios),
            0x10 => self.exclude(bios),
            0x14 => self.exchange_handler(bios),
            0x0F | 0x13 | 0x1A | 0x1B | 0x1C => self.speed(bios),
            0x15 => bios.regs.set_bx(saved::BYTES),
            0x16 => self.save(bios),
            0x17 => self.restore(bios),
            0x1D | 0x1E => self.page(bios),
            0x1F | 0x20 => self.enable(bios),
            0x24 => {
                bios.regs.set_bx(VERSION);
                bios.regs.set_cx(TYPE_PS2);
            }
            0x26 | 0x31 => self.extent(bios),
            0x09 => {}
            function => tracing::debug!(function, "INT 33h function not offered"),
        }
        Outcome::Done
    }

    /// The answer of a function that programs call again and again to see whether anything happened.
    fn looked(&mut self) -> Outcome {
        if std::mem::take(&mut self.news) { Outcome::Done } else { Outcome::Polled }
    }

    fn reset(&mut self, bios: &mut Bios<'_>) {
        self.cursor.erase(bios);
        let buttons = self.buttons;
        *self = MouseDriver { buttons, ..MouseDriver::default() };
        self.limit_to_screen(bios);
        // Another driver may have had the mouse meanwhile.
        if bios.state.pointing_handler() != rom::mouse_handler() {
            bios.enable_pointing(rom::mouse_handler());
        }
        bios.regs.set_ax(INSTALLED);
        bios.regs.set_bx(BUTTON_COUNT);
    }

    fn limit_to_screen(&mut self, bios: &Bios<'_>) {
        let rows = i32::from(bda::ROWS_MINUS_1.get(&bios.mem)) + 1;
        self.x = Axis::new(SCREEN_WIDTH, 8);
        self.y = Axis::new(rows * ROW_HEIGHT, 16);
    }

    fn show(&mut self, bios: &mut Bios<'_>) {
        self.cursor.unhide();
        self.redraw(bios);
    }

    /// Puts the cursor where the position is, if it is shown.
    fn redraw(&mut self, bios: &mut Bios<'_>) {
        let (x, y) = self.told(bios);
        self.cursor.draw(bios, x, y);
    }

    /// The position as programs see it: in text modes that of the cell.
    fn told(&self, bios: &Bios<'_>) -> (u16, u16) {
        let cell = |at: i32, size: i32| u16::try_from(at - at.rem_euclid(size)).unwrap_or(0);
        (cell(self.x.at(), column_width(bios)), cell(self.y.at(), ROW_HEIGHT))
    }

    fn position(&mut self, bios: &mut Bios<'_>) -> Outcome {
        self.tell_position(bios);
        bios.regs.set_bx(u16::from(self.buttons.0));
        self.looked()
    }

    fn tell_position(&self, bios: &mut Bios<'_>) {
        let (x, y) = self.told(bios);
        bios.regs.set_cx(x);
        bios.regs.set_dx(y);
    }

    fn set_position(&mut self, bios: &mut Bios<'_>) {
        self.x.set(signed(bios.regs.cx()));
        self.y.set(signed(bios.regs.dx()));
        self.redraw(bios);
    }

    fn turns(&mut self, bios: &mut Bios<'_>, pressed: bool) -> Outcome {
        let turns = if pressed { &mut self.pressed } else { &mut self.released };
        let asked = turns.get_mut(usize::from(bios.regs.bx())).map(|turns| {
            let told = *turns;
            turns.count = 0;
            told
        });
        let Turns { count, x, y } = asked.unwrap_or_default();
        bios.regs.set_ax(u16::from(self.buttons.0));
        bios.regs.set_bx(count);
        bios.regs.set_cx(x);
        bios.regs.set_dx(y);
        self.looked()
    }

    fn limit(&mut self, bios: &mut Bios<'_>, horizontal: bool) {
        let axis = if horizontal { &mut self.x } else { &mut self.y };
        axis.limit(signed(bios.regs.cx()), signed(bios.regs.dx()));
        self.redraw(bios);
    }

    fn motion(&mut self, bios: &mut Bios<'_>) -> Outcome {
        bios.regs.set_cx(self.x.take_counts());
        bios.regs.set_dx(self.y.take_counts());
        self.looked()
    }

    fn exclude(&mut self, bios: &mut Bios<'_>) {
        let regs = &bios.regs;
        self.cursor.exclude([regs.cx(), regs.dx(), regs.si(), regs.di()]);
        self.redraw(bios);
    }

    fn exchange_handler(&mut self, bios: &mut Bios<'_>) {
        let old = std::mem::replace(&mut self.handler, handler(bios));
        bios.regs.set_cx(old.mask);
        bios.regs.set_es(old.at.seg);
        bios.regs.set_dx(old.at.off);
    }

    fn speed(&mut self, bios: &mut Bios<'_>) {
        let (bx, cx, dx) = (bios.regs.bx(), bios.regs.cx(), bios.regs.dx());
        match bios.regs.ax() {
            0x0F => {
                self.x.set_ratio(cx);
                self.y.set_ratio(dx);
            }
            0x13 => self.double_speed = if dx == 0 { 64 } else { dx },
            0x1A => (self.sensitivity, self.double_speed) = ([bx, cx], dx),
            0x1C => self.rate = bx,
            _ => {
                bios.regs.set_bx(self.sensitivity[0]);
                bios.regs.set_cx(self.sensitivity[1]);
                bios.regs.set_dx(self.double_speed);
            }
        }
    }

    fn page(&mut self, bios: &mut Bios<'_>) {
        if bios.regs.ax() == 0x1E {
            return bios.regs.set_bx(self.cursor.page());
        }
        self.cursor.erase(bios);
        self.cursor.set_page(bios.regs.bx());
        self.redraw(bios);
    }

    fn enable(&mut self, bios: &mut Bios<'_>) {
        self.enabled = bios.regs.ax() == 0x20;
        if !self.enabled {
            self.cursor.erase(bios);
            // The vector that was there before the driver led nowhere.
            bios.regs.set_es(0);
            bios.regs.set_bx(0);
        }
    }

    fn extent(&mut self, bios: &mut Bios<'_>) {
        let word = |value: i32| u16::try_from(value).unwrap_or(0);
        let rows = i32::from(bda::ROWS_MINUS_1.get(&bios.mem)) + 1;
        if bios.regs.ax() == 0x26 {
            bios.regs.set_bx(u16::from(!self.enabled));
            bios.regs.set_cx(word(SCREEN_WIDTH - 1));
            bios.regs.set_dx(word(rows * ROW_HEIGHT - 1));
            return;
        }
        let ((left, right), (top, bottom)) = (self.x.limits(), self.y.limits());
        bios.regs.set_ax(word(left));
        bios.regs.set_bx(word(top));
        bios.regs.set_cx(word(right));
        bios.regs.set_dx(word(bottom));
    }
}

/// Width of a column in the driver's units.
fn column_width(bios: &Bios<'_>) -> i32 {
    if bda::VIDEO_COLS.get(&bios.mem) <= 40 { 16 } else { 8 }
}

/// The handler in CX and ES:DX.
fn handler(bios: &Bios<'_>) -> Handler {
    let at = SegOff::new(bios.regs.es(), bios.regs.dx());
    Handler { mask: if at == SegOff::default() { 0 } else { bios.regs.cx() }, at }
}

/// A coordinate from a register.
fn signed(word: u16) -> i32 {
    i32::from(word.cast_signed())
}

/// Where a button's counters are.
fn index(button: Button) -> usize {
    match button {
        Button::Left => 0,
        Button::Right => 1,
        Button::Middle => 2,
    }
}
