//! Arguments, subcommands and exit codes; the only place that prints.

/// Runs the program; returns its exit status.
#[must_use]
pub fn run() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
