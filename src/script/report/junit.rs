//! JUnit XML, as CI servers read it. Written when the run is over. The times are the host's.

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::Report;
use super::story::story;
use crate::script::case::CaseId;
use crate::script::outcome::{Class, Outcome, Tally};

/// Name of the document and of its one suite.
const NAME: &str = "dosmux";

/// Collects cases, and writes them at the end.
#[derive(Debug)]
pub struct Junit<W> {
    out: W,
    suite: TestSuite,
}

impl<W: Write> Junit<W> {
    /// A report on `out`.
    #[must_use]
    pub fn new(out: W) -> Junit<W> {
        Junit { out, suite: TestSuite::new(NAME) }
    }
}

impl<W: Write> Report for Junit<W> {
    fn case(&mut self, id: &CaseId, outcome: &Outcome, host_time: Duration) -> io::Result<()> {
        let mut case = TestCase::new(id.to_string(), status(id, outcome));
        case.set_classname(NAME);
        case.set_time(host_time);
        case.extra.insert("file".into(), id.path.display().to_string().into());
        if let Some(failure) = outcome.failure() {
            case.extra.insert("line".into(), failure.step.place.line.to_string().into());
        }
        self.suite.add_test_case(case);
        Ok(())
    }

    fn end(&mut self, _tally: &Tally, host_time: Duration) -> io::Result<()> {
        let mut suite = self.suite.clone();
        suite.set_time(host_time);
        let mut document = Document::new(NAME);
        document.set_time(host_time);
        document.add_test_suite(suite);
        document.serialize(&mut self.out).map_err(io::Error::other)?;
        self.out.flush()
    }
}

/// How a case ended: `failure` for the guest's fault, `error` for what says nothing about it.
fn status(id: &CaseId, outcome: &Outcome) -> TestCaseStatus {
    let kind = match outcome.class() {
        Class::Passed => return TestCaseStatus::success(),
        Class::Skipped => return TestCaseStatus::skipped(),
        Class::Failed => NonSuccessKind::Failure,
        Class::Broken | Class::Infrastructure => NonSuccessKind::Error,
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(outcome.class().name());
    status.set_message(outcome.message().unwrap_or_default());
    if outcome.failure().is_some() {
        status.set_description(story(&id.path.display().to_string(), outcome, false));
    }
    status
}

#[cfg(test)]
mod tests {
    use super::super::samples::reported;
    use super::*;

    #[test]
    fn failures_are_failures_and_all_else_that_did_not_pass_is_an_error() {
        let text = String::from_utf8(reported(Junit::new(Vec::new())).out).unwrap();
        assert!(
            text.contains(r#"<testsuites name="dosmux" tests="5" skipped="1" failures="1" errors="2" time="3.000">"#),
            "{text}"
        );
        let case = r#"<testcase name="s/1.toml" classname="dosmux" time="1.500" file="s/1.toml" line="4">"#;
        assert!(text.contains(case), "{text}");
        let message =
            r#"<failure message="step 2: expect = &quot;B:\\&gt;&quot;: not on the screen within 2s" type="failed">"#;
        assert!(text.contains(message), "{text}");
        assert!(text.contains(r#"<error message="the disk is full" type="infrastructure"/>"#), "{text}");
        assert!(text.contains("<skipped/>"), "{text}");
    }

    #[test]
    fn control_characters_do_not_break_the_document() {
        let verdict = crate::script::outcome::Verdict::Trouble("a\u{1}\u{1b}[2J]]>\0b".to_owned());
        let outcome = Outcome::without_sessions(verdict, 1);
        let mut report = Junit::new(Vec::new());
        report.case(&super::super::samples::id("t.toml"), &outcome, Duration::ZERO).unwrap();
        report.end(&Tally::default(), Duration::ZERO).unwrap();
        assert!(report.out.iter().all(|&byte| byte >= b' ' || byte == b'\n'));
    }
}
