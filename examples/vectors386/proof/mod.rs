//! The machine that the vectors run on, and the vectors themselves.

pub(crate) mod case;
pub(crate) mod generate;
mod harness;
pub(crate) mod layout;
pub(crate) mod mode;
pub(crate) mod record;
mod rng;
pub(crate) mod rom;
mod tables;
pub(crate) mod text;
