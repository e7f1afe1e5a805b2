//! A line of text that the user edits: a name, a file.

use super::input::{Mods, Symbol, TermKey};
use crate::config;
use crate::disk::DriveId;
use crate::keys::Key;
use crate::types::SessionId;

/// Longest text. *Units*: characters.
const CAPACITY: usize = 1024;

/// What the text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The file of a picture of the session's screen.
    Screenshot(SessionId),
    /// The file of a recording.
    Record(SessionId),
    /// The file of a log.
    Log(SessionId),
    /// The file of a picture of the whole window.
    Window,
    /// The file of a text that was copied in the session.
    SaveText(SessionId),
    /// The session's new name.
    Rename(SessionId),
    /// The file that the disk in a drive is saved to.
    SaveDisk(SessionId, DriveId),
    /// The new value of a setting of the session.
    Setting(SessionId, &'static str),
}

impl Purpose {
    /// What the user is asked.
    #[must_use]
    pub fn question(self) -> &'static str {
        match self {
            Purpose::Screenshot(_) | Purpose::Window => "picture to file (txt, ans, html, svg, png): ",
            Purpose::Record(_) => "record to file (asciicast): ",
            Purpose::Log(_) => "log to file (text, appended): ",
            Purpose::SaveText(_) => "text to file: ",
            Purpose::Rename(_) => "name of the session: ",
            Purpose::SaveDisk(..) => "save the disk to the new file: ",
            Purpose::Setting(_, key) => config::question(key),
        }
    }
}

/// What came of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The text is still being edited.
    Editing,
    /// The text is as the user wants it.
    Given(String),
    /// The user thought better of it.
    Cancelled,
}

/// A text being edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    purpose: Purpose,
    text: Vec<char>,
    /// The next character goes before this one.
    at: usize,
}

impl Prompt {
    /// Asks for a text, of which `text` is a first proposal.
    #[must_use]
    pub fn new(purpose: Purpose, text: &str) -> Prompt {
        let text: Vec<char> = text.chars().take(CAPACITY).collect();
        Prompt { purpose, at: text.len(), text }
    }

    /// What the text is for.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Question and text.
    #[must_use]
    pub fn line(&self) -> String {
        self.purpose.question().chars().chain(self.text.iter().copied()).collect()
    }

    /// Column of the cursor in [`Prompt::line`].
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.purpose.question().chars().count() + self.at
    }

    /// Takes in a key: characters are put in; arrows, Home, End, Backspace, Delete and Ctrl-U edit;
    /// Enter and Esc end it.
    pub fn key(&mut self, key: &TermKey) -> Answer {
        match key.symbol {
            Symbol::Key(Key::Enter | Key::KeypadEnter) => return Answer::Given(self.text.iter().collect()),
            Symbol::Key(Key::Escape) => return Answer::Cancelled,
            Symbol::Key(Key::Left) => self.at = self.at.saturating_sub(1),
            Symbol::Key(Key::Right) => self.at = (self.at + 1).min(self.text.len()),
            Symbol::Key(Key::Home) => self.at = 0,
            Symbol::Key(Key::End) => self.at = self.text.len(),
            Symbol::Key(Key::Backspace) if self.at > 0 => {
                self.at -= 1;
                self.text.remove(self.at);
            }
            Symbol::Key(Key::Delete) if self.at < self.text.len() => {
                self.text.remove(self.at);
            }
            Symbol::Char('u') if key.mods == Mods::CTRL => {
                self.text.drain(..self.at);
                self.at = 0;
            }
            _ if key.mods.ctrl || key.mods.alt => {}
            _ => self.insert(key.character()),
        }
        Answer::Editing
    }

    /// Puts in text that was pasted; only its first line.
    pub fn paste(&mut self, text: &str) {
        self.insert(text.lines().next().unwrap_or("").chars());
    }

    fn insert(&mut self, chars: impl IntoIterator<Item = char>) {
        for c in chars.into_iter().filter(|c| !c.is_control()) {
            if self.text.len() < CAPACITY {
                self.text.insert(self.at, c);
                self.at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: &str, keys: &[Symbol]) -> Prompt {
        let mut prompt = Prompt::new(Purpose::Rename(SessionId(1)), start);
        for &symbol in keys {
            assert_eq!(prompt.key(&TermKey::legacy(symbol, Mods::NONE)), Answer::Editing);
        }
        prompt
    }

    fn text(prompt: &mut Prompt) -> String {
        match prompt.key(&TermKey::legacy(Symbol::Key(Key::Enter), Mods::NONE)) {
            Answer::Given(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn characters_go_in_at_the_cursor() {
        let mut prompt = edit("ac", &[Symbol::Key(Key::Left), Symbol::Char('b')]);
        assert_eq!(prompt.line(), "name of the session: abc");
        assert_eq!(prompt.cursor(), "name of the session: ab".len());
        assert_eq!(text(&mut prompt), "abc");
    }

    #[test]
    fn backspace_delete_and_the_ends() {
        use Symbol::Key as K;
        let keys = [K(Key::Home), K(Key::Delete), K(Key::End), K(Key::Backspace), K(Key::Backspace)];
        assert_eq!(text(&mut edit("abcde", &keys)), "bc");
        let keys = [K(Key::Home), K(Key::Backspace), K(Key::Left), K(Key::End), K(Key::Delete), K(Key::Right)];
        assert_eq!(text(&mut edit("ab", &keys)), "ab");
    }

    #[test]
    fn ctrl_u_clears_what_is_left_of_the_cursor_and_other_chords_do_nothing() {
        let mut prompt = edit("old", &[]);
        prompt.key(&TermKey::legacy(Symbol::Char('x'), Mods::CTRL));
        prompt.key(&TermKey::legacy(Symbol::Char('u'), Mods::CTRL));
        prompt.paste("new\nlines");
        assert_eq!(text(&mut prompt), "new");
    }

    #[test]
    fn escape_cancels_and_the_text_has_a_limit() {
        let mut prompt = edit("", &[]);
        prompt.paste(&"x".repeat(5000));
        assert_eq!(prompt.key(&TermKey::legacy(Symbol::Char('y'), Mods::NONE)), Answer::Editing);
        assert_eq!(prompt.key(&TermKey::legacy(Symbol::Key(Key::Escape), Mods::NONE)), Answer::Cancelled);
        assert_eq!(text(&mut prompt).len(), CAPACITY);
    }
}
