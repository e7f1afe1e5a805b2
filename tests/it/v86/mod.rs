//! Virtual-8086 mode as a monitor meets it: what traps, what does not, and how. Each file is one side
//! of the mode; [`lab`] is a V86 task with nothing around it.

mod code_changes;
mod equivalence;
mod lab;
mod paging;
mod ports;
mod sensitive;
mod time;
