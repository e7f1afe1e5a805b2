//! The x87 of this machine: one function for each form of each instruction, which loads a state,
//! executes the instruction and stores the state.

#![allow(unsafe_code, reason = "the host's floating-point unit is reached by its instructions alone")]

use std::arch::asm;

use super::images::{OPERAND, SAVED};

/// What the memory operand of a form is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    None,
    Short,
    Long,
    Temporary,
    Word,
    Dword,
    Qword,
    Decimal,
    Control,
}

/// How near results are to those of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precision {
    Exact,
    /// One unit in the last place.
    Ulp,
    /// The same for operands that are not reduced by multiples of π.
    Angle,
}

/// One form: opcode, ModR/M and how the host executes it.
pub(super) struct Form {
    pub(super) operand: Operand,
    pub(super) precision: Precision,
    pub(super) opcode: u8,
    /// Memory operands are at RSI.
    pub(super) modrm: u8,
    host: unsafe fn(*mut u8, *mut u8),
}

impl Form {
    /// Executes the form on a state, with a memory operand.
    pub(super) fn run(&self, state: &mut [u8; SAVED], operand: &mut [u8; OPERAND]) {
        // SAFETY: the function reads and writes the two arrays and nothing else; they are as long as
        // FRSTOR, FNSAVE and the longest operand need. FNSAVE leaves the unit as the ABI wants it:
        // empty, all exceptions masked. No state with an unmasked exception is loaded, and FNSAVE does
        // not wait, so that nothing traps.
        unsafe { (self.host)(state.as_mut_ptr(), operand.as_mut_ptr()) }
    }
}

macro_rules! forms {
    ($($operand:ident $precision:ident $opcode:literal: $($modrm:literal)*;)*) => {
        &[$($(Form {
            operand: Operand::$operand,
            precision: Precision::$precision,
            opcode: $opcode,
            modrm: $modrm,
            host: {
                unsafe fn run(state: *mut u8, operand: *mut u8) {
                    // SAFETY: see `Form::run`, the only caller.
                    unsafe {
                        asm!(
                            "frstor [rdi]",
                            concat!(".byte ", $opcode, ", ", $modrm),
                            "fnsave [rdi]",
                            in("rdi") state,
                            in("rsi") operand,
                            out("st(0)") _, out("st(1)") _, out("st(2)") _, out("st(3)") _,
                            out("st(4)") _, out("st(5)") _, out("st(6)") _, out("st(7)") _,
                            options(nostack),
                        );
                    }
                }
                run
            },
        },)*)*]
    };
}

/// All forms but those whose images are not comparable (FLDENV, FNSTENV) and FNSTSW AX.
pub(super) const FORMS: &[Form] = forms! {
    Short Exact 0xD8: 0x06 0x0E 0x16 0x1E 0x26 0x2E 0x36 0x3E;
    None Exact 0xD8: 0xC0 0xC1 0xC7 0xC8 0xC9 0xCB 0xD0 0xD1 0xD2 0xD8 0xD9 0xDF;
    None Exact 0xD8: 0xE0 0xE1 0xE5 0xE8 0xE9 0xEE 0xF0 0xF1 0xF3 0xF8 0xF9 0xFC;
    Short Exact 0xD9: 0x06 0x16 0x1E;
    Control Exact 0xD9: 0x2E 0x3E;
    None Exact 0xD9: 0xC0 0xC1 0xC6 0xC7 0xC8 0xC9 0xCB 0xCF 0xD0;
    None Exact 0xD9: 0xE0 0xE1 0xE4 0xE5 0xE8 0xE9 0xEA 0xEB 0xEC 0xED 0xEE;
    None Ulp 0xD9: 0xF0 0xF1 0xF3 0xF9;
    None Angle 0xD9: 0xF2 0xFB 0xFE 0xFF;
    None Exact 0xD9: 0xF4 0xF5 0xF6 0xF7 0xF8 0xFA 0xFC 0xFD;
    Dword Exact 0xDA: 0x06 0x0E 0x16 0x1E 0x26 0x2E 0x36 0x3E;
    None Exact 0xDA: 0xE9;
    Dword Exact 0xDB: 0x06 0x16 0x1E;
    Temporary Exact 0xDB: 0x2E 0x3E;
    None Exact 0xDB: 0xE2 0xE3;
    Long Exact 0xDC: 0x06 0x0E 0x16 0x1E 0x26 0x2E 0x36 0x3E;
    None Exact 0xDC: 0xC0 0xC1 0xC7 0xC8 0xC9 0xCB 0xD0 0xD1 0xD2 0xD8 0xD9 0xDF;
    None Exact 0xDC: 0xE0 0xE1 0xE5 0xE8 0xE9 0xEE 0xF0 0xF1 0xF3 0xF8 0xF9 0xFC;
    Long Exact 0xDD: 0x06 0x16 0x1E;
    Control Exact 0xDD: 0x3E;
    None Exact 0xDD: 0xC0 0xC3 0xC9 0xCC 0xD0 0xD1 0xD5 0xD8 0xD9 0xDE 0xE0 0xE1 0xE4 0xE8 0xE9 0xEB;
    Word Exact 0xDE: 0x06 0x0E 0x16 0x1E 0x26 0x2E 0x36 0x3E;
    None Exact 0xDE: 0xC0 0xC1 0xC7 0xC8 0xC9 0xCB 0xD0 0xD1 0xD2 0xD9;
    None Exact 0xDE: 0xE0 0xE1 0xE5 0xE8 0xE9 0xEE 0xF0 0xF1 0xF3 0xF8 0xF9 0xFC;
    Word Exact 0xDF: 0x06 0x16 0x1E;
    Qword Exact 0xDF: 0x2E 0x3E;
    Decimal Exact 0xDF: 0x26 0x36;
    None Exact 0xDF: 0xC0 0xC3 0xC9 0xCE 0xD0 0xD2 0xD8 0xDB;
};
