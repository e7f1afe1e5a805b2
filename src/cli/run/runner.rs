//! The program on its way: its streams are passed on between slices of its time.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use signal_hook::consts::SIGINT;

use super::front::Front;
use super::streams::{FromGuest, ToGuest};
use super::{Failure, RunArgs};
use crate::cli::interrupt;
use crate::session::Session;
use crate::tui::solo::Chunks;

/// Guest time between two looks at the streams.
const SLICE: Duration = Duration::from_millis(10);
/// Host time that a guest gets to wait so long: programs that wait for the clock are not held up much,
/// and those that wait for a key do not keep the host busy.
const NAP: Duration = Duration::from_millis(1);
/// Bytes that are read from standard input at once.
const CHUNK: usize = 4096;
/// Without a limit of its own the host waits so long for input before it looks again.
const LONG: Duration = Duration::from_secs(3600);
/// The same while there is something else to look after.
const SHORT: Duration = Duration::from_millis(5);

/// A program on its way.
pub(super) struct Runner {
    session: Session,
    deadline: Option<Instant>,
    input: Option<Chunks>,
    to_guest: ToGuest,
    from_guest: [FromGuest; 2],
    /// The terminal, once it shows the screen.
    front: Option<Front>,
    /// The signal that has come, where commands of the host have to be ended before dosmux.
    interrupted: Option<Arc<AtomicUsize>>,
}

impl Runner {
    pub(super) fn new(args: &RunArgs, session: Session) -> Result<Runner, Failure> {
        let page = args.code_page;
        let interrupted = if args.host_commands.is_empty() { None } else { Some(interrupt::watch_number()?) };
        Ok(Runner {
            session,
            deadline: args.timeout.map(|timeout| Instant::now() + timeout),
            input: None,
            to_guest: ToGuest::new(page, args.raw),
            from_guest: [FromGuest::new(page, args.raw), FromGuest::new(page, args.raw)],
            front: None,
            interrupted,
        })
    }

    /// The program's exit code.
    pub(super) fn run(mut self) -> Result<u8, Failure> {
        let ended = self.run_on();
        let shown = self.front.take().map(Front::close);
        if shown.is_some() && ended.is_ok() {
            // The last screen stays, as on any PC.
            show(&mut io::stdout().lock(), last_screen(&self.session).as_bytes())?;
        }
        ended
    }

    fn run_on(&mut self) -> Result<u8, Failure> {
        loop {
            match &mut self.front {
                Some(front) => front.advance(&mut self.session)?,
                None => self.session.run_for(SLICE),
            }
            self.pass_output()?;
            let (end, starves) = self.session.job().map_or((None, false), |job| (job.end(), job.waits_for_input()));
            if let Some(end) = end {
                self.end_output()?;
                return end.map_err(Failure::Start);
            }
            if let Some(reason) = self.session.stopped() {
                return Err(Failure::Stopped(reason.to_string()));
            }
            if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Err(Failure::TimedOut);
            }
            let signal = self.interrupted.as_ref().map_or(0, |signal| signal.load(Ordering::Relaxed));
            if signal != 0 {
                return Err(Failure::Signalled(i32::try_from(signal).unwrap_or(SIGINT)));
            }
            self.wait(starves)?;
        }
    }

    /// Gives the host's time to others while the program has nothing to do.
    fn wait(&mut self, starves: bool) -> Result<(), Failure> {
        self.show_screen(starves)?;
        match &mut self.front {
            Some(front) => front.wait(&mut self.session)?,
            None if !starves && self.session.waits() => std::thread::sleep(NAP),
            None => {}
        }
        if starves { self.pass_input() } else { Ok(()) }
    }

    /// Shows the screen of a program that has begun to draw on it, or waits for a key of the keyboard.
    fn show_screen(&mut self, starves: bool) -> Result<(), Failure> {
        if self.front.is_some() {
            return Ok(());
        }
        let wants = self.session.draws() || !starves && self.session.waits_for_key();
        let Some(job) = self.session.job() else { return Ok(()) };
        if job.has_hidden_screen() && wants {
            self.session.show_job();
        }
        if self.session.job().is_some_and(|job| job.is_shown()) {
            // What reads standard input already goes on reading the terminal.
            self.front = Some(Front::open(&self.session, self.input.take())?);
        }
        Ok(())
    }

    fn pass_output(&mut self) -> Result<(), Failure> {
        let Some(job) = self.session.job() else { return Ok(()) };
        let [output, errors] = job.take_output();
        let [out, err] = &mut self.from_guest;
        show(&mut io::stdout().lock(), &out.convert(&output))?;
        show(&mut io::stderr().lock(), &err.convert(&errors))
    }

    fn end_output(&mut self) -> Result<(), Failure> {
        let [out, err] = &mut self.from_guest;
        show(&mut io::stdout().lock(), &out.end())?;
        show(&mut io::stderr().lock(), &err.end())
    }

    /// Waits for standard input, which is not touched before the program wants it.
    fn pass_input(&mut self) -> Result<(), Failure> {
        let patience = if self.front.is_some() || self.interrupted.is_some() { SHORT } else { LONG };
        let left = self.deadline.map_or(patience, |deadline| deadline.saturating_duration_since(Instant::now()));
        let input = self.input.get_or_insert_with(read_input);
        let bytes = match input.recv_timeout(left.min(patience)) {
            Ok(bytes) => bytes?,
            Err(RecvTimeoutError::Timeout) => return Ok(()),
            Err(RecvTimeoutError::Disconnected) => Vec::new(),
        };
        let end = bytes.is_empty();
        let converted = if end { self.to_guest.end() } else { self.to_guest.convert(&bytes) };
        if let Some(job) = self.session.job() {
            if !converted.is_empty() {
                job.give_input(&converted);
            }
            if end {
                job.give_input(&[]);
            }
        }
        Ok(())
    }
}

fn show(to: &mut impl Write, bytes: &[u8]) -> Result<(), Failure> {
    if bytes.is_empty() {
        return Ok(());
    }
    to.write_all(bytes)?;
    Ok(to.flush()?)
}

/// The rows of the screen, without the blanks behind them and the empty ones at the end.
fn last_screen(session: &Session) -> String {
    let text = session.screen().text();
    let rows: Vec<&str> = text.lines().map(str::trim_end).collect();
    let used = rows.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1);
    rows[..used].iter().map(|row| format!("{row}\n")).collect()
}

/// Standard input, read by a thread of its own a chunk at a time; an empty chunk is its end.
fn read_input() -> Chunks {
    let (sender, receiver) = sync_channel(2);
    std::thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        loop {
            let mut chunk = vec![0; CHUNK];
            let read = stdin.read(&mut chunk).map(|count| {
                chunk.truncate(count);
                chunk
            });
            let last = read.as_ref().map_or(true, Vec::is_empty);
            if sender.send(read).is_err() || last {
                break;
            }
        }
    });
    receiver
}
