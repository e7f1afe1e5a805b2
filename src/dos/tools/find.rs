//! FIND: lines that have a string in them. Source: MS-DOS 5 User's Guide, FIND.
//!
//! It ends with 0 if there are such lines, 1 if there are none, 2 after an error.

use super::super::Dos;
use super::super::app::{Answer, Request, tail};
use super::super::path::capital;
use super::super::shell::Words;
use super::source::Source;
use super::{CTRL_Z, STDERR, STDOUT};
use crate::screen::CodePage;

/// A line that is longer counts as two.
const MOST_LINE_BYTES: usize = 0xFFFF;

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(in crate::dos) struct Find {
    search: Search,
    source: Source,
    /// Of standard input there is no name to be shown.
    name: Vec<u8>,
    /// The start of a line that is not there in full yet.
    part: Vec<u8>,
    line: u32,
    hits: u32,
    found: bool,
    /// What is read ends here.
    ended: bool,
    failed: bool,
    /// Has written its last word.
    ending: bool,
}

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Search {
    string: Vec<u8>,
    /// Lines without it.
    without: bool,
    /// Only their number.
    count: bool,
    numbers: bool,
    any_case: bool,
    page: Option<CodePage>,
}

impl Find {
    pub(in crate::dos) const HELP: &'static str = "\
Searches for a text string in a file or files.

FIND [/V] [/C] [/N] [/I] \"string\" [[drive:][path]filename ...]

  /V        Displays all lines NOT containing the string.
  /C        Displays only the count of lines containing the string.
  /N        Displays line numbers with the lines.
  /I        Ignores the case of characters when searching.
  \"string\"  The text to find. A quotation mark in it is written twice.

Without a file name FIND searches the text typed at the prompt or piped from
another command. It ends with errorlevel 0 if the string was found, 1 if it was
not, and 2 after an error.
";

    pub(in crate::dos) fn go_on(&mut self, dos: &mut Dos<'_>, answer: Answer) -> Request {
        match answer {
            Answer::Begin => match Search::parse(&tail(dos), dos.state.page) {
                Ok((search, names)) => {
                    self.search = search;
                    self.source = Source::new(dos, &names);
                    self.next(dos)
                }
                Err(text) => {
                    self.ending = true;
                    self.fail(text.as_bytes())
                }
            },
            _ if self.ending => self.exit(),
            Answer::Data(data) => self.data(dos, &data),
            Answer::Failed(error) => {
                self.ending = true;
                self.fail(format!("FIND: {error}\r\n").as_bytes())
            }
            _ if self.ended => self.next(dos),
            _ => self.source.read(),
        }
    }

    /// On with the next file.
    fn next(&mut self, dos: &mut Dos<'_>) -> Request {
        (self.ended, self.line, self.hits) = (false, 0, 0);
        match self.source.next(dos) {
            None => self.exit(),
            Some(Err((name, error))) => {
                self.ended = true;
                self.fail(&[format!("{error} - ").as_bytes(), &name.to_ascii_uppercase(), b"\r\n"].concat())
            }
            Some(Ok(name)) => {
                self.name = name.to_ascii_uppercase();
                if self.name.is_empty() || self.search.count {
                    return self.source.read();
                }
                Request::Write(STDOUT, [b"\r\n---------- ", self.name.as_slice(), b"\r\n"].concat())
            }
        }
    }

    fn data(&mut self, dos: &mut Dos<'_>, data: &[u8]) -> Request {
        let end = data.iter().position(|&byte| byte == CTRL_Z);
        self.ended = data.is_empty() || end.is_some();
        self.part.extend(&data[..end.unwrap_or(data.len())]);
        let mut text = self.lines();
        if self.ended && self.search.count {
            text.extend(self.total());
        }
        match (text.is_empty(), self.ended) {
            (false, _) => Request::Write(STDOUT, text),
            (true, true) => self.next(dos),
            (true, false) => self.source.read(),
        }
    }

    /// The lines to be shown of what has been read.
    fn lines(&mut self) -> Vec<u8> {
        let part = std::mem::take(&mut self.part);
        let mut rest = part.as_slice();
        let mut text = Vec::new();
        while !rest.is_empty() {
            let end = rest.iter().position(|&byte| byte == b'\n');
            let (line, behind) = match end {
                Some(end) => (&rest[..end], &rest[end + 1..]),
                None if self.ended || rest.len() >= MOST_LINE_BYTES => (rest, b"".as_slice()),
                None => break,
            };
            self.line(line.strip_suffix(b"\r").unwrap_or(line), &mut text);
            rest = behind;
        }
        self.part = rest.to_vec();
        text
    }

