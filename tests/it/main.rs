//! Integration tests: one binary, a module per area.
//!
//! All of it is test code, which `cfg(test)` tells clippy: helpers here may `unwrap` as tests do.

#[cfg(test)]
mod bench;
#[cfg(test)]
mod broken;
#[cfg(test)]
mod builtin_dos;
#[cfg(test)]
mod chaos;
#[cfg(test)]
mod ci_demo;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod code_page;
#[cfg(test)]
mod debug;
#[cfg(test)]
mod dos;
#[cfg(test)]
mod drives;
#[cfg(test)]
mod exits;
#[cfg(test)]
mod files;
#[cfg(test)]
mod fpu;
#[cfg(test)]
mod guests;
#[cfg(test)]
mod hardware;
#[cfg(test)]
mod idle;
#[cfg(test)]
mod inspect;
#[cfg(test)]
mod keyboard;
#[cfg(test)]
mod layering;
#[cfg(test)]
mod processor;
#[path = "../guests/mod.rs"]
#[cfg(test)]
mod programs;
#[path = "../../examples/vectors386/proof/mod.rs"]
#[cfg(test)]
mod proof;
#[cfg(test)]
mod protected;
#[path = "../pty/mod.rs"]
#[cfg(test)]
mod pty;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod record;
#[cfg(test)]
mod rom;
#[cfg(test)]
mod run;
mod same_again;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod screens;
#[cfg(test)]
mod script_docs;
#[cfg(test)]
mod script_drives;
#[cfg(test)]
mod scripts;
#[cfg(test)]
mod scrollback;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod start;
#[cfg(test)]
mod terminal;
#[cfg(test)]
mod tour;
#[cfg(test)]
mod tui;
#[cfg(test)]
mod v86;
#[cfg(test)]
mod vectors;
#[cfg(test)]
mod vectors386;
#[cfg(test)]
mod wild;
