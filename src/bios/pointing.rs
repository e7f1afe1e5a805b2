//! INT 15h/AH=C2h, the pointing device, and INT 74h, which collects its packets.
//!
//! | AL | function |
//! | --- | --- |
//! | 00h | disables (BH=0) or enables (BH=1) |
//! | 01h | resets; BX = identity and AAh |
//! | 02h, 03h | sample rate, resolution |
//! | 04h | type |
//! | 05h | initialises, BH bytes a packet |
//! | 06h | status (BH=0), scaling (BH=1, 2) |
//! | 07h | the program's handler, ES:BX |
//!
//! INT 74h calls the handler far with four words on the stack: status, X, Y and zero.
//! A function takes no virtual time, though the mouse needs some milliseconds for its answer.
//! Gap: packets of other lengths than three bytes are refused.
//! Source: IBM PS/2 and PC BIOS Interface Technical Reference, "Interrupt 15h, (AH) = C2h".

use super::{Bios, Outcome};
use crate::cpu::regs::Gpr;
use crate::types::SegOff;

const PORT_DATA: u16 = 0x60;
const PORT_STATUS: u16 = 0x64;
/// The output buffer is full, and what it holds came from the mouse.
const BYTE_OF_MOUSE: u8 = 0x21;
/// Set in the first byte of each packet.
const PACKET_FIRST: u8 = 0x08;
const PACKET_BYTES: usize = 3;

const CMD_SCALING_1_1: u8 = 0xE6;
const CMD_SCALING_2_1: u8 = 0xE7;
const CMD_SET_RESOLUTION: u8 = 0xE8;
const CMD_STATUS: u8 = 0xE9;
const CMD_IDENTIFY: u8 = 0xF2;
const CMD_SET_RATE: u8 = 0xF3;
const CMD_ENABLE: u8 = 0xF4;
const CMD_DISABLE: u8 = 0xF5;
const CMD_RESET: u8 = 0xFF;

/// Reports a second by their number in function 02h.
const RATES: [u8; 7] = [10, 20, 40, 60, 80, 100, 200];

/// Why a function fails; the value is what it leaves in AH.
#[derive(Clone, Copy)]
enum Refusal {
    InvalidFunction = 1,
    InvalidInput = 2,
    Interface = 3,
    NoHandler = 5,
}

/// What the BIOS of a PS/2 keeps in its extended data area.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pointing {
    handler: SegOff,
    packet: [u8; PACKET_BYTES],
    received: usize,
    enabled: bool,
}

/// What a handler is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointerWords {
    /// The packet's first byte.
    pub status: u16,
    /// Its second one.
    pub x: u16,
    /// Its third one.
    pub y: u16,
}

impl Pointing {
    pub(super) fn handler(&self) -> SegOff {
        self.handler
    }
}

impl Bios<'_> {
    /// Resets the mouse and enables it with this handler, as functions 05h, 07h and 00h do.
    pub fn enable_pointing(&mut self, handler: SegOff) {
        self.board.ask_mouse(&[CMD_RESET, CMD_ENABLE], self.now);
        self.state.pointing = Pointing { handler, enabled: true, ..Pointing::default() };
    }

    /// The words that INT 74h's stub has pushed for a handler that was just entered.
    #[must_use]
    pub fn pointer_words(&self) -> PointerWords {
        // Behind the far return address: zero, Y, X, status.
        let word = |offset| self.mem.read_u16(self.regs.ss_sp().offset(offset));
        PointerWords { status: word(10), x: word(8), y: word(6) }
    }
}

/// AH=C2h. Without a mouse it is not there at all, as on an AT; the answer says so.
pub(super) fn int15_c2(bios: &mut Bios<'_>) -> Option<Outcome> {
    if !bios.board.has_mouse() {
        return None;
    }
    let done = function(bios);
    bios.regs.set_ah(done.map_or_else(|refusal| refusal as u8, |()| 0));
    bios.set_carry(done.is_err());
    Some(Outcome::Done)
}

