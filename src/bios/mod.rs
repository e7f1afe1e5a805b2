//! The virtual PC's BIOS: power-on self test and interrupt services, in Rust behind ROM stubs.
//!
//! Each vector points into a small ROM at F000h ([`rom`]). A stub executes ARPL, which raises #UD in
//! V86 mode; the monitor recognises the address, calls [`call`] with the service byte that follows
//! the ARPL, and resumes behind it, where the stub does the rest (EOI, chained INT, IRET).

pub mod bda;
mod boot;
mod disk_13h;
mod font;
mod key_words;
mod keyboard_09h;
mod keyboard_16h;
mod misc;
pub mod pointing;
mod post;
pub mod rom;
mod system_15h;
pub mod table;
mod text_page;
mod time_1ah;
mod unexpected;
mod video_10h;
mod video_font;
mod video_info;
mod video_modes;
mod video_palette;
mod wait;

#[cfg(test)]
pub(crate) mod testing;

use crate::clock::VirtTime;
use crate::cpu::regs::{Regs, eflags};
use crate::devices::Board;
use crate::disk::Drives;
use crate::keys::Typing;
use crate::mem::GuestMemory;
use crate::screen::Scrollback;
use crate::types::{Port, SegOff, Width, lo8, lo16};

/// What a service wants the monitor to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Resume behind the trap.
    Done,
    /// Resume behind the trap; the guest asked for input or the time and there was nothing new.
    Polled,
    /// Resume behind the trap; the guest only looked, and nothing has changed by it.
    Looked,
    /// Resume behind the trap; the guest offers the rest of its time slice.
    Yield,
    /// Enable interrupts, let time pass, and execute the trap again after the next interrupt.
    Wait,
    /// Restart the machine as after Ctrl-Alt-Del.
    Reboot,
    /// Nothing can be booted; the screen says so. The machine waits for a reset.
    NoBoot,
    /// An exception that nothing handles (the vector is given): the machine stops.
    Unhandled(u8),
}

/// State of the BIOS that a real one would keep outside the BIOS data area.
#[derive(Default)]
pub struct BiosState {
    clock_reads: time_1ah::ClockReads,
    delay: Option<wait::Delay>,
    keyboard: KeyboardState,
    pointing: pointing::Pointing,
    /// What the services scrolled off the screen, and what others find to have scrolled off. A
    /// restart leaves it alone.
    pub scrollback: Scrollback,
    /// Bells rung since power-on.
    bells: u64,
}

/// What scan codes become.
#[derive(Clone, Copy, Debug, Default)]
struct KeyboardState {
    typing: Typing,
    /// The accent of a dead key, until its letter comes.
    dead: Option<char>,
}

impl BiosState {
    /// The state at power-on, with keys that type what `typing` says.
    #[must_use]
    pub fn new(typing: Typing) -> BiosState {
        BiosState { keyboard: KeyboardState { typing, dead: None }, ..BiosState::default() }
    }

    /// The state after a restart.
    fn restart(&mut self) {
        let scrollback = std::mem::take(&mut self.scrollback);
        *self = BiosState { scrollback, bells: self.bells, ..BiosState::new(self.keyboard.typing) };
    }

    /// How often the teletype has been sent a BEL since power-on; a reset does not change it.
    #[must_use]
    pub fn bells(&self) -> u64 {
        self.bells
    }

    /// The handler of INT 15h/AX=C207h; 0000:0000 if there is none.
    #[must_use]
    pub fn pointing_handler(&self) -> SegOff {
        self.pointing.handler()
    }

    /// Sets what the keys type.
    pub fn set_typing(&mut self, typing: Typing) {
        self.keyboard = KeyboardState { typing, dead: None };
    }
}

/// What one service call may look at and change.
pub struct Bios<'a> {
    /// The guest's registers; the interrupt frame (IP, CS, FLAGS) is on its stack at SS:SP.
    pub regs: &'a mut Regs,
    /// The guest's memory.
    pub mem: GuestMemory<'a>,
    /// The chips, reached through their ports.
    pub board: &'a mut Board,
    /// The drives.
    pub drives: &'a mut Drives,
    /// The BIOS's own state.
    pub state: &'a mut BiosState,
    /// Virtual time.
    pub now: VirtTime,
    /// Memory above 1 MiB that the guest may use. *Units*: bytes.
    pub extended_bytes: u32,
    /// True to boot from the first hard disk instead of A:.
    pub boot_from_disk: bool,
}

