//! Loads and stores of reals, integers and packed decimals.

use super::memory::low;
use super::{numeric, numeric_load, numeric_store};
use crate::cpu::core::Core;
use crate::cpu::fault::Flow;
use crate::cpu::fpu::{
    DE, F80, Format, Operand, from_decimal, from_integer, from_real, nan1, to_decimal, to_integer, to_real,
};
use crate::cpu::op::Op;
use crate::mem::Memory;

/// What loading a real of memory gives: signalling NaNs become quiet, denormals normal.
fn loaded(operand: Operand) -> (F80, u16) {
    match operand.denormal {
        true => (operand.value, DE),
        false => nan1(operand.value).unwrap_or((operand.value, 0)),
    }
}

/// FLD m32 (D9 /0).
pub(crate) fn load_short(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    numeric_load(core, mem, op, |fpu, bytes| {
        fpu.load(loaded(from_real(u32::from_le_bytes(bytes).into(), Format::SHORT)));
    })
}

/// FLD m64 (DD /0).
pub(crate) fn load_long(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    numeric_load(core, mem, op, |fpu, bytes| {
        fpu.load(loaded(from_real(u64::from_le_bytes(bytes), Format::LONG)));
    })
}

/// FLD m80 (DB /5): the register as it is, whatever it means.
pub(crate) fn load_temporary(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    numeric_load(core, mem, op, |fpu, bytes| fpu.load((F80::from_bytes(bytes), 0)))
}

/// FILD m16 (DF /0).
pub(crate) fn load_word(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    numeric_load(core, mem, op, |fpu, bytes| fpu.load((from_integer(i16::from_le_bytes(bytes).into()), 0)))
}

/// FILD m32 (DB /0).
pub(crate) fn load_dword(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    numeric_load(core, mem, op, |fpu, bytes| fpu.load((from_integer(i32::from_le_bytes(bytes).into()), 0)))
}

/// FILD m64 (DF /5).
pub(crate) fn load_qword(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    numeric_load(core, mem, op, |fpu, bytes| fpu.load((from_integer(i64::from_le_bytes(bytes)), 0)))
}

/// FBLD (DF /4).
pub(crate) fn load_decimal(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    numeric_load(core, mem, op, |fpu, bytes| fpu.load((from_decimal(bytes), 0)))
}

/// FST, FSTP m32 (D9 /2, /3).
pub(crate) fn store_short<const POP: bool>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    numeric_store::<4>(core, mem, op, POP, |fpu| {
        let (bits, raised) = fpu.store(|value, control| to_real(value, Format::SHORT, control));
        (low(bits), raised)
    })
}

/// FST, FSTP m64 (DD /2, /3).
pub(crate) fn store_long<const POP: bool>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    numeric_store::<8>(core, mem, op, POP, |fpu| {
        let (bits, raised) = fpu.store(|value, control| to_real(value, Format::LONG, control));
        (low(bits), raised)
    })
}

/// FSTP m80 (DB /7).
pub(crate) fn store_temporary(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    numeric_store(core, mem, op, true, |fpu| fpu.store(|value, _| (value.to_bytes(), 0)))
}

/// FIST, FISTP (DB /2, /3, DF /2, /3, /7) of `N` bytes.
pub(crate) fn store_integer<const N: usize, const POP: bool>(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    numeric_store::<N>(core, mem, op, POP, |fpu| {
        let (value, raised) = fpu.store(|value, control| to_integer(value, bits::<N>(), control));
        (low(value.cast_unsigned()), raised)
    })
}

const fn bits<const N: usize>() -> u32 {
    match N {
        2 => 16,
        4 => 32,
        _ => 64,
    }
}

/// FBSTP (DF /6).
pub(crate) fn store_decimal(core: &mut Core, mem: &mut Memory, op: &Op) -> Flow {
    numeric_store(core, mem, op, true, |fpu| fpu.store(to_decimal))
}

/// FLD ST(i) (D9 C0).
pub(crate) fn load_register(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    numeric(core, op, |fpu| fpu.load_register(op.dst))
}

/// FST, FSTP ST(i) (DD D0, DD D8; aliases D9 D8, DF D0, DF D8).
pub(crate) fn store_register<const POP: bool>(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    numeric(core, op, |fpu| fpu.store_register(op.dst, POP))
}

/// FXCH (D9 C8; aliases DD C8, DF C8).
pub(crate) fn exchange(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    numeric(core, op, |fpu| fpu.exchange(op.dst))
}
