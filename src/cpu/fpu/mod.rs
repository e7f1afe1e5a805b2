//! The 80387: 80-bit numbers and exact arithmetic on integers.
//!
//! | file | what |
//! | --- | --- |
//! | `f80`, `wide` | a value in a register; a value between two roundings |
//! | `control`, `status` | the words that a program sees |
//! | `round` | the one place where a value is rounded to a register |
//! | `arith`, `remainder`, `transcendental` | exact or sticky arithmetic on finite values |
//! | `operate`, `special`, `functions`, `compare`, `convert` | operations with all their operands and exceptions |
//! | `state`, `instructions`, `image` | the register stack, what instructions do to it, its form in memory |
//!
//! An operation gives a value and what it raises; [`state::Fpu`] knows what is masked and decides
//! whether the value is stored. Handlers and memory operands are in `exec::fpu`.

mod arith;
mod compare;
mod control;
mod convert;
mod f80;
mod functions;
mod image;
mod instructions;
mod operate;
mod remainder;
mod round;
mod special;
mod state;
mod status;
mod transcendental;
mod view;
mod wide;

pub(crate) use self::compare::Order;
pub(crate) use self::control::Control;
pub(crate) use self::convert::{Format, from_decimal, from_integer, from_real, to_decimal, to_integer, to_real};
pub(crate) use self::f80::F80;
pub(crate) use self::functions::{arctangent, cosine, logarithm, logarithm_plus_one, power_minus_one, sine, tangent};
pub(crate) use self::image::{ENVIRONMENT, Layout, STACK};
pub(crate) use self::operate::{Add, Arithmetic, Div, DivReversed, Mul, Operand, Sub, SubReversed, nan1, square_root};
pub(crate) use self::remainder::Quotient;
pub(crate) use self::special::{Constant, extract, round_to_integer, scale};
pub use self::state::{Coprocessor, Fpu};
pub(crate) use self::status::DE;
pub use self::view::{FpuRegister, FpuView};
