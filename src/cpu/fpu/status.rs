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
