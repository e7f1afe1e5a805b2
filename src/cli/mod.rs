//! Arguments, subcommands and exit codes; the only place that prints and that reads the
//! environment.

mod args;
mod exit;
mod interrupt;
mod log;
mod names;
mod number;
mod record;
mod rom;
mod run;
mod test;
mod watch;

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, error::ErrorKind};

use crate::config::{self, Config, ConfigSource, Environment};
use crate::disk::WritePolicy;
use crate::script::schema;
use crate::session::{Host, HostCommandPolicy};
use crate::tui::ability::TerminalEnvironment;
use crate::tui::{self, TuiError};
use args::{Args, Command, SchemaOf};
pub use exit::Status;
use exit::Trouble;

/// Runs the program; returns its exit status.
#[must_use]
pub fn run() -> ExitCode {
    match parse_args() {
        Ok(args) => dispatch(args).unwrap_or_else(|trouble| {
            // With standard error gone there is nobody left to tell.
            let _ = print_error(trouble.error.as_ref());
            trouble.status.into()
        }),
        Err(error) => {
            // `--help` and `--version` come this way, too.
            let _ = error.print();
            if error.use_stderr() { Status::BadInput.into() } else { Status::Success.into() }
        }
    }
}

/// Reads the command line.
fn parse_args() -> Result<Args, clap::Error> {
    let args = Args::try_parse()?;
    if args.config.is_some() && !matches!(args.command, None | Some(Command::Explain | Command::Record { .. })) {
        let message = "--config names the sessions to open or explain; it cannot be used with another command";
        return Err(Args::command().error(ErrorKind::ArgumentConflict, message));
    }
    Ok(args)
}

/// Does what the arguments ask for.
fn dispatch(args: Args) -> Result<ExitCode, Trouble> {
    if let Some(path) = &args.log {
        log::start(path, args.log_level.into()).map_err(Trouble::bad_input)?;
    }
    let status = match args.command {
        Some(Command::Run(args)) => return Ok(run::run(&args)),
        Some(Command::Names { directory }) => print(&names::names(&directory)?),
        None => open_ui(located_config(args.config)?),
        Some(Command::Boot { images, writes }) => open_ui(config_of_images(&images, writes.into())?),
        Some(Command::Rom(rom)) => rom::run(&rom),
        Some(Command::Explain) => explain(args.config.as_deref()),
        Some(Command::Schema { of }) => print(&schema_text(of)),
        Some(Command::Test(args)) => test::test(&args),
        Some(Command::Watch(args)) => watch::watch(&args),
        Some(Command::Record { script, images }) => record::record(&script, recorded_config(args.config, &images)?),
    };
    status.map(ExitCode::from)
}

/// The config file that counts.
fn located_config(named: Option<PathBuf>) -> Result<Config, Trouble> {
    let source: ConfigSource = config::locate(named.as_deref(), &environment());
    config::load(&source).map_err(Trouble::bad_input)
}

/// The sessions to record: of these images, else of the config file that counts.
fn recorded_config(named: Option<PathBuf>, images: &[String]) -> Result<Config, Trouble> {
    if images.is_empty() { located_config(named) } else { config_of_images(images, WritePolicy::Overlay) }
}

/// Prints all settings of the config file that counts.
fn explain(named: Option<&Path>) -> Result<Status, Trouble> {
    let source = config::locate(named, &environment());
    print(&config::explain(&source).map_err(Trouble::bad_input)?)
}

/// The schema of these files.
fn schema_text(of: SchemaOf) -> String {
    match of {
        SchemaOf::Script => schema::script(),
        SchemaOf::Config => schema::config(),
    }
}

/// Prints `text` on standard output.
fn print(text: &str) -> Result<Status, Trouble> {
    let printed = io::stdout().lock().write_all(text.as_bytes());
    printed.map_err(|error| Trouble::host(anyhow::Error::new(error).context("cannot print")))?;
    Ok(Status::Success)
}

/// A session for each image on the command line, in the UI that the user's config file asks for.
fn config_of_images(images: &[String], writes: WritePolicy) -> Result<Config, Trouble> {
    let sessions = config::sessions_of_images(images, writes).map_err(Trouble::bad_input)?;
    let config = config::load_without_sessions(&config::locate(None, &environment())).map_err(Trouble::bad_input)?;
    Ok(Config { sessions, ..config })
}

/// The environment's word on where a user's files are.
fn environment() -> Environment {
    let path = |name| std::env::var_os(name).map(PathBuf::from);
    Environment { xdg_config_home: path("XDG_CONFIG_HOME"), xdg_data_home: path("XDG_DATA_HOME"), home: path("HOME") }
}

/// The environment's word on the terminal.
fn terminal_environment() -> TerminalEnvironment {
    let text = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    TerminalEnvironment {
        term: text("TERM"),
        colorterm: text("COLORTERM"),
        no_color: std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
        locale: ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(text),
    }
}

/// Shows the sessions in the terminal until the user quits.
fn open_ui(config: Config) -> Result<Status, Trouble> {
    let host = Host::new().with_demo(config::demo_folder(&environment())).with_commands(HostCommandPolicy::Beside);
    ui_status(tui::run(config, host, &terminal_environment()))
}

/// What the end of the UI says.
fn ui_status(result: Result<(), TuiError>) -> Result<Status, Trouble> {
    match result {
        Ok(()) => Ok(Status::Success),
        Err(error @ (TuiError::Session(_) | TuiError::NoSessions)) => Err(Trouble::bad_input(error)),
        Err(error) => Err(Trouble::host(error)),
    }
}

/// Prints an error and its causes on standard error, as one line.
fn print_error(error: &(dyn Error + 'static)) -> io::Result<()> {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    writeln!(io::stderr().lock(), "dosmux: {text}")
}