    fn line(&mut self, line: &[u8], text: &mut Vec<u8>) {
        self.line = self.line.saturating_add(1);
        if !self.search.wants(line) {
            return;
        }
        self.hits = self.hits.saturating_add(1);
        self.found = true;
        if self.search.count {
            return;
        }
        if self.search.numbers {
            text.extend(format!("[{}]", self.line).into_bytes());
        }
        text.extend(line);
        text.extend(b"\r\n");
    }

    /// What /C says of a file.
    fn total(&self) -> Vec<u8> {
        if self.name.is_empty() {
            return format!("{}\r\n", self.hits).into_bytes();
        }
        [b"\r\n---------- ", self.name.as_slice(), format!(": {}\r\n", self.hits).as_bytes()].concat()
    }

    fn fail(&mut self, text: &[u8]) -> Request {
        self.failed = true;
        Request::Write(STDERR, text.to_vec())
    }

    fn exit(&self) -> Request {
        Request::Exit(match (self.failed, self.found) {
            (true, _) => 2,
            (false, true) => 0,
            (false, false) => 1,
        })
    }
}

impl Search {
    /// What `tail` says to look for, and in which files.
    fn parse(tail: &[u8], page: CodePage) -> Result<(Search, Vec<Vec<u8>>), &'static str> {
        let Some((before, string, behind)) = quoted(tail) else {
            let empty = tail.trim_ascii().is_empty();
            let wrong = "FIND: Parameter format not correct\r\n";
            return Err(if empty { "FIND: Required parameter missing\r\n" } else { wrong });
        };
        let mut search = Search { string, page: Some(page), ..Search::default() };
        let words = Words::of(&[before, b" ", behind].concat());
        for switch in &words.switches {
            match switch.as_slice() {
                b"V" => search.without = true,
                b"C" => search.count = true,
                b"N" => search.numbers = true,
                b"I" => search.any_case = true,
                _ => return Err("FIND: Invalid switch\r\n"),
            }
        }
        search.string = search.cased(&search.string);
        Ok((search, words.names))
    }

    fn cased(&self, text: &[u8]) -> Vec<u8> {
        match self.page {
            Some(page) if self.any_case => text.iter().map(|&byte| capital(byte, page)).collect(),
            _ => text.to_vec(),
        }
    }

    fn wants(&self, line: &[u8]) -> bool {
        // An empty string is in no line. Source: FIND of MS-DOS 5.
        let has = !self.string.is_empty() && contains(&self.cased(line), &self.string);
        has != self.without
    }
}

fn contains(line: &[u8], string: &[u8]) -> bool {
    line.windows(string.len()).any(|window| window == string)
}

/// The first string in quotation marks, and what is before and behind it.
fn quoted(text: &[u8]) -> Option<(&[u8], Vec<u8>, &[u8])> {
    let start = text.iter().position(|&byte| byte == b'"')?;
    let mut string = Vec::new();
    let mut rest = &text[start + 1..];
    loop {
        match rest {
            [b'"', b'"', behind @ ..] => {
                string.push(b'"');
                rest = behind;
            }
            [b'"', behind @ ..] => return Some((&text[..start], string, behind)),
            [byte, behind @ ..] => {
                string.push(*byte);
                rest = behind;
            }
            [] => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_string_is_quoted_and_everything_else_is_names_and_switches() {
        let (search, names) = Search::parse(b" /n \"say \"\"hi\"\"\" a.txt b.txt/c", CodePage::US).unwrap();
        assert_eq!(search.string, b"say \"hi\"");
        assert_eq!((search.numbers, search.count, search.without), (true, true, false));
        assert_eq!(names, [b"a.txt".to_vec(), b"b.txt".to_vec()]);
        assert!(Search::parse(b" abc a.txt", CodePage::US).is_err());
        assert!(Search::parse(b" \"abc", CodePage::US).is_err());
        assert!(Search::parse(b" /x \"abc\"", CodePage::US).is_err());
    }

    #[test]
    fn case_counts_unless_it_is_told_not_to() {
        let wants = |tail: &[u8], line: &[u8]| Search::parse(tail, CodePage::US).unwrap().0.wants(line);
        assert!(wants(b"\"abc\"", b"xabcx") && !wants(b"\"abc\"", b"xABCx"));
        assert!(wants(b"/i \"abc\"", b"xABCx") && !wants(b"/v \"abc\"", b"abc"));
    }
}
