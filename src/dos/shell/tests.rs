//! Command lines of any bytes at all are taken apart without a panic, and stay within bounds.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Words, control, expand, line};

/// What lines are made of that mean something.
const PARTS: [&[u8]; 34] = [
    b" ", b"\t", b",", b";", b"=", b"==", b"/", b"/?", b"\"", b"|", b"<", b">", b">>", b"%", b"%%", b"%1", b"%PATH%",
    b"@", b":", b".", b"..", b"\\", b"*", b"?", b"+", b"(", b")", b"FOR", b"IN", b"DO", b"IF", b"NOT", b"ECHO",
    b"\xFF",
];

fn any_line() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![select(PARTS.to_vec()).prop_map(<[u8]>::to_vec), vec(any::<u8>(), 0..6)];
    vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_line_becomes_commands_that_are_no_longer_than_it(line in any_line()) {
        if let Ok(commands) = line::commands(&line) {
            prop_assert!(!commands.is_empty());
            let bytes: usize = commands.iter().map(|command| command.text.len()).sum();
            prop_assert!(bytes <= line.len());
        }
    }

    #[test]
    fn any_line_has_a_first_word_and_something_behind_it(line in any_line()) {
        let (word, rest) = line::first_word(&line);
        prop_assert!(line.ends_with(&[word, rest].concat()));
        let (name, rest) = line::internal_word(&line);
        prop_assert!(line.ends_with(rest));
        prop_assert!(name.iter().all(u8::is_ascii_uppercase));
    }

    #[test]
    fn any_words_are_names_or_switches(line in any_line()) {
        let words = Words::of(&line);
        prop_assert!(words.names.iter().chain(&words.switches).map(Vec::len).sum::<usize>() <= line.len());
    }

    #[test]
    fn any_percent_signs_make_lines_within_bounds(line in any_line(), value in any_line()) {
        let parameters = [value.clone(), line.clone()];
        let made = expand::batch_line(&line, &parameters, |_| Some(value.clone()));
        prop_assert!(made.len() <= expand::MOST_LINE_BYTES);
        prop_assert!(expand::for_variable(&line, b'a', &value).len() <= expand::MOST_LINE_BYTES);
    }

    #[test]
    fn any_for_has_a_set_within_its_line(line in any_line()) {
        if let Some((_, set, command)) = control::parse_for(&line) {
            prop_assert!(set.len() + command.len() < line.len());
        }
    }
}
