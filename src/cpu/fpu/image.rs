//! FNSTENV, FLDENV, FNSAVE, FRSTOR: the images in memory, in four layouts. Source: 80387 PRM
//! figures 2-7 to 2-10.

use super::f80::F80;
use super::state::{Fpu, Pointers};
use crate::types::{hi16, lo16};

/// Which of the layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// 32-bit operand size.
    pub(crate) wide: bool,
    /// Protected mode, with selectors; real and virtual-8086 mode have linear addresses.
    pub(crate) protected: bool,
}

impl Layout {
    /// Bytes of the environment.
    pub(crate) fn bytes(self) -> usize {
        7 * self.slot()
    }

    /// Bytes of a field.
    fn slot(self) -> usize {
        if self.wide { 4 } else { 2 }
    }
}

/// Bytes of the longest environment.
pub(crate) const ENVIRONMENT: usize = 28;
/// Bytes of the register stack.
pub(crate) const STACK: usize = 80;
/// Bytes of a register.
const REGISTER: usize = 10;
/// Opcodes have eleven bits.
const OPCODE: u32 = 0x7FF;

/// The reserved upper halves of fields read as ones.
const RESERVED: u32 = 0xFFFF_0000;

impl Fpu {
    /// The seven fields of the environment.
    fn fields(&self, layout: Layout) -> [u32; 7] {
        let words = [self.control_word(), self.status_word(), self.tag_word()];
        let [control, status, tags] = words.map(|word| RESERVED | u32::from(word));
        let at = &self.pointers;
        let opcode = u32::from(at.opcode);
        if layout.protected {
            let code = opcode << 16 | u32::from(at.code_selector);
            let data = RESERVED | u32::from(at.data_selector);
            return [control, status, tags, at.code_offset, code, at.data_offset, data];
        }
        let (code, data) = (linear(at.code_selector, at.code_offset), linear(at.data_selector, at.data_offset));
        let upper = |address: u32| u32::from(hi16(address)) << 12;
        let lower = |address: u32| RESERVED | u32::from(lo16(address));
        [control, status, tags, lower(code), upper(code) | opcode, lower(data), upper(data)]
    }

    /// The environment in memory; bytes beyond the layout's are zero.
    pub(crate) fn environment(&self, layout: Layout) -> [u8; ENVIRONMENT] {
        let mut image = [0; ENVIRONMENT];
        let slots = image.chunks_exact_mut(layout.slot());
        for (slot, field) in slots.zip(self.fields(layout)) {
            slot.copy_from_slice(&field.to_le_bytes()[..layout.slot()]);
        }
        image
    }

    /// Takes an environment from memory.
    pub(crate) fn load_environment(&mut self, layout: Layout, image: &[u8; ENVIRONMENT]) {
        let mut fields = [0; 7];
        for (field, slot) in fields.iter_mut().zip(image.chunks_exact(layout.slot())) {
            let mut bytes = [0; 4];
            bytes[..slot.len()].copy_from_slice(slot);
            *field = u32::from_le_bytes(bytes);
        }
        let [control, status, tags, code, code_high, data, data_high] = fields;
        self.set_control_word(lo16(control));
        self.set_status_word(lo16(status));
        self.set_tag_word(lo16(tags));
        self.pointers = if layout.protected {
            Pointers {
                code_selector: lo16(code_high),
                code_offset: code,
                opcode: lo16(code_high >> 16 & OPCODE),
                data_selector: lo16(data_high),
                data_offset: data,
            }
        } else {
            let address = |low: u32, high: u32| (high & 0x0FFF_F000) << 4 | u32::from(lo16(low));
            Pointers {
                code_selector: 0,
                code_offset: address(code, code_high),
                opcode: lo16(code_high & OPCODE),
                data_selector: 0,
                data_offset: address(data, data_high),
            }
        };
    }

    /// ST(0) to ST(7) in memory.
    pub(crate) fn stack_image(&self) -> [u8; STACK] {
        let mut image = [0; STACK];
        for (bytes, place) in image.chunks_exact_mut(REGISTER).zip(0..) {
            bytes.copy_from_slice(&self.raw(place).to_bytes());
        }
        image
    }

    /// Takes ST(0) to ST(7) from memory. Which of them are in use, the tag word has said.
    pub(crate) fn load_stack(&mut self, image: &[u8; STACK]) {
        let used = self.used;
        for (bytes, place) in image.chunks_exact(REGISTER).zip(0..) {
            let mut register = [0; REGISTER];
            register.copy_from_slice(bytes);
            self.set(place, F80::from_bytes(register));
        }
        self.used = used;
    }
}

fn linear(selector: u16, offset: u32) -> u32 {
    (u32::from(selector) << 4).wrapping_add(offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::fpu::state::Coprocessor;

    const LAYOUTS: [(bool, bool); 4] = [(false, false), (false, true), (true, false), (true, true)];

    fn sample() -> Fpu {
        let mut fpu = Fpu::new(Coprocessor::Error);
        fpu.push(F80::ONE);
        fpu.push(F80::INDEFINITE);
        fpu.pointers = Pointers {
            code_selector: 0x1234,
            code_offset: 0x5678,
            opcode: 0x7C1,
            data_selector: 0x9ABC,
            data_offset: 0xDEF0,
        };
        fpu
    }

    #[test]
    fn an_environment_comes_back_in_every_layout() {
        for (wide, protected) in LAYOUTS {
            let layout = Layout { wide, protected };
            let (fpu, mut copy) = (sample(), Fpu::new(Coprocessor::Error));
            let image = fpu.environment(layout);
            copy.load_environment(layout, &image);
            copy.load_stack(&fpu.stack_image());
            assert_eq!(copy.environment(layout), image, "{layout:?}");
            assert_eq!((copy.st(0), copy.st(1), copy.st(2)), (Some(F80::INDEFINITE), Some(F80::ONE), None));
        }
    }

    #[test]
    fn real_layouts_hold_linear_addresses_and_the_opcode() {
        let words = |layout: Layout| {
            let image = sample().environment(layout);
            image.chunks_exact(2).map(|word| u16::from_le_bytes([word[0], word[1]])).collect::<Vec<_>>()
        };
        // 1234:5678 is 179B8h, 9ABC:DEF0 is A8AB0h.
        let short = words(Layout { wide: false, protected: false });
        assert_eq!(short[..7], [0x037F, 0x3000, 0x2FFF & 0x0FFF | 0x2000, 0x79B8, 0x17C1, 0x8AB0, 0xA000]);
        let wide = words(Layout { wide: true, protected: false });
        assert_eq!(wide[6..], [0x79B8, 0xFFFF, 0x17C1, 0, 0x8AB0, 0xFFFF, 0xA000, 0]);
    }

    #[test]
    fn protected_layouts_hold_selectors() {
        let image = sample().environment(Layout { wide: true, protected: true });
        let field = |at: usize| u32::from_le_bytes([image[at], image[at + 1], image[at + 2], image[at + 3]]);
        assert_eq!([field(12), field(16), field(20)], [0x5678, 0x07C1_1234, 0xDEF0]);
        assert_eq!(lo16(field(24)), 0x9ABC);
        let short = sample().environment(Layout { wide: false, protected: true });
        assert_eq!(short[6..14], [0x78, 0x56, 0x34, 0x12, 0xF0, 0xDE, 0xBC, 0x9A]);
    }
}
