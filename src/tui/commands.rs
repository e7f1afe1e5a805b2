//! The commands behind the prefix key: one table that drives key handling, hint line and help.

mod table;

pub use self::table::COMMANDS;
pub(super) use self::table::PAN_ROWS;
use super::input::{Mods, Symbol, TermKey};
use super::layout::{Arrangement, Direction};
use crate::config::Prefix;
use crate::keys::Key;

/// True if `key` is the prefix key, whatever it does.
///
/// On boards without the key of a Ctrl chord, another key with Ctrl sends the same byte and counts
/// as well; with the kitty protocol, so does the key at the place it has on a US board.
#[must_use]
pub fn is_prefix(key: &TermKey, prefix: Prefix) -> bool {
    let (shift, ctrl, alt) = prefix.modifiers();
    let named = match prefix.character() {
        None => key.symbol == Symbol::Key(prefix.key()),
        Some(wanted) => {
            let fits = |c: char| c == wanted || Some(c) == ctrl_twin(wanted);
            matches!(key.symbol, Symbol::Char(c) if fits(c)) || key.place == Some(wanted)
        }
    };
    named && key.mods == Mods { shift, ctrl, alt }
}

/// The digit that sends the same byte with Ctrl as `c`.
/// Source: the control key of DEC's VT220 and all that emulate it.
fn ctrl_twin(c: char) -> Option<char> {
    Some(match c {
        ' ' => '2',
        '\\' => '4',
        ']' => '5',
        '-' => '7',
        _ => return None,
    })
}

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Shows the session with the digit that was struck.
    Select,
    /// Shows the next session.
    Next,
    /// Shows the previous session.
    Previous,
    /// Shows the session that was shown before.
    Last,
    /// Ends the session, after a question.
    Close,
    /// Resets the session, after a question.
    Reset,
    /// Sends Ctrl-Alt-Del.
    CtrlAltDel,
    /// Sends Ctrl-Break.
    CtrlBreak,
    /// Sends Print Screen.
    PrintScreen,
    /// Sends Pause.
    Pause,
    /// Sends SysRq.
    SysRq,
    /// Opens a picture of the board to choose keys from.
    KeyMenu,
    /// Sends the next key, whatever it is.
    PassKey,
    /// Moves the view of a screen that is larger than the window: columns, rows.
    Pan(i16, i16),
    /// Goes to the view in this direction.
    Go(Direction),
    /// Splits the view and shows another session in half of it.
    Split(Arrangement),
    /// Takes the view away.
    Hide,
    /// Gives the view the whole window, or puts it back.
    Zoom,
    /// Shows all sessions at once.
    Tile,
    /// Shows small pictures of all sessions to choose from.
    Overview,
    /// Shows what every session does and uses.
    Watch,
    /// Lets the session stand still, or go on.
    Hold,
    /// Asks for a file for a picture of the screen.
    Screenshot,
    /// Asks what kind of session to open.
    New,
    /// Opens a session with the same settings.
    Clone,
    /// Shows what is in the session's drives.
    Drives,
    /// Shows the session's settings.
    Settings,
    /// Opens the list of all commands.
    Palette,
    /// Opens the menu.
    Menu,
    /// Asks for a file and records the session in it, or ends the recording.
    Record,
    /// Asks for a file for what the session prints, or ends the log.
    Log,
    /// Stops dosmux until its shell continues it.
    Suspend,
    /// Asks for a file for a picture of the whole window.
    WindowPicture,
    /// Asks for the session's new name.
    Rename,
    /// Goes through what scrolled off the screen, to select, copy and search.
    CopyMode,
    /// Pastes what was copied last.
    Paste,
    /// Asks for a file for all that scrolled off the screen.
    SaveHistory,
    /// Drops the pasted text that has not been typed yet.
    StopTyping,
    /// Draws everything afresh.
    Redraw,
    /// Shows the help.
    Help,
    /// Ends dosmux, after a question if sessions are running.
    Quit,
}

/// A key that gives a command after the prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The key that types this character.
    Char(char),
    /// Any digit.
    Digit,
    /// A key without a character.
    Key(Key),
}

/// One command.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// The keys that give it.
    pub triggers: &'static [Trigger],
    /// The keys as shown to the user.
    pub keys: &'static str,
    /// Its name in the hint line; commands with an empty name are in the help only.
    pub name: &'static str,
    /// What it does, for the help.
    pub help: &'static str,
    /// What it does.
    pub action: Action,
}

