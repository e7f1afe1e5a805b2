//! The JSON schemas: they take what the readers take.

use std::path::Path;

use boon::{Compiler, SchemaIndex, Schemas};
use dosmux::script::{parse, schema};
use serde_json::{Value, json};
use toml::de::{DeTable, DeValue};

use crate::script_docs::{Example, examples};
use crate::scripts::scripts;

/// A schema that is ready to be used.
struct Checker {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Checker {
    fn new(schema: &str) -> Checker {
        let mut compiler = Compiler::new();
        let mut schemas = Schemas::new();
        compiler.add_resource("dosmux.json", serde_json::from_str(schema).unwrap()).unwrap();
        let index = compiler.compile("dosmux.json", &mut schemas).expect("it is a schema");
        Checker { schemas, index }
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        self.schemas.validate(value, self.index).map_err(|error| format!("{error:#}"))
    }
}

/// A TOML file as JSON.
fn json_of(text: &str) -> Value {
    table(DeTable::parse(text).expect("it is TOML").get_ref())
}

fn table(entries: &DeTable<'_>) -> Value {
    entries.iter().map(|(name, value)| (name.get_ref().to_string(), value_of(value.get_ref()))).collect()
}

fn value_of(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => json!(text),
        DeValue::Integer(number) => json!(i64::from_str_radix(number.as_str(), number.radix()).unwrap()),
        DeValue::Float(number) => json!(number.as_str().parse::<f64>().unwrap()),
        DeValue::Boolean(value) => json!(value),
        DeValue::Datetime(time) => json!(time.to_string()),
        DeValue::Array(values) => values.iter().map(|value| value_of(value.get_ref())).collect(),
        DeValue::Table(entries) => table(entries),
    }
}

#[test]
fn every_script_of_the_repository_fits_the_schema() {
    let checker = Checker::new(&schema::script());
    for path in scripts() {
        let text = std::fs::read_to_string(&path).unwrap();
        checker.check(&json_of(&text)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

#[test]
fn every_example_of_the_documentation_fits_the_schema() {
    let checker = Checker::new(&schema::script());
    let is_toml = |example: &Example| example.file.as_ref().is_none_or(|name| name.ends_with(".toml"));
    for example in examples().into_iter().filter(is_toml) {
        let text = if example.file.is_some() { example.text.clone() } else { example.script() };
        checker.check(&json_of(&text)).unwrap_or_else(|error| panic!("line {}: {error}", example.line));
    }
}

/// What could stand where something else should.
const STRANGERS: [&str; 8] = ["'x'", "''", "7", "-300", "true", "false", "[]", "{ strange = 1 }"];

/// Each example's steps, each value replaced by each stranger in turn.
fn mutants() -> Vec<String> {
    let mut mutants = Vec::new();
    for example in examples().iter().filter(|example| example.file.is_none() && !example.text.contains("\"\"\"")) {
        let lines: Vec<&str> = example.text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let Some((key, _)) = line.split_once(" = ").filter(|_| !line.ends_with('[')) else { continue };
            for stranger in STRANGERS {
                let changed = format!("{key} = {stranger}");
                let text = [&lines[..index], &[changed.as_str()], &lines[index + 1..]].concat().join("\n");
                mutants.push(text.replace("floppies", "\nfloppies"));
            }
        }
    }
    mutants
}

#[test]
fn what_the_reader_takes_fits_the_schema() {
    let checker = Checker::new(&schema::script());
    let (mut taken, mut refused) = (0, 0);
    for text in mutants() {
        let sessions = if text.contains("[sessions.") { "" } else { "\n[sessions.a]\n[sessions.b]\n" };
        let text = format!("{sessions}{text}\n[[steps]]\nsleep = '1s'\n");
        let load = |path: &Path| -> Result<String, _> {
            if path.ends_with("make-folder.toml") {
                return Ok("[vars]\nname = ''\n[[steps]]\nsleep = '1s'\n".to_owned());
            }
            let source = std::io::Error::other("no such file");
            Err(dosmux::config::FileError::Read { path: path.to_owned(), source })
        };
        if parse::parse_with(Path::new("m.toml"), &text, &load).is_err() {
            refused += 1;
            continue;
        }
        taken += 1;
        checker.check(&json_of(&text)).unwrap_or_else(|error| panic!("{text}\n{error}"));
    }
    assert!(taken > 50 && refused > 200, "{taken} taken, {refused} refused");
}

#[test]
fn what_is_misspelt_does_not_fit_the_schema() {
    let checker = Checker::new(&schema::script());
    for text in [
        "steps = [{ wiat = 'x' }]",
        "steps = [{ wait = 'x', regoin = {} }]",
        "steps = [{ wait = 'x', expect = 'y' }]",
        "steps = [{ sleep = '1 hour' }]",
        "steps = [{ sleep = '1s', timeout = '1s' }]",
        "steps = [{ key = 7 }]",
        "steps = [{ repeat = 3 }]",
        "steps = []",
        "steps = [{ wait = 'x' }]\n[sessions.a]\nspeed = 'fast'",
    ] {
        assert!(checker.check(&json_of(text)).is_err(), "{text}");
    }
}

#[test]
fn the_default_config_fits_the_schema_of_configs() {
    let checker = Checker::new(&schema::config());
    checker.check(&json_of(include_str!("../../config/default.toml"))).unwrap();
    assert!(checker.check(&json_of("[sessions.a]\n[ui]\nprefx = 'ctrl+a'")).is_err());
}
