//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use super::rom::RomArgs;
use super::run::RunArgs;
use super::test::TestArgs;
use super::watch::WatchArgs;
use crate::disk::WritePolicy;

/// Shown below the options by `--help`.
const EXAMPLES: &str = "\
Examples:
  dosmux                               the sessions of your config, or two of the built-in DOS on a demo drive
  dosmux --config work.toml            the sessions of another config
  dosmux explain --config work.toml    every setting of its sessions, and where it comes from
  dosmux boot ~/games                  a session of the built-in DOS, the folder is its drive C:
  dosmux boot freedos.img games.img    two sessions, one for each image
  dosmux boot --writes image work.img  what DOS writes goes to the file
  dosmux run make.bat                  one DOS program in the current folder, as programs of the host
  dosmux names ~/games                 what long names are called in DOS
  dosmux test tests/scripts            run all scripts in a folder, without a terminal
  dosmux test --stats boot.toml        run one script, then show what the monitor did
  dosmux test --junit out.xml tests    run a suite on a CI server
  dosmux watch tests/scripts           run them again whenever a file changes
  dosmux record new.toml freedos.img   make a script of what you type
  dosmux rom --watch-port 80h cpu.bin  run a CPU test on the bare processor

Exit status:
  0    done; every script passed; the ROM halted with interrupts off
  1    a script failed
  2    wrong arguments, a bad config or script, a missing file
  3    the host is at fault, for example there is no terminal for the UI, or a script took
       longer than --timeout
  4    the ROM waits for an interrupt, which cannot come
  5    the ROM made the processor shut down (triple fault)
  6    the ROM reached the limit of instructions
  130  the ROM was interrupted with Ctrl-C

Config files: $XDG_CONFIG_HOME/dosmux/config.toml or ~/.config/dosmux/config.toml";

/// Runs several DOS sessions side by side in a terminal.
///
/// Without a command, opens the sessions of the config file in the terminal UI.
#[derive(Debug, Parser)]
#[command(name = "dosmux", version, after_help = EXAMPLES)]
pub(super) struct Args {
    /// Config file to open instead of the user's.
    #[arg(long, value_name = "FILE", global = true)]
    pub(super) config: Option<PathBuf>,

    /// File that receives what the program notes about itself and its guests.
    #[arg(long, value_name = "FILE", global = true)]
    pub(super) log: Option<PathBuf>,

    /// How much goes to the log.
    #[arg(long, value_name = "LEVEL", global = true, default_value = "debug", requires = "log")]
    pub(super) log_level: LogLevel,

    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Opens the UI with one session for each disk image or folder.
    Boot {
        /// Raw images of floppies or hard disks, and folders, for the built-in DOS; `builtin:tour` is the
        /// demonstration floppy.
        #[arg(required = true, value_name = "IMAGE|FOLDER")]
        images: Vec<String>,

        /// What happens to what DOS writes to images; a folder is written to unless this is `none`.
        #[arg(long, value_enum, value_name = "POLICY", default_value = "overlay")]
        writes: Writes,
    },
    /// Runs one DOS program in the current directory; its exit code is that of dosmux.
    ///
    /// The directory is drive C:; standard input, output and error are the host's. Statuses of dosmux
    /// itself: 124 too long, 125 dosmux failed, 126 no program, 127 not found.
    Run(RunArgs),
    /// Lists what the files of a directory are called in DOS.
    Names {
        /// The directory.
        #[arg(default_value = ".", value_name = "DIRECTORY")]
        directory: PathBuf,
    },
    /// Runs a ROM image on the bare processor, without a PC around it.
    Rom(RomArgs),
    /// Prints every setting of the sessions and where it comes from, as a config file.
    Explain,
    /// Prints a JSON schema, for editors.
    Schema {
        /// Of which files.
        #[arg(value_enum, default_value = "script")]
        of: SchemaOf,
    },
    /// Runs session scripts without a terminal.
    Test(TestArgs),
    /// Runs session scripts, and again whenever a file of theirs changes.
    Watch(WatchArgs),
    /// Opens the UI and makes a script of what is typed.
    Record {
        /// The script to write; a file that is there already is left alone.
        #[arg(value_name = "SCRIPT")]
        script: PathBuf,

        /// Raw images, a session for each; without any, the sessions of the config file.
        #[arg(value_name = "IMAGE", conflicts_with = "config")]
        images: Vec<String>,
    },
}

/// The kinds of files that have a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum SchemaOf {
    /// Session scripts, and the files that they include.
    Script,
    /// Config files.
    Config,
}

/// [`WritePolicy`] as the command line has it.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Writes {
    /// Kept apart and dropped at the end.
    Overlay,
    /// Written to the image file.
    Image,
    /// Refused: the disk is write-protected.
    None,
}

impl From<Writes> for WritePolicy {
    fn from(writes: Writes) -> WritePolicy {
        match writes {
            Writes::Overlay => WritePolicy::Overlay,
            Writes::Image => WritePolicy::Image,
            Writes::None => WritePolicy::None,
        }
    }
}

/// How much goes to the log; each level includes those before it.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum LogLevel {
    /// Trouble with the host.
    Error,
    /// Guests that want what is not offered.
    Warn,
    /// Sessions that start, stop and end.
    Info,
    /// BIOS calls and exceptions.
    Debug,
    /// Port accesses.
    Trace,
}

impl From<LogLevel> for tracing::Level {
    fn from(level: LogLevel) -> tracing::Level {
        match level {
            LogLevel::Error => tracing::Level::ERROR,
            LogLevel::Warn => tracing::Level::WARN,
            LogLevel::Info => tracing::Level::INFO,
            LogLevel::Debug => tracing::Level::DEBUG,
            LogLevel::Trace => tracing::Level::TRACE,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn write_policies_have_the_names_of_the_config_file() {
        for (name, policy) in crate::config::WRITE_POLICIES {
            let writes = Writes::from_str(name, false).unwrap();
            assert_eq!(WritePolicy::from(writes), *policy);
        }
    }
}
