//! The built-in DOS, seen by programs that run on it.

mod commands;
mod console;
mod devices;
mod drivers;
mod edit;
mod exec;
mod fcb;
mod files;
mod machine;
mod memory;
mod resident;
mod shell;
mod system;
mod tools;
