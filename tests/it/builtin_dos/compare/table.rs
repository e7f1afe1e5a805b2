//! The tables of `docs/INT21.md`: functions with their cases, and differences with their reasons. Both are
//! checked against what was answered; the reasons are written by hand.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::cases::Group;
use super::outcome::Outcomes;
use super::record;

const FUNCTIONS: &str = "## Functions\n";
const DIFFERENCES: &str = "## Differences\n";
const FUNCTION_HEAD: &str = "| function | | cases | FreeDOS | DOSBox |\n| --- | --- | --- | --- | --- |\n";
const DIFFERENCE_HEAD: &str = "| case | here | FreeDOS | DOSBox | why |\n| --- | --- | --- | --- | --- |\n";
/// In place of an answer that is the same as here.
const SAME: &str = "same";

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/INT21.md")
}

/// A case that not every DOS answers alike.
struct Difference {
    label: String,
    here: String,
    others: [String; 2],
}

impl Difference {
    fn row(&self, why: &str) -> String {
        format!("| {} | {} | {} | {} | {why} |\n", self.label, self.here, self.others[0], self.others[1])
    }
}

/// Every case's answers here and elsewhere, of which the differing ones are kept.
fn differences(here: &Outcomes) -> Vec<Difference> {
    let [freedos, dosbox] = ["freedos", "dosbox"].map(|system| record::read(system).into_iter().collect());
    let elsewhere = |answers: &BTreeMap<String, String>, label: &str, here: &str| match answers.get(label) {
        Some(answer) if answer == here => SAME.to_owned(),
        Some(answer) if answer.is_empty() => "-".to_owned(),
        Some(answer) => answer.clone(),
        None => "not asked".to_owned(),
    };
    let difference = |(label, here): &(String, String)| Difference {
        label: label.clone(),
        here: here.clone(),
        others: [elsewhere(&freedos, label, here), elsewhere(&dosbox, label, here)],
    };
    here.iter().map(difference).filter(|found| found.others.iter().any(|other| other != SAME)).collect()
}

fn functions(groups: &[Group], differences: &[Difference]) -> String {
    let mut rows: Vec<(String, String)> = Vec::new();
    for group in groups {
        for (index, function) in group.functions.iter().enumerate() {
            let labels: Vec<String> =
                group.cases.iter().filter(|case| case.function == index).map(|case| group.label(case)).collect();
            let differing = |system: usize| {
                let count = differences
                    .iter()
                    .filter(|found| labels.contains(&found.label) && found.others[system] != SAME)
                    .count();
                if count == 0 { SAME.to_owned() } else { format!("{count} differ") }
            };
            // INT_20: a number of its own kind, in one word.
            let (number, name, count) = (function.number.replace('_', " "), &function.name, labels.len());
            let row = format!("| {number}h | {name} | {count} | {} | {} |\n", differing(0), differing(1));
            rows.push((function.number.clone(), row));
        }
    }
    rows.sort();
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The reasons that the document has, by the case's label.
fn reasons(document: &str) -> BTreeMap<String, String> {
    let (_, table) = document.split_once(DIFFERENCES).expect("a table of differences");
    let cells = |row: &str| row.trim().trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    let rows = table.lines().filter(|row| row.starts_with("| ")).skip(2).map(cells);
    rows.filter_map(|cells: Vec<String>| Some((cells.first()?.clone(), cells.get(4)?.clone()))).collect()
}

fn document(groups: &[Group], here: &Outcomes, old: &str) -> String {
    let (head, _) = old.split_once(FUNCTIONS).expect("a table of functions");
    let (_, tail) = old.split_once(DIFFERENCES).expect("a table of differences");
    let text = tail.split("| case").next().unwrap_or_default();
    let (reasons, differences) = (reasons(old), differences(here));
    let rows: String =
        differences.iter().map(|found| found.row(reasons.get(&found.label).map_or("?", String::as_str))).collect();
    let functions = functions(groups, &differences);
    format!("{head}{FUNCTIONS}\n{FUNCTION_HEAD}{functions}\n{DIFFERENCES}{text}{DIFFERENCE_HEAD}{rows}")
}

/// Writes the tables anew and keeps the reasons.
pub(super) fn write(groups: &[Group], here: &Outcomes) {
    let old = std::fs::read_to_string(path()).unwrap();
    std::fs::write(path(), document(groups, here, &old)).unwrap();
}

/// The document says what is, and why.
pub(super) fn check(groups: &[Group], here: &Outcomes) {
    let document_text = std::fs::read_to_string(path()).unwrap();
    let wanted = document(groups, here, &document_text);
    for (have, want) in document_text.lines().zip(wanted.lines()) {
        assert_eq!(have, want, "docs/INT21.md (DOSMUX_BLESS=1 writes its tables anew)");
    }
    assert_eq!(document_text, wanted, "docs/INT21.md");
    for (label, why) in reasons(&document_text) {
        assert!(why != "?" && !why.is_empty(), "docs/INT21.md: why does {label} differ?");
    }
}
