//! `dosmux run`: one DOS program in the current directory, its standard handles the host's.
//!
//! | module | what it is |
//! | --- | --- |
//! | `args` | the options |
//! | `place` | the program's path as a name of DOS |
//! | `runner` | the program on its way, its streams passed on |
//! | `streams` | text and lines of the host and of DOS |
//! | `front` | the terminal, once the program draws on its screen |

mod args;
mod front;
mod place;
mod runner;
mod streams;

pub(super) use args::RunArgs;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use signal_hook::consts::SIGPIPE;
use signal_hook::low_level::emulate_default_handler;

use crate::config::{BootDrive, DriveSource, HostDriveSpec, SessionSpec};
use crate::dos::DosError;
use crate::dos::job::Job;
use crate::session::{Host, HostCommandPolicy, Session, SessionError, SessionOptions, local_seconds};
use crate::tui::TuiError;
use place::{dos_bytes, place};
use runner::Runner;

/// Exit statuses beside those of the program, as of `timeout` and `env`.
const TIMED_OUT: u8 = 124;
const FAILED: u8 = 125;
const NO_PROGRAM: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Source: RBIL, INT 21h/AH=26h, "Format of Program Segment Prefix".
const MOST_ARGUMENT_BYTES: usize = 126;

/// Why there is no exit code of the program's own.
enum Failure {
    Session(SessionError),
    Start(DosError),
    Host(io::Error),
    Screen(TuiError),
    Stopped(String),
    /// A signal of the host asks for the end.
    Signalled(i32),
    TimedOut,
    TwiceADrive(char),
    /// The command line is longer than DOS can tell a program.
    TooLong,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            // Nobody wants to read any more: programs of the host die of that.
            io::ErrorKind::BrokenPipe => Failure::Signalled(SIGPIPE),
            _ => Failure::Host(error),
        }
    }
}

impl From<TuiError> for Failure {
    fn from(error: TuiError) -> Failure {
        match error {
            TuiError::Signalled(signal) => Failure::Signalled(signal),
            error => Failure::Screen(error),
        }
    }
}

impl Failure {
    fn status(&self) -> u8 {
        match self {
            Failure::TimedOut => TIMED_OUT,
            Failure::Start(DosError::FileNotFound | DosError::PathNotFound) => NOT_FOUND,
            Failure::Start(_) | Failure::TooLong => NO_PROGRAM,
            _ => FAILED,
        }
    }

    fn text(&self, program: &str) -> String {
        match self {
            Failure::Session(error) => error.to_string(),
            Failure::Start(DosError::FileNotFound | DosError::PathNotFound) => {
                format!("{program}: no such program, batch file or command of the shell")
            }
            Failure::Start(error) => format!("cannot run {program}: {error}"),
            Failure::Host(error) => format!("standard streams: {error}"),
            Failure::Screen(error) => error.to_string(),
            Failure::Stopped(reason) => format!("{program}: the machine stopped: {reason}"),
            Failure::Signalled(signal) => format!("{program}: ended by signal {signal}"),
            Failure::TimedOut => format!("{program} took too long"),
            Failure::TooLong => {
                format!("{program}: its arguments are more than the {MOST_ARGUMENT_BYTES} bytes of DOS")
            }
            Failure::TwiceADrive(letter) => format!("drive {letter}: is given twice"),
        }
    }
}

/// Runs the program; returns its exit code.
pub(super) fn run(args: &RunArgs) -> ExitCode {
    let program = args.command.first().map_or("", String::as_str);
    match start(args).and_then(|session| Runner::new(args, session)?.run()) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            if let Failure::Signalled(signal) = failure {
                // Whoever waits for us learns of the signal. If it cannot be had, the text below tells.
                let _ = emulate_default_handler(signal);
            }
            // With standard error gone there is nobody left to tell.
            let _ = writeln!(io::stderr().lock(), "dosmux: {}", failure.text(program));
            ExitCode::from(failure.status())
        }
    }
}

fn start(args: &RunArgs) -> Result<Session, Failure> {
    let mut spec = settings(args)?;
    let page = args.code_page;
    let taken: Vec<char> = spec.drives.iter().map(|drive| drive.letter).collect();
    let mut words = args.command.iter();
    let program = place(words.next().map_or("", String::as_str), page, &taken);
    if let Some((letter, folder)) = program.drive {
        spec.drives.push(directory(letter, folder, args.read_only));
    }
    let arguments: Vec<u8> = words.flat_map(|word| [b" ".to_vec(), dos_bytes(word, page)].concat()).collect();
    if arguments.len() > MOST_ARGUMENT_BYTES {
        return Err(Failure::TooLong);
    }
    let variables: Vec<Vec<u8>> = args.variables.iter().map(|variable| dos_bytes(variable, page)).collect();
    // The guest's clock is that of the host: the times that files get must agree for make.
    let options = SessionOptions { force_overlay: false, rtc_start: local_seconds(), local_time: true };
    let job = Job::new(program.name, arguments, &variables).on_terminals(terminals(args));
    let host = Host::new().with_commands(HostCommandPolicy::Beside);
    Session::for_job(&spec, &host, options, job).map_err(Failure::Session)
}

fn settings(args: &RunArgs) -> Result<SessionSpec, Failure> {
    let mut spec = SessionSpec {
        boot: BootDrive::Dos,
        mouse: BootDrive::Dos.usual_mouse(),
        memory_bytes: args.memory,
        speed: args.speed,
        dos_version: args.dos_version,
        host_commands: args.host_commands.clone(),
        code_page: args.code_page,
        follows_code_page: false,
        scrollback: 0,
        ..SessionSpec::new("run")
    };
    spec.drives.push(directory('C', PathBuf::from("."), args.read_only));
    for drive in &args.drives {
        if spec.drives.iter().any(|known| known.letter == drive.letter) {
            return Err(Failure::TwiceADrive(drive.letter));
        }
        spec.drives.push(HostDriveSpec { read_only: drive.read_only || args.read_only, ..drive.clone() });
    }
    Ok(spec)
}

fn directory(letter: char, path: PathBuf, read_only: bool) -> HostDriveSpec {
    HostDriveSpec { letter, source: DriveSource::Directory(path), read_only }
}

/// Which of standard input, output and errors are terminals, as far as the program may make a screen of
/// them.
fn terminals(args: &RunArgs) -> [bool; 3] {
    let output = io::stdout().is_terminal() && !args.no_screen;
    [io::stdin().is_terminal(), output, output && io::stderr().is_terminal()]
}
