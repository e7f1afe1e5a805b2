//! One JSON object a line; `docs/TEST-REPORTS.md` describes every field. What depends on the host
//! is in fields whose names begin with `host_`: without them, the same suite gives the same bytes
//! on any host at any load.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

use super::story::log_tail;
use super::{Report, RunInfo};
use crate::script::case::CaseId;
use crate::script::near::nearest;
use crate::script::outcome::{Outcome, Tally};
use crate::script::run::{Failure, SessionSummary};
use crate::script::scene::Scene;

/// Number of the format: another one if fields go or change their meaning.
const FORMAT: u32 = 1;

/// Writes objects.
#[derive(Debug)]
pub struct Json<W>(W);

impl<W: Write> Json<W> {
    /// A report on `out`.
    #[must_use]
    pub fn new(out: W) -> Json<W> {
        Json(out)
    }

    fn object(&mut self, object: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_string(object)?;
        text.push('\n');
        self.0.write_all(text.as_bytes())?;
        self.0.flush()
    }
}

impl<W: Write> Report for Json<W> {
    fn begin(&mut self, run: &RunInfo) -> io::Result<()> {
        self.object(&RunObject {
            object: "run",
            format: FORMAT,
            dosmux: env!("CARGO_PKG_VERSION"),
            cases: run.cases,
            shard: run.shard.map(|shard| shard.to_string()),
            seed: run.seed,
            host_jobs: run.jobs,
        })
    }

    fn case(&mut self, id: &CaseId, outcome: &Outcome, host_time: Duration) -> io::Result<()> {
        self.object(&CaseObject {
            object: "case",
            name: &id.name,
            file: id.path.display().to_string(),
            run: id.round,
            result: outcome.class().name(),
            attempts: outcome.attempts,
            message: outcome.message(),
            failure: outcome.failure().map(|failure| FailureObject::of(failure, outcome.scene.as_deref())),
            log_lines: &outcome.log,
            sessions: outcome.sessions.iter().map(SessionObject::of).collect(),
            host_ms: millis(host_time),
            host_artifacts: outcome.artifacts.as_ref().map(|folder| folder.display().to_string()),
        })
    }

    fn end(&mut self, tally: &Tally, host_time: Duration) -> io::Result<()> {
        self.object(&EndObject {
            object: "end",
            passed: tally.passed,
            failed: tally.failed,
            broken: tally.broken,
            infrastructure: tally.infrastructure,
            skipped: tally.skipped,
            flaky: tally.flaky,
            host_ms: millis(host_time),
        })
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[derive(Serialize)]
struct RunObject {
    object: &'static str,
    format: u32,
    dosmux: &'static str,
    cases: usize,
    shard: Option<String>,
    seed: Option<u64>,
    host_jobs: usize,
}

#[derive(Serialize)]
struct CaseObject<'a> {
    object: &'static str,
    name: &'a str,
    file: String,
    run: u32,
    result: &'static str,
    attempts: u32,
    message: Option<String>,
    failure: Option<FailureObject>,
    log_lines: &'a [String],
    sessions: Vec<SessionObject<'a>>,
    host_ms: u64,
    host_artifacts: Option<String>,
}

#[derive(Serialize)]
struct SessionObject<'a> {
    name: &'a str,
    guest_ns: u64,
    instructions: u64,
    traps: BTreeMap<&'a str, u64>,
    screen_digest: String,
}

