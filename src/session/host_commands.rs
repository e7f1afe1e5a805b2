//! Commands of the host for the sessions that may run them: started by name, without a shell, ended with
//! the session.
//!
//! A command has no input and no say in the session's time: its output waits until the guest takes it, and
//! the command waits while too much of it does.

use std::fmt;
use std::fs::File;
use std::io::{self, PipeReader, Read};
use std::os::fd::AsRawFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use crate::dos::host_command::{HostCommand, HostCommands, Progress};

/// Bytes that are read at once, and chunks that wait.
const CHUNK: usize = 4096;
const CHUNKS: usize = 64;
/// How long a command that is no longer wanted has to end by itself.
const GRACE: Duration = Duration::from_millis(500);
/// How long output is awaited from what a command that has ended left behind.
const LAST_OUTPUT: Duration = Duration::from_millis(200);
/// Where a directory that is open is found under a name. The child looks there before it becomes another
/// program, while it has the parent's files.
const OPEN_FILES: &str = "/proc/self/fd";
/// Exit code of a command that a signal ended, above the signal's number, as of the host's shells.
const BY_SIGNAL: i32 = 128;

/// The commands of one session.
#[derive(Debug)]
pub(super) struct Allowed {
    names: Vec<String>,
    /// Looking at a command waits for it: then only its output counts for the guest, not how long it took.
    waits: bool,
}

impl Allowed {
    pub(super) fn new(names: &[String], waits: bool) -> Allowed {
        Allowed { names: names.to_vec(), waits }
    }
}

impl HostCommands for Allowed {
    fn start(&self, name: &str, arguments: &[String], directory: File) -> Result<Arc<dyn HostCommand>, String> {
        // DOS has no small letters to speak of.
        let allowed = self.names.iter().find(|allowed| allowed.eq_ignore_ascii_case(name));
        let program = allowed.ok_or_else(|| format!("`{name}` is not one of host_commands"))?;
        let running = Running::start(program, arguments, &directory, self.waits);
        running.map(|running| Arc::new(running) as Arc<dyn HostCommand>).map_err(|error| format!("{program}: {error}"))
    }
}

/// A command that runs.
struct Running {
    child: Mutex<Option<Child>>,
    output: Mutex<Receiver<Vec<u8>>>,
    waits: bool,
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("waits", &self.waits).finish_non_exhaustive()
    }
}

impl Running {
    fn start(program: &str, arguments: &[String], directory: &File, waits: bool) -> io::Result<Running> {
        let (reader, writer) = io::pipe()?;
        let child = Command::new(program)
            .args(arguments)
            .current_dir(format!("{OPEN_FILES}/{}", directory.as_raw_fd()))
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer)
            // Signals of our terminal are for us, those of Ctrl-C in the guest for all of it.
            .process_group(0)
            .spawn()?;
        let (sender, output) = sync_channel(CHUNKS);
        thread::Builder::new().name("host command".to_owned()).spawn(move || {
            read_all(reader, |chunk| sender.send(chunk).is_ok());
        })?;
        Ok(Running { child: Mutex::new(Some(child)), output: Mutex::new(output), waits })
    }

    /// How it ended, if it has.
    fn ended(&self) -> Option<u8> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let status = child.as_mut()?.try_wait().ok()??;
        Some(exit_code(status))
    }
}

impl HostCommand for Running {
    fn look(&self) -> Progress {
        let output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let ended = self.ended();
            let patience = match (ended, self.waits) {
                (Some(_), _) | (None, true) => LAST_OUTPUT,
                (None, false) => Duration::ZERO,
            };
            match (output.recv_timeout(patience), ended) {
                (Ok(bytes), _) => return Progress::Output(bytes),
                (Err(_), Some(code)) => return Progress::Ended(code),
                (Err(RecvTimeoutError::Disconnected), None) => thread::sleep(Duration::from_millis(1)),
                (Err(RecvTimeoutError::Timeout), None) => {}
            }
            if !self.waits {
                return Progress::Waits;
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut child) = child else { return };
        if matches!(child.try_wait(), Ok(Some(_))) {
            return;
        }
        let group = Pid::from_child(&child);
        // It may have ended this very moment.
        let _ = kill_process_group(group, Signal::INT);
        thread::spawn(move || {
            thread::sleep(GRACE);
            if !matches!(child.try_wait(), Ok(Some(_))) {
                let _ = kill_process_group(group, Signal::KILL);
                let _ = child.wait();
            }
        });
    }
}

fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| BY_SIGNAL + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}

/// Reads to the end, or until nobody wants more.
fn read_all(mut reader: PipeReader, mut take: impl FnMut(Vec<u8>) -> bool) {
    let mut chunk = [0; CHUNK];
    loop {
        match reader.read(&mut chunk) {
            Ok(0) => return,
            Ok(count) if take(chunk[..count].to_vec()) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use rustix::process::test_kill_process;

    use super::*;

    fn start(allowed: &[&str], name: &str, arguments: &[&str]) -> Result<Arc<dyn HostCommand>, String> {
        let names: Vec<String> = allowed.iter().map(|&name| name.to_owned()).collect();
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Allowed::new(&names, true).start(name, &arguments, File::open("src/session").unwrap())
    }

    fn all(command: &dyn HostCommand) -> (String, u8) {
        let mut output = Vec::new();
        loop {
            match command.look() {
                Progress::Output(bytes) => output.extend(bytes),
                Progress::Waits => {}
                Progress::Ended(code) => return (String::from_utf8(output).unwrap(), code),
            }
        }
    }

    #[test]
    fn a_command_runs_in_the_directory_and_its_words_are_no_shells() {
        let (output, code) = all(start(&["ls"], "LS", &["mod.rs", "*.rs"]).unwrap().as_ref());
        assert!(output.contains("mod.rs\n") && output.contains("'*.rs'"), "{output}");
        assert_ne!(code, 0);
    }

    #[test]
    fn only_what_is_named_is_run() {
        for name in ["sh", "/bin/ls", "./ls", "ls/../sh", ""] {
            assert_eq!(start(&["ls"], name, &[]).unwrap_err(), format!("`{name}` is not one of host_commands"));
        }
        assert!(start(&["no-such-command"], "no-such-command", &[]).is_err());
    }

    #[test]
    fn exit_codes_and_signals_are_told() {
        assert_eq!(
            all(start(&["sh"], "sh", &["-c", "echo out; echo err >&2; exit 3"]).unwrap().as_ref()),
            ("out\nerr\n".to_owned(), 3)
        );
        assert_eq!(all(start(&["sh"], "sh", &["-c", "kill -9 $$"]).unwrap().as_ref()).1, 137);
    }

    #[test]
    fn a_command_that_nobody_holds_is_ended() {
        let running = Running::start("sleep", &["1000".to_owned()], &File::open(".").unwrap(), false).unwrap();
        let process = Pid::from_child(running.child.lock().unwrap().as_ref().unwrap());
        assert_eq!(running.look(), Progress::Waits);
        drop(running);
        while test_kill_process(process).is_ok() {
            thread::sleep(Duration::from_millis(5));
        }
    }
}
