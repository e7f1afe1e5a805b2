//! `dosmux run`: one DOS program in the current directory, its standard handles the host's.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use clap::Args;

use super::streams::{FromGuest, ToGuest};
use crate::config::units::parse_duration;
use crate::config::{BootDrive, HostDriveSpec, SessionSpec};
use crate::dos::DosError;
use crate::dos::job::Job;
use crate::screen::CodePage;
use crate::session::{Host, Session, SessionError, SessionOptions};

/// Exit statuses beside those of the program, as of `timeout` and `env`.
const TIMED_OUT: u8 = 124;
const FAILED: u8 = 125;
const NO_PROGRAM: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Guest time between two looks at the streams.
const SLICE: Duration = Duration::from_millis(10);
/// Host time that a guest gets to wait so long: programs that wait for the clock are not held up much,
/// and those that wait for a key do not keep the host busy.
const NAP: Duration = Duration::from_millis(1);
/// Bytes that are read from standard input at once.
const CHUNK: usize = 4096;
/// Without a limit of its own the host waits so long for input before it looks again.
const LONG: Duration = Duration::from_secs(3600);

/// Options of `dosmux run`.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// A directory as a further drive: d=../lib.
    #[arg(long = "drive", value_name = "LETTER=DIR", value_parser = parse_drive)]
    drives: Vec<(char, PathBuf)>,

    /// A variable for the program's environment.
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = parse_variable)]
    variables: Vec<String>,

    /// Ends the program after so long, with status 124.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    timeout: Option<Duration>,

    /// Bytes go through as they are; else text is UTF-8 outside, with lines that end in LF.
    #[arg(long)]
    raw: bool,

    /// Nothing on the drives can be changed.
    #[arg(long)]
    read_only: bool,

    /// The program, as DOS names it, and its arguments.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "PROGRAM")]
    command: Vec<String>,
}

/// Letter and directory.
fn parse_drive(text: &str) -> Result<(char, PathBuf), String> {
    let wanted = || format!("`{text}` is no drive; write LETTER=DIRECTORY, with a letter from d to y");
    let (letter, path) = text.split_once('=').ok_or_else(wanted)?;
    let mut letters = letter.chars();
    match (letters.next().map(|letter| letter.to_ascii_uppercase()), letters.next()) {
        (Some(letter @ 'D'..='Y'), None) if !path.is_empty() => Ok((letter, PathBuf::from(path))),
        _ => Err(wanted()),
    }
}

fn parse_variable(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok(format!("{}={value}", name.to_uppercase())),
        _ => Err(format!("`{text}` sets no variable; write NAME=VALUE")),
    }
}

/// Why there is no exit code of the program's own.
enum Failure {
    Session(SessionError),
    Start(DosError),
    Host(io::Error),
    Stopped(String),
    TimedOut,
    TwiceADrive(char),
}

impl Failure {
    fn status(&self) -> u8 {
        match self {
            Failure::TimedOut => TIMED_OUT,
            Failure::Start(DosError::FileNotFound | DosError::PathNotFound) => NOT_FOUND,
            Failure::Start(_) => NO_PROGRAM,
            _ => FAILED,
        }
    }

    fn text(&self, program: &str) -> String {
        match self {
            Failure::Session(error) => error.to_string(),
            Failure::Start(error) => format!("cannot run {program}: {error}"),
            Failure::Host(error) => format!("standard streams: {error}"),
            Failure::Stopped(reason) => format!("{program}: the machine stopped: {reason}"),
            Failure::TimedOut => format!("{program} took too long"),
            Failure::TwiceADrive(letter) => format!("drive {letter}: is given twice"),
        }
    }
}

/// Runs the program; returns its exit code.
pub(super) fn run(args: &RunArgs) -> ExitCode {
    let program = args.command.first().map_or("", String::as_str);
    match start(args).and_then(|session| Runner::new(args, session).run()) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            // With standard error gone there is nobody left to tell.
            let _ = writeln!(io::stderr().lock(), "dosmux: {}", failure.text(program));
            ExitCode::from(failure.status())
        }
    }
}

