//! What the instructions do to the register stack. Memory is the business of the handlers.

use super::compare::{Order, UNORDERED, compare, examine};
use super::control::Control;
use super::f80::F80;
use super::operate::{Arithmetic, Done, Operand};
use super::remainder::{Quotient, partial_remainder};
use super::special::Constant;
use super::state::Fpu;
use super::status::{C0, C1, C2, C3, IE, SF, STACK_OVERFLOW, STACK_UNDERFLOW};

/// What an operation on missing operands gives.
const MISSING: Done = (F80::INDEFINITE, STACK_UNDERFLOW);
/// Condition bits of comparisons.
const CONDITION: u16 = C0 | C2 | C3;

impl Fpu {
    /// Stores a result in ST(i) unless an unmasked exception keeps it. True if stored.
    fn finish(&mut self, place: u8, (value, raised): Done) -> bool {
        let stored = self.note(raised);
        if stored {
            self.set(place, value);
        }
        stored
    }

    // --- loads and moves ---

    /// Pushes what a load gives. A denormal is loaded even if DE is unmasked; an empty source goes before
    /// a full stack.
    pub(crate) fn load(&mut self, (value, raised): Done) {
        let full = !self.is_empty(7) && raised & SF == 0;
        let (value, raised) = if full { (F80::INDEFINITE, STACK_OVERFLOW) } else { (value, raised) };
        self.note(raised);
        if self.control.masks(raised & IE) {
            self.push(value);
        }
    }

    /// FLD ST(i).
    pub(crate) fn load_register(&mut self, place: u8) {
        let done = self.st(place).map_or(MISSING, |value| (value, 0));
        self.load(done);
    }

    /// FLD1 and its kin.
    pub(crate) fn load_constant(&mut self, constant: Constant) {
        self.load((constant.rounded(self.control), 0));
    }

    /// FST ST(i), FSTP ST(i).
    pub(crate) fn store_register(&mut self, place: u8, pop: bool) {
        let done = self.st(0).map_or(MISSING, |value| (value, 0));
        if self.finish(place, done) && pop {
            self.pop();
        }
    }

    /// FXCH.
    pub(crate) fn exchange(&mut self, place: u8) {
        let missing = self.is_empty(0) || self.is_empty(place);
        if self.note(if missing { STACK_UNDERFLOW } else { 0 }) {
            let (a, b) = (self.st(0), self.st(place));
            self.set(0, b.unwrap_or(F80::INDEFINITE));
            self.set(place, a.unwrap_or(F80::INDEFINITE));
        }
    }

    // --- arithmetic ---

    /// ST(0) := ST(0) op `operand`, or the reverse.
    pub(crate) fn arithmetic<A: Arithmetic>(&mut self, operand: Operand) {
        let done = self.st(0).map_or(MISSING, |value| A::apply(value.into(), operand, self.control));
        self.finish(0, done);
    }

    /// `to` := `to` op `from`, both on the stack.
    pub(crate) fn arithmetic_registers<A: Arithmetic>(&mut self, to: u8, from: u8, pop: bool) {
        let done = match (self.st(to), self.st(from)) {
            (Some(to), Some(from)) => A::apply(to.into(), from.into(), self.control),
            _ => MISSING,
        };
        if self.finish(to, done) && pop {
            self.pop();
        }
    }

    /// ST(0) := f(ST(0)).
    pub(crate) fn unary(&mut self, function: fn(F80, Control) -> Done) {
        let done = self.st(0).map_or(MISSING, |value| function(value, self.control));
        self.finish(0, done);
    }

    /// ST(0) := f(ST(0), ST(1)).
    pub(crate) fn binary(&mut self, function: impl Fn(F80, F80, Control) -> Done) {
        let done = self.both(function);
        self.finish(0, done);
    }

    /// ST(1) := f(ST(0), ST(1)), and a pop.
    pub(crate) fn binary_pop(&mut self, function: impl Fn(F80, F80, Control) -> Done) {
        let done = self.both(function);
        if self.finish(1, done) {
            self.pop();
        }
    }

