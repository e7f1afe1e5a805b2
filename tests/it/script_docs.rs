//! docs/SCRIPT.md: each example is executed.
//!
//! An example is a whole script, or steps for the sessions `a` and `b`, which stand at the prompt of
//! FreeDOS. A fence with a name behind it is a file beside the examples.

use std::fmt::Write;
use std::path::Path;

use dosmux::script::parse;
use dosmux::script::run::{Options, perform_with, prepare};
use dosmux::session::Host;

use crate::scripts::{IMAGES, have_images};

const MARKDOWN: &str = include_str!("../../docs/SCRIPT.md");

/// What steps alone are put behind.
const FRAME: &str = "
[sessions.a]
floppies = ['images/freedos-720K.img']
[sessions.b]
floppies = ['images/freedos-720K.img']
[[steps]]
session = 'b'
wait = 'A:\\>'
[[steps]]
wait = 'A:\\>'
";

/// A block of TOML in the documentation.
pub(crate) struct Example {
    /// Line of its fence.
    pub(crate) line: usize,
    /// The file it is, if it is none to be run.
    pub(crate) file: Option<String>,
    pub(crate) text: String,
}

impl Example {
    /// The example as a whole script.
    pub(crate) fn script(&self) -> String {
        let steps = if self.text.contains("[[steps]]") { "" } else { "\n[[steps]]\nsleep = '1s'\n" };
        let frame = if self.is_steps_alone() { FRAME } else { "" };
        format!("{frame}{}{steps}", self.text)
            .replace("'images/", &format!("'{IMAGES}/"))
            .replace("\"images/", &format!("\"{IMAGES}/"))
    }

    /// True if it has no sessions of its own.
    fn is_steps_alone(&self) -> bool {
        !self.text.contains("[sessions.")
    }

    /// True if its images exist or are not asked for.
    fn can_run(&self) -> bool {
        let needs_dos = self.is_steps_alone() || self.text.contains("\"images/");
        !self.text.contains("a.img") && (!needs_dos || have_images("an example of docs/SCRIPT.md"))
    }
}

/// All blocks of TOML.
pub(crate) fn examples() -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut inside = false;
    for (line, text) in (1..).zip(MARKDOWN.lines()) {
        let fence =
            text.strip_prefix("```toml").or_else(|| text.strip_prefix("```text ").filter(|name| name.contains('.')));
        match fence {
            Some(name) => {
                inside = true;
                let file = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
                examples.push(Example { line, file, text: String::new() });
            }
            None if text == "```" => inside = false,
            None if inside => writeln!(examples.last_mut().unwrap().text, "{text}").unwrap(),
            None => {}
        }
    }
    examples
}

#[test]
fn every_example_of_the_documentation_works() {
    let folder = tempfile::tempdir().unwrap();
    let (files, examples): (Vec<Example>, Vec<Example>) = examples().into_iter().partition(|e| e.file.is_some());
    for file in files {
        std::fs::write(folder.path().join(file.file.unwrap()), file.text).unwrap();
    }
    assert!(examples.len() > 30, "found {} examples", examples.len());
    let host = Host::new();
    std::thread::scope(|scope| {
        for half in [0, 1] {
            let mine = examples.iter().skip(half).step_by(2);
            let (folder, host) = (folder.path(), &host);
            scope.spawn(move || mine.for_each(|example| try_out(example, folder, host)));
        }
    });
}

/// Runs all cases of an example.
fn try_out(example: &Example, folder: &Path, host: &Host) {
    let at = format!("docs/SCRIPT.md, example in line {}", example.line);
    let scripts = parse::parse(&folder.join("example.toml"), &example.script());
    let scripts = scripts.unwrap_or_else(|error| panic!("{at}: {error}"));
    if !example.can_run() {
        return;
    }
    for script in scripts {
        let mut stage = prepare(&script, host).unwrap_or_else(|error| panic!("{at}: {error}"));
        let performance = perform_with(&script, &mut stage, Options { host: Some(host), bless: true });
        if let Some(failure) = performance.failure {
            panic!("{at}: {}: {}\n{}", failure.step, failure.why, failure.screen.text());
        }
    }
}

#[test]
fn the_documentation_has_every_verb() {
    for verb in parse::verbs() {
        let section = MARKDOWN.split(&format!("\n### {verb}\n")).nth(1);
        let section = section.unwrap_or_else(|| panic!("docs/SCRIPT.md lacks a section on `{verb}`"));
        let section = section.split("\n## ").next().unwrap().split("\n### ").next().unwrap();
        let shown = section.lines().any(|line| {
            let line = line.trim_start_matches(['{', ' ']);
            line.strip_prefix(verb).is_some_and(|rest| rest.starts_with(" = "))
        });
        assert!(shown, "the section on `{verb}` in docs/SCRIPT.md lacks an example");
    }
}
