//! Random code that does something: mostly valid instructions whose operands lie near each other,
//! near their own code and at the edges of pages and segments.

use super::choices::Choices;

/// Selectors of the descriptors that random protected-mode code may meet, from null to one beyond
/// the table.
const SELECTORS: u8 = 26;

/// Instructions until the choices run out, at most `most`. `big` tells 32-bit code.
pub(crate) fn program(choices: &mut Choices, big: bool, most: usize) -> Vec<u8> {
    let mut code = Vec::new();
    for _ in 0..most {
        if choices.is_empty() {
            break;
        }
        Writer { choices: &mut *choices, code: &mut code, big }.instruction();
    }
    code
}

/// A program for a V86 task, of any length.
pub(crate) fn v86_program(bytes: &[u8]) -> Vec<u8> {
    program(&mut Choices::new(bytes), false, usize::MAX)
}

struct Writer<'c, 'a> {
    choices: &'c mut Choices<'a>,
    code: &'c mut Vec<u8>,
    big: bool,
}

impl Writer<'_, '_> {
    fn put(&mut self, bytes: &[u8]) {
        self.code.extend_from_slice(bytes);
    }

    fn instruction(&mut self) {
        match self.choices.below(16) {
            0 => self.arithmetic(),
            1 => self.one_byte(),
            2 => self.string(),
            3 => self.store(),
            4 => self.short_jump(),
            5 => self.load_immediate(),
            6 => self.any_one_byte_opcode(),
            7 => self.two_byte_opcode(),
            8 => self.system(),
            9 => self.transfer(),
            10 => self.coprocessor(),
            11 => self.stack(),
            12 => self.prefixed(),
            13 => self.shift(),
            14 => self.flags(),
            _ => self.raw(),
        }
    }

    /// A memory operand close by, with `reg` in the middle field: a plain offset, as both address
    /// sizes encode it.
    fn near(&mut self, reg: u8) {
        let offset = match self.choices.below(4) {
            0 => u16::from(self.choices.byte()),
            1 => 0x0FF0 + u16::from(self.choices.below(0x20)),
            2 => self.choices.of(&[0xFFFD, 0xFFFE, 0xFFFF, 0x0FFF, 0x1FFD, 0x7FFF]),
            _ => self.choices.word(),
        };
        let [low, high] = offset.to_le_bytes();
        if self.big {
            self.put(&[reg << 3 | 5, low, high, 0, 0]);
        } else {
            self.put(&[reg << 3 | 6, low, high]);
        }
    }

    /// ModR/M with whatever it needs: any form of either address size.
    fn operand(&mut self, reg: u8) {
        match self.choices.below(3) {
            0 => self.near(reg),
            1 => {
                let rm = self.choices.below(8);
                self.put(&[0xC0 | reg << 3 | rm]);
            }
            _ => {
                let (form, rest) = (self.choices.byte(), self.choices.dword().to_le_bytes());
                self.put(&[form & 0xC7 | reg << 3]);
                let len = usize::from(self.choices.below(6)).min(4);
                self.put(&rest[..len]);
            }
        }
    }

    fn immediate(&mut self, wide: bool) {
        let value = self.choices.dword().to_le_bytes();
        let len = if !wide {
            1
        } else if self.big {
            4
        } else {
            2
        };
        self.put(&value[..len]);
    }

    /// ADD to CMP, TEST, XCHG, MOV and LEA with a register and an operand; or with an immediate.
    fn arithmetic(&mut self) {
        let (op, form, reg) = (self.choices.below(8), self.choices.below(8), self.choices.below(8));
        match form {
            0..=3 => {
                self.put(&[op << 3 | form]);
                self.operand(reg);
            }
            4..=5 => {
                self.put(&[op << 3 | form]);
                self.immediate(form == 5);
            }
            6 => {
                self.put(&[0x83]);
                self.operand(op);
                self.immediate(false);
            }
            _ => {
                self.put(&[0x84 + op]);
                self.operand(reg);
            }
        }
    }

    /// INC to POP.
    fn one_byte(&mut self) {
        let op = 0x40 + self.choices.below(0x20);
        self.put(&[op]);
    }

    fn string(&mut self) {
        const OPCODES: [u8; 14] = [0xA4, 0xA5, 0xA6, 0xA7, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF, 0x6C, 0x6D, 0x6E, 0x6F];
        let prefixes: &[u8] =
            self.choices.of(&[&[0xF3][..], &[], &[0xF2], &[0xF3, 0x66], &[0x67, 0xF3], &[0x2E, 0xF3], &[0x66, 0x67]]);
        let opcode = self.choices.of(&OPCODES);
        self.put(prefixes);
        self.put(&[opcode]);
    }