fn function(bios: &mut Bios<'_>) -> Result<(), Refusal> {
    let bh = bios.regs.bh();
    match bios.regs.al() {
        0x00 => enable(bios, bh),
        0x01 => reset(bios),
        0x02 => {
            let rate = *RATES.get(usize::from(bh)).ok_or(Refusal::InvalidInput)?;
            ask(bios, &[CMD_SET_RATE, rate]).map(drop)
        }
        0x03 if bh > 3 => Err(Refusal::InvalidInput),
        0x03 => ask(bios, &[CMD_SET_RESOLUTION, bh]).map(drop),
        0x04 => {
            let [.., identity] = ask(bios, &[CMD_IDENTIFY])?[..] else { return Err(Refusal::Interface) };
            bios.regs.set_bx(u16::from_be_bytes([identity, bios.regs.bl()]));
            Ok(())
        }
        0x05 if usize::from(bh) != PACKET_BYTES => Err(Refusal::InvalidInput),
        0x05 => reset(bios),
        0x06 => extended(bios, bh),
        0x07 => {
            bios.state.pointing.handler = SegOff::new(bios.regs.es(), bios.regs.bx());
            Ok(())
        }
        _ => Err(Refusal::InvalidFunction),
    }
}

fn enable(bios: &mut Bios<'_>, on: u8) -> Result<(), Refusal> {
    let command = match on {
        0 => CMD_DISABLE,
        1 if bios.state.pointing.handler == SegOff::default() => return Err(Refusal::NoHandler),
        1 => CMD_ENABLE,
        _ => return Err(Refusal::InvalidInput),
    };
    ask(bios, &[command])?;
    (bios.state.pointing.enabled, bios.state.pointing.received) = (on == 1, 0);
    Ok(())
}

fn reset(bios: &mut Bios<'_>) -> Result<(), Refusal> {
    let [.., passed, identity] = ask(bios, &[CMD_RESET])?[..] else { return Err(Refusal::Interface) };
    (bios.state.pointing.enabled, bios.state.pointing.received) = (false, 0);
    bios.regs.set_bx(u16::from_be_bytes([identity, passed]));
    Ok(())
}

fn extended(bios: &mut Bios<'_>, what: u8) -> Result<(), Refusal> {
    match what {
        0 => {
            let [_, status, resolution, rate] = ask(bios, &[CMD_STATUS])?[..] else { return Err(Refusal::Interface) };
            for (register, value) in [(Gpr::Ebx, status), (Gpr::Ecx, resolution), (Gpr::Edx, rate)] {
                let low = &mut bios.regs.gpr[register as usize];
                *low = *low & !0xFF | u32::from(value);
            }
            Ok(())
        }
        1 => ask(bios, &[CMD_SCALING_1_1]).map(drop),
        2 => ask(bios, &[CMD_SCALING_2_1]).map(drop),
        _ => Err(Refusal::InvalidInput),
    }
}

/// The mouse's answer, which begins with an acknowledgement.
fn ask(bios: &mut Bios<'_>, bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    const ACK: u8 = 0xFA;
    let answer = bios.board.ask_mouse(bytes, bios.now);
    if answer.first() == Some(&ACK) { Ok(answer) } else { Err(Refusal::Interface) }
}

/// The reading part of INT 74h. AL = 1 if a handler is to be called: it is at ES:SI, and its words
/// are BX, CX and DX. The stub has saved all registers.
pub(super) fn int74_byte(bios: &mut Bios<'_>) -> Outcome {
    let words = packet(bios);
    bios.regs.set_ax(u16::from(words.is_some()));
    if let Some(PointerWords { status, x, y }) = words {
        let handler = bios.state.pointing.handler;
        bios.regs.set_es(handler.seg);
        bios.regs.set_si(handler.off);
        bios.regs.set_bx(status);
        bios.regs.set_cx(x);
        bios.regs.set_dx(y);
    }
    Outcome::Done
}

