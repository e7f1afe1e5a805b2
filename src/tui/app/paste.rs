//! Pasted text.

use std::time::Duration;

use super::{App, Effect, Mode};
use crate::keys::Typing;
use crate::screen::CodePage;
use crate::session::Command;
use crate::types::SessionId;

/// How many characters that cannot be typed a message names.
const NAMED_CHARACTERS: usize = 8;

impl App {
    /// Drops the pasted text that waits.
    pub(super) fn stop_typing(&mut self, id: SessionId, now: Duration, effects: &mut Vec<Effect>) {
        match self.session(id).map_or(0, |view| view.backlog.waiting) {
            0 => self.say("nothing waits to be typed".to_owned(), now),
            waiting => self.say(format!("stopped: about {waiting} characters are not typed"), now),
        }
        effects.push(Effect::Send(id, Command::StopTyping));
    }

    pub(super) fn paste(&mut self, text: &str, now: Duration, effects: &mut Vec<Effect>) {
        if self.mode == Mode::Prompt {
            return self.paste_into_prompt(text);
        }
        if self.mode == Mode::Copy {
            return self.paste_into_copy(text);
        }
        if self.mode == Mode::Panel
            && let Some(panel) = self.panels.last_mut()
        {
            panel.list.paste(text);
            self.dirty = true;
        }
        if self.mode != Mode::Guest {
            return;
        }
        let Some(id) = self.focused else { return };
        let typing = self.board().typing;
        let (text, lost) = typable(text, typing);
        self.release_keys(effects);
        if !text.is_empty() {
            effects.push(Effect::Send(id, Command::Text(text)));
        }
        if !lost.is_empty() {
            self.say(left_out(&lost, typing.code_page), now);
        }
    }
}

/// Pasted text with plain line ends and without what cannot be typed; and what cannot, in order.
fn typable(text: &str, typing: Typing) -> (String, Vec<char>) {
    let plain = text.replace("\r\n", "\n").replace('\r', "\n");
    // Control characters are commands of a terminal, not text.
    let visible = plain.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    let (kept, lost): (Vec<char>, Vec<char>) = visible.partition(|&c| typing.can_type(c));
    (kept.into_iter().collect(), lost)
}

fn left_out(lost: &[char], page: CodePage) -> String {
    let mut named: Vec<char> = lost.to_vec();
    named.sort_unstable();
    named.dedup();
    let more = if named.len() > NAMED_CHARACTERS { " \u{2026}" } else { "" };
    named.truncate(NAMED_CHARACTERS);
    let list: Vec<String> = named.iter().map(char::to_string).collect();
    let count = lost.len();
    let noun = if count == 1 { "character" } else { "characters" };
    format!("left out {count} {noun} that {page} lacks: {}{more}", list.join(" "))
}