    /// MOV to memory close by, of a register or an immediate.
    fn store(&mut self) {
        let (wide, reg) = (self.choices.below(2), self.choices.below(8));
        if self.choices.once_in(2) {
            self.put(&[0x88 + wide]);
            self.near(reg);
        } else {
            self.put(&[0xC6 + wide]);
            self.near(0);
            self.immediate(wide == 1);
        }
    }

    /// Jcc, LOOP, JCXZ or JMP, mostly backwards.
    fn short_jump(&mut self) {
        let op = self.choices.below(0x15);
        let opcode = match op {
            0..=15 => 0x70 + op,
            16..=19 => 0xE0 + op - 16,
            _ => 0xEB,
        };
        let by = i8::try_from(self.choices.below(52)).unwrap_or(0) - 40;
        self.put(&[opcode, by.cast_unsigned()]);
    }

    /// MOV of an immediate: a small one, into any register.
    fn load_immediate(&mut self) {
        let (reg, value) = (self.choices.below(8), self.choices.byte());
        let high: &[u8] = if self.big { &[0, 0, 0] } else { &[0] };
        self.put(&[0xB8 + reg, value]);
        self.put(high);
    }

    fn any_one_byte_opcode(&mut self) {
        let (opcode, reg) = (self.choices.byte(), self.choices.below(8));
        self.put(&[opcode]);
        self.operand(reg);
    }

    fn two_byte_opcode(&mut self) {
        let (opcode, reg) = (self.choices.byte(), self.choices.below(8));
        self.put(&[0x0F, opcode]);
        self.operand(reg);
        if matches!(opcode, 0xA4 | 0xAC | 0xBA) {
            self.immediate(false);
        }
    }

    /// A selector of the tables in AX, where many instructions look for one.
    fn selector(&mut self) -> u16 {
        let (index, low) = (u16::from(self.choices.below(SELECTORS)), u16::from(self.choices.below(8)));
        index << 3 | low
    }

    fn selector_in_ax(&mut self) {
        let [low, high] = self.selector().to_le_bytes();
        // MOV AX,imm16 in either code size.
        let prefix: &[u8] = if self.big { &[0x66] } else { &[] };
        self.put(prefix);
        self.put(&[0xB8, low, high]);
    }

    /// Instructions that a system program uses.
    fn system(&mut self) {
        let (what, reg) = (self.choices.below(12), self.choices.below(8));
        match what {
            // MOV Sreg,AX
            0 | 1 => {
                self.selector_in_ax();
                self.put(&[0x8E, 0xC0 | reg << 3]);
            }
            // SLDT to VERW; LAR; LSL; ARPL
            2 => {
                self.selector_in_ax();
                self.put(&[0x0F, 0x00, 0xC0 | reg << 3]);
            }
            3 => {
                self.selector_in_ax();
                self.put(&[0x0F, 2 + reg % 2, 0xC0 | reg << 3]);
            }
            4 => {
                self.put(&[0x63]);
                self.operand(reg);
            }
            // SGDT to LMSW
            5 => {
                self.put(&[0x0F, 0x01]);
                self.operand(reg);
            }
            // MOV to and from CR, DR, TR
            6 => {
                let opcode = self.choices.of(&[0x20, 0x21, 0x22, 0x23, 0x24, 0x26]);
                let modrm = self.choices.byte() | 0xC0;
                self.put(&[0x0F, opcode, modrm]);
            }
            7 => self.put(&[0x0F, 0x06]),
            8 => self.put(&[0xF4]),
            // IN and OUT
            9 => {
                let opcode = self.choices.of(&[0xE4, 0xE5, 0xE6, 0xE7, 0xEC, 0xED, 0xEE, 0xEF]);
                self.put(&[opcode]);
                if opcode < 0xEC {
                    self.immediate(false);
                }
            }
            10 => {
                let opcode = self.choices.of(&[0xFA, 0xFB]);
                self.put(&[opcode]);
            }
            // POP Sreg, LDS and its kin
            _ => {
                let opcode = self.choices.of(&[0x07, 0x17, 0x1F, 0xC4, 0xC5]);
                self.put(&[opcode]);
                if opcode >= 0xC4 {
                    self.near(reg);
                }
            }
        }
    }

