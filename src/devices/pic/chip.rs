//! One 8259A: request, service and mask registers and the priority resolver.
//!
//! Gap: 8080/8085 mode is taken for 8086 mode, and buffered mode changes nothing.

use crate::types::Vector;

/// The input whose vector an acknowledge gives when no request is left.
pub(super) const SPURIOUS: u8 = 7;

const ICW1: u8 = 0x10;
const ICW1_NEEDS_ICW4: u8 = 0x01;
const ICW1_SINGLE: u8 = 0x02;
const ICW1_LEVEL: u8 = 0x08;
const ICW4_AUTO_EOI: u8 = 0x02;
const ICW4_SPECIAL_NESTED: u8 = 0x10;
const OCW3: u8 = 0x08;
const OCW3_READ_SELECT: u8 = 0x02;
const OCW3_READ_ISR: u8 = 0x01;
const OCW3_POLL: u8 = 0x04;
const OCW3_SPECIAL_MASK_SELECT: u8 = 0x40;
const OCW3_SPECIAL_MASK: u8 = 0x20;
/// Bit 7 of the byte that a poll reads: an interrupt was pending.
const POLL_PENDING: u8 = 0x80;

/// The initialisation command word that the data port expects next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Icw2,
    Icw3,
    Icw4,
    /// Initialised: the data port is OCW1, the mask.
    Ocw1,
}

/// One controller chip.
pub(super) struct Chip {
    /// Levels of the inputs.
    lines: u8,
    irr: u8,
    isr: u8,
    imr: u8,
    /// The input that has the lowest priority; the one after it has the highest.
    lowest: u8,
    base: u8,
    expect: Expect,
    needs_icw4: bool,
    single: bool,
    level_triggered: bool,
    auto_eoi: bool,
    rotate_on_auto_eoi: bool,
    special_mask: bool,
    special_nested: bool,
    /// Inputs that ICW3 says a secondary chip hangs on.
    cascaded: u8,
    read_isr: bool,
    poll: bool,
}

impl Chip {
    /// A chip with every input masked and vectors from `base` on.
    pub(super) fn new(base: u8) -> Chip {
        Chip {
            lines: 0,
            irr: 0,
            isr: 0,
            imr: 0xFF,
            lowest: 7,
            base,
            expect: Expect::Ocw1,
            needs_icw4: false,
            single: false,
            level_triggered: false,
            auto_eoi: false,
            rotate_on_auto_eoi: false,
            special_mask: false,
            special_nested: false,
            cascaded: 0,
            read_isr: false,
            poll: false,
        }
    }

    /// Sets the level of input `ir`. A request lasts only while its line is high: one that drops
    /// before the acknowledge leaves a spurious interrupt behind.
    /// Source: 8259A data sheet, "Edge and Level Triggered Modes".
    pub(super) fn set_line(&mut self, ir: u8, level: bool) {
        let bit = 1 << ir;
        if !level {
            self.lines &= !bit;
            self.irr &= !bit;
        } else if self.lines & bit == 0 {
            self.lines |= bit;
            self.irr |= bit;
        }
    }

    pub(super) fn is_masked(&self, ir: u8) -> bool {
        self.imr >> ir & 1 != 0
    }

    /// Level of the INT output.
    pub(super) fn interrupts(&self) -> bool {
        self.pending().is_some()
    }

    /// The vector of input `ir`.
    pub(super) fn vector(&self, ir: u8) -> Vector {
        Vector(self.base | ir)
    }

    /// Puts the highest request in service and gives its input; `None` if no request is left.
    pub(super) fn acknowledge(&mut self) -> Option<u8> {
        let ir = self.pending()?;
        let bit = 1 << ir;
        self.irr &= !bit;
        if !self.auto_eoi {
            self.isr |= bit;
        } else if self.rotate_on_auto_eoi {
            self.lowest = ir;
        }
        Some(ir)
    }

    fn requests(&self) -> u8 {
        if self.level_triggered { self.lines } else { self.irr }
    }

    /// The request that wins, if it beats what is in service.
    fn pending(&self) -> Option<u8> {
        if self.expect != Expect::Ocw1 {
            return None;
        }
        let ir = self.highest(self.requests() & !self.imr)?;
        // In special mask mode a masked input that is in service holds nothing back.
        let in_service = if self.special_mask { self.isr & !self.imr } else { self.isr };
        let Some(blocker) = self.highest(in_service) else { return Some(ir) };
        // In special fully nested mode a secondary in service may interrupt again.
        let nested = ir == blocker && self.special_nested && self.cascaded >> ir & 1 != 0;
        (self.rank(ir) < self.rank(blocker) || nested).then_some(ir)
    }

