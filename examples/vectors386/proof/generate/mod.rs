//! The cases, by suite. All come from a fixed seed.

mod coprocessor;
mod encoding;
mod integer;
mod limits;
mod operands;
mod paging;
mod segments;
mod special;
mod system;
mod tasks;
mod transfers;

pub(crate) use encoding::{decode, form, forms};

use super::case::Case;

/// Cases of one kind, kept in one file.
pub(crate) struct Suite {
    /// Stem of the file.
    pub(crate) name: &'static str,
    pub(crate) cases: Vec<Case>,
}

/// All suites.
pub(crate) fn suites() -> Vec<Suite> {
    vec![
        Suite { name: "integer", cases: integer::cases() },
        Suite { name: "segments", cases: segments::cases() },
        Suite { name: "limits", cases: limits::cases() },
        Suite { name: "paging", cases: paging::cases() },
        Suite { name: "transfers", cases: transfers::cases() },
        Suite { name: "tasks", cases: tasks::cases() },
        Suite { name: "system", cases: system::cases() },
        Suite { name: "coprocessor", cases: coprocessor::cases() },
    ]
}
