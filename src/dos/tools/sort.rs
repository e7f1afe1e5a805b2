//! SORT: lines from standard input, sorted, to standard output.
//!
//! Capitals and small letters are the same. Source: MS-DOS 5 User's Guide, SORT.

use super::super::Dos;
use super::super::app::{Answer, Request, tail};
use super::super::shell::Words;
use super::source::Source;
use super::{CTRL_Z, STDERR, STDOUT};

/// Most bytes that are sorted. Source: as above, 64 KiB; nobody needs to be that strict.
const MOST_BYTES: usize = 16 << 20;

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(in crate::dos) struct Sort {
    options: Options,
    source: Source,
    input: Vec<u8>,
    /// What it ends with, once there is nothing left to write.
    code: u8,
    written: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Options {
    reverse: bool,
    /// Columns in front of what is compared.
    skip: usize,
}

impl Sort {
    pub(in crate::dos) const HELP: &'static str = "\
Sorts input and writes results to the screen, a file, or another device.

SORT [/R] [/+n] [[drive:][path]filename] [> [drive:][path]filename]
command | SORT [/R] [/+n]

  /R   Reverses the sort order: Z to A, then 9 to 0.
  /+n  Sorts the file according to characters in column n.
";

    pub(in crate::dos) fn go_on(&mut self, dos: &mut Dos<'_>, answer: Answer) -> Request {
        match answer {
            Answer::Begin => match Options::parse(&tail(dos)) {
                Ok((options, names)) => {
                    self.options = options;
                    self.source = Source::new(dos, &names);
                    match self.source.next(dos) {
                        Some(Err((_, error))) => self.fail(&format!("SORT: {error}\r\n")),
                        _ => self.source.read(),
                    }
                }
                Err(text) => self.fail(text),
            },
            Answer::Data(data) if data.is_empty() => self.write(),
            Answer::Data(data) if self.input.len() + data.len() > MOST_BYTES => {
                drop(data);
                self.fail("SORT: Insufficient memory\r\n")
            }
            Answer::Data(data) => {
                self.input.extend(data);
                self.source.read()
            }
            Answer::Failed(error) if !self.written => self.fail(&format!("SORT: {error}\r\n")),
            Answer::Written | Answer::Failed(_) | Answer::Break | Answer::Returned(_) => Request::Exit(self.code),
        }
    }

    fn write(&mut self) -> Request {
        self.written = true;
        Request::Write(STDOUT, sorted(&self.input, self.options))
    }

    fn fail(&mut self, text: &str) -> Request {
        (self.code, self.written) = (1, true);
        Request::Write(STDERR, text.as_bytes().to_vec())
    }
}

impl Options {
    /// Options, and the file if one is named.
    fn parse(tail: &[u8]) -> Result<(Options, Vec<Vec<u8>>), &'static str> {
        let words = Words::of(tail);
        let mut options = Options::default();
        for switch in &words.switches {
            let column =
                switch.strip_prefix(b"+").and_then(|text| std::str::from_utf8(text).ok()?.parse::<usize>().ok());
            match (switch.as_slice(), column) {
                (b"R", _) => options.reverse = true,
                (_, Some(column @ 1..)) => options.skip = column - 1,
                _ => return Err("SORT: Invalid switch\r\n"),
            }
        }
        if words.names.len() > 1 { Err("SORT: Too many parameters\r\n") } else { Ok((options, words.names)) }
    }
}

/// The lines of `input`, sorted, each with its end.
fn sorted(input: &[u8], options: Options) -> Vec<u8> {
    let end = input.iter().position(|&byte| byte == CTRL_Z).unwrap_or(input.len());
    let text = &input[..end];
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    if text.is_empty() {
        return Vec::new();
    }
    let mut lines: Vec<&[u8]> =
        text.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    let key = |line: &&[u8]| line.get(options.skip..).unwrap_or_default().to_ascii_uppercase();
    lines.sort_by_cached_key(key);
    if options.reverse {
        lines.reverse();
    }
    lines.into_iter().flat_map(|line| [line, b"\r\n"].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(input: &[u8], tail: &[u8]) -> String {
        String::from_utf8(sorted(input, Options::parse(tail).unwrap().0)).unwrap()
    }

    #[test]
    fn lines_are_sorted_whatever_their_case() {
        assert_eq!(text(b"b\r\nA\r\nc\r\n", b""), "A\r\nb\r\nc\r\n");
        assert_eq!(text(b"b\r\nA\r\nc", b" /r"), "c\r\nb\r\nA\r\n");
    }

    #[test]
    fn a_column_can_be_named_to_sort_by() {
        assert_eq!(text(b"1b\n2a\n\n", b"/+2"), "\r\n2a\r\n1b\r\n");
    }

    #[test]
    fn ctrl_z_ends_the_input() {
        assert_eq!(text(b"b\r\na\r\n\x1Ac\r\n", b""), "a\r\nb\r\n");
        assert_eq!(text(b"", b""), "");
    }

    #[test]
    fn what_is_no_option_is_refused() {
        assert!(Options::parse(b"/X").is_err());
        assert!(Options::parse(b"/+0").is_err());
    }
}
