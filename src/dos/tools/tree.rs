//! TREE: directories within directories, drawn. Source: MS-DOS 5 User's Guide, TREE.

use super::super::Dos;
use super::super::app::{Answer, Request, tail};
use super::super::drive::{DosPath, Entry};
use super::super::path::{Place, text_of};
use super::super::shell::{Words, label_text};
use super::walk::is_directory;
use super::{STDERR, STDOUT, breathe};

/// Directories within directories that are gone into at most.
const MOST_DEPTH: usize = 32;

/// The characters that lines are drawn with.
#[derive(Clone, Copy, Debug)]
struct Strokes {
    branch: &'static [u8],
    last: &'static [u8],
    line: &'static [u8],
}

/// Box-drawing characters, which are the same in every code page of DOS.
const LINES: Strokes = Strokes { branch: b"\xC3\xC4\xC4\xC4", last: b"\xC0\xC4\xC4\xC4", line: b"\xB3   " };
const PLAIN: Strokes = Strokes { branch: b"+---", last: b"\\---", line: b"|   " };
const BLANK: &[u8] = b"    ";

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(in crate::dos) struct Tree {
    options: Options,
    drive: u8,
    /// Directories to be drawn, the next one last.
    left: Vec<Branch>,
    found: bool,
    code: u8,
    /// Has written its last word.
    ending: bool,
}

/// A directory to be drawn.
#[derive(Clone, Debug)]
struct Branch {
    path: DosPath,
    /// Whether each directory on the way to it, and itself, is the last in its own.
    lasts: Vec<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Options {
    files: bool,
    plain: bool,
    name: Vec<u8>,
}

impl Tree {
    pub(in crate::dos) const HELP: &'static str = "\
Graphically displays the directory structure of a drive or path.

TREE [drive:][path] [/F] [/A]

  /F  Displays the names of the files in each directory.
  /A  Uses text characters instead of graphic characters.
";

    pub(in crate::dos) fn go_on(&mut self, dos: &mut Dos<'_>, answer: &Answer) -> Request {
        match answer {
            Answer::Begin => match self.begin(dos) {
                Ok(text) => Request::Write(STDOUT, text),
                Err(text) => {
                    (self.code, self.ending) = (1, true);
                    Request::Write(STDERR, text)
                }
            },
            _ if self.ending => Request::Exit(self.code),
            Answer::Failed(_) => Request::Exit(1),
            _ => self.next(dos),
        }
    }

    /// The heading.
    fn begin(&mut self, dos: &Dos<'_>) -> Result<Vec<u8>, Vec<u8>> {
        self.options = Options::parse(&tail(dos))?;
        let name = &self.options.name;
        let invalid = || [b"Invalid path - ", name.to_ascii_uppercase().as_slice(), b"\r\n"].concat();
        let (place, pattern) = dos.searched_text(name).map_err(|_| invalid())?;
        let mut path = place.path;
        if let Some(pattern) = pattern {
            path.0.push(pattern.single().ok_or_else(invalid)?);
        }
        let place = Place { drive: place.drive, path };
        let entry = dos.lookup(&place).map_err(|_| invalid())?;
        if !is_directory(&entry) {
            return Err(invalid());
        }
        let label = label_text(dos, place.drive).map_err(|_| invalid())?;
        let shown = if name.is_empty() {
            [&[b'A' + place.drive], b":.".as_slice()].concat()
        } else {
            text_of(place.drive, &place.path)
        };
        self.drive = place.drive;
        self.left.push(Branch { path: place.path, lasts: Vec::new() });
        Ok([b"Directory PATH listing\r\n", label.trim_ascii_start(), &shown, b"\r\n"].concat())
    }