fn start(args: &RunArgs) -> Result<Session, Failure> {
    let mut spec = SessionSpec { boot: BootDrive::Dos, ..SessionSpec::new("run") };
    let drives = std::iter::once(('C', PathBuf::from("."))).chain(args.drives.iter().cloned());
    for (letter, path) in drives {
        if spec.drives.iter().any(|drive| drive.letter == letter) {
            return Err(Failure::TwiceADrive(letter));
        }
        spec.drives.push(HostDriveSpec { letter, path, read_only: args.read_only });
    }
    let bytes = |text: &str| -> Vec<u8> { text.chars().map(|c| spec.code_page.code(c).unwrap_or(b'?')).collect() };
    let mut words = args.command.iter();
    let program = bytes(&words.next().map_or_else(String::new, |word| word.replace('/', "\\")));
    let arguments: Vec<u8> = words.flat_map(|word| [b" ".to_vec(), bytes(word)].concat()).collect();
    let variables: Vec<Vec<u8>> = args.variables.iter().map(|variable| bytes(variable)).collect();
    let options = SessionOptions { force_overlay: true, rtc_start: local_seconds(), local_time: true };
    let job = Job::new(program, arguments, &variables);
    Session::for_job(&spec, &Host::new(), options, job).map_err(Failure::Session)
}

/// What the guest's clock shows: the time that files get when they are written, so that make agrees.
fn local_seconds() -> u64 {
    crate::session::local_seconds()
}

/// A program on its way.
struct Runner {
    session: Session,
    deadline: Option<Instant>,
    input: Option<Receiver<io::Result<Vec<u8>>>>,
    to_guest: ToGuest,
    from_guest: [FromGuest; 2],
}

impl Runner {
    fn new(args: &RunArgs, session: Session) -> Runner {
        let page = CodePage::US;
        Runner {
            session,
            deadline: args.timeout.map(|timeout| Instant::now() + timeout),
            input: None,
            to_guest: ToGuest::new(page, args.raw),
            from_guest: [FromGuest::new(page, args.raw), FromGuest::new(page, args.raw)],
        }
    }

    fn run(mut self) -> Result<u8, Failure> {
        loop {
            self.session.run_for(SLICE);
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
            if starves {
                self.pass_input()?;
            } else if self.session.waits() {
                std::thread::sleep(NAP);
            }
        }
    }

    fn pass_output(&mut self) -> Result<(), Failure> {
        let Some(job) = self.session.job() else { return Ok(()) };
        let [output, errors] = job.take_output();
        let [out, err] = &mut self.from_guest;
        show(&mut io::stdout().lock(), &out.convert(&output)).map_err(Failure::Host)?;
        show(&mut io::stderr().lock(), &err.convert(&errors)).map_err(Failure::Host)
    }

    fn end_output(&mut self) -> Result<(), Failure> {
        let [out, err] = &mut self.from_guest;
        show(&mut io::stdout().lock(), &out.end()).map_err(Failure::Host)?;
        show(&mut io::stderr().lock(), &err.end()).map_err(Failure::Host)
    }

    /// Waits for standard input, which is not touched before the program wants it.
    fn pass_input(&mut self) -> Result<(), Failure> {
        let input = self.input.get_or_insert_with(read_input);
        let left = self.deadline.map_or(LONG, |deadline| deadline.saturating_duration_since(Instant::now()));
        let bytes = match input.recv_timeout(left) {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(error)) => return Err(Failure::Host(error)),
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

fn show(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    to.write_all(bytes)?;
    to.flush()
}

/// Standard input, read by a thread of its own a chunk at a time; an empty chunk is its end.
fn read_input() -> Receiver<io::Result<Vec<u8>>> {
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
