//! What the monitor offers in any DOS besides a BIOS: drivers that a guest need not load.
//!
//! A service is reached through the guest's own vector table and a stub in the ROM, as the BIOS is,
//! so programs can hook it and drivers of their own take its place. Its state is a plain value.

pub mod mouse_33h;
