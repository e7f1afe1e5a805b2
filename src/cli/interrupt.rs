//! Signals that ask the program to end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// Signals that end a program.
const ENDING: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];

/// A flag that is set by the signals that end a program.
pub(super) fn watch() -> io::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in ENDING {
        // The second one ends the program at once, in case it cannot write what it has.
        flag::register_conditional_default(signal, Arc::clone(&flag))?;
        flag::register(signal, Arc::clone(&flag))?;
    }
    Ok(flag)
}

/// The number of the signal that came, of those that end a program; 0 until one comes.
pub(super) fn watch_number() -> io::Result<Arc<AtomicUsize>> {
    let number = Arc::new(AtomicUsize::new(0));
    for signal in ENDING {
        flag::register_usize(signal, Arc::clone(&number), usize::try_from(signal).unwrap_or_default())?;
    }
    // Behind the numbers: the first signal finds the flag clear, the second one ends the program.
    watch()?;
    Ok(number)
}
