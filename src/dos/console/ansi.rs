//! Escape sequences as ANSI.SYS has them, taken apart: bytes in, what they ask for out.
//!
//! `ESC [` parameters letter, where parameters are numbers and quoted texts between semicolons.
//!
//! Source: Microsoft, MS-DOS 5 User's Guide, "ANSI.SYS".

const ESCAPE: u8 = 0x1B;
/// Bytes of parameters at most; the rest of a longer sequence is left out.
const MOST_PARAMETERS: usize = 256;

/// What a byte, or the sequence that it ends, asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// A character for the screen.
    Print(u8),
    /// The cursor to this row and column, from 1.
    Place(u8, u8),
    /// The cursor by rows and columns.
    Move(i16, i16),
    Save,
    Restore,
    /// The whole screen.
    EraseScreen,
    /// From the cursor to the line's end.
    EraseLine,
    /// Colours and attributes, one after the other.
    Colours(Vec<u8>),
    /// A display mode; 7 lets lines wrap.
    SetMode(u8),
    /// As `SetMode`, but 7 keeps lines from wrapping.
    ResetMode(u8),
    /// The cursor's place is to be reported.
    Report,
    /// A key and what it is to stand for.
    Assign(Vec<u8>),
}

/// Where in a sequence we are.
#[derive(Clone, Debug, Default)]
pub(super) struct Parser {
    state: State,
    /// Numbers and the characters of texts, in their order.
    parameters: Vec<u8>,
    /// The number being read.
    number: Option<u8>,
    /// A text has just ended: the semicolon behind it stands for no number.
    behind_text: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    Escape,
    Sequence,
    /// Within a text that this quotation mark ends.
    Quoted(u8),
}

impl Parser {
    /// Takes a byte; what is to be done now.
    pub(super) fn take(&mut self, byte: u8) -> Vec<Action> {
        match self.state {
            State::Text if byte == ESCAPE => self.state = State::Escape,
            State::Text => return vec![Action::Print(byte)],
            State::Escape => return self.behind_escape(byte),
            State::Quoted(mark) if byte == mark => (self.state, self.behind_text) = (State::Sequence, true),
            State::Quoted(_) => self.parameter(byte),
            State::Sequence => return self.within(byte),
        }
        Vec::new()
    }

    fn behind_escape(&mut self, byte: u8) -> Vec<Action> {
        match byte {
            b'[' => {
                *self = Parser { state: State::Sequence, ..Parser::default() };
                Vec::new()
            }
            // What is no sequence is shown.
            ESCAPE => vec![Action::Print(ESCAPE)],
            byte => {
                self.state = State::Text;
                vec![Action::Print(ESCAPE), Action::Print(byte)]
            }
        }
    }

    fn within(&mut self, byte: u8) -> Vec<Action> {
        match byte {
            b'0'..=b'9' => {
                let number = self.number.unwrap_or(0);
                self.number = Some(number.saturating_mul(10).saturating_add(byte - b'0'));
            }
            b';' => {
                let (number, behind_text) = (self.number.take(), std::mem::take(&mut self.behind_text));
                if number.is_some() || !behind_text {
                    self.parameter(number.unwrap_or(0));
                }
            }
            b'"' | b'\'' => self.state = State::Quoted(byte),
            b'=' | b'?' => {}
            letter => {
                if let Some(number) = self.number.take() {
                    self.parameter(number);
                }
                let parameters = std::mem::take(&mut self.parameters);
                self.state = State::Text;
                return action(letter, parameters).into_iter().collect();
            }
        }
        Vec::new()
    }

    fn parameter(&mut self, value: u8) {
        if self.parameters.len() < MOST_PARAMETERS {
            self.parameters.push(value);
        }
    }
}

