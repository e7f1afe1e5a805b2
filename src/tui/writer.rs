//! A thread that writes to the terminal, so that nobody else waits for one that takes its bytes
//! slowly or not at all: keys go on being read, and the user can quit.
//!
//! The terminal is opened anew, so that it can be written without blocking: the flag belongs to the
//! opening, and that of standard output is shared with the shell.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::ioctl_fionbio;
use rustix::termios::{QueueSelector, tcflush, ttyname};

use super::driver::Wake;

/// Bytes written at once: after each portion it is looked whether the rest is still wanted.
const PORTION: usize = 4096;
/// How long an abandoned write may take to notice.
const ABANDONING: Duration = Duration::from_millis(500);
/// CAN: ends whatever sequence was cut off. Source: ECMA-48, 8.3.6; xterm and its kin obey it.
const CANCEL: &[u8] = b"\x18";

/// What the thread is to write, and how far it is.
#[derive(Default)]
struct State {
    pending: Vec<u8>,
    writing: bool,
    /// What is pending is not wanted any more.
    abandoned: bool,
    ended: bool,
    error: Option<io::Error>,
}

/// The terminal as a file, and the thread that writes to it. Ends when dropped.
pub(super) struct Writer {
    shared: Arc<Shared>,
}

struct Shared {
    terminal: File,
    /// A byte for `alarm` ends the wait for a terminal that takes nothing.
    ringer: UnixStream,
    alarm: UnixStream,
    state: Mutex<State>,
    changed: Condvar,
}

impl Writer {
    /// Starts to write to the process's standard output; sends [`Wake::Written`] when all is written.
    pub(super) fn start(wake: SyncSender<Wake>) -> io::Result<Writer> {
        Writer::on(reopened(io::stdout())?, wake)
    }

    fn on(terminal: File, wake: SyncSender<Wake>) -> io::Result<Writer> {
        let (ringer, alarm) = UnixStream::pair()?;
        ringer.set_nonblocking(true)?;
        alarm.set_nonblocking(true)?;
        let (state, changed) = (Mutex::default(), Condvar::new());
        let shared = Arc::new(Shared { terminal, ringer, alarm, state, changed });
        let of_thread = shared.clone();
        thread::Builder::new().name("screen".to_owned()).spawn(move || of_thread.work(&wake))?;
        Ok(Writer { shared })
    }

    /// Puts `bytes` behind what is to be written. *Errors*: the terminal has failed.
    pub(super) fn send(&self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.shared.lock();
        if let Some(error) = state.error.take() {
            return Err(error);
        }
        state.pending.extend_from_slice(bytes);
        self.shared.changed.notify_all();
        Ok(())
    }

    /// True if all has been written, or cannot be.
    pub(super) fn is_idle(&self) -> bool {
        self.shared.lock().is_idle()
    }

    /// Writes `bytes` as the last ones: after what is pending if that takes no longer than
    /// `patience`, else, or if there is none, instead of it and of what the host has not passed on yet.
    pub(super) fn finish(&self, bytes: &[u8], patience: Option<Duration>) -> io::Result<()> {
        if patience.is_none_or(|patience| !self.shared.wait_idle(patience)) {
            self.shared.abandon();
            tcflush(&self.shared.terminal, QueueSelector::OFlush)?;
            self.shared.wait_idle(ABANDONING);
            self.send(CANCEL)?;
        }
        self.send(bytes)?;
        self.shared.wait_idle(ABANDONING);
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_all();
    }
}

