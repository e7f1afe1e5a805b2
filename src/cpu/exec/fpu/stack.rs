//! Instructions on the register stack without an operand of their own.

use super::numeric;
use crate::cpu::core::Core;
use crate::cpu::fault::Flow;
use crate::cpu::fpu::{self, Constant, Control, F80, Operand, Order, Quotient};
use crate::cpu::op::Op;
use crate::mem::Memory;

/// Handlers that do one thing to the coprocessor.
macro_rules! handlers {
    ($($(#[$doc:meta])* $name:ident: $work:expr;)*) => {$(
        $(#[$doc])*
        pub(crate) fn $name(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
            numeric(core, op, $work)
        }
    )*};
}

handlers! {
    /// FCHS (D9 E0).
    fchs: |fpu| fpu.sign(F80::negated);
    /// FABS (D9 E1).
    fabs: |fpu| fpu.sign(|value| value.with_sign(false));
    /// FTST (D9 E4).
    ftst: |fpu| fpu.compare(Some(Operand::from(F80::ZERO)), Order::Ordered, 0);
    /// FXAM (D9 E5).
    fxam: |fpu| fpu.examine();
    /// FLD1 (D9 E8).
    fld1: |fpu| fpu.load_constant(Constant::ONE);
    /// FLDL2T (D9 E9).
    fldl2t: |fpu| fpu.load_constant(Constant::LOG2_10);
    /// FLDL2E (D9 EA).
    fldl2e: |fpu| fpu.load_constant(Constant::LOG2_E);
    /// FLDPI (D9 EB).
    fldpi: |fpu| fpu.load_constant(Constant::PI);
    /// FLDLG2 (D9 EC).
    fldlg2: |fpu| fpu.load_constant(Constant::LOG10_2);
    /// FLDLN2 (D9 ED).
    fldln2: |fpu| fpu.load_constant(Constant::LN_2);
    /// FLDZ (D9 EE).
    fldz: |fpu| fpu.load((F80::ZERO, 0));
    /// F2XM1 (D9 F0).
    f2xm1: |fpu| fpu.unary(fpu::power_minus_one);
    /// FYL2X (D9 F1).
    fyl2x: |fpu| fpu.binary_pop(fpu::logarithm);
    /// FPTAN (D9 F2): the tangent, and 1 above it.
    fptan: |fpu| fpu.split_angle(tangent);
    /// FPATAN (D9 F3).
    fpatan: |fpu| fpu.binary_pop(|x, y, control| fpu::arctangent(y, x, control));
    /// FXTRACT (D9 F4): the exponent, and the significand above it.
    fxtract: |fpu| fpu.split(fpu::extract);
    /// FPREM1 (D9 F5).
    fprem1: |fpu| fpu.remainder(Quotient::Nearest);
    /// FDECSTP (D9 F6).
    fdecstp: |fpu| fpu.rotate(-1);
    /// FINCSTP (D9 F7).
    fincstp: |fpu| fpu.rotate(1);
    /// FPREM (D9 F8).
    fprem: |fpu| fpu.remainder(Quotient::Chopped);
    /// FYL2XP1 (D9 F9).
    fyl2xp1: |fpu| fpu.binary_pop(fpu::logarithm_plus_one);
    /// FSQRT (D9 FA).
    fsqrt: |fpu| fpu.unary(fpu::square_root);
    /// FSINCOS (D9 FB): the sine, and the cosine above it.
    fsincos: |fpu| fpu.split_angle(sine_and_cosine);
    /// FRNDINT (D9 FC).
    frndint: |fpu| fpu.unary(fpu::round_to_integer);
    /// FSCALE (D9 FD).
    fscale: |fpu| fpu.binary(fpu::scale);
    /// FSIN (D9 FE).
    fsin: |fpu| fpu.angle(fpu::sine);
    /// FCOS (D9 FF).
    fcos: |fpu| fpu.angle(fpu::cosine);
}

/// FFREE (DD C0), FFREEP (DF C0).
pub(crate) fn ffree<const POP: bool>(core: &mut Core, _: &mut Memory, op: &Op) -> Flow {
    numeric(core, op, |fpu| {
        fpu.note(0);
        fpu.free(op.dst);
        if POP {
            fpu.pop();
        }
    })
}

fn tangent(value: F80, control: Control) -> (F80, F80, u16) {
    let (tangent, raised) = fpu::tangent(value, control);
    // What has no tangent has no other part either.
    (tangent, if tangent.is_nan() { tangent } else { F80::ONE }, raised)
}

fn sine_and_cosine(value: F80, control: Control) -> (F80, F80, u16) {
    let ((sine, one), (cosine, other)) = (fpu::sine(value, control), fpu::cosine(value, control));
    (sine, cosine, one | other)
}