    /// Priority of `ir`, 0 the highest.
    fn rank(&self, ir: u8) -> u8 {
        ir.wrapping_sub(self.lowest + 1) & 7
    }

    /// The input of highest priority in `set`.
    fn highest(&self, set: u8) -> Option<u8> {
        (0..8).filter(|ir| set >> ir & 1 != 0).min_by_key(|&ir| self.rank(ir))
    }

    // --- guest side ---

    /// True if the next read is the answer to a poll command.
    pub(super) fn is_polled(&self) -> bool {
        self.poll
    }

    /// Reads A0 = 0: the answer to a poll, else IRR or ISR.
    pub(super) fn read_command(&mut self) -> u8 {
        if self.poll {
            return self.answer_poll();
        }
        if self.read_isr { self.isr } else { self.requests() }
    }

    /// Reads A0 = 1: the answer to a poll, else the mask.
    pub(super) fn read_data(&mut self) -> u8 {
        if self.poll { self.answer_poll() } else { self.imr }
    }

    /// A poll acknowledges like INTA and gives the input's number instead of a vector.
    fn answer_poll(&mut self) -> u8 {
        self.poll = false;
        self.acknowledge().map_or(0, |ir| POLL_PENDING | ir)
    }

    /// Writes A0 = 0: ICW1, OCW2 or OCW3.
    pub(super) fn write_command(&mut self, value: u8) {
        if value & ICW1 != 0 {
            self.begin_init(value);
        } else if value & OCW3 != 0 {
            self.write_ocw3(value);
        } else {
            self.write_ocw2(value);
        }
    }

    /// Writes A0 = 1: the next ICW, or OCW1.
    pub(super) fn write_data(&mut self, value: u8) {
        match self.expect {
            Expect::Ocw1 => self.imr = value,
            Expect::Icw2 => {
                self.base = value & 0xF8;
                self.expect = if self.single { self.after_icw3() } else { Expect::Icw3 };
            }
            Expect::Icw3 => {
                self.cascaded = value;
                self.expect = self.after_icw3();
            }
            Expect::Icw4 => {
                self.auto_eoi = value & ICW4_AUTO_EOI != 0;
                self.special_nested = value & ICW4_SPECIAL_NESTED != 0;
                self.expect = Expect::Ocw1;
            }
        }
    }

    fn after_icw3(&self) -> Expect {
        if self.needs_icw4 { Expect::Icw4 } else { Expect::Ocw1 }
    }

    /// ICW1. Lines that are high now request nothing until they have been low.
    /// Source: 8259A data sheet, "Initialization Command Words".
    fn begin_init(&mut self, icw1: u8) {
        *self = Chip {
            lines: self.lines,
            imr: 0,
            expect: Expect::Icw2,
            needs_icw4: icw1 & ICW1_NEEDS_ICW4 != 0,
            single: icw1 & ICW1_SINGLE != 0,
            level_triggered: icw1 & ICW1_LEVEL != 0,
            ..Chip::new(self.base)
        };
    }

    fn write_ocw3(&mut self, value: u8) {
        if value & OCW3_READ_SELECT != 0 {
            self.read_isr = value & OCW3_READ_ISR != 0;
        }
        if value & OCW3_SPECIAL_MASK_SELECT != 0 {
            self.special_mask = value & OCW3_SPECIAL_MASK != 0;
        }
        self.poll = value & OCW3_POLL != 0;
    }

    /// OCW2: bits 7–5 are rotate, specific and EOI.
    fn write_ocw2(&mut self, value: u8) {
        let level = value & 7;
        match value >> 5 {
            0b000 => self.rotate_on_auto_eoi = false,
            0b100 => self.rotate_on_auto_eoi = true,
            0b001 => {
                self.end_highest();
            }
            0b101 => {
                if let Some(ir) = self.end_highest() {
                    self.lowest = ir;
                }
            }
            0b011 => self.isr &= !(1 << level),
            0b111 => {
                self.isr &= !(1 << level);
                self.lowest = level;
            }
            0b110 => self.lowest = level,
            // 010: no operation.
            _ => {}
        }
    }

    /// Non-specific EOI. In special mask mode it passes over what is masked.
    fn end_highest(&mut self) -> Option<u8> {
        let candidates = if self.special_mask { self.isr & !self.imr } else { self.isr };
        let ir = self.highest(candidates)?;
        self.isr &= !(1 << ir);
        Some(ir)
    }
}
