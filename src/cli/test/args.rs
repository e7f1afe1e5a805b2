//! The options of `dosmux test`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::config::units::parse_duration;
use crate::script::shard::Shard;

/// See `dosmux test --help`.
#[derive(Clone, Debug, Args)]
pub(crate) struct TestArgs {
    /// Scripts, folders whose *.toml are scripts, or patterns such as 'tests/**/boot-*.toml'.
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) choice: ChoiceArgs,

    #[command(flatten)]
    pub(super) pace: PaceArgs,

    #[command(flatten)]
    pub(super) reports: ReportArgs,
}

/// Which scripts run.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Which scripts")]
pub(super) struct ChoiceArgs {
    /// Runs only scripts whose names hold TEXT; may be given several times, for any of them.
    #[arg(long, value_name = "TEXT")]
    pub(super) filter: Vec<String>,

    /// Prints the names of the scripts that would run.
    #[arg(long, conflicts_with_all = ["json", "tap", "junit", "real_time"])]
    pub(super) list: bool,

    /// Runs one part of the suite, split by the scripts' names: 2/5 is the second of five; `auto` asks
    /// the environment of GitLab, CircleCI or a Kubernetes indexed job.
    #[arg(long, value_name = "INDEX/COUNT", value_parser = part)]
    pub(super) shard: Option<Part>,

    /// Begins the scripts in an order that NUMBER decides: finds scripts that depend on others.
    #[arg(long, value_name = "NUMBER")]
    pub(super) seed: Option<u64>,

    /// Runs each script so many times.
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) repeat: u32,
}

/// How scripts run.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "How they run")]
pub(super) struct PaceArgs {
    /// Scripts that run at a time; 0 is one for each core.
    #[arg(long, short, value_name = "COUNT", default_value_t = 0)]
    pub(super) jobs: usize,

    /// Tries a script that did not pass so many times more.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub(super) retries: u32,

    /// Lets sessions run the commands of the host that their `host_commands` name. A session then depends on
    /// what they write and leave behind, but not on how long they take.
    #[arg(long)]
    pub(super) allow_host_commands: bool,

    /// Skips the rest after the first script, in order, that did not pass.
    #[arg(long)]
    pub(super) fail_fast: bool,

    /// Writes golden screens that differ anew, and prints how they differ.
    #[arg(long)]
    pub(super) bless: bool,

    /// Longest time on the host that one try of a script may take, such as 90s or 5m.
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = parse_duration)]
    pub(super) timeout: Duration,

    /// Runs one script at the pace of a real PC and shows its screen in the terminal.
    #[arg(long, conflicts_with_all = ["repeat", "json", "tap"])]
    pub(super) real_time: bool,
}

/// What is said about them.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Reports")]
pub(super) struct ReportArgs {
    /// Prints one JSON object a line.
    #[arg(long, conflicts_with = "tap")]
    pub(super) json: bool,

    /// Prints the Test Anything Protocol.
    #[arg(long)]
    pub(super) tap: bool,

    /// Writes a JUnit report for CI servers to FILE.
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,

    /// Saves screens, recordings, traces and changed disks of what did not pass in new folders in DIR.
    #[arg(long, value_name = "DIR")]
    pub(super) artifacts: Option<PathBuf>,

    /// Prints for each session how often the monitor was entered, and why.
    #[arg(long)]
    pub(super) stats: bool,

    /// Whether the report is in colour.
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    pub(super) color: When,
}

/// A yes, a no, or a look at the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A part of the suite as the command line names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The part that the environment names.
    Auto,
    /// This one.
    Named(Shard),
}

fn part(text: &str) -> Result<Part, String> {
    if text == "auto" { Ok(Part::Auto) } else { text.parse().map(Part::Named) }
}
