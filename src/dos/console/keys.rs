//! Keys that escape sequences have given another meaning: `ESC [ key ; text p`.
//!
//! Source: Microsoft, MS-DOS 5 User's Guide, ANSI.SYS, "Set Keyboard Strings".

/// Bytes of all texts at most; what does not fit is left out. Source: ANSI.SYS has room for about 500.
const MOST_BYTES: usize = 1024;

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys(Vec<(Key, Vec<u8>)>);

/// A key by its character, or 0 and its scan code.
type Key = (u8, u8);

impl Keys {
    /// What the key with this character, or this scan code, stands for now.
    pub(super) fn text_of(&self, byte: u8, scan: u8) -> Option<&[u8]> {
        let key = if byte == 0 { (0, scan) } else { (byte, 0) };
        self.0.iter().find(|(found, _)| *found == key).map(|(_, text)| text.as_slice())
    }

    /// Gives the key that `bytes` begins with the text behind it; without one it is itself again.
    pub(super) fn assign(&mut self, bytes: &[u8]) {
        let (key, text) = match bytes {
            [0, scan, text @ ..] => ((0, *scan), text),
            [byte, text @ ..] => ((*byte, 0), text),
            [] => return,
        };
        self.0.retain(|(found, _)| *found != key);
        let used: usize = self.0.iter().map(|(_, text)| text.len() + 2).sum();
        if !text.is_empty() && used + text.len() + 2 <= MOST_BYTES {
            self.0.push((key, text.to_vec()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_its_text_until_it_is_itself_again() {
        let mut keys = Keys::default();
        keys.assign(b"\x00\x3Bdir\r");
        keys.assign(b"ab");
        assert_eq!(
            (keys.text_of(0, 0x3B), keys.text_of(b'a', 0x1E)),
            (Some(b"dir\r".as_slice()), Some(b"b".as_slice()))
        );
        keys.assign(b"a");
        assert_eq!(keys.text_of(b'a', 0x1E), None);
    }

    #[test]
    fn texts_have_an_end() {
        let mut keys = Keys::default();
        for key in 1..=255 {
            keys.assign(&[&[key], [b'x'; 100].as_slice()].concat());
        }
        assert!(keys.0.len() < 12);
        assert_eq!(keys.text_of(255, 0), None);
    }
}