impl<'a> SessionObject<'a> {
    fn of(session: &'a SessionSummary) -> SessionObject<'a> {
        SessionObject {
            name: &session.name,
            guest_ns: u64::try_from(session.ran.as_nanos()).unwrap_or(u64::MAX),
            instructions: session.stats.instructions,
            traps: session.stats.rows().filter(|&(_, count)| count > 0).collect(),
            screen_digest: format!("{:016x}", session.screen_digest),
        }
    }
}

#[derive(Serialize)]
struct FailureObject {
    step: usize,
    line: usize,
    col: usize,
    session: String,
    action: String,
    why: String,
    guest_ns: u64,
    cs_ip: String,
    nearest: Option<NearestObject>,
    screen: Vec<String>,
    log: Vec<String>,
    steps: Vec<String>,
    /// The keys that came last.
    keys: Vec<String>,
    registers: Vec<String>,
    code: Vec<String>,
    calls: Vec<String>,
}

#[derive(Serialize)]
struct NearestObject {
    row: u16,
    col: u16,
    text: String,
    differences: usize,
}

impl FailureObject {
    fn of(failure: &Failure, scene: Option<&Scene>) -> FailureObject {
        let Scene { steps, keys, registers, code, calls } = scene.cloned().unwrap_or_default();
        let screen = &failure.screen;
        let near = failure.step.action.awaited_text().and_then(|text| nearest(screen, text));
        let nearest = near.map(|n| NearestObject { row: n.row, col: n.col, text: n.found, differences: n.differences });
        FailureObject {
            step: failure.number,
            line: failure.step.place.line,
            col: failure.step.place.col,
            session: failure.session.clone(),
            action: failure.step.text.clone(),
            why: failure.why.to_string(),
            guest_ns: failure.now.as_ns(),
            cs_ip: failure.at.to_string(),
            nearest,
            screen: (0..screen.rows).map(|row| screen.row_text(row).trim_end().to_owned()).collect(),
            log: log_tail(&failure.log, screen.code_page),
            steps,
            keys,
            registers,
            code,
            calls,
        }
    }
}

#[derive(Serialize)]
struct EndObject {
    object: &'static str,
    passed: usize,
    failed: usize,
    broken: usize,
    infrastructure: usize,
    skipped: usize,
    flaky: usize,
    host_ms: u64,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::samples::reported;
    use super::*;

    fn objects() -> Vec<Value> {
        let text = String::from_utf8(reported(Json::new(Vec::new())).0).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_run_is_a_head_a_line_for_each_case_and_a_sum() {
        let objects = objects();
        let kinds: Vec<&str> = objects.iter().map(|object| object["object"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["run", "case", "case", "case", "case", "case", "end"]);
        assert_eq!((&objects[0]["cases"], &objects[0]["seed"]), (&json!(5), &json!(7)));
        let expected = json!({"object": "end", "passed": 1, "failed": 1, "broken": 1, "infrastructure": 1,
            "skipped": 1, "flaky": 0, "host_ms": 3000});
        assert_eq!(objects[6], expected);
    }

    #[test]
    fn a_case_has_its_sessions() {
        let expected = json!({"object": "case", "name": "s/0.toml", "file": "s/0.toml", "run": 1, "result": "passed",
            "attempts": 1, "message": null, "failure": null, "log_lines": [], "host_ms": 1500, "host_artifacts": null,
            "sessions": [{"name": "left", "guest_ns": 3_000_000, "instructions": 1_234_567,
                "traps": {"CLI": 3, "INT": 12}, "screen_digest": objects()[1]["sessions"][0]["screen_digest"]}]});
        assert_eq!(objects()[1], expected);
    }

    #[test]
    fn a_failure_has_all_there_is_to_see() {
        let failure = &objects()[2]["failure"];
        let expected = json!({"step": 2, "line": 4, "col": 1, "session": "left", "action": "expect = \"B:\\\\>\"",
            "why": "not on the screen within 2s", "guest_ns": 2_003_000_000, "cs_ip": "1234:5678",
            "nearest": {"row": 0, "col": 0, "text": "A:\\>", "differences": 1},
            "screen": ["A:\\>", "", ""], "log": ["booting", "ready"],
            "steps": [], "keys": [], "registers": [], "code": [], "calls": []});
        assert_eq!(*failure, expected);
    }

    #[test]
    fn what_could_not_be_run_says_why() {
        let objects = objects();
        assert!(objects[3]["message"].as_str().unwrap().starts_with("t.toml:1:1: stops: unknown key"));
        assert_eq!(
            (&objects[4]["result"], &objects[4]["message"]),
            (&json!("infrastructure"), &json!("the disk is full"))
        );
        assert_eq!(objects[5]["result"], "skipped");
    }
}
