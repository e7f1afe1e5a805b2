//! Integration tests: one binary, a module per area.

mod guests;
mod layering;
#[path = "../guests/mod.rs"]
mod programs;
mod tour;
mod tui;
