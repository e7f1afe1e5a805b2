//! What a table's keys are and what values they take, as data. Readers check a table's keys against
//! it, and the JSON schema (`dosmux schema`) is printed from it.

use super::units::Quantity;

/// A key of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it means, for people.
    pub(crate) doc: &'static str,
    /// What it takes.
    pub(crate) shape: Shape,
    /// True if it cannot be left out.
    pub(crate) needed: bool,
}

/// What a key takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Text.
    Text,
    /// A regular expression.
    Regex,
    /// A number and a unit.
    Quantity(&'static Quantity),
    /// A whole number in a range, ends included.
    Integer(i64, i64),
    /// One of these whole numbers.
    Numbers(fn() -> Vec<i64>),
    /// True or false.
    Boolean,
    /// `true`: a step without a value.
    Yes,
    /// One of these words.
    Choice(fn() -> Vec<&'static str>),
    /// A table of these keys.
    Table(&'static [Field]),
    /// A table whose keys are names.
    Named(&'static Shape),
    /// An array of at most so many.
    List(&'static Shape, usize),
    /// Any of these.
    AnyOf(&'static [Shape]),
    /// An array of steps.
    Steps,
}

impl Field {
    /// A key that may be left out.
    pub(crate) const fn new(name: &'static str, doc: &'static str, shape: Shape) -> Field {
        Field { name, doc, shape, needed: false }
    }

    /// A key that must be there.
    pub(crate) const fn needed(name: &'static str, doc: &'static str, shape: Shape) -> Field {
        Field { name, doc, shape, needed: true }
    }
}
