//! Text on its way between the host and a DOS program: UTF-8 and LF there, a code page and CR LF here.

use crate::screen::CodePage;

/// What stands for a character that the code page does not have.
const UNKNOWN: u8 = b'?';

/// Text for a guest.
pub(super) struct ToGuest {
    page: CodePage,
    raw: bool,
    /// The beginning of a character whose end has not come yet.
    begun: Vec<u8>,
    after_cr: bool,
}

impl ToGuest {
    pub(super) fn new(page: CodePage, raw: bool) -> ToGuest {
        ToGuest { page, raw, begun: Vec::new(), after_cr: false }
    }

    pub(super) fn convert(&mut self, bytes: &[u8]) -> Vec<u8> {
        if self.raw {
            return bytes.to_vec();
        }
        let mut bytes = [std::mem::take(&mut self.begun).as_slice(), bytes].concat();
        if let Err(error) = std::str::from_utf8(&bytes) {
            // Without a length only the end is missing.
            if error.error_len().is_none() {
                self.begun = bytes.split_off(error.valid_up_to());
            }
        }
        self.characters(&String::from_utf8_lossy(&bytes))
    }

    /// What is left at the end.
    pub(super) fn end(&mut self) -> Vec<u8> {
        if self.begun.is_empty() { Vec::new() } else { vec![UNKNOWN] }
    }

    fn characters(&mut self, text: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len());
        for c in text.chars() {
            if c == '\n' && !self.after_cr {
                out.push(b'\r');
            }
            self.after_cr = c == '\r';
            out.push(if c.is_ascii() {
                u8::try_from(c).unwrap_or(UNKNOWN)
            } else {
                self.page.code(c).unwrap_or(UNKNOWN)
            });
        }
        out
    }
}

/// Text from a guest.
pub(super) struct FromGuest {
    page: CodePage,
    raw: bool,
    /// A CR that may belong to an LF.
    cr: bool,
}

impl FromGuest {
    pub(super) fn new(page: CodePage, raw: bool) -> FromGuest {
        FromGuest { page, raw, cr: false }
    }

    pub(super) fn convert(&mut self, bytes: &[u8]) -> Vec<u8> {
        if self.raw {
            return bytes.to_vec();
        }
        let mut out = String::with_capacity(bytes.len());
        for &byte in bytes {
            if std::mem::take(&mut self.cr) && byte != b'\n' {
                out.push('\r');
            }
            match byte {
                b'\r' => self.cr = true,
                byte if byte.is_ascii() => out.push(char::from(byte)),
                byte => out.push(self.page.char(byte)),
            }
        }
        out.into_bytes()
    }

    /// What is left at the end.
    pub(super) fn end(&mut self) -> Vec<u8> {
        if std::mem::take(&mut self.cr) { vec![b'\r'] } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_characters_are_those_of_the_guest() {
        let mut to = ToGuest::new(CodePage::US, false);
        assert_eq!(to.convert("a\nä\r\n".as_bytes()), b"a\r\n\x84\r\n");
        assert_eq!(to.convert(b"\xC3"), b"");
        assert_eq!(to.convert(b"\xA4\xE4\xB8\xAD"), b"\x84?");
        assert_eq!((to.convert(b"\xC3"), to.end()), (vec![], vec![UNKNOWN]));
    }

    #[test]
    fn lines_and_characters_are_those_of_the_host() {
        let mut from = FromGuest::new(CodePage::US, false);
        assert_eq!(from.convert(b"a\r"), b"a");
        assert_eq!(from.convert(b"\n\x84\rb\r"), "\nä\rb".as_bytes());
        assert_eq!(from.end(), b"\r");
    }

    #[test]
    fn raw_bytes_stay_as_they_are() {
        assert_eq!(ToGuest::new(CodePage::US, true).convert(b"\n\xC3"), b"\n\xC3");
        assert_eq!(FromGuest::new(CodePage::US, true).convert(b"\r\n\x84"), b"\r\n\x84");
    }
}