    fn both(&self, function: impl Fn(F80, F80, Control) -> Done) -> Done {
        match (self.st(0), self.st(1)) {
            (Some(a), Some(b)) => function(a, b, self.control),
            _ => MISSING,
        }
    }

    /// FPREM, FPREM1: as `binary`, with the quotient in the condition bits if there is one; C2 falls in any
    /// case.
    pub(crate) fn remainder(&mut self, quotient: Quotient) {
        let (done, condition) = match (self.st(0), self.st(1)) {
            (Some(a), Some(b)) => partial_remainder(a, b, quotient, self.control),
            _ => (MISSING, None),
        };
        self.status &= !C2;
        self.finish(0, done);
        if let Some(condition) = condition {
            self.status = self.status & !(CONDITION | C1) | condition;
        }
    }

    /// FSIN, FCOS: C2 says that the operand was out of reach and stays.
    pub(crate) fn angle(&mut self, function: fn(F80, Control) -> Done) {
        self.status &= !C2;
        self.unary(function);
    }

    /// ST(0) becomes the first of two results, the second is pushed (FXTRACT, FPTAN, FSINCOS). With C2
    /// raised nothing is.
    pub(crate) fn split(&mut self, function: impl Fn(F80, Control) -> (F80, F80, u16)) {
        let (first, second, raised) = match self.st(0) {
            None => (F80::INDEFINITE, F80::INDEFINITE, STACK_UNDERFLOW),
            Some(_) if !self.is_empty(7) => (F80::INDEFINITE, F80::INDEFINITE, STACK_OVERFLOW),
            Some(value) => function(value, self.control),
        };
        if self.note(raised) && raised & C2 == 0 {
            self.set(0, first);
            self.push(second);
        }
    }

    /// FPTAN, FSINCOS.
    pub(crate) fn split_angle(&mut self, function: impl Fn(F80, Control) -> (F80, F80, u16)) {
        self.status &= !C2;
        self.split(function);
    }

    /// FCHS, FABS: whatever ST(0) holds.
    pub(crate) fn sign(&mut self, function: impl Fn(F80) -> F80) {
        let done = self.st(0).map_or(MISSING, |value| (function(value), 0));
        self.finish(0, done);
    }

    // --- comparisons ---

    /// FCOM and its kin: ST(0) with `operand`; nothing if that is an empty register.
    pub(crate) fn compare(&mut self, operand: Option<Operand>, order: Order, pops: u8) {
        let raised = match (self.st(0), operand) {
            (Some(value), Some(operand)) => compare(value.into(), operand, order, self.control),
            _ => UNORDERED | STACK_UNDERFLOW,
        };
        self.status &= !CONDITION;
        if self.note(raised) {
            (0..pops).for_each(|_| self.pop());
        }
    }

    /// ST(i) as an operand.
    pub(crate) fn operand(&self, place: u8) -> Option<Operand> {
        self.st(place).map(Operand::from)
    }

    /// FXAM.
    pub(crate) fn examine(&mut self) {
        let condition = examine(self.raw(0), self.is_empty(0));
        self.status = self.status & !(CONDITION | C1) | condition;
    }

    // --- stores to memory ---

    /// What storing ST(0) gives: `convert` of its value, or of the indefinite if it is empty.
    pub(crate) fn store<T>(&self, convert: impl Fn(F80, Control) -> (T, u16)) -> (T, u16) {
        match self.st(0) {
            Some(value) => convert(value, self.control),
            None => (convert(F80::INDEFINITE, self.control).0, STACK_UNDERFLOW),
        }
    }

    /// True if a store that raises this is to change memory: any unmasked exception but PE keeps it.
    /// Source: 80387 PRM §3.1.
    pub(crate) fn stores(&self, raised: u16) -> bool {
        self.control.masks(raised & !super::status::PE)
    }
}
