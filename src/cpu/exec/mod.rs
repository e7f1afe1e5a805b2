//! What each operation does, by group. Handlers are generic over operand size and operand kinds;
//! the decoder picks the instance, so nothing is decided about operands when code runs.

pub(crate) mod alu;
pub(crate) mod arith;
pub(crate) mod bcd;
pub(crate) mod bits;
pub(crate) mod flow;
pub(crate) mod fpu;
pub(crate) mod io;
pub(crate) mod moves;
pub(crate) mod muldiv;
pub(crate) mod place;
pub(crate) mod shift;
pub(crate) mod stack;
pub(crate) mod string;
pub(crate) mod system;
