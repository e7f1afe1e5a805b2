//! What a program says to `/?`.

use super::super::app::{Answer, Request};
use super::STDOUT;

/// See the module's text.
#[derive(Clone, Debug)]
pub(in crate::dos) struct Help {
    text: &'static str,
}

impl Help {
    pub(in crate::dos) fn new(text: &'static str) -> Help {
        Help { text }
    }

    pub(in crate::dos) fn go_on(&self, answer: &Answer) -> Request {
        match answer {
            Answer::Begin => Request::Write(STDOUT, lines(self.text)),
            _ => Request::Exit(0),
        }
    }
}

/// `text` with the line ends of DOS.
pub(in crate::dos) fn lines(text: &str) -> Vec<u8> {
    text.lines().flat_map(|line| [line.as_bytes(), b"\r\n"].concat()).collect()
}
