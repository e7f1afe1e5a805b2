//! The state of an 80387: its register stack, its words, and what it remembers of the last
//! instruction.

use super::control::Control;
use super::f80::F80;
use super::status::{BUSY, C1, DE, ES, EXCEPTIONS, IE, SF, TOP, ZE};

/// Whether a machine has an 80387, and where its ERROR# line leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coprocessor {
    /// None: nothing answers ESC instructions.
    #[default]
    Absent,
    /// ERROR# leads to the processor, which raises #MF (vector 16) before the next instruction that
    /// waits.
    Error,
    /// As in a PC/AT: an error is latched, interrupts by IRQ13, and keeps BUSY# active until a write
    /// to port F0h. An instruction that waits waits that long.
    Latched,
}

/// Where the last numeric instruction and its operand were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pointers {
    pub(crate) code_selector: u16,
    pub(crate) code_offset: u32,
    /// The low three bits of the first byte, and ModR/M.
    pub(crate) opcode: u16,
    pub(crate) data_selector: u16,
    pub(crate) data_offset: u32,
}

/// The state of one 80387, or its empty socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fpu {
    /// By register number, not by place on the stack.
    pub(super) regs: [F80; 8],
    /// One bit a register, set while it is in use.
    pub(super) used: u8,
    pub(super) top: u8,
    pub(super) control: Control,
    /// The status word without TOP, ES and B, which follow from the rest.
    pub(super) status: u16,
    pub(crate) pointers: Pointers,
    wiring: Coprocessor,
    /// [`Coprocessor::Latched`]: an error holds BUSY# active.
    latched: bool,
}

impl Default for Fpu {
    /// None.
    fn default() -> Fpu {
        Fpu::new(Coprocessor::Absent)
    }
}

/// Bits of the control word that can be changed; the others read as [`CONTROL_FIXED`]. Bit 12, the
/// infinity control of an 80287, keeps its value and has no effect.
const CONTROL_WRITABLE: u16 = 0x1F3F;
const CONTROL_FIXED: u16 = 0x0040;

impl Fpu {
    /// As FNINIT leaves it.
    ///
    /// Gap: after RESET an 80387 holds ERROR# active until FNINIT, which tells the processor that it is
    /// there; here software finds it in its initial state.
    pub(crate) fn new(wiring: Coprocessor) -> Fpu {
        Fpu {
            regs: [F80::ZERO; 8],
            used: 0,
            top: 0,
            control: Control::INITIAL,
            status: 0,
            pointers: Pointers::default(),
            wiring,
            latched: false,
        }
    }

    /// FNINIT. The registers keep their values, but are empty.
    pub(crate) fn initialize(&mut self) {
        *self = Fpu { regs: self.regs, latched: self.latched, ..Fpu::new(self.wiring) };
    }

    /// How it is wired.
    pub(crate) fn wiring(&self) -> Coprocessor {
        self.wiring
    }

    /// True if something answers ESC instructions.
    pub(crate) fn present(&self) -> bool {
        self.wiring != Coprocessor::Absent
    }

    // --- errors ---

    /// ES: an exception is set that is not masked.
    pub(crate) fn error(&self) -> bool {
        !self.control.masks(self.status)
    }

    /// True if the next instruction that waits is to raise #MF.
    pub(crate) fn raises_fault(&self) -> bool {
        self.wiring == Coprocessor::Error && self.error()
    }

    /// True if an instruction that waits has to wait.
    pub(crate) fn busy(&self) -> bool {
        self.latched
    }

    /// Latches an error that was not there before the last instruction. True if it was latched now.
    pub(crate) fn latch_error(&mut self, before: bool) -> bool {
        let rises = self.wiring == Coprocessor::Latched && !before && !self.latched && self.error();
        self.latched |= rises;
        rises
    }

    /// Port F0h was written.
    pub(crate) fn release_busy(&mut self) {
        self.latched = false;
    }

    // --- words ---

    /// FNSTCW.
    pub(crate) fn control_word(&self) -> u16 {
        self.control.0
    }

    /// FLDCW.
    pub(crate) fn set_control_word(&mut self, value: u16) {
        self.control = Control(value & CONTROL_WRITABLE | CONTROL_FIXED);
    }

    /// What FNSTENV does to the control word once it is stored.
    pub(crate) fn mask_all(&mut self) {
        self.control.0 |= EXCEPTIONS;
    }

    /// FNSTSW.
    pub(crate) fn status_word(&self) -> u16 {
        self.status | u16::from(self.top) << TOP | if self.error() { ES | BUSY } else { 0 }
    }

    pub(super) fn set_status_word(&mut self, value: u16) {
        self.top = u8::try_from(value >> TOP & 7).unwrap_or(0);
        self.status = value & !(7 << TOP | ES | BUSY);
    }

    /// FNCLEX.
    pub(crate) fn clear_exceptions(&mut self) {
        self.status &= !(EXCEPTIONS | SF);
    }

