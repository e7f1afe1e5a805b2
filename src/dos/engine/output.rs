//! Characters out: to the screen through INT 29h, to a driver, to a file.

use super::super::frame::Frame;
use super::super::{Dos, Outcome, device};
use super::driver::{DriverCall, Request, Then, command};
use super::port::Port;
use super::{Doing, Event, Pending};

const INT_CHARACTER: u8 = 0x29;
const TAB: u8 = b'\t';
/// Columns between tab stops.
const TAB_WIDTH: u8 = 8;
/// Characters between two looks for Ctrl-C and Ctrl-S. Source: MS-DOS 5 looks at every fourth; a look
/// costs here as much as several characters.
const CHECK_EVERY: u8 = 16;

/// Characters on their way out.
#[derive(Clone, Debug)]
pub(super) struct Putting {
    left: std::vec::IntoIter<u8>,
    /// Blanks that are left of a tab.
    blanks: u8,
    /// Tabs become blanks.
    cooked: bool,
    /// Ctrl-C and Ctrl-S are looked for.
    checked: bool,
    until_check: u8,
    /// The last character, which the printer has to have as well.
    echo: Option<u8>,
    /// INT 23h follows, not the task.
    pub(super) breaks: bool,
}

impl Putting {
    fn new(bytes: Vec<u8>, cooked: bool, checked: bool) -> Putting {
        Putting { left: bytes.into_iter(), blanks: 0, cooked, checked, until_check: 0, echo: None, breaks: false }
    }

    /// As they are.
    pub(super) fn raw(bytes: Vec<u8>) -> Putting {
        Putting::new(bytes, false, false)
    }

    /// With tabs as blanks.
    pub(super) fn cooked(bytes: Vec<u8>) -> Putting {
        Putting::new(bytes, true, false)
    }

    /// The same; Ctrl-C ends it, Ctrl-S holds it up.
    pub(super) fn checked(bytes: Vec<u8>) -> Putting {
        Putting::new(bytes, true, true)
    }

    /// INT 23h follows.
    pub(super) fn and_break(self) -> Putting {
        Putting { breaks: true, ..self }
    }

    /// The next character; a tab is as many blanks as lead from `column` to the next stop.
    fn next(&mut self, column: u8) -> Option<u8> {
        if self.blanks > 0 {
            self.blanks -= 1;
            return Some(b' ');
        }
        match self.left.next() {
            Some(TAB) if self.cooked => {
                self.blanks = TAB_WIDTH - 1 - column % TAB_WIDTH;
                Some(b' ')
            }
            byte => byte,
        }
    }

    fn is_empty(&self) -> bool {
        self.left.as_slice().is_empty()
    }
}

impl Dos<'_> {
    /// Begins to put characters out.
    pub(super) fn put(&mut self, mut pending: Pending, frame: Frame, putting: Putting) -> Outcome {
        if putting.is_empty() {
            return self.advance(pending, frame, Event::Written);
        }
        pending.putting = Some(putting);
        self.put_next(pending, frame)
    }

    /// Puts the next character out; after the last one the task goes on.
    pub(super) fn put_next(&mut self, mut pending: Pending, frame: Frame) -> Outcome {
        let Some(mut putting) = pending.putting.take() else { return self.advance(pending, frame, Event::Written) };
        if let Some(byte) = putting.echo.take() {
            pending.putting = Some(putting);
            return self.put_on_device(pending, device::PRN, byte, Then::Echoed);
        }
        if putting.checked && putting.until_check == 0 {
            putting.until_check = CHECK_EVERY;
            pending.putting = Some(putting);
            return self.check(pending);
        }
        if let Port::File(index) = pending.output {
            self.put_all_to_file(index, putting);
            return self.advance(pending, frame, Event::Written);
        }
        let Some(byte) = putting.next(self.state.console.column) else {
            return if putting.breaks {
                self.call_break(pending, frame)
            } else {
                self.advance(pending, frame, Event::Written)
            };
        };
        putting.until_check = putting.until_check.saturating_sub(1);
        self.state.console.follow(byte);
        self.put_byte(pending, frame, putting, byte)
    }

    fn put_byte(&mut self, mut pending: Pending, frame: Frame, mut putting: Putting, byte: u8) -> Outcome {
        match pending.output {
            Port::Console => {
                putting.echo = (putting.cooked && self.state.console.prints).then_some(byte);
                pending.putting = Some(putting);
                self.regs.set_ax(u16::from(byte));
                self.guest(pending, Doing::Putting, INT_CHARACTER)
            }
            Port::Device(header) => {
                pending.putting = Some(putting);
                self.put_on_device(pending, header, byte, Then::Put)
            }
            Port::Nothing | Port::File(_) => {
                pending.putting = None;
                self.advance(pending, frame, Event::Written)
            }
        }
    }

    fn put_on_device(&mut self, pending: Pending, header: crate::types::SegOff, byte: u8, then: Then) -> Outcome {
        let at = pending.work_byte();
        self.mem.write_u8(at, byte);
        self.driver_strategy(pending, DriverCall::new(Request::byte(header, command::WRITE, at), then))
    }

    /// A file takes all at once. Functions that put characters out have no way to tell of a full disk.
    fn put_all_to_file(&mut self, index: u8, mut putting: Putting) {
        let mut bytes = Vec::with_capacity(putting.left.len());
        while let Some(byte) = putting.next(self.state.console.column) {
            self.state.console.follow(byte);
            bytes.push(byte);
        }
        if let Err(error) = self.put_to_file(index, &bytes) {
            tracing::debug!(%error, "redirected output is lost");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_is_blanks_up_to_the_next_stop_unless_bytes_are_raw() {
        let text = |mut putting: Putting, column| std::iter::from_fn(|| putting.next(column)).count();
        assert_eq!(text(Putting::cooked(b"\t".to_vec()), 0), 8);
        assert_eq!(text(Putting::cooked(b"\t".to_vec()), 13), 3);
        assert_eq!(Putting::raw(b"\t".to_vec()).next(0), Some(b'\t'));
    }
}