    /// Draws one directory.
    fn next(&mut self, dos: &Dos<'_>) -> Request {
        let Some(branch) = self.left.pop() else {
            self.ending = true;
            let none = if self.found { b"".as_slice() } else { b"No sub-directories exist\r\n\r\n" };
            return if none.is_empty() { Request::Exit(0) } else { Request::Write(STDOUT, none.to_vec()) };
        };
        let mut text = self.heading(&branch);
        // One that cannot be read looks empty.
        let entries = dos.drive(self.drive).and_then(|drive| drive.list(&branch.path)).unwrap_or_default();
        let (folders, files): (Vec<Entry>, Vec<Entry>) = entries.iter().partition(|entry| is_directory(entry));
        if self.options.files {
            text.extend(self.files(&branch, &files, folders.is_empty()));
        }
        if branch.lasts.len() < MOST_DEPTH {
            self.left.extend(inside(&branch, &folders));
        }
        if text.is_empty() { breathe() } else { Request::Write(STDOUT, text) }
    }

    /// The line of a directory; the first has none.
    fn heading(&mut self, branch: &Branch) -> Vec<u8> {
        let (Some((&last, before)), Some(name)) = (branch.lasts.split_last(), branch.path.0.last()) else {
            return Vec::new();
        };
        self.found = true;
        let strokes = self.options.strokes();
        let corner = if last { strokes.last } else { strokes.branch };
        [self.indent(before).as_slice(), corner, &name.dotted(), b"\r\n"].concat()
    }

    fn files(&self, branch: &Branch, files: &[Entry], no_folders: bool) -> Vec<u8> {
        let line = if no_folders { BLANK } else { self.options.strokes().line };
        let indent = [self.indent(&branch.lasts).as_slice(), line].concat();
        let mut text: Vec<u8> =
            files.iter().flat_map(|file| [indent.as_slice(), &file.name.dotted(), b"\r\n"].concat()).collect();
        if !files.is_empty() {
            text.extend([indent.as_slice(), b"\r\n"].concat());
        }
        text
    }

    fn indent(&self, lasts: &[bool]) -> Vec<u8> {
        lasts.iter().flat_map(|&last| if last { BLANK } else { self.options.strokes().line }).copied().collect()
    }
}

/// The directories in `branch`, the first one last.
fn inside(branch: &Branch, folders: &[Entry]) -> Vec<Branch> {
    let within = |(turn, entry): (usize, &Entry)| {
        let mut inside = branch.clone();
        inside.path.0.push(entry.name);
        inside.lasts.push(turn == 0);
        inside
    };
    folders.iter().rev().enumerate().map(within).collect()
}

impl Options {
    fn parse(tail: &[u8]) -> Result<Options, Vec<u8>> {
        let words = Words::of(tail);
        let mut options = Options { name: words.names.first().cloned().unwrap_or_default(), ..Options::default() };
        if let Some(word) = words.names.get(1) {
            return Err([b"Too many parameters - ", word.as_slice(), b"\r\n"].concat());
        }
        for switch in &words.switches {
            match switch.as_slice() {
                b"F" => options.files = true,
                b"A" => options.plain = true,
                _ => return Err([b"Invalid switch - /", switch.as_slice(), b"\r\n"].concat()),
            }
        }
        Ok(options)
    }

    fn strokes(&self) -> Strokes {
        if self.plain { PLAIN } else { LINES }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dos::drive::DosName;

    #[test]
    fn a_directory_hangs_from_those_it_is_in() {
        let mut tree = Tree { options: Options { plain: true, ..Options::default() }, ..Tree::default() };
        let path = DosPath(vec![DosName(*b"A          "), DosName(*b"B       X  ")]);
        let line = tree.heading(&Branch { path: path.clone(), lasts: vec![false, true] });
        assert_eq!(line, b"|   \\---B.X\r\n");
        assert_eq!(tree.heading(&Branch { path, lasts: vec![true, false] }), b"    +---B.X\r\n");
    }

    #[test]
    fn two_names_are_too_many() {
        assert!(Options::parse(b"a b").is_err());
        assert!(Options::parse(b"a /f/a").unwrap().files);
    }
}
