//! Encodings: which opcodes there are, and random ModR/M, SIB, displacement and immediate bytes.

use iced_x86::{Code, CpuidFeature, Decoder, DecoderOptions, Instruction};

use crate::proof::rng::Rng;

/// One of the opcodes of the one-byte or the 0F map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opcode {
    pub(crate) escape: bool,
    pub(crate) byte: u8,
}

/// How an operand in ModR/M is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    /// There is no ModR/M byte.
    None,
    Register,
    Memory16,
    Memory32,
}

impl Opcode {
    /// Every opcode but prefixes and the escape itself.
    pub(crate) fn all() -> impl Iterator<Item = Opcode> {
        let both = [false, true].into_iter();
        both.flat_map(|escape| (0..=255).map(move |byte| Opcode { escape, byte })).filter(|opcode| !opcode.is_prefix())
    }

    fn is_prefix(self) -> bool {
        !self.escape && matches!(self.byte, 0x0F | 0x26 | 0x2E | 0x36 | 0x3E | 0x64..=0x67 | 0xF0 | 0xF2 | 0xF3)
    }

    /// True if a ModR/M byte follows.
    pub(crate) fn has_modrm(self) -> bool {
        match (self.escape, self.byte) {
            (false, byte @ 0..=0x3F) => byte & 7 < 4,
            (false, 0x62 | 0x63 | 0x69 | 0x6B | 0x80..=0x8F | 0xC0 | 0xC1 | 0xC4..=0xC7) => true,
            (false, 0xD0..=0xD3 | 0xD8..=0xDF | 0xF6 | 0xF7 | 0xFE | 0xFF) => true,
            (true, 0..=3 | 0x20..=0x26 | 0x90..=0x9F | 0xA3..=0xA5 | 0xAB..=0xAF | 0xB0..=0xBF) => true,
            _ => false,
        }
    }

    /// True if the reg field of ModR/M is part of the opcode.
    pub(crate) fn is_group(self) -> bool {
        match self.escape {
            false => {
                matches!(self.byte, 0x80..=0x83 | 0x8F | 0xC0 | 0xC1 | 0xC6 | 0xC7 | 0xD0..=0xD3 | 0xD8..=0xDF | 0xF6 | 0xF7 | 0xFE | 0xFF)
            }
            true => matches!(self.byte, 0 | 1 | 0xBA),
        }
    }

    /// The operands it can have.
    pub(crate) fn operands(self) -> &'static [Operand] {
        match self.has_modrm() {
            true => &[Operand::Register, Operand::Memory16, Operand::Memory32],
            false => &[Operand::None],
        }
    }

    /// Random bytes of this opcode for code of `bitness`; `wide` asks for 32-bit operands, `reg`
    /// fixes the reg field. `None` if a 386 has no such instruction.
    pub(crate) fn encode(self, rng: &mut Rng, bitness: u32, shape: Shape) -> Option<Vec<u8>> {
        let mut code = shape.prefix.to_vec();
        if shape.wide != (bitness == 32) {
            code.push(0x66);
        }
        if shape.wide_address(bitness, rng) != (bitness == 32) {
            code.push(0x67);
        }
        if self.escape {
            code.push(0x0F);
        }
        code.push(self.byte);
        if self.has_modrm() {
            push_modrm(&mut code, rng, shape);
        }
        code.extend((0..8).map(|_| rng.u8()));
        let instruction = decode(&code, bitness)?;
        code.truncate(instruction.len());
        Some(code)
    }
}

/// What is fixed of an encoding.
#[derive(Clone, Copy)]
pub(crate) struct Shape<'a> {
    /// Prefixes other than the size prefixes.
    pub(crate) prefix: &'a [u8],
    pub(crate) wide: bool,
    pub(crate) operand: Operand,
    /// The reg field, if it is part of the opcode.
    pub(crate) reg: Option<u8>,
}

impl Shape<'_> {
    fn wide_address(self, bitness: u32, rng: &mut Rng) -> bool {
        match self.operand {
            Operand::Memory16 => false,
            Operand::Memory32 => true,
            // Without memory operand the prefix changes string instructions and loops only.
            Operand::None => (bitness == 32) != rng.one_in(3),
            Operand::Register => bitness == 32,
        }
    }
}

fn push_modrm(code: &mut Vec<u8>, rng: &mut Rng, shape: Shape) {
    let reg = shape.reg.unwrap_or_else(|| u8::try_from(rng.below(8)).expect("in range"));
    let rm = u8::try_from(rng.below(8)).expect("in range");
    if shape.operand == Operand::Register {
        code.push(0xC0 | reg << 3 | rm);
        return;
    }
    let mode = u8::try_from(rng.below(3)).expect("in range");
    code.push(mode << 6 | reg << 3 | rm);
    if shape.operand == Operand::Memory32 && rm == 4 {
        // Without index, a scale leaves the address undefined (80386 PRM §17.2.1): a 386 scales the
        // base, both emulators do not.
        let sib = rng.u8();
        code.push(if sib >> 3 & 7 == 4 { sib & 0x3F } else { sib });
    }
}

/// The instruction at the start of `code`, if a 386 has it.
pub(crate) fn decode(code: &[u8], bitness: u32) -> Option<Instruction> {
    let instruction = Decoder::new(bitness, code, DecoderOptions::NONE).decode();
    is_386(instruction.code()).then_some(instruction)
}

/// Forms that have no vectors, by the start of their name, and why.
const UNPROVED: [(&str, &str); 5] = [
    ("Declare", "directives of assemblers"),
    ("Zero_bytes", "a directive of assemblers"),
    ("Nopq", "64-bit code"),
    ("Ud0", "decoded without ModR/M by some chips of other makers only"),
    ("Int1", "undocumented, and different in both emulators"),
];

/// The form of `instruction`, as iced-x86 names it.
pub(crate) fn form(instruction: &Instruction) -> String {
    format!("{:?}", instruction.code())
}

/// All forms of instructions that a 386 has, but for those of [`UNPROVED`].
pub(crate) fn forms() -> impl Iterator<Item = String> {
    let forms = Code::values().filter(|&code| is_386(code)).map(|code| format!("{code:?}"));
    // `Ud0_r16_rm16` and its like are forms that do have vectors.
    let left_out = |form: &String| {
        let mut starts = UNPROVED.iter().map(|(start, _)| *start).chain(super::coprocessor::LEFT_OUT);
        starts.any(|start| form.starts_with(start))
    };
    forms.filter(move |form| form.starts_with("Ud0_") || !left_out(form))
}

/// True for instructions that a 386 with its 387 has.
fn is_386(code: Code) -> bool {
    use CpuidFeature::{FPU, FPU287, FPU387, INTEL186, INTEL286, INTEL386, INTEL8086};
    let features = code.cpuid_features();
    code != Code::INVALID
        && !features.is_empty()
        && features.iter().all(|f| [INTEL8086, INTEL186, INTEL286, INTEL386, FPU, FPU287, FPU387].contains(f))
}
