//! 8259A interrupt controller pair (`Pic`), ports 20h/21h and A0h/A1h.
//!
//! Models: cascade of two chips, edge and level triggering, and all of ICW1–4 and OCW1–3 that the
//! 8086 mode has; see [`chip`]. The data sheet says master and slave; here they are the primary
//! and the secondary chip.
//! Gap: which primary input the secondary hangs on is wiring (IR2); ICW3 does not change it.
//! Source: Intel 8259A data sheet; IBM PC AT Technical Reference for the wiring.

mod chip;

use self::chip::Chip;
use super::PortDevice;
use crate::clock::VirtTime;
use crate::types::{Irq, Vector};

const PORT_PRIMARY_COMMAND: u16 = 0x20;
const PORT_PRIMARY_DATA: u16 = 0x21;
const PORT_SECONDARY_COMMAND: u16 = 0xA0;

/// Input of the primary chip that the secondary's INT output drives.
const CASCADE: u8 = 2;

/// The two chips of an AT.
pub(super) struct Pic {
    primary: Chip,
    secondary: Chip,
}

impl Pic {
    /// Both chips as at power-on: every input masked until a BIOS initialises them.
    pub(super) fn new() -> Pic {
        Pic { primary: Chip::new(0x08), secondary: Chip::new(0x70) }
    }

    /// Sets the level of an interrupt line. IRQ 2 is the cascade and cannot be set.
    pub(super) fn set_line(&mut self, irq: Irq, level: bool) {
        match irq.0 {
            CASCADE => {}
            0..=7 => self.primary.set_line(irq.0, level),
            8..=15 => {
                self.secondary.set_line(irq.0 - 8, level);
                self.copy_cascade();
            }
            _ => debug_assert!(false, "no such line"),
        }
    }

    /// True if no request on `irq` can reach the CPU because a mask bit is set.
    pub(super) fn is_masked(&self, irq: Irq) -> bool {
        match irq.0 {
            0..=7 => self.primary.is_masked(irq.0),
            _ => self.primary.is_masked(CASCADE) || self.secondary.is_masked(irq.0 & 7),
        }
    }

    /// The INTA cycles: the vector of the highest request, which goes in service.
    ///
    /// If the request has gone meanwhile, the chip gives the vector of its input 7 and puts
    /// nothing in service: the spurious IRQ 7 or 15.
    pub(super) fn acknowledge(&mut self) -> Vector {
        match self.primary.acknowledge() {
            Some(CASCADE) => {
                let ir = self.secondary.acknowledge().unwrap_or(chip::SPURIOUS);
                self.pulse_cascade();
                self.secondary.vector(ir)
            }
            Some(ir) => self.primary.vector(ir),
            None => self.primary.vector(chip::SPURIOUS),
        }
    }

    fn copy_cascade(&mut self) {
        self.primary.set_line(CASCADE, self.secondary.interrupts());
    }

    /// The secondary drops INT when it is acknowledged, then raises it again if more is pending:
    /// the primary's edge detector must see that.
    fn pulse_cascade(&mut self) {
        self.primary.set_line(CASCADE, false);
        self.copy_cascade();
    }
}

impl PortDevice for Pic {
    fn read(&mut self, port: u16, _now: VirtTime) -> u8 {
        let primary = matches!(port, PORT_PRIMARY_COMMAND | PORT_PRIMARY_DATA);
        let chip = if primary { &mut self.primary } else { &mut self.secondary };
        let polled = chip.is_polled();
        let value = if port & 1 == 0 { chip.read_command() } else { chip.read_data() };
        if polled && !primary {
            self.pulse_cascade();
        }
        value
    }

    fn write(&mut self, port: u16, value: u8, _now: VirtTime) {
        match port {
            PORT_PRIMARY_COMMAND => self.primary.write_command(value),
            PORT_PRIMARY_DATA => self.primary.write_data(value),
            PORT_SECONDARY_COMMAND => self.secondary.write_command(value),
            _ => self.secondary.write_data(value),
        }
        self.copy_cascade();
    }

    /// Level of INTR.
    fn irq(&self) -> bool {
        self.primary.interrupts()
    }
}

#[cfg(test)]
mod tests;
