//! A small linker on top of iced-x86's code assembler: one 16-bit program with its data.
//!
//! In memory a program is a jump over the data, the data, then the code, all in one segment:
//!
//! | from | what |
//! | --- | --- |
//! | origin | `JMP NEAR` to the code (3 bytes: what DOS expects at the start of a boot sector, too) |
//! | origin + 3 | texts, variables and tables, in the order in which they were asked for |
//! | behind them | code; execution starts at its first instruction |

use std::ops::{Deref, DerefMut};

use iced_x86::code_asm::{CodeAssembler, CodeLabel};
use iced_x86::{BlockEncoderOptions, IcedError};

/// What every function that emits code returns.
pub(crate) type Emit = Result<(), IcedError>;

/// Size of the jump at the origin.
const JUMP_BYTES: usize = 3;
/// `JMP rel16`.
const JMP_NEAR: u8 = 0xE9;

/// A program under construction. Instructions are emitted through the assembler it derefs to.
pub(crate) struct Program {
    asm: CodeAssembler,
    origin: u16,
    data: Vec<u8>,
    /// Offsets of words that receive the offset of a label when the program is linked.
    pointers: Vec<(u32, CodeLabel)>,
}

impl Deref for Program {
    type Target = CodeAssembler;

    fn deref(&self) -> &CodeAssembler {
        &self.asm
    }
}

impl DerefMut for Program {
    fn deref_mut(&mut self) -> &mut CodeAssembler {
        &mut self.asm
    }
}

impl Program {
    /// An empty program that will run at offset `origin` of its segment.
    pub(crate) fn new(origin: u16) -> Result<Program, IcedError> {
        Ok(Program { asm: CodeAssembler::new(16)?, origin, data: Vec::new(), pointers: Vec::new() })
    }

    /// Stores `bytes` and returns their offset, ready to be an immediate or a displacement.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> u32 {
        let at = usize::from(self.origin) + JUMP_BYTES + self.data.len();
        self.data.extend_from_slice(bytes);
        u32::try_from(at).expect("a program lies within one segment")
    }

    /// Stores `text` in code page 437, ended by a zero byte.
    pub(crate) fn text(&mut self, text: &str) -> u32 {
        let mut bytes: Vec<u8> = text.chars().map(cp437).collect();
        bytes.push(0);
        self.bytes(&bytes)
    }

    /// Room for variables: `len` zero bytes.
    pub(crate) fn room(&mut self, len: usize) -> u32 {
        self.bytes(&vec![0; len])
    }

    /// Makes the word at `slot` (from [`Program::room`]) hold the offset of the next instruction:
    /// the way to take a routine's address, for vectors and tables.
    pub(crate) fn point_here(&mut self, slot: u32) -> Emit {
        let label = self.here()?;
        self.pointers.push((slot, label));
        Ok(())
    }

    /// Puts `label` here. Unlike the assembler's own call, several labels may share a place.
    pub(crate) fn place(&mut self, label: &mut CodeLabel) -> Emit {
        self.asm.set_label(label)?;
        self.asm.zero_bytes()
    }

    /// A label here, as the target of a loop.
    pub(crate) fn here(&mut self) -> Result<CodeLabel, IcedError> {
        let mut label = self.asm.create_label();
        self.place(&mut label)?;
        Ok(label)
    }

    /// Assembles everything. *Panics*: if the program does not fit its segment.
    pub(crate) fn link(mut self) -> Result<Vec<u8>, IcedError> {
        let data_at = usize::from(self.origin) + JUMP_BYTES;
        let code_ip = u64::try_from(data_at + self.data.len()).expect("usize fits u64");
        let code = self.asm.assemble_options(code_ip, BlockEncoderOptions::RETURN_NEW_INSTRUCTION_OFFSETS)?;
        for (slot, label) in &self.pointers {
            let at = usize::try_from(*slot).expect("a slot lies within one segment") - data_at;
            let target = u16::try_from(code.label_ip(label)?).expect("code lies within one segment");
            self.data[at..at + 2].copy_from_slice(&target.to_le_bytes());
        }
        let over_data = u16::try_from(self.data.len()).expect("data lies within one segment");
        let mut image = vec![JMP_NEAR];
        image.extend(over_data.to_le_bytes());
        image.extend(self.data);
        image.extend(code.inner.code_buffer);
        assert!(usize::from(self.origin) + image.len() <= 0x1_0000, "a program lies within one segment");
        Ok(image)
    }
}

/// The code of `c` in code page 437; control characters stay what they are. *Panics*: if it has none.
fn cp437(c: char) -> u8 {
    match u8::try_from(c) {
        Ok(code) if code.is_ascii_control() => code,
        _ => dosmux::screen::CodePage::US.code(c).expect("texts keep to code page 437"),
    }
}
