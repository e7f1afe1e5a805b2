//! CHOICE: waits for one of some keys; which one is the errorlevel.
//!
//! Source: MS-DOS 6 User's Guide, CHOICE. 255 is an error.

use super::super::Dos;
use super::super::app::{Answer, Call, Request, tail};
use super::{STDERR, STDIN, STDOUT, int21};
use crate::types::{SegOff, lo8};

/// BIOS data area: ticks since midnight, and how many of them are a day.
const TICKS: SegOff = SegOff { seg: 0x40, off: 0x6C };
const TICKS_A_DAY: u32 = 0x18_00B0;
/// Ticks of a thousand seconds. Source: 1,193,182 Hz / 65,536.
const TICKS_A_THOUSAND_SECONDS: u32 = 18_207;
const ERROR: u8 = 255;
const BELL: u8 = 7;
/// INT 15h/AH=86h waits CX:DX microseconds, at no cost; a twentieth of a second between two looks.
const WAIT: u16 = 0x8600;
const WAIT_MICROSECONDS: u16 = 50_000;

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(in crate::dos) struct Choice {
    options: Options,
    doing: Doing,
    /// When there was no key yet.
    since: u32,
    code: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Doing {
    /// Has asked, or has rung the bell.
    #[default]
    Asking,
    /// Looks whether there is a key, while time runs out.
    Looking,
    /// Takes a key.
    Reading,
    /// Has written the answer, or what is wrong.
    Ending,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Options {
    keys: Vec<u8>,
    quiet: bool,
    cased: bool,
    /// What is taken after so many seconds.
    default: Option<(u8, u32)>,
    text: Vec<u8>,
}

impl Choice {
    pub(in crate::dos) const HELP: &'static str = "\
Waits for the user to choose one of a set of choices.

CHOICE [/C[:]choices] [/N] [/S] [/T[:]c,nn] [text]

  /C[:]choices  Specifies allowable keys. Default is YN.
  /N            Does not display choices and ? at end of prompt string.
  /S            Treats choice keys as case sensitive.
  /T[:]c,nn     Defaults choice to c after nn seconds.
  text          Prompt string to display.

ERRORLEVEL is set to the offset of the key that is pressed: 1 for the first.
";

    pub(in crate::dos) fn go_on(&mut self, dos: &mut Dos<'_>, answer: Answer) -> Request {
        match (self.doing, answer) {
            (_, Answer::Begin) => match Options::parse(&tail(dos)) {
                Ok(options) => {
                    self.options = options;
                    self.since = dos.mem.read_u32(TICKS);
                    Request::Write(STDOUT, self.options.prompt())
                }
                Err(text) => {
                    (self.code, self.doing) = (ERROR, Doing::Ending);
                    Request::Write(STDERR, text.as_bytes().to_vec())
                }
            },
            (Doing::Ending, _) => Request::Exit(self.code),
            (_, Answer::Failed(_) | Answer::Break) => Request::Exit(ERROR),
            (Doing::Reading, Answer::Data(data)) => match data.first() {
                Some(&byte) => self.key(dos, byte),
                None => Request::Exit(ERROR),
            },
            (Doing::Reading, Answer::Returned(got)) => self.key(dos, lo8(got.ax.into())),
            (Doing::Looking, Answer::Returned(got)) => self.looked(dos, got),
            _ => self.wait(dos),
        }
    }

    /// Takes a key, or looks for one if there is a limit to waiting.
    fn wait(&mut self, dos: &Dos<'_>) -> Request {
        if self.options.default.is_some() {
            self.doing = Doing::Looking;
            return int21(0x0B00);
        }
        self.doing = Doing::Reading;
        if dos.target(STDIN).is_ok_and(super::super::files::Target::is_device) {
            return int21(0x0800);
        }
        Request::Read(STDIN, 1)
    }

    fn looked(&mut self, dos: &mut Dos<'_>, got: Call) -> Request {
        if lo8(got.ax.into()) != 0 {
            self.doing = Doing::Reading;
            return int21(0x0800);
        }
        let ticks = dos.mem.read_u32(TICKS).wrapping_add(TICKS_A_DAY).wrapping_sub(self.since) % TICKS_A_DAY;
        match self.options.default {
            Some((key, seconds)) if ticks >= seconds * TICKS_A_THOUSAND_SECONDS / 1000 => self.key(dos, key),
            _ => {
                self.doing = Doing::Asking;
                Request::Interrupt(0x15, Call { ax: WAIT, dx: WAIT_MICROSECONDS, ..Call::default() })
            }
        }
    }

    fn key(&mut self, dos: &Dos<'_>, byte: u8) -> Request {
        let place = self.options.place(byte);
        if place.is_none() {
            // Somebody is there: time does not run out any more.
            self.options.default = None;
        }
        match place {
            Some(place) => {
                (self.code, self.doing) = (place, Doing::Ending);
                Request::Write(STDOUT, vec![self.options.folded(byte), b'\r', b'\n'])
            }
            // The second byte of a key without a character comes next.
            None if byte == 0 => self.wait(dos),
            None => {
                self.doing = Doing::Asking;
                Request::Write(STDOUT, vec![BELL])
            }
        }
    }
}

impl Options {
    fn parse(tail: &[u8]) -> Result<Options, &'static str> {
        let mut options = Options { keys: b"YN".to_vec(), ..Options::default() };
        let mut rest = tail.trim_ascii();
        while let [b'/', letter, behind @ ..] = rest {
            let end = behind.iter().position(|byte| matches!(byte, b' ' | b'\t' | b'/')).unwrap_or(behind.len());
            let value = behind[..end].strip_prefix(b":").unwrap_or(&behind[..end]);
            match letter.to_ascii_uppercase() {
                b'C' if value.is_empty() => return Err("CHOICE: invalid choice switch syntax.\r\n"),
                b'C' => options.keys = value.to_vec(),
                b'N' => options.quiet = true,
                b'S' => options.cased = true,
                b'T' => options.default = Some(timeout(value)?),
                _ => return Err("CHOICE: invalid switch on command line.\r\n"),
            }
            rest = behind[end..].trim_ascii_start();
        }
        options.text = rest.iter().copied().filter(|&byte| byte != b'"').collect();
        if !options.cased {
            options.keys.make_ascii_uppercase();
        }
        match options.default {
            Some((key, _)) if options.place(key).is_none() => {
                Err("CHOICE: Timeout default not in specified (or default) choices.\r\n")
            }
            _ => Ok(options),
        }
    }

    fn prompt(&self) -> Vec<u8> {
        if self.quiet {
            return self.text.clone();
        }
        let keys: Vec<Vec<u8>> = self.keys.iter().map(|&key| vec![key]).collect();
        [self.text.as_slice(), b"[", &keys.join(&b','), b"]?"].concat()
    }

    fn folded(&self, byte: u8) -> u8 {
        if self.cased { byte } else { byte.to_ascii_uppercase() }
    }

    /// Which of the keys it is, from 1 on.
    fn place(&self, byte: u8) -> Option<u8> {
        let wanted = self.folded(byte);
        (1u8..).zip(&self.keys).find(|(_, key)| **key == wanted).map(|(place, _)| place)
    }
}

fn timeout(value: &[u8]) -> Result<(u8, u32), &'static str> {
    let wrong = "CHOICE: Incorrect timeout syntax.  Expected form Tc,nn or T:c,nn\r\n";
    let [key, b',', seconds @ ..] = value else { return Err(wrong) };
    let seconds = std::str::from_utf8(seconds).ok().and_then(|text| text.parse().ok());
    Ok((*key, seconds.filter(|&seconds| seconds <= 99).ok_or(wrong)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_come_before_the_text() {
        let options = Options::parse(b" /c:abc /t:b,5 Which one ").unwrap();
        assert_eq!(options.prompt(), b"Which one[A,B,C]?");
        assert_eq!((options.place(b'c'), options.place(b'd')), (Some(3), None));
        assert_eq!(options.default, Some((b'b', 5)));
        assert_eq!(Options::parse(b"/cab /n \"a / b\"").unwrap().prompt(), b"a / b");
    }

    #[test]
    fn case_counts_only_if_asked() {
        let options = Options::parse(b"/s /caA").unwrap();
        assert_eq!((options.place(b'a'), options.place(b'A')), (Some(1), Some(2)));
    }

    #[test]
    fn wrong_switches_are_refused() {
        for tail in ["/x", "/c", "/t:y", "/t:x,5", "/t:y,100"] {
            assert!(Options::parse(tail.as_bytes()).is_err(), "{tail}");
        }
    }
}
