//! VGA registers (`Video`), ports 3B4h–3DAh, for text modes.
//!
//! Models: CRT controller, sequencer, graphics controller, attribute controller, DAC, and the
//! retrace bits as functions of time. Text memory is plain RAM that [`picture`] looks at; the
//! registers only say where and how. Power-on state: mode 3, 80×25 at 720×400, as the adapter's
//! own BIOS leaves it.
//! Gap: graphics modes are shown as text; planes, latches and the font in plane 2 are not modelled,
//! so a loaded font changes the picture's measures but not its characters.
//! Gap: pixel panning, preset row scan and cursor skew move nothing.
//! Gap: no light pen, and no vertical retrace interrupt.
//! Source: IBM PS/2 Technical Reference, "Video Subsystem".

mod beam;
mod dac;
mod picture;

use self::dac::Dac;
use super::PortDevice;
use crate::clock::VirtTime;
use crate::types::PhysAddr;

const PORT_ATTRIBUTE_WRITE: u16 = 0x3C0;
const PORT_ATTRIBUTE_READ: u16 = 0x3C1;
/// Write: miscellaneous output. Read: input status 0.
const PORT_MISC_WRITE: u16 = 0x3C2;
const PORT_ENABLE: u16 = 0x3C3;
const PORT_SEQUENCER_INDEX: u16 = 0x3C4;
const PORT_SEQUENCER_DATA: u16 = 0x3C5;
const PORT_FEATURE_READ: u16 = 0x3CA;
const PORT_MISC_READ: u16 = 0x3CC;
const PORT_GRAPHICS_INDEX: u16 = 0x3CE;
const PORT_GRAPHICS_DATA: u16 = 0x3CF;

/// Bit 0: ports 3Dxh answer; clear: ports 3Bxh.
const MISC_COLOR: u8 = 0x01;
/// A colour monitor is attached, as the BIOS senses it.
const STATUS_0_SENSE: u8 = 0x10;
/// Attribute index bit 5: the palette belongs to the display, not to the CPU.
const ATTRIBUTE_DISPLAY: u8 = 0x20;

const CRTC_OVERFLOW: usize = 0x07;
const CRTC_RETRACE_END: usize = 0x11;
/// In [`CRTC_RETRACE_END`]: registers 0–7 cannot be written.
const CRTC_LOCK: u8 = 0x80;
/// The one bit of the overflow register that the lock leaves free: line compare bit 8.
const CRTC_UNLOCKED_OVERFLOW: u8 = 0x10;

const GRAPHICS_MISC: usize = 0x06;

/// Registers of 80×25 text in 720×400.
/// Source: IBM PS/2 Technical Reference, mode tables.
const MISC_MODE_3: u8 = 0x67;
const SEQUENCER_MODE_3: [u8; 5] = [0x03, 0x00, 0x03, 0x00, 0x02];
const CRTC_MODE_3: [u8; 25] = [
    0x5F, 0x4F, 0x50, 0x82, 0x55, 0x81, 0xBF, 0x1F, 0x00, 0x4F, 0x0D, 0x0E, 0x00, 0x00, 0x00, 0x00, 0x9C, 0x8E, 0x8F,
    0x28, 0x1F, 0x96, 0xB9, 0xA3, 0xFF,
];
const GRAPHICS_MODE_3: [u8; 9] = [0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0E, 0x00, 0xFF];
const ATTRIBUTE_MODE_3: [u8; 21] = [
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F, 0x0C, 0x00, 0x0F,
    0x08, 0x00,
];

/// The adapter's registers.
pub(super) struct Video {
    misc: u8,
    enable: u8,
    feature: u8,
    crtc_index: u8,
    crtc: [u8; 25],
    sequencer_index: u8,
    sequencer: [u8; 5],
    graphics_index: u8,
    graphics: [u8; 9],
    /// Index and [`ATTRIBUTE_DISPLAY`] bit.
    attribute_index: u8,
    /// The flip-flop of port 3C0h: true if the next write is data.
    attribute_data_next: bool,
    attribute: [u8; 21],
    dac: Dac,
    /// Where the CPU last saw text memory: a font being loaded moves the window, not the picture.
    text_base: PhysAddr,
    generation: u64,
}

impl Video {
    pub(super) fn new() -> Video {
        Video {
            misc: MISC_MODE_3,
            enable: 1,
            feature: 0,
            crtc_index: 0,
            crtc: CRTC_MODE_3,
            sequencer_index: 0,
            sequencer: SEQUENCER_MODE_3,
            graphics_index: 0,
            graphics: GRAPHICS_MODE_3,
            attribute_index: ATTRIBUTE_DISPLAY,
            attribute_data_next: false,
            attribute: ATTRIBUTE_MODE_3,
            dac: Dac::new(),
            text_base: PhysAddr(0xB8000),
            generation: 0,
        }
    }

    /// Power-on state again; the generation keeps growing.
    pub(super) fn reset(&mut self) {
        *self = Video { generation: self.generation + 1, ..Video::new() };
    }

