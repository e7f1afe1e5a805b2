//! Protected mode: descriptors and the transfers of control that they guard.
//!
//! Every transfer works in two halves. First it reads and checks all it needs, in the order of the
//! manual, and gathers what it is going to write (`frame`); any fault leaves the processor as it was.
//! Then it commits memory and registers at once. Only a task switch can fault after that: the second
//! half of its checks belongs to the incoming task (`task`).
//!
//! `descriptor` what the tables hold, `load` segment registers, `query` LAR and its kin, `far` JMP
//! and CALL, `ret` RET and IRET, `interrupt` gates of the IDT, `task` and `tss` task switches and
//! stacks of inner levels, `io_map` port permissions, `control` CR0 and system table registers.

mod control;
mod descriptor;
mod far;
mod frame;
mod interrupt;
mod io_map;
mod load;
mod query;
mod ret;
mod task;
mod tss;