/// The index of the session that a digit stands for; 0 is the tenth.
pub(super) fn session_index(digit: char) -> Option<usize> {
    let digit = digit.to_digit(10)?;
    usize::try_from((digit + 9) % 10).ok()
}

/// The command that `key` gives after the prefix.
#[must_use]
pub fn find(key: &TermKey) -> Option<Action> {
    let fits = |trigger: &Trigger| match *trigger {
        Trigger::Digit => key.character().is_some_and(|c| c.is_ascii_digit()),
        Trigger::Char(c) => key.character() == Some(c),
        Trigger::Key(board) => key.symbol == Symbol::Key(board),
    };
    // A command is given with or without Ctrl still held from the prefix.
    if key.mods.alt {
        return None;
    }
    COMMANDS.iter().find(|command| command.triggers.iter().any(fits)).map(|command| command.action)
}

/// The text of the hint line that follows the prefix key.
#[must_use]
pub fn hint() -> String {
    let named = COMMANDS.iter().filter(|command| !command.name.is_empty());
    let first = |keys: &'static str| keys.split(' ').next().unwrap_or(keys);
    let parts: Vec<String> = named.map(|command| format!("{} {}", first(command.keys), command.name)).collect();
    parts.join("  ")
}

/// Rows of the help: keys and what they do.
#[must_use]
pub fn help_rows(prefix: Prefix) -> Vec<(String, String)> {
    let shown = COMMANDS.iter().filter(|command| !command.help.is_empty());
    let rows = shown.map(|command| (command.keys.to_owned(), command.help.to_owned()));
    let prefix = (prefix.to_string(), format!("send {prefix} to the session"));
    rows.chain([prefix]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(c: char) -> TermKey {
        TermKey::legacy(Symbol::Char(c), Mods::NONE)
    }

    #[test]
    fn no_two_commands_share_a_trigger() {
        let triggers: Vec<Trigger> = COMMANDS.iter().flat_map(|command| command.triggers).copied().collect();
        for (index, trigger) in triggers.iter().enumerate() {
            assert!(!triggers[index + 1..].contains(trigger), "{trigger:?}");
        }
    }

    #[test]
    fn every_command_is_found_by_its_keys() {
        assert_eq!(find(&struck('n')), Some(Action::Next));
        assert_eq!(find(&struck('7')), Some(Action::Select));
        assert_eq!(find(&TermKey::legacy(Symbol::Key(Key::PageDown), Mods::NONE)), Some(Action::Pan(0, PAN_ROWS)));
        assert_eq!(find(&TermKey::legacy(Symbol::Char('n'), Mods::CTRL)), Some(Action::Next));
        assert_eq!(find(&TermKey { text: Some('?'), ..struck('/') }), Some(Action::Help));
        assert_eq!(find(&struck('y')), None);
    }

    #[test]
    fn the_prefix_is_known_by_character_twin_and_place() {
        let ctrl = |c| TermKey::legacy(Symbol::Char(c), Mods::CTRL);
        let is_prefix = |key: TermKey| super::is_prefix(&key, Prefix::default());
        assert!(is_prefix(ctrl(']')));
        assert!(is_prefix(ctrl('5')));
        assert!(is_prefix(TermKey { place: Some(']'), ..ctrl('+') }));
        assert!(!is_prefix(ctrl('[')));
        assert!(!is_prefix(struck(']')));
    }

    #[test]
    fn a_function_key_is_the_prefix_with_its_own_modifiers_only() {
        let prefix = Prefix::parse("shift+f12").unwrap();
        let f12 = |mods| TermKey::legacy(Symbol::Key(Key::F12), mods);
        assert!(is_prefix(&f12(Mods::SHIFT), prefix));
        assert!(!is_prefix(&f12(Mods::NONE), prefix));
        assert!(!is_prefix(&TermKey::legacy(Symbol::Char(']'), Mods::CTRL), prefix));
    }

    #[test]
    fn help_and_hint_name_the_way_out() {
        assert!(hint().ends_with("h help  q quit"));
        assert!(hint().chars().count() <= 78, "fits a window of 80 columns: {}", hint());
        assert!(help_rows(Prefix::default()).iter().any(|(keys, help)| keys == "h ?" && help == "show this help"));
    }
}
