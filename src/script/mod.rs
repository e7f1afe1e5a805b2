//! Session scripts: type keys into sessions and wait for their screens, with no terminal.
//!
//! A script is a TOML file with the `[sessions.NAME]` tables of a config file and a list of steps
//! (`docs/SCRIPT.md` has every verb). Scripts run in deterministic mode: time is guest time, idle
//! time is skipped at once, and the same script gives the same screens on any host at any load.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`ast`] | a script as plain values |
//! | [`mod@parse`] | text to `ast`, with every check that needs no machine |
//! | [`machine`] | what a script needs of a session |
//! | [`observe`] | looking on while a script runs |
//! | `pattern` | regular expressions of scripts |
//! | [`stage`] | the sessions of one script, advancing together in guest time |
//! | [`run`] | the steps, one by one |
//! | [`schema`] | JSON schemas of scripts and config files |
//! | [`collect`] | finds scripts in folders and by patterns |
//! | [`case`] | which scripts run, how often, in which order |
//! | [`shard`] | a suite split over several machines |
//! | [`batch`] | many jobs on the host's cores, results in order |
//! | [`attempt`] | runs one case, whatever happens |
//! | [`outcome`] | what came of it |
//! | [`scene`] | what script and machine did when a step failed |
//! | [`near`] | what on a screen comes nearest to an awaited text |
//! | [`artifacts`] | a folder with all there is to see of a failure |
//! | [`report`] | outcomes as text |
//! | [`record`] | makes a script of what a user does |

pub mod artifacts;
pub mod ast;
pub mod attempt;
pub mod batch;
pub mod case;
pub mod collect;
pub mod digest;
pub mod machine;
pub mod near;
pub mod observe;
pub mod outcome;
pub mod parse;
pub mod record;
pub mod report;
pub mod run;
pub mod scene;
pub mod schema;
pub mod shard;
pub mod stage;

mod pattern;

#[cfg(test)]
mod fake;

/// What the clock of every scripted session shows at power-on: Monday 1994-10-10 10:00:00.
/// *Units*: seconds since 1970-01-01, local time.
pub const RTC_START: u64 = 781_783_200;
