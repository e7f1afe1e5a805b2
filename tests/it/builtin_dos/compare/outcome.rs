//! What a DOS answered, as text that can be compared: of each call the carry flag and the registers that
//! changed, of memory its bytes.

use super::cases::{Call, DS, ES, Group, REGISTERS, Register, Step, Value};
use super::guest::NOTE_BYTES;

const CARRY: u16 = 1;
const ZERO: u16 = 1 << 6;

/// Each case's label and what came of it.
pub(super) type Outcomes = Vec<(String, String)>;

/// Reads what the program of `group` has written.
pub(super) fn read(group: &Group, bytes: &[u8]) -> Outcomes {
    let mut rest = bytes;
    let mut take = |count: usize| {
        let (taken, left) = rest.split_at_checked(count).expect("results of every call");
        rest = left;
        taken
    };
    let segment = words(take(2))[0];
    let mut kept: Vec<(String, u16)> = Vec::new();
    let mut outcomes = Outcomes::new();
    for case in &group.cases {
        let mut parts = Vec::new();
        let mut last = Vec::new();
        for step in &case.steps {
            match step {
                Step::Call(call) => {
                    last = words(take(NOTE_BYTES));
                    parts.push(note(call, &last, &kept, segment));
                }
                Step::Show(_, count) => parts.push(memory(take(usize::from(*count)))),
                Step::Keep(name, register) => kept.insert(0, (name.clone(), last[register.0])),
                Step::Put(..) => {}
            }
        }
        outcomes.push((group.label(case), parts.join("; ")));
    }
    outcomes
}

fn words(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()
}

fn note(call: &Call, after: &[u16], kept: &[(String, u16)], segment: u16) -> String {
    let mut parts = Vec::new();
    if call.carry {
        parts.push(if after[9] & CARRY != 0 { "CY" } else { "NC" }.to_owned());
    }
    if call.zero {
        parts.push(if after[9] & ZERO != 0 { "ZR" } else { "NZ" }.to_owned());
    }
    for (index, name) in REGISTERS.iter().enumerate() {
        if call.ignored.contains(&Register(index))
            || before(call, index, after[index], kept, segment) == Some(after[index])
        {
            continue;
        }
        let value = if after[index] == segment { "CS".to_owned() } else { format!("{:04X}", after[index]) };
        parts.push(format!("{}={value}", name.to_uppercase()));
    }
    parts.join(" ")
}

/// What the register held at the call; of the place of a text, which the reader does not know, what it holds now.
fn before(call: &Call, index: usize, after: u16, kept: &[(String, u16)], segment: u16) -> Option<u16> {
    let given = call.registers.iter().rev().find(|(register, _)| register.0 == index).map(|(_, value)| value);
    match given {
        None if index == DS || index == ES => Some(segment),
        None => Some(0),
        Some(Value::Number(number)) => Some(*number),
        Some(Value::Segment) => Some(segment),
        Some(Value::Kept(name)) => kept.iter().find(|(known, _)| known == name).map(|(_, value)| *value),
        Some(Value::Text(_)) => Some(after),
    }
}

/// Text where it is text, else bytes in hexadecimal.
fn memory(bytes: &[u8]) -> String {
    let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    let printable = |byte: &u8| byte.is_ascii_graphic() && !b"|`\"".contains(byte) || *byte == b' ';
    if end > 0 && bytes[..end].iter().all(printable) {
        let zeros = if end < bytes.len() { " 0" } else { "" };
        return format!("\"{}\"{zeros}", String::from_utf8_lossy(&bytes[..end]));
    }
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
}