/// What the sequence that ends in `letter` asks for; nothing if there is no such sequence.
fn action(letter: u8, parameters: Vec<u8>) -> Option<Action> {
    // Left out and zero are one.
    let number = |index: usize| parameters.get(index).copied().unwrap_or(0).max(1);
    let by = || i16::from(number(0));
    Some(match letter {
        b'H' | b'f' => Action::Place(number(0), number(1)),
        b'A' => Action::Move(-by(), 0),
        b'B' => Action::Move(by(), 0),
        b'C' => Action::Move(0, by()),
        b'D' => Action::Move(0, -by()),
        b's' => Action::Save,
        b'u' => Action::Restore,
        b'J' => Action::EraseScreen,
        b'K' => Action::EraseLine,
        b'm' if parameters.is_empty() => Action::Colours(vec![0]),
        b'm' => Action::Colours(parameters),
        b'h' => Action::SetMode(parameters.first().copied().unwrap_or(0)),
        b'l' => Action::ResetMode(parameters.first().copied().unwrap_or(0)),
        b'n' if parameters.first() == Some(&6) => Action::Report,
        b'p' => Action::Assign(parameters),
        _ => return None,
    })
}

/// The attribute that `attribute` becomes by these colours.
pub(super) fn coloured(attribute: u8, colours: &[u8]) -> u8 {
    /// Colours of the terminal in the adapter's order: red and blue change places.
    const COLOURS: [u8; 8] = [0, 4, 2, 6, 1, 5, 3, 7];
    colours.iter().fold(attribute, |attribute, &colour| match colour {
        0 => 0x07,
        1 => attribute | 0x08,
        // An underline, as monochrome adapters show it; others have blue there.
        4 => attribute & 0xF8 | 0x01,
        5 => attribute | 0x80,
        7 => 0x70,
        8 => 0x00,
        30..=37 => attribute & 0xF8 | COLOURS[usize::from(colour - 30)],
        40..=47 => attribute & 0x8F | COLOURS[usize::from(colour - 40)] << 4,
        _ => attribute,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(text: &[u8]) -> Vec<Action> {
        let mut parser = Parser::default();
        text.iter().flat_map(|&byte| parser.take(byte)).collect()
    }

    #[test]
    fn numbers_that_are_left_out_are_one() {
        assert_eq!(actions(b"\x1b[H\x1b[;5H\x1b[3f"), [Action::Place(1, 1), Action::Place(1, 5), Action::Place(3, 1)]);
        assert_eq!(actions(b"\x1b[A\x1b[12D"), [Action::Move(-1, 0), Action::Move(0, -12)]);
    }

    #[test]
    fn text_around_a_sequence_is_shown_and_what_is_none_as_well() {
        assert_eq!(actions(b"a\x1b[Kb"), [Action::Print(b'a'), Action::EraseLine, Action::Print(b'b')]);
        assert_eq!(actions(b"\x1bx"), [Action::Print(0x1B), Action::Print(b'x')]);
        assert_eq!(actions(b"\x1b[5Zx"), [Action::Print(b'x')]);
    }

    #[test]
    fn a_key_is_given_numbers_and_texts() {
        assert_eq!(actions(b"\x1b[0;59;\"dir\";13p"), [Action::Assign(b"\0\x3Bdir\x0D".to_vec())]);
    }

    #[test]
    fn modes_may_have_a_mark_in_front() {
        assert_eq!(actions(b"\x1b[=7l\x1b[?7h\x1b[3h"), [Action::ResetMode(7), Action::SetMode(7), Action::SetMode(3)]);
    }

    #[test]
    fn colours_change_their_half_of_the_attribute() {
        assert_eq!(coloured(0x07, &[1, 33, 44]), 0x1E);
        assert_eq!(coloured(0x1E, &[5]), 0x9E);
        assert_eq!(coloured(0x9E, &[0, 31]), 0x04);
        assert_eq!(actions(b"\x1b[m"), [Action::Colours(vec![0])]);
    }

    #[test]
    fn a_sequence_without_an_end_takes_no_more_room() {
        let mut parser = Parser::default();
        parser.take(0x1B);
        parser.take(b'[');
        for _ in 0..10_000 {
            parser.take(b'1');
            parser.take(b';');
        }
        assert_eq!(parser.parameters.len(), MOST_PARAMETERS);
    }
}