    /// Grows when a register changes that the picture depends on.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// The half of `port`, relative to 3B0h or 3D0h, if that half answers now.
    fn crtc_port(&self, port: u16) -> Option<u16> {
        let color = self.misc & MISC_COLOR != 0;
        match port {
            0x3B0..=0x3BB if !color => Some(port - 0x3B0),
            0x3D0..=0x3DB if color => Some(port - 0x3D0),
            _ => None,
        }
    }

    fn read_crtc_half(&mut self, register: u16, now: VirtTime) -> u8 {
        match register {
            4 => self.crtc_index,
            5 => register_at(&self.crtc, self.crtc_index),
            0xA => {
                self.attribute_data_next = false;
                self.input_status_1(now)
            }
            _ => 0xFF,
        }
    }

    fn write_crtc_half(&mut self, register: u16, value: u8) {
        match register {
            4 => self.crtc_index = value,
            5 => self.write_crtc(value),
            0xA => self.feature = value,
            // 3B8h, 3D8h and 3D9h are the mode and colour registers of older adapters, which a VGA
            // does not have: programs write them, and nothing happens.
            _ => {}
        }
    }

    fn write_crtc(&mut self, value: u8) {
        let index = usize::from(self.crtc_index);
        let locked = self.crtc[CRTC_RETRACE_END] & CRTC_LOCK != 0;
        let value = match index {
            CRTC_OVERFLOW if locked => self.crtc[index] & !CRTC_UNLOCKED_OVERFLOW | value & CRTC_UNLOCKED_OVERFLOW,
            0..=CRTC_OVERFLOW if locked => return,
            _ => value,
        };
        self.generation += u64::from(set_register(&mut self.crtc, index, value));
    }

    fn write_graphics(&mut self, value: u8) {
        let index = usize::from(self.graphics_index);
        let mut changed = set_register(&mut self.graphics, index, value);
        if index == GRAPHICS_MISC {
            let base = match value >> 2 & 3 {
                2 => PhysAddr(0xB0000),
                3 => PhysAddr(0xB8000),
                // The CPU looks at a font or at graphics memory; text stays where it is.
                _ => self.text_base,
            };
            changed |= base != self.text_base;
            self.text_base = base;
        }
        self.generation += u64::from(changed);
    }

    /// Port 3C0h takes index and data by turns. Palette registers are locked while the display
    /// uses them.
    fn write_attribute(&mut self, value: u8) {
        let index = usize::from(self.attribute_index & 0x1F);
        if !self.attribute_data_next {
            let changed = (value ^ self.attribute_index) & ATTRIBUTE_DISPLAY != 0;
            self.attribute_index = value & 0x3F;
            self.generation += u64::from(changed);
        } else if index >= 16 || self.attribute_index & ATTRIBUTE_DISPLAY == 0 {
            self.generation += u64::from(set_register(&mut self.attribute, index, value));
        }
        self.attribute_data_next = !self.attribute_data_next;
    }
}

impl PortDevice for Video {
    fn read(&mut self, port: u16, now: VirtTime) -> u8 {
        match port {
            PORT_ATTRIBUTE_WRITE => self.attribute_index,
            PORT_ATTRIBUTE_READ => register_at(&self.attribute, self.attribute_index & 0x1F),
            PORT_MISC_WRITE => STATUS_0_SENSE,
            PORT_ENABLE => self.enable,
            PORT_SEQUENCER_INDEX => self.sequencer_index,
            PORT_SEQUENCER_DATA => register_at(&self.sequencer, self.sequencer_index),
            0x3C6..=0x3C9 => self.dac.read(port),
            PORT_FEATURE_READ => self.feature,
            PORT_MISC_READ => self.misc,
            PORT_GRAPHICS_INDEX => self.graphics_index,
            PORT_GRAPHICS_DATA => register_at(&self.graphics, self.graphics_index),
            _ => match self.crtc_port(port) {
                Some(register) => self.read_crtc_half(register, now),
                None => 0xFF,
            },
        }
    }

    fn write(&mut self, port: u16, value: u8, _now: VirtTime) {
        match port {
            PORT_ATTRIBUTE_WRITE => self.write_attribute(value),
            PORT_MISC_WRITE => self.misc = value,
            PORT_ENABLE => self.enable = value & 1,
            PORT_SEQUENCER_INDEX => self.sequencer_index = value,
            PORT_SEQUENCER_DATA => {
                let changed = set_register(&mut self.sequencer, usize::from(self.sequencer_index), value);
                self.generation += u64::from(changed);
            }
            0x3C6..=0x3C9 => self.generation += u64::from(self.dac.write(port, value)),
            PORT_GRAPHICS_INDEX => self.graphics_index = value,
            PORT_GRAPHICS_DATA => self.write_graphics(value),
            _ => {
                if let Some(register) = self.crtc_port(port) {
                    self.write_crtc_half(register, value);
                }
            }
        }
    }
}

/// The register at `index`; FFh where there is none.
fn register_at(registers: &[u8], index: u8) -> u8 {
    registers.get(usize::from(index)).copied().unwrap_or(0xFF)
}

/// Writes a register, if there is one at `index`. True if that changed it.
fn set_register(registers: &mut [u8], index: usize, value: u8) -> bool {
    match registers.get_mut(index) {
        Some(register) => std::mem::replace(register, value) != value,
        None => false,
    }
}

#[cfg(test)]
mod tests;
