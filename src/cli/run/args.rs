//! The options of `dosmux run`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::config::units::{self, parse_duration};
use crate::config::{DosVersion, DriveSource, HostDriveSpec, Speed, check_host_command};
use crate::screen::CodePage;

/// Behind a directory: nothing on it can be changed.
const READ_ONLY: &str = ":ro";

/// Options of `dosmux run`.
#[derive(Debug, Args)]
pub(in crate::cli) struct RunArgs {
    /// A directory as a further drive: d=../lib; d=../lib:ro cannot be changed.
    #[arg(long = "drive", value_name = "LETTER=DIR[:ro]", value_parser = parse_drive)]
    pub(super) drives: Vec<HostDriveSpec>,

    /// A variable for the program's environment.
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = parse_variable)]
    pub(super) variables: Vec<String>,

    /// Ends the program after so long, with status 124.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(super) timeout: Option<Duration>,

    /// Bytes go through as they are; else text is UTF-8 outside, with lines that end in LF.
    #[arg(long)]
    pub(super) raw: bool,

    /// What the program's character codes mean.
    #[arg(long, value_name = "NUMBER", default_value = "437", value_parser = parse_code_page)]
    pub(super) code_page: CodePage,

    /// Nothing on the drives can be changed.
    #[arg(long)]
    pub(super) read_only: bool,

    /// Text only: a program that draws on the screen does so unseen.
    #[arg(long)]
    pub(super) no_screen: bool,

    /// Conventional and extended memory.
    #[arg(long, value_name = "SIZE", default_value = "16 MiB", value_parser = parse_memory)]
    pub(super) memory: u32,

    /// The processor's speed: max, or such as "8 MIPS".
    #[arg(long, value_name = "SPEED", default_value = "max", value_parser = parse_speed)]
    pub(super) speed: Speed,

    /// A command of the host that UNIX may run.
    #[arg(long = "host-command", value_name = "NAME", value_parser = parse_host_command)]
    pub(super) host_commands: Vec<String>,

    /// The version that DOS reports.
    #[arg(long, value_name = "VERSION", default_value = "5.0", value_parser = DosVersion::parse)]
    pub(super) dos_version: DosVersion,

    /// The program, by its path or as DOS names it, a batch file, or a command of the shell; and its arguments.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "PROGRAM")]
    pub(super) command: Vec<String>,
}

/// Letter and directory.
fn parse_drive(text: &str) -> Result<HostDriveSpec, String> {
    let wanted = || format!("`{text}` is no drive; write LETTER=DIRECTORY, with a letter from d to y");
    let (letter, path) = text.split_once('=').ok_or_else(wanted)?;
    let (path, read_only) = path.strip_suffix(READ_ONLY).map_or((path, false), |path| (path, true));
    let mut letters = letter.chars();
    match (letters.next().map(|letter| letter.to_ascii_uppercase()), letters.next()) {
        (Some(letter @ 'D'..='Y'), None) if !path.is_empty() => {
            Ok(HostDriveSpec { letter, source: DriveSource::Directory(PathBuf::from(path)), read_only })
        }
        _ => Err(wanted()),
    }
}

fn parse_variable(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok(format!("{}={value}", name.to_uppercase())),
        _ => Err(format!("`{text}` sets no variable; write NAME=VALUE")),
    }
}

fn parse_code_page(text: &str) -> Result<CodePage, String> {
    text.parse().ok().and_then(CodePage::new).ok_or_else(|| {
        let known: Vec<String> = CodePage::all().map(|page| page.number().to_string()).collect();
        format!("there is no code page {text}; valid choices are {}", known.join(", "))
    })
}

fn parse_memory(text: &str) -> Result<u32, String> {
    let bytes = units::MEMORY.parse(text).map_err(|error| error.to_string())?;
    // The range of `MEMORY` ends at 256 MiB.
    Ok(u32::try_from(bytes).unwrap_or(u32::MAX))
}

fn parse_host_command(text: &str) -> Result<String, String> {
    check_host_command(text).map(|()| text.to_owned())
}

fn parse_speed(text: &str) -> Result<Speed, String> {
    units::parse_speed(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drive_is_a_letter_and_a_directory() {
        let drive = parse_drive("d=a=b:ro").unwrap();
        let source = DriveSource::Directory("a=b".into());
        assert_eq!(drive, HostDriveSpec { letter: 'D', source, read_only: true });
        for wrong in ["c=x", "dd=x", "d=", "d", "z=x", "d=:ro"] {
            assert!(parse_drive(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn variables_are_named_in_capitals() {
        assert_eq!(parse_variable("lib=c:\\Lib").unwrap(), "LIB=c:\\Lib");
        assert!(parse_variable("=x").is_err());
    }
}
