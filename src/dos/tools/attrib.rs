//! ATTRIB: shows and changes the attributes of files. Source: MS-DOS 5 User's Guide, ATTRIB.

use super::super::Dos;
use super::super::app::{Answer, Request, tail};
use super::super::drive::{DosPath, Entry, attribute};
use super::super::path::{Pattern, Place, text_of};
use super::super::shell::Words;
use super::walk::{Walk, is_directory};
use super::{STDERR, STDOUT, breathe};

const HIDDEN: u8 = attribute::HIDDEN | attribute::SYSTEM;

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(in crate::dos) struct Attrib {
    options: Options,
    walk: Option<Walk>,
    pattern: Option<Pattern>,
    found: bool,
    code: u8,
    /// Has written its last word.
    ending: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Options {
    set: u8,
    clear: u8,
    within: bool,
    name: Vec<u8>,
}

impl Attrib {
    pub(in crate::dos) const HELP: &'static str = "\
Displays or changes file attributes.

ATTRIB [+R | -R] [+A | -A] [+S | -S] [+H | -H] [[drive:][path]filename] [/S]

  +   Sets an attribute.
  -   Clears an attribute.
  R   Read-only file attribute.
  A   Archive file attribute.
  S   System file attribute.
  H   Hidden file attribute.
  /S  Processes files in all directories in the specified path.
";

    pub(in crate::dos) fn go_on(&mut self, dos: &mut Dos<'_>, answer: Answer) -> Request {
        match answer {
            Answer::Begin => {
                if let Err(text) = self.begin(dos) {
                    return self.fail(text);
                }
                self.next(dos)
            }
            _ if self.ending => Request::Exit(self.code),
            Answer::Failed(_) => Request::Exit(1),
            _ => self.next(dos),
        }
    }

    fn begin(&mut self, dos: &Dos<'_>) -> Result<(), Vec<u8>> {
        self.options = Options::parse(&tail(dos))?;
        let name = &self.options.name;
        let (place, pattern) = dos.searched_text(name).map_err(|error| format!("{error}\r\n").into_bytes())?;
        self.pattern = Some(pattern.unwrap_or(Pattern([b'?'; 11])));
        self.walk = Some(Walk::new(place, self.options.within));
        Ok(())
    }

    /// Does one directory.
    fn next(&mut self, dos: &mut Dos<'_>) -> Request {
        let visit = self.walk.as_mut().and_then(|walk| walk.next(dos));
        let (Some(visit), Some(pattern)) = (visit, self.pattern) else {
            return if self.found { Request::Exit(self.code) } else { self.fail(self.not_found()) };
        };
        // A directory that cannot be read has nothing to show.
        let Ok(visit) = visit else { return breathe() };
        let mut text = Vec::new();
        for entry in visit.entries.iter().filter(|entry| pattern.matches(entry.name)) {
            // A directory has to be named.
            if is_directory(entry) && pattern.single().is_none() {
                continue;
            }
            let mut path = visit.place.path.clone();
            path.0.push(entry.name);
            self.found = true;
            text.extend(self.file(dos, &Place { drive: visit.place.drive, path }, entry));
        }
        if text.is_empty() { breathe() } else { Request::Write(STDOUT, text) }
    }

    /// Shows or changes one file; returns what there is to say.
    fn file(&mut self, dos: &Dos<'_>, place: &Place, entry: &Entry) -> Vec<u8> {
        let (set, clear) = (self.options.set, self.options.clear);
        let path = text_of(place.drive, &place.path);
        if set | clear == 0 {
            return line(entry.attributes, &path);
        }
        // Hidden and system files stay as they are, unless just that is to change.
        let protected = entry.attributes & HIDDEN & !(set | clear);
        if protected != 0 {
            let kind = if protected & attribute::HIDDEN != 0 { "hidden" } else { "system" };
            return [format!("Not resetting {kind} file ").as_bytes(), &path, b"\r\n"].concat();
        }
        match change(dos, place, (entry.attributes | set) & !clear) {
            Ok(()) => Vec::new(),
            Err(text) => {
                self.code = 1;
                [text.as_bytes(), b" - ", path.as_slice(), b"\r\n"].concat()
            }
        }
    }

    fn not_found(&self) -> Vec<u8> {
        [b"File not found - ", self.options.name.to_ascii_uppercase().as_slice(), b"\r\n"].concat()
    }

    fn fail(&mut self, text: Vec<u8>) -> Request {
        (self.code, self.ending) = (1, true);
        Request::Write(STDERR, text)
    }
}

fn change(dos: &Dos<'_>, place: &Place, attributes: u8) -> Result<(), String> {
    let drive = dos.drive(place.drive).and_then(|drive| drive.writable());
    let changed = drive.and_then(|drive| drive.set_attributes(&DosPath(place.path.0.clone()), attributes));
    changed.map_err(|error| error.to_string())
}

/// `  A  SHR     C:\IO.SYS`.
fn line(attributes: u8, path: &[u8]) -> Vec<u8> {
    let mark = |bit: u8, letter: char| if attributes & bit != 0 { letter } else { ' ' };
    let [a, s, h, r] = [
        mark(attribute::ARCHIVE, 'A'),
        mark(attribute::SYSTEM, 'S'),
        mark(attribute::HIDDEN, 'H'),
        mark(attribute::READ_ONLY, 'R'),
    ];
    [format!("  {a}  {s}{h}{r}     ").as_bytes(), path, b"\r\n"].concat()
}

impl Options {
    fn parse(tail: &[u8]) -> Result<Options, Vec<u8>> {
        let words = Words::of(tail);
        let mut options = Options::default();
        for switch in &words.switches {
            match switch.as_slice() {
                b"S" => options.within = true,
                _ => return Err([b"Invalid switch - /", switch.as_slice(), b"\r\n"].concat()),
            }
        }
        for word in words.names {
            match word.as_slice() {
                [sign @ (b'+' | b'-'), letters @ ..] => {
                    let bits = if *sign == b'+' { &mut options.set } else { &mut options.clear };
                    *bits |= bits_of(letters).ok_or_else(|| b"Parameter format not correct\r\n".to_vec())?;
                }
                _ if options.name.is_empty() => options.name = word,
                _ => return Err([b"Too many parameters - ", word.as_slice(), b"\r\n"].concat()),
            }
        }
        if options.name.is_empty() {
            options.name = b"*.*".to_vec();
        }
        Ok(options)
    }
}

/// The attributes that letters stand for.
fn bits_of(letters: &[u8]) -> Option<u8> {
    if letters.is_empty() {
        return None;
    }
    letters.iter().try_fold(0, |bits, letter| {
        let bit = match letter.to_ascii_uppercase() {
            b'R' => attribute::READ_ONLY,
            b'A' => attribute::ARCHIVE,
            b'S' => attribute::SYSTEM,
            b'H' => attribute::HIDDEN,
            _ => return None,
        };
        Some(bits | bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_have_columns_of_their_own() {
        let text = line(attribute::ARCHIVE | attribute::READ_ONLY, b"C:\\A.TXT");
        assert_eq!(text, b"  A    R     C:\\A.TXT\r\n");
    }

    #[test]
    fn signs_set_and_clear() {
        let options = Options::parse(b" +r -ah *.txt /s").unwrap();
        assert_eq!((options.set, options.clear), (attribute::READ_ONLY, attribute::ARCHIVE | attribute::HIDDEN));
        assert_eq!((options.name.as_slice(), options.within), (b"*.txt".as_slice(), true));
        assert!(Options::parse(b"+x").is_err());
        assert!(Options::parse(b"a b").is_err());
    }
}
