//! What is called: cases as text, so that they can be read beside the manual.
//!
//! ```text
//! == 3C Create or empty a file          a function: its number and its name (`INT_25`: no function)
//! - a new file                          a case of it
//!   ah=3C cx=0 dx="NEW.TXT"             a call: registers, in hexadecimal
//!   $h=ax                               keeps a register of the last call
//!   ah=3E bx=$h !ax                     AX is not compared
//!   show @a 4                           compares memory
//! ```
//!
//! A value is a number, `"text"` (the offset of it with a zero behind), `@a+10` (a place in one of the
//! areas a, b, c and d, 512 bytes each, zero at each case's start), `@cs` or a kept `$value`. DS and ES are
//! the program's unless they are given. `int=2F` calls another interrupt; `+zf` compares the zero flag
//! too; `!ax` leaves a register out, `!cf` the carry flag. `put @a "bytes"` fills memory, `\x41` is a byte by its number.
//! A case with the line `not on DOSBox` is one that DOSBox ends itself over.
//! `show` takes a place in an area or `es:bx+4`, by the registers that the last call returned, or `$value:4`.

/// A register that is given to a call and compared after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Register(pub(super) usize);

/// In the order in which the guest notes them.
pub(super) const REGISTERS: [&str; 9] = ["ax", "bx", "cx", "dx", "si", "di", "bp", "ds", "es"];
pub(super) const DS: usize = 7;
pub(super) const ES: usize = 8;
/// Where an area begins, and how long it is.
pub(super) const AREAS: u16 = 0xC000;
pub(super) const AREA_BYTES: u16 = 0x200;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Number(u16),
    Text(Vec<u8>),
    Kept(String),
    /// The program's segment.
    Segment,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    Area(u16),
    /// Segment and offset from the last call's registers, and what is added.
    Last(Register, Option<Register>, u16),
    /// A kept segment and an offset.
    Kept(String, u16),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Call {
    pub(super) interrupt: u8,
    pub(super) registers: Vec<(Register, Value)>,
    pub(super) ignored: Vec<Register>,
    pub(super) carry: bool,
    pub(super) zero: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Call(Call),
    Put(u16, Vec<u8>),
    Show(Place, u16),
    Keep(String, Register),
}

#[derive(Clone, Debug)]
pub(super) struct Case {
    /// Index of its function.
    pub(super) function: usize,
    pub(super) title: String,
    /// False of one that DOSBox ends itself over.
    pub(super) suits_dosbox: bool,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) number: String,
    pub(super) name: String,
}

/// One file of cases: one program.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    /// Name of the program.
    pub(super) name: String,
    pub(super) functions: Vec<Function>,
    pub(super) cases: Vec<Case>,
}

impl Group {
    /// The group without what DOSBox ends itself over.
    pub(super) fn for_dosbox(&self) -> Group {
        let cases = self.cases.iter().filter(|case| case.suits_dosbox).cloned().collect();
        Group { cases, ..self.clone() }
    }

    /// "3C a new file".
    pub(super) fn label(&self, case: &Case) -> String {
        format!("{} {}", self.functions[case.function].number, case.title)
    }
}

/// Reads one file of cases.
pub(super) fn parse(name: &str, text: &str) -> Group {
    let mut group = Group { name: name.to_uppercase(), ..Group::default() };
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let at = || format!("{name}:{}: {line}", number + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(rest) = line.strip_prefix("== ") {
            let (number, name) = rest.split_once(' ').unwrap_or_else(|| panic!("{}", at()));
            group.functions.push(Function { number: number.into(), name: name.trim().into() });
        } else if let Some(title) = line.strip_prefix("- ") {
            let function = group.functions.len() - 1;
            group.cases.push(Case { function, title: title.into(), suits_dosbox: true, steps: Vec::new() });
        } else if line == "not on DOSBox" {
            group.cases.last_mut().unwrap_or_else(|| panic!("no case: {}", at())).suits_dosbox = false;
        } else {
            let step = step(line).unwrap_or_else(|| panic!("not understood: {}", at()));
            group.cases.last_mut().unwrap_or_else(|| panic!("no case: {}", at())).steps.push(step);
        }
    }
    group
}

/// Words, of which one in quotation marks may hold blanks.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            ' ' if !quoted => words.push(String::new()),
            c => {
                quoted ^= c == '"';
                words.last_mut().unwrap().push(c);
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn step(line: &str) -> Option<Step> {
    let words = words(line);
    match words[0].as_str() {
        "put" => Some(Step::Put(area(&words[1])?, bytes(&words[2])?)),
        "show" => Some(Step::Show(place(&words[1])?, hex(&words[2])?)),
        keep if keep.starts_with('$') => {
            let (name, from) = keep.split_once('=')?;
            Some(Step::Keep(name[1..].into(), register(from)?))
        }
        _ => call(&words).map(Step::Call),
    }
}

fn call(words: &[String]) -> Option<Call> {
    let mut call = Call { interrupt: 0x21, carry: true, ..Call::default() };
    for word in words {
        match word.as_str() {
            "+zf" => call.zero = true,
            "!cf" => call.carry = false,
            ignored if ignored.starts_with('!') => call.ignored.push(register(&ignored[1..])?),
            given => {
                let (name, given) = given.split_once('=')?;
                match name {
                    "int" => call.interrupt = u8::try_from(hex(given)?).ok()?,
                    "ah" => call.registers.push((Register(0), Value::Number(hex(given)? << 8))),
                    name => call.registers.push((register(name)?, value(given)?)),
                }
            }
        }
    }
    Some(call)
}

fn register(name: &str) -> Option<Register> {
    REGISTERS.iter().position(|&register| register == name).map(Register)
}

fn hex(text: &str) -> Option<u16> {
    u16::from_str_radix(text, 16).ok()
}

fn value(text: &str) -> Option<Value> {
    match text.chars().next()? {
        '"' => bytes(text).map(Value::Text),
        '$' => Some(Value::Kept(text[1..].into())),
        '@' if text == "@cs" => Some(Value::Segment),
        '@' => area(text).map(Value::Number),
        _ => hex(text).map(Value::Number),
    }
}

fn area(text: &str) -> Option<u16> {
    let (name, more) = text.strip_prefix('@')?.split_once('+').unwrap_or((text.strip_prefix('@')?, "0"));
    let index = ["a", "b", "c", "d"].iter().position(|&area| area == name)?;
    Some(AREAS + AREA_BYTES * u16::try_from(index).ok()? + hex(more)?)
}

fn place(text: &str) -> Option<Place> {
    if text.starts_with('@') {
        return area(text).map(Place::Area);
    }
    let (segment, offset) = text.split_once(':')?;
    if let Some(kept) = segment.strip_prefix('$') {
        return Some(Place::Kept(kept.into(), hex(offset)?));
    }
    let (base, more) = offset.split_once('+').unwrap_or((offset, "0"));
    match register(base) {
        Some(base) => Some(Place::Last(register(segment)?, Some(base), hex(more)?)),
        None => Some(Place::Last(register(segment)?, None, hex(base)?)),
    }
}

/// Bytes of a text in quotation marks.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let mut rest = text.strip_prefix('"')?.strip_suffix('"')?.as_bytes();
    let mut bytes = Vec::new();
    while let [first, behind @ ..] = rest {
        let (byte, used) = match (first, behind) {
            (b'\\', [b'x', high, low, ..]) => {
                let digits = [*high, *low];
                (u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?, 4)
            }
            _ => (*first, 1),
        };
        bytes.push(byte);
        rest = &rest[used..];
    }
    Some(bytes)
}
