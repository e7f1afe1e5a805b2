//! The pages behind the menu, one file each.

mod clocks;
mod colours;
mod disk;
mod halt;
mod keys;
mod memory;
mod modes;
mod primes;
mod reboot;
mod wild;

use super::kit::Page;

/// All pages in the order of the menu.
pub(crate) const ALL: &[Page] = &[
    colours::PAGE,
    modes::PAGE,
    clocks::PAGE,
    keys::PAGE,
    primes::PAGE,
    wild::PAGE,
    halt::PAGE,
    disk::PAGE,
    memory::PAGE,
    reboot::PAGE,
];
