//! Memory operands: registers and displacements are chosen so that the operand lies where it should.

use iced_x86::{Decoder, DecoderOptions, Instruction, Register};

use crate::proof::case::Case;
use crate::proof::layout::BASES;

/// Index of ESP.
const ESP: usize = 4;

/// The number of a general register; `None` for none.
fn general(register: Register) -> Option<usize> {
    register.is_gpr().then(|| register.number())
}

/// The base of the segment that the memory operand of `instruction` is in.
pub(crate) fn segment_base(instruction: &Instruction) -> u32 {
    BASES[instruction.memory_segment().number()]
}

/// True if the memory operand's address has 16 bits.
fn short_address(instruction: &Instruction) -> bool {
    let short = |register: Register| register != Register::None && register.size() == 2;
    short(instruction.memory_base()) || short(instruction.memory_index()) || instruction.memory_displ_size() == 2
}

/// Parts of an effective address.
struct Address {
    base: Option<usize>,
    index: Option<usize>,
    scale: u32,
    displacement: u32,
    /// Where the displacement lies in the code, and its size.
    place: (usize, usize),
    mask: u32,
}

impl Address {
    fn of(case: &Case, instruction: &Instruction) -> Address {
        let mut decoder = Decoder::new(case.mode.bitness(), &case.code, DecoderOptions::NONE);
        let offsets = decoder.decode();
        let offsets = decoder.get_constant_offsets(&offsets);
        Address {
            base: general(instruction.memory_base()),
            index: general(instruction.memory_index()),
            scale: instruction.memory_index_scale(),
            displacement: instruction.memory_displacement32(),
            place: (offsets.displacement_offset(), offsets.displacement_size()),
            mask: if short_address(instruction) { 0xFFFF } else { u32::MAX },
        }
    }

    fn indexed(&self, case: &Case) -> u32 {
        self.index.map_or(0, |index| case.gpr[index].wrapping_mul(self.scale))
    }

    /// Makes the displacement what is missing; false if it is too short for that.
    fn patch(&self, case: &mut Case, value: u32) -> bool {
        let (at, size) = self.place;
        if size < 2 {
            return false;
        }
        case.code[at..at + size].copy_from_slice(&value.to_le_bytes()[..size]);
        true
    }

    /// Sets register `index` as far as the address uses it.
    fn set(&self, case: &mut Case, index: usize, value: u32) {
        case.gpr[index] = case.gpr[index] & !self.mask | value & self.mask;
    }
}

/// Makes the memory operand lie at `offset` of its segment. False if that cannot be.
pub(crate) fn place(case: &mut Case, instruction: &Instruction, offset: u32) -> bool {
    let address = Address::of(case, instruction);
    let rest = offset.wrapping_sub(address.displacement);
    match (address.base, address.index) {
        (None, _) => {
            let indexed = address.indexed(case);
            address.patch(case, offset.wrapping_sub(indexed))
        }
        (Some(ESP), index) => place_on_stack(case, &address, index, offset),
        (Some(base), Some(index)) if base == index => {
            let value = offset.wrapping_sub(case.gpr[base].wrapping_mul(1 + address.scale));
            address.patch(case, value)
                || divide(rest, 1 + address.scale).is_some_and(|value| {
                    address.set(case, base, value);
                    true
                })
        }
        (Some(base), _) => {
            let value = rest.wrapping_sub(address.indexed(case));
            address.set(case, base, value);
            true
        }
    }
}

/// ESP stays in the stack, which is in the window whatever a short displacement adds.
fn place_on_stack(case: &mut Case, address: &Address, index: Option<usize>, offset: u32) -> bool {
    let value = offset.wrapping_sub(case.gpr[ESP]).wrapping_sub(address.indexed(case));
    if address.patch(case, value) {
        return true;
    }
    if let Some(index) = index {
        case.gpr[index] = 0u32.wrapping_sub(case.gpr[index] & 3);
    }
    true
}

/// The value that `factor` times gives `product` modulo 2^32.
fn divide(product: u32, factor: u32) -> Option<u32> {
    (0..u64::from(factor)).find_map(|carry| {
        let whole = u64::from(product) + (carry << 32);
        (whole % u64::from(factor) == 0).then(|| u32::try_from(whole / u64::from(factor)).expect("in range"))
    })
}