/// Takes a byte from the controller; the packet if that was its last one and somebody wants it.
fn packet(bios: &mut Bios<'_>) -> Option<PointerWords> {
    if bios.read_port(PORT_STATUS) & BYTE_OF_MOUSE != BYTE_OF_MOUSE {
        return None;
    }
    let byte = bios.read_port(PORT_DATA);
    let pointing = &mut bios.state.pointing;
    // A first byte that cannot be one is what is left of a packet that was broken off.
    if !pointing.enabled || pointing.received == 0 && byte & PACKET_FIRST == 0 {
        return None;
    }
    pointing.packet[pointing.received] = byte;
    pointing.received = (pointing.received + 1) % PACKET_BYTES;
    let [status, x, y] = pointing.packet.map(u16::from);
    let whole = pointing.received == 0 && pointing.handler != SegOff::default();
    whole.then_some(PointerWords { status, x, y })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::bios::testing::Machine;
    use crate::cpu::regs::eflags;
    use crate::pointer::{Buttons, Motion};

    /// Calls C2h with AL and BX; what is in AH then, and CF.
    fn call(machine: &mut Machine, al: u8, bx: u16) -> (u8, bool) {
        machine.regs.set_bx(bx);
        machine.service_ax(0x15, u16::from_be_bytes([0xC2, al]));
        (machine.regs.ah(), machine.flag(eflags::CF))
    }

    fn enabled() -> Machine {
        let mut machine = Machine::with_mouse();
        machine.regs.set_es(0x3000);
        assert_eq!(call(&mut machine, 7, 0x0123), (0, false));
        assert_eq!(call(&mut machine, 5, 0x0300), (0, false));
        assert_eq!(call(&mut machine, 0, 0x0100), (0, false));
        machine
    }

    /// Calls INT 74h's service for each byte that the mouse sends; what the last one left in AL.
    fn bytes(machine: &mut Machine, count: usize) -> u8 {
        for _ in 0..count {
            machine.now += Duration::from_millis(20);
            machine.board.advance(machine.now);
            machine.service(0x74);
        }
        machine.regs.al()
    }

    #[test]
    fn without_a_mouse_the_function_is_not_offered() {
        assert_eq!(call(&mut Machine::new(), 1, 0), (0x86, true));
    }

    #[test]
    fn a_reset_tells_a_mouse_that_passed_its_test() {
        let mut machine = Machine::with_mouse();
        assert_eq!(call(&mut machine, 1, 0x1234), (0, false));
        assert_eq!(machine.regs.bx(), 0x00AA);
        assert_eq!(call(&mut machine, 4, 0x5555), (0, false));
        assert_eq!(machine.regs.bx() >> 8, 0);
    }

    #[test]
    fn enabling_without_a_handler_and_what_is_out_of_range_fail() {
        let mut machine = Machine::with_mouse();
        for (al, bx, ah) in [(0, 0x0100, 5), (0, 0x0200, 2), (2, 0x0700, 2), (3, 0x0400, 2), (5, 0x0400, 2), (8, 0, 1)]
        {
            assert_eq!(call(&mut machine, al, bx), (ah, true), "AL={al:02X}h");
        }
    }

    #[test]
    fn rate_resolution_and_scaling_are_told_by_the_status() {
        let mut machine = Machine::with_mouse();
        for (al, bx) in [(2, 0x0200), (3, 0x0300), (6, 0x0200)] {
            assert_eq!(call(&mut machine, al, bx), (0, false));
        }
        call(&mut machine, 6, 0);
        let low = |value: u16| value & 0xFF;
        assert_eq!((low(machine.regs.bx()), low(machine.regs.cx()), low(machine.regs.dx())), (0x10, 3, 40));
    }

    #[test]
    fn three_bytes_call_the_handler_with_the_packet() {
        let mut machine = enabled();
        machine.board.point(Motion { x: 5, y: 7 }, Buttons(2), None, machine.now);
        assert_eq!(bytes(&mut machine, 2), 0);
        assert_eq!(bytes(&mut machine, 1), 1);
        assert_eq!((machine.regs.es(), machine.regs.si()), (0x3000, 0x0123));
        assert_eq!((machine.regs.bx(), machine.regs.cx(), machine.regs.dx()), (0x2A, 5, 0xF9));
    }

    #[test]
    fn an_interrupt_without_a_byte_of_the_mouse_takes_nothing() {
        let mut machine = enabled();
        assert_eq!(bytes(&mut machine, 1), 0);
    }
}
