//! Signals, as wakes of the event loop.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::thread;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::{SigId, flag, low_level};

use super::driver::Wake;

/// Signals that end the program.
const ENDING: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

/// Watches signals until dropped.
#[derive(Debug)]
pub(super) struct Signals {
    ids: Vec<SigId>,
}

/// What has arrived since it was last looked at.
#[derive(Clone, Default)]
struct Arrived {
    resized: Arc<AtomicBool>,
    continued: Arc<AtomicBool>,
    stopping: Arc<AtomicBool>,
    /// Number of the ending signal, 0 for none.
    ended: Arc<AtomicUsize>,
}

impl Arrived {
    fn take(&self) -> Vec<Wake> {
        let mut wakes = Vec::new();
        let ended = self.ended.swap(0, Ordering::Relaxed);
        if let Some(signal) = i32::try_from(ended).ok().filter(|&signal| signal != 0) {
            wakes.push(Wake::Signalled(signal));
        }
        if self.continued.swap(false, Ordering::Relaxed) {
            wakes.push(Wake::Continued);
        }
        if self.stopping.swap(false, Ordering::Relaxed) {
            wakes.push(Wake::StopAsked);
        }
        if self.resized.swap(false, Ordering::Relaxed) {
            wakes.push(Wake::Resized);
        }
        wakes
    }
}

impl Signals {
    /// Begins to turn signals into wakes.
    pub(super) fn watch(wake: SyncSender<Wake>) -> io::Result<Signals> {
        let (reader, writer) = UnixStream::pair()?;
        let arrived = Arrived::default();
        let mut signals = Signals { ids: Vec::new() };
        // The actions of a signal run in the order they were registered: note it, then wake.
        for signal in ENDING {
            let number = usize::try_from(signal).unwrap_or(0);
            signals.ids.push(flag::register_usize(signal, arrived.ended.clone(), number)?);
        }
        signals.ids.push(flag::register(SIGWINCH, arrived.resized.clone())?);
        signals.ids.push(flag::register(SIGCONT, arrived.continued.clone())?);
        signals.ids.push(flag::register(SIGTSTP, arrived.stopping.clone())?);
        for signal in ENDING.into_iter().chain([SIGWINCH, SIGCONT, SIGTSTP]) {
            signals.ids.push(low_level::pipe::register(signal, writer.try_clone()?)?);
        }
        thread::Builder::new().name("signals".to_owned()).spawn(move || forward(reader, &arrived, &wake))?;
        Ok(signals)
    }
}

/// Sleeps until a signal has come, again and again; ends with the pipe.
fn forward(mut pipe: UnixStream, arrived: &Arrived, wake: &SyncSender<Wake>) {
    let mut bytes = [0; 64];
    loop {
        match pipe.read(&mut bytes) {
            Ok(0) => return,
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return,
            Ok(_) | Err(_) => {}
        }
        for message in arrived.take() {
            if wake.send(message).is_err() {
                return;
            }
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for id in self.ids.drain(..) {
            low_level::unregister(id);
        }
    }
}
