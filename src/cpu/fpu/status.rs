//! Bits of the status word. Source: 80387 PRM §2.4.

/// Invalid operation.
pub(crate) const IE: u16 = 1 << 0;
/// Denormalised operand.
pub(crate) const DE: u16 = 1 << 1;
/// Division of a finite number by zero.
pub(crate) const ZE: u16 = 1 << 2;
/// Overflow.
pub(crate) const OE: u16 = 1 << 3;
/// Underflow.
pub(crate) const UE: u16 = 1 << 4;
/// Precision: the result is inexact.
pub(crate) const PE: u16 = 1 << 5;
/// Condition bit 1: an inexact result was rounded away from zero; a full stack, not an empty one.
pub(crate) const C1: u16 = 1 << 9;

/// The six exceptions.
pub(crate) const EXCEPTIONS: u16 = IE | DE | ZE | OE | UE | PE;
/// Stack fault: an invalid operation that was an empty or a full register.
pub(crate) const SF: u16 = 1 << 6;
/// Error summary: an exception is set that is not masked.
pub(crate) const ES: u16 = 1 << 7;
/// Condition bits 0, 2 and 3.
pub(crate) const C0: u16 = 1 << 8;
pub(crate) const C2: u16 = 1 << 10;
pub(crate) const C3: u16 = 1 << 14;
/// The 80387 gives the same in B as in ES.
pub(crate) const BUSY: u16 = 1 << 15;
/// Position of the three bits of TOP.
pub(crate) const TOP: u32 = 11;

/// An operand register was empty.
pub(crate) const STACK_UNDERFLOW: u16 = IE | SF;
/// A register to be filled was in use.
pub(crate) const STACK_OVERFLOW: u16 = IE | SF | C1;