    /// The tag word: worked out from the registers, whatever was loaded. Source: 80387 PRM §2.6.
    pub(super) fn tag_word(&self) -> u16 {
        (0..8).fold(0, |word, number| word | self.tag(number) << (2 * number))
    }

    fn tag(&self, number: usize) -> u16 {
        let value = self.regs[number];
        match value {
            _ if self.used >> number & 1 == 0 => 3,
            value if value.is_zero() => 1,
            value if value.is_finite_nonzero() && !value.is_denormal() => 0,
            _ => 2,
        }
    }

    pub(super) fn set_tag_word(&mut self, value: u16) {
        self.used = (0..8).fold(0, |used, number| used | u8::from(value >> (2 * number) & 3 != 3) << number);
    }

    // --- stack ---

    fn number(&self, place: u8) -> usize {
        usize::from(self.top.wrapping_add(place) & 7)
    }

    /// What is in ST(i), used or not.
    pub(crate) fn raw(&self, place: u8) -> F80 {
        self.regs[self.number(place)]
    }

    pub(crate) fn is_empty(&self, place: u8) -> bool {
        self.used >> self.number(place) & 1 == 0
    }

    /// The value of ST(i), unless it is empty.
    pub(crate) fn st(&self, place: u8) -> Option<F80> {
        (!self.is_empty(place)).then(|| self.raw(place))
    }

    pub(crate) fn set(&mut self, place: u8, value: F80) {
        let number = self.number(place);
        self.regs[number] = value;
        self.used |= 1 << number;
    }

    /// FFREE.
    pub(crate) fn free(&mut self, place: u8) {
        self.used &= !(1 << self.number(place));
    }

    /// Moves the stack pointer up or down; registers stay as they are.
    pub(crate) fn rotate(&mut self, places: i8) {
        self.top = self.top.wrapping_add_signed(places) & 7;
        self.status &= !C1;
    }

    pub(crate) fn pop(&mut self) {
        self.free(0);
        self.top = self.top.wrapping_add(1) & 7;
    }

    /// A register below ST(0) becomes ST(0).
    pub(super) fn push(&mut self, value: F80) {
        self.top = self.top.wrapping_sub(1) & 7;
        self.set(0, value);
    }

    /// Sets what an instruction raised; C1 is what it says. True if its result is to be stored in a
    /// register: with IE, DE or ZE unmasked nothing changes. Source: 80387 PRM §3.1.
    pub(crate) fn note(&mut self, raised: u16) -> bool {
        self.status = self.status & !C1 | raised;
        self.control.masks(raised & (IE | DE | ZE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::fpu::f80::INTEGER;

    #[test]
    fn a_fresh_coprocessor_is_empty_and_masks_all() {
        let fpu = Fpu::new(Coprocessor::Error);
        assert_eq!((fpu.control_word(), fpu.status_word(), fpu.tag_word()), (0x037F, 0, 0xFFFF));
    }

    #[test]
    fn tags_tell_what_registers_hold() {
        let mut fpu = Fpu::new(Coprocessor::Error);
        for value in [F80::ONE, F80::ZERO, F80::INFINITY, F80::new(false, 0, 1), F80::new(false, 9, 1)] {
            fpu.push(value);
        }
        assert_eq!(fpu.tag_word(), 0b00_01_10_10_10_11_11_11);
        assert_eq!(fpu.status_word(), 3 << TOP);
        fpu.set_tag_word(0);
        assert_eq!(fpu.tag_word(), 0b00_01_10_10_10_01_01_01, "the tags of zeros are worked out");
    }

    #[test]
    fn an_unmasked_exception_shows_in_the_summary() {
        let mut fpu = Fpu::new(Coprocessor::Error);
        assert!(fpu.note(ZE) && !fpu.error());
        fpu.set_control_word(0x037B);
        assert_eq!(fpu.status_word(), ES | BUSY | ZE);
        assert!(!fpu.note(ZE) && fpu.raises_fault() && !fpu.busy());
        fpu.clear_exceptions();
        assert_eq!(fpu.status_word(), 0);
    }

    #[test]
    fn an_error_is_latched_once() {
        let mut fpu = Fpu::new(Coprocessor::Latched);
        fpu.set_control_word(0);
        fpu.note(IE);
        assert!(fpu.latch_error(false) && fpu.busy() && !fpu.raises_fault());
        assert!(!fpu.latch_error(false));
        fpu.release_busy();
        assert!(!fpu.latch_error(true), "the line has not fallen in between");
    }

    #[test]
    fn initialising_keeps_values_and_the_latch() {
        let mut fpu = Fpu::new(Coprocessor::Latched);
        fpu.push(F80::new(false, 0x3FFF, INTEGER));
        fpu.set_control_word(0);
        fpu.note(IE);
        fpu.latch_error(false);
        fpu.initialize();
        assert!(fpu.busy() && fpu.is_empty(7));
        assert_eq!(fpu.raw(7), F80::ONE);
    }
}
