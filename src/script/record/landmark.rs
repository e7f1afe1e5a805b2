//! Text on a screen by which a script knows that a guest has come as far as the user saw it.

use crate::screen::Screen;

/// Fewest letters by which a text is known.
const LEAST_LETTERS: usize = 3;
/// Most characters of a text that is waited for.
const MOST_CHARS: usize = 40;
/// Typed characters that are remembered.
const TYPED_CHARS: usize = 200;

/// What was on a session's screen when its user last struck a key, and what was typed.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    screen: Option<Screen>,
    typed: String,
}

impl Memory {
    /// Text on `screen` that was not there at the last call and that the user did not type: the lowest
    /// such text, and the prompt at the cursor.
    pub(super) fn landmarks(&mut self, screen: &Screen) -> Vec<String> {
        let news = |row| segments(&screen.row_text(row)).into_iter().filter(|text| self.is_news(text));
        let best = |row| news(row).filter(|text| letters(text) >= LEAST_LETTERS).max_by_key(|text| letters(text));
        let mut found: Vec<String> = (0..screen.rows).rev().find_map(best).into_iter().collect();
        let prompt = prompt(screen).filter(|prompt| self.is_news(prompt));
        found.extend(prompt.filter(|prompt| !found.iter().any(|text| text.contains(prompt.as_str()))));
        self.screen = Some(screen.clone());
        found
    }

    /// The user typed `text`.
    pub(super) fn typed(&mut self, text: &str) {
        self.typed.push_str(&text.to_lowercase());
        let surplus = self.typed.chars().count().saturating_sub(TYPED_CHARS);
        self.typed = self.typed.chars().skip(surplus).collect();
    }

    /// The machine was restarted: all that comes is new.
    pub(super) fn forget(&mut self) {
        *self = Memory::default();
    }

    fn is_news(&self, text: &str) -> bool {
        !self.was_shown(text) && !self.is_echo(text)
    }

    fn was_shown(&self, text: &str) -> bool {
        self.screen.as_ref().is_some_and(|screen| screen.contains(text))
    }

    /// True if `text` is part of what was typed, behind nothing or behind what was shown before.
    fn is_echo(&self, text: &str) -> bool {
        text.char_indices().any(|(at, _)| {
            let (before, echo) = text.split_at(at);
            let before = before.trim_end();
            (before.is_empty() || self.was_shown(before)) && self.typed.contains(&echo.to_lowercase())
        })
    }
}

/// The parts of a row that will be the same in another run: no digits, no line drawing, no wide gaps.
/// A row with a date or a time has none.
fn segments(row: &str) -> Vec<String> {
    if has_date(row) {
        return Vec::new();
    }
    let stays =
        |c: char| c == ' ' || (c.is_ascii_graphic() && !c.is_ascii_digit()) || (c.is_alphabetic() && !c.is_ascii());
    let parts = row.split(|c| !stays(c)).flat_map(|part| part.split("  ")).map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(|part| part.chars().take(MOST_CHARS).collect::<String>())
        .map(trimmed)
        .collect()
}

fn trimmed(text: String) -> String {
    text.trim_end().to_owned()
}

/// True if a digit, a sign as dates and times have it, and a digit follow each other.
fn has_date(row: &str) -> bool {
    let chars: Vec<char> = row.chars().collect();
    chars.windows(3).any(|three| three[0].is_ascii_digit() && ":/-.".contains(three[1]) && three[2].is_ascii_digit())
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).count()
}

/// What stands before the cursor, if that is a prompt: short, and free of what may be another the next
/// time.
fn prompt(screen: &Screen) -> Option<String> {
    let cursor = screen.cursor?;
    let row = screen.row_text(cursor.row);
    let before: String = row.chars().take(usize::from(cursor.col)).collect();
    let before = before.trim();
    let parts = segments(before);
    (parts.len() == 1 && parts[0] == before).then(|| before.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::Cursor;
    use crate::script::fake::screen_of;

    fn screen(rows: [&str; 3]) -> Screen {
        screen_of(&rows.map(|row| format!("{row:20}")).concat())
    }

    #[test]
    fn the_lowest_new_text_counts() {
        let mut memory = Memory::default();
        assert_eq!(memory.landmarks(&screen(["one line", "another", ""])), ["another"]);
        assert!(memory.landmarks(&screen(["one line", "another", ""])).is_empty());
        assert_eq!(memory.landmarks(&screen(["another", "third line", ""])), ["third line"]);
    }

    #[test]
    fn what_differs_from_run_to_run_is_passed_over() {
        let rows = ["Date 11-22-2026", "    5 file(s) free", "Time 10:20p"];
        assert_eq!(Memory::default().landmarks(&screen(rows)), ["file(s) free"]);
        assert!(Memory::default().landmarks(&screen(["12345", "║ ═══", "ab"])).is_empty());
    }

    #[test]
    fn what_was_typed_is_no_news() {
        let mut memory = Memory::default();
        memory.landmarks(&screen(["C:\\>", "", ""]));
        memory.typed("copy Abc\n");
        assert!(memory.landmarks(&screen(["C:\\>copy abc", "", ""])).is_empty());
        assert_eq!(memory.landmarks(&screen(["C:\\>copy abc", "not found", ""])), ["not found"]);
    }

    #[test]
    fn an_echo_that_comes_late_is_no_news_either() {
        let mut memory = Memory::default();
        memory.landmarks(&screen(["C:\\>", "", ""]));
        memory.typed("directory");
        assert!(memory.landmarks(&screen(["C:\\>direc", "", ""])).is_empty());
        assert_eq!(memory.landmarks(&screen(["Bad command", "C:\\>", ""])), ["Bad command"]);
    }

    #[test]
    fn of_a_row_the_longest_text_counts() {
        assert_eq!(Memory::default().landmarks(&screen(["5 dir(s) 7 byte free", "", ""])), ["byte free"]);
    }

    #[test]
    fn a_new_prompt_is_waited_for_as_well() {
        let mut shown = screen(["loading files", "A:\\>", ""]);
        shown.cursor = Some(Cursor { row: 1, col: 4, start: 14, end: 15 });
        let mut memory = Memory::default();
        assert_eq!(memory.landmarks(&shown), ["loading files", "A:\\>"]);
        assert!(memory.landmarks(&shown).is_empty());
    }
}