impl State {
    fn is_idle(&self) -> bool {
        self.pending.is_empty() && !self.writing
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn abandon(&self) {
        let mut state = self.lock();
        state.abandoned = true;
        state.pending.clear();
        // One that is full rings already.
        let _ = (&self.ringer).write(&[0]);
    }

    fn wait_idle(&self, patience: Duration) -> bool {
        let state = self.lock();
        let waited = self.changed.wait_timeout_while(state, patience, |state| !state.is_idle());
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// The thread's life.
    fn work(&self, wake: &SyncSender<Wake>) {
        loop {
            let state = self.changed.wait_while(self.lock(), |state| state.pending.is_empty() && !state.ended);
            let mut state = state.unwrap_or_else(PoisonError::into_inner);
            if state.pending.is_empty() {
                return;
            }
            let bytes = std::mem::take(&mut state.pending);
            (state.writing, state.abandoned) = (true, false);
            drop(state);
            let written = self.write(&bytes);
            let mut state = self.lock();
            state.writing = false;
            if let Err(error) = written {
                state.error = Some(error);
            }
            if state.pending.is_empty() {
                // A full channel wakes the loop as well.
                let _ = wake.try_send(Wake::Written);
            }
            self.changed.notify_all();
        }
    }

    /// Writes `bytes`, or as many of them as there is time for until they are abandoned.
    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() && !self.lock().abandoned {
            match (&self.terminal).write(&rest[..rest.len().min(PORTION)]) {
                Ok(count) => rest = &rest[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.wait_for_room()?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Sleeps until the terminal takes bytes, or the alarm rings.
    fn wait_for_room(&self) -> io::Result<()> {
        let mut awaited = [PollFd::new(&self.terminal, PollFlags::OUT), PollFd::new(&self.alarm, PollFlags::IN)];
        match poll(&mut awaited, None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        // Nothing may have rung.
        let _ = (&self.alarm).read(&mut [0; 8]);
        Ok(())
    }
}

/// The same terminal, opened anew and not blocking. One that cannot be opened (as in a container
/// that has it from outside) is used as it is.
fn reopened(terminal: impl AsFd) -> io::Result<File> {
    let name = ttyname(&terminal, Vec::new());
    let opened = name
        .map_err(io::Error::from)
        .and_then(|name| File::options().write(true).open(Path::new(std::ffi::OsStr::from_bytes(name.to_bytes()))));
    match opened {
        Ok(file) => {
            ioctl_fionbio(&file, true)?;
            Ok(file)
        }
        Err(_) => Ok(terminal.as_fd().try_clone_to_owned()?.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, sync_channel};

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

    use super::*;

    /// A pseudo-terminal in raw mode: its far end, and a writer on it.
    fn terminal() -> (File, Writer, Receiver<Wake>) {
        let far = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&far).unwrap();
        unlockpt(&far).unwrap();
        let name = ptsname(&far, Vec::new()).unwrap();
        let near = File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        let mut modes = tcgetattr(&near).unwrap();
        modes.make_raw();
        tcsetattr(&near, OptionalActions::Now, &modes).unwrap();
        let (wake, wakes) = sync_channel(8);
        (far.into(), Writer::on(reopened(near).unwrap(), wake).unwrap(), wakes)
    }

    #[test]
    fn bytes_arrive_in_order_and_the_end_is_told() {
        let (mut far, writer, wakes) = terminal();
        writer.send(b"one ").unwrap();
        writer.send(b"two").unwrap();
        let mut bytes = [0; 7];
        far.read_exact(&mut bytes).unwrap();
        assert_eq!(&bytes, b"one two");
        assert!(matches!(wakes.recv().unwrap(), Wake::Written));
    }

    #[test]
    fn whoever_sends_to_a_terminal_that_takes_nothing_does_not_wait() {
        let (_far, writer, _wakes) = terminal();
        for _ in 0..64 {
            writer.send(&[b'x'; 64 * 1024]).unwrap();
        }
        assert!(!writer.is_idle());
        writer.finish(b"", Some(Duration::from_millis(1))).unwrap();
        assert!(writer.is_idle());
    }

    #[test]
    fn the_last_bytes_reach_a_terminal_that_took_nothing() {
        let (mut far, writer, _wakes) = terminal();
        writer.send(&[b'x'; 1024 * 1024]).unwrap();
        writer.finish(b"the end", Some(Duration::from_millis(1))).unwrap();
        drop(writer);
        let (mut all, mut bytes) = (Vec::new(), [0; 65536]);
        while !all.ends_with(b"\x18the end") {
            let count = far.read(&mut bytes).unwrap();
            all.extend_from_slice(&bytes[..count]);
            assert!(all.len() < 512 * 1024, "what was abandoned is not written");
        }
    }
}