    /// Far transfers, interrupts and returns.
    fn transfer(&mut self) {
        let what = self.choices.below(9);
        match what {
            // JMP and CALL to a selector or a paragraph
            0..=2 => {
                let opcode = self.choices.of(&[0x9A, 0xEA]);
                let [offset, _, ..] = self.choices.dword().to_le_bytes();
                let selector = if what == 0 { self.choices.of(&[0x1000u16, 0x0FFF, 0x1001]) } else { self.selector() };
                let offset: &[u8] = if self.big { &[offset, 0, 0, 0] } else { &[offset, 0] };
                self.put(&[opcode]);
                self.put(offset);
                self.put(&selector.to_le_bytes());
            }
            3 => {
                let vector = self.choices.byte();
                self.put(&[0xCD, vector]);
            }
            4 => self.put(&[0xCC]),
            5 => self.put(&[0xCE]),
            6 => self.put(&[0xCF]),
            7 => {
                let opcode = self.choices.of(&[0xC3, 0xCB, 0xC2, 0xCA]);
                self.put(&[opcode]);
                if opcode & 1 == 0 {
                    self.put(&[2, 0]);
                }
            }
            // CALL and JMP near
            _ => {
                let opcode = self.choices.of(&[0xE8, 0xE9]);
                let by = i8::try_from(self.choices.below(52)).unwrap_or(0) - 40;
                let bytes = i32::from(by).to_le_bytes();
                self.put(&[opcode]);
                self.put(if self.big { &bytes } else { &bytes[..2] });
            }
        }
    }

    /// ESC with any operand, WAIT, FNINIT, and what loads the coprocessor's state from data.
    fn coprocessor(&mut self) {
        let (opcode, reg) = (self.choices.below(12), self.choices.below(8));
        match opcode {
            8 => self.put(&[0x9B]),
            9 => self.put(&[0xDB, 0xE3]),
            // FLDENV, FLDCW
            10 => {
                self.put(&[0xD9]);
                self.near(4 | reg & 1);
            }
            // FRSTOR
            11 => {
                self.put(&[0xDD]);
                self.near(4);
            }
            _ => {
                self.put(&[0xD8 + opcode]);
                self.operand(reg);
            }
        }
    }

    fn stack(&mut self) {
        let (what, reg) = (self.choices.below(6), self.choices.below(8));
        match what {
            0 => {
                let opcode = self.choices.of(&[0x60, 0x61, 0xC9]);
                self.put(&[opcode]);
            }
            // ENTER
            1 => {
                let (size, level) = (self.choices.byte(), self.choices.below(6));
                self.put(&[0xC8, size, 0, level]);
            }
            2 => {
                self.put(&[0xFF]);
                self.operand(reg);
            }
            3 => {
                self.put(&[0x8F]);
                self.operand(0);
            }
            4 => {
                self.put(&[0x62]);
                self.near(reg);
            }
            _ => {
                let opcode = self.choices.of(&[0x06, 0x0E, 0x16, 0x1E]);
                self.put(&[opcode]);
            }
        }
    }

    /// Prefixes in any order before any instruction, sometimes too many.
    fn prefixed(&mut self) {
        const PREFIXES: [u8; 12] = [0x66, 0x67, 0xF3, 0xF2, 0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0xF0, 0x66];
        let count = if self.choices.once_in(12) { 10 + self.choices.below(6) } else { 1 + self.choices.below(3) };
        for _ in 0..count {
            let prefix = self.choices.of(&PREFIXES);
            self.put(&[prefix]);
        }
        if self.choices.once_in(3) { self.string() } else { self.arithmetic() }
    }

    /// Shifts, MUL to IDIV, NOT, NEG.
    fn shift(&mut self) {
        let (opcode, reg) = (self.choices.of(&[0xD0, 0xD1, 0xD2, 0xD3, 0xC0, 0xC1, 0xF6, 0xF7]), self.choices.below(8));
        self.put(&[opcode]);
        self.operand(reg);
        match opcode {
            0xC0 | 0xC1 => self.immediate(false),
            0xF6 | 0xF7 if reg < 2 => self.immediate(opcode == 0xF7),
            _ => {}
        }
    }

    fn flags(&mut self) {
        let opcode = self.choices.of(&[0x9C, 0x9D, 0x9E, 0x9F, 0xF5, 0xF8, 0xF9, 0xFC, 0xFD, 0x98, 0x99, 0x90]);
        self.put(&[opcode]);
    }

    fn raw(&mut self) {
        for _ in 0..=self.choices.below(6) {
            let byte = self.choices.byte();
            self.put(&[byte]);
        }
    }
}
