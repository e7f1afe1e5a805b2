//! Protected mode as the manual describes it: levels, gates, tasks, and what happens when a check
//! fails. Each file is one side of the mode; [`lab`] is a processor with tables, stacks and handlers
//! that halt.

mod calls;
mod code_changes;
mod coprocessor;
mod debugging;
mod double_faults;
mod interrupts;
mod jumps;
mod lab;
mod loads;
mod modes;
mod pages;
mod queries;
mod task_faults;
mod tasks;
mod v86;
