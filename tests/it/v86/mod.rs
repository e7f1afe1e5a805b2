//! Virtual-8086 mode. [`description`] tells what it is; the other files are what the core makes of it:
//! page faults and restart, ports as the core's owner meets them, code that changes, the coprocessor, and time.

mod code_changes;
mod coprocessor;
mod description;
mod lab;
mod paging;
mod ports;
mod ring0;
mod time;
