//! Integration tests: one binary, a module per area.

mod cli;
mod guests;
mod layering;
#[path = "../guests/mod.rs"]
mod programs;
mod scripts;
mod tour;
mod tui;
