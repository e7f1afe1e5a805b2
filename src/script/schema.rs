//! JSON schemas (draft 2020-12) of scripts and config files, for editors. Printed from the tables
//! that the readers check files against.

use serde_json::{Map, Value, json};

use super::parse::{ROOT, SESSION, TIMEOUT, VERBS, Verb};
use crate::config::units::Quantity;
use crate::config::{CONFIG, Field, Shape};

/// The draft of the JSON schema language.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
/// A string with a variable may come out as anything.
const VARIABLE: &str = "\\$\\{";

/// The schema of scripts and of the files that they include.
///
/// ```
/// let schema: serde_json::Value = serde_json::from_str(&dosmux::script::schema::script())?;
/// assert_eq!(schema["$defs"]["wait"]["required"][0], "wait");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn script() -> String {
    let printer = Printer { variables: true };
    let mut schema = printer.table(ROOT);
    // A file that is included has no sessions.
    schema["required"] = json!(["steps"]);
    let steps: Vec<Value> = VERBS.iter().map(|verb| json!({ "$ref": format!("#/$defs/{}", verb.name) })).collect();
    let mut defs: Map<String, Value> = VERBS.iter().map(|verb| (verb.name.to_owned(), printer.step(verb))).collect();
    defs.insert("step".to_owned(), json!({ "anyOf": steps }));
    schema["$defs"] = Value::Object(defs);
    text(schema, "dosmux script")
}

/// The schema of config files.
#[must_use]
pub fn config() -> String {
    text(Printer { variables: false }.table(CONFIG), "dosmux config")
}

/// The schema as a file.
fn text(mut schema: Value, title: &str) -> String {
    schema["$schema"] = json!(DRAFT);
    schema["title"] = json!(title);
    format!("{schema:#}\n")
}

/// Makes schemas of shapes.
struct Printer {
    /// True if strings may hold variables.
    variables: bool,
}

impl Printer {
    /// A step with this verb.
    fn step(&self, verb: &Verb) -> Value {
        let mut fields = vec![Field::needed(verb.name, verb.doc, verb.value)];
        fields.extend(verb.options);
        fields.push(SESSION);
        if verb.waits {
            fields.push(TIMEOUT);
        }
        let mut step = self.table(&fields);
        step["description"] = json!(verb.doc);
        step
    }

    fn table(&self, fields: &[Field]) -> Value {
        let properties: Map<String, Value> =
            fields.iter().map(|field| (field.name.to_owned(), self.field(field))).collect();
        let required: Vec<&str> = fields.iter().filter(|field| field.needed).map(|field| field.name).collect();
        json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
    }

    fn field(&self, field: &Field) -> Value {
        let mut schema = self.shape(&field.shape);
        schema["description"] = json!(field.doc);
        schema
    }

    fn shape(&self, shape: &Shape) -> Value {
        match *shape {
            Shape::Text | Shape::Regex => json!({ "type": "string" }),
            Shape::Quantity(quantity) => self.pattern(&pattern(quantity)),
            Shape::Integer(min, max) => json!({ "type": "integer", "minimum": min, "maximum": max }),
            Shape::Numbers(numbers) => json!({ "enum": numbers() }),
            Shape::Boolean => json!({ "type": "boolean" }),
            Shape::Yes => json!({ "const": true }),
            Shape::Choice(words) if self.variables => {
                json!({ "anyOf": [{ "enum": words() }, { "type": "string", "pattern": VARIABLE }] })
            }
            Shape::Choice(words) => json!({ "enum": words() }),
            Shape::Table(fields) => self.table(fields),
            Shape::Named(inner) => json!({ "type": "object", "additionalProperties": self.shape(inner) }),
            Shape::List(inner, most) => json!({ "type": "array", "items": self.shape(inner), "maxItems": most }),
            Shape::AnyOf(shapes) => {
                let shapes: Vec<Value> = shapes.iter().map(|shape| self.shape(shape)).collect();
                json!({ "anyOf": shapes })
            }
            Shape::Steps => json!({ "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/step" } }),
        }
    }

    /// A string that looks like this.
    fn pattern(&self, pattern: &str) -> Value {
        let pattern = if self.variables { format!("{pattern}|{VARIABLE}") } else { pattern.to_owned() };
        json!({ "type": "string", "pattern": pattern })
    }
}

/// What a number and one of its units look like.
fn pattern(quantity: &Quantity) -> String {
    let units: Vec<&str> = quantity.unit_names().collect();
    format!("^\\s*[0-9]+(\\.[0-9]+)?\\s*({})\\s*$", units.join("|"))
}
