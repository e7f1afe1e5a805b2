//! The built-in DOS, seen by programs that run on it.

mod attributes;
mod commands;
mod compare;
mod confined;
mod console;
mod devices;
mod drivers;
mod edit;
mod exec;
mod failing;
mod fcb;
mod files;
mod host_errors;
mod hostile;
mod killed;
mod long_names;
mod machine;
mod memory;
mod programs;
mod resident;
mod sharing;
mod shell;
mod soak;
mod system;
mod tools;
mod upper;