impl Bios<'_> {
    /// Sets or clears CF in the FLAGS image that the stub's IRET will restore.
    pub fn set_carry(&mut self, on: bool) {
        self.set_image_flag(eflags::CF, on);
    }

    /// Sets or clears ZF in the FLAGS image that the stub's IRET will restore.
    pub fn set_zero(&mut self, on: bool) {
        self.set_image_flag(eflags::ZF, on);
    }

    /// Makes the stub's IRET enable interrupts.
    ///
    /// Source: services that end in STI and RETF 2 on an AT return with IF set, whatever the
    /// caller had.
    pub fn return_with_interrupts(&mut self) {
        self.set_image_flag(eflags::IF, true);
    }

    /// Reads a byte port.
    pub fn read_port(&mut self, port: u16) -> u8 {
        lo8(self.board.read(Port(port), Width::Byte, self.now))
    }

    /// Writes a byte port.
    pub fn write_port(&mut self, port: u16, value: u8) {
        self.board.write(Port(port), Width::Byte, u32::from(value), self.now);
    }

    /// Where the FLAGS image of the interrupt frame lies.
    fn flags_image(&self) -> SegOff {
        self.regs.ss_sp().offset(4)
    }

    fn set_image_flag(&mut self, flag: u32, on: bool) {
        let at = self.flags_image();
        let image = self.mem.read_u16(at);
        let flag = lo16(flag);
        self.mem.write_u16(at, if on { image | flag } else { image & !flag });
    }
}

/// Power-on self test: fills the vector table, the BIOS data area and the chips' registers, and
/// leaves CS:IP at the boot stub and SS:SP at a small stack.
pub fn post(bios: &mut Bios<'_>) {
    bios.state.restart();
    post::run(bios);
}

/// Writes `text`, in the guest's code page, at the shown page's cursor as a teletype.
pub fn print(bios: &mut Bios<'_>, text: &[u8]) {
    video_10h::print_bytes(bios, text);
}

/// Runs the service whose number follows the trapped ARPL in the ROM.
pub fn call(service: u8, bios: &mut Bios<'_>) -> Outcome {
    table::dispatch(service, bios)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::types::PhysAddr;

    /// Services, each as likely as the others, and any number now and then.
    fn service_number() -> impl Strategy<Value = u8> {
        prop_oneof![4 => prop::sample::select(vec![0x05, 0x08, 0x09, 0x10, 0x13, 0x15, 0x16, 0x1A, 0x70, 0x74, 0xF0, 0xF1]), 1 => any::<u8>()]
    }

    /// Registers that often name a function that exists.
    fn ax() -> impl Strategy<Value = u16> {
        prop_oneof![any::<u16>(), (0u8..0x20, 0u8..0x35).prop_map(|(ah, al)| u16::from_be_bytes([ah, al]))]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// Whatever is in the registers and the data area, a service returns.
        #[test]
        fn no_call_does_harm(
            calls in prop::collection::vec((service_number(), ax(), any::<[u16; 6]>(), any::<[u16; 6]>()), 1..24),
            pokes in prop::collection::vec((0u32..0x110, any::<u8>()), 0..24),
        ) {
            let mut machine = testing::Machine::new();
            for (at, value) in pokes {
                machine.mem.write_u8(PhysAddr(0x400 + at), value);
            }
            for (number, ax, [bx, cx, dx, si, di, bp], seg) in calls {
                machine.with(|bios| {
                    bios.regs.set_ax(ax);
                    bios.regs.set_bx(bx);
                    bios.regs.set_cx(cx);
                    bios.regs.set_dx(dx);
                    bios.regs.set_si(si);
                    bios.regs.set_di(di);
                    bios.regs.set_bp(bp);
                    bios.regs.seg = seg;
                    call(number, bios);
                });
            }
        }
    }
}
