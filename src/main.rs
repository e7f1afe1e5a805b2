//! The `dosmux` program.

fn main() -> std::process::ExitCode {
    dosmux::cli::run()
}
