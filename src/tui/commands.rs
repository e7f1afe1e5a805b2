//! The commands behind the prefix key: one table that drives key handling, hint line and help.

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

/// How far a pan command moves the view.
const PAN_COLS: i16 = 8;
pub(super) const PAN_ROWS: i16 = 4;

/// Every command but the prefix key itself, in the order of help and hint line.
pub const COMMANDS: &[Command] = &[
    Command {
        triggers: &[Trigger::Digit],
        keys: "1-9",
        name: "go to",
        help: "show the session with this number (0 is the tenth)",
        action: Action::Select,
    },
    Command {
        triggers: &[Trigger::Char('n')],
        keys: "n",
        name: "next",
        help: "show the next session",
        action: Action::Next,
    },
    Command {
        triggers: &[Trigger::Char('p')],
        keys: "p",
        name: "",
        help: "show the previous session",
        action: Action::Previous,
    },
    Command {
        triggers: &[Trigger::Char('l'), Trigger::Key(Key::Tab)],
        keys: "l Tab",
        name: "",
        help: "show the session that was shown last",
        action: Action::Last,
    },
    Command {
        triggers: &[Trigger::Char(':'), Trigger::Char(' ')],
        keys: ": Space",
        name: "all",
        help: "search all commands by what they do",
        action: Action::Palette,
    },
    Command {
        triggers: &[Trigger::Key(Key::F10)],
        keys: "F10",
        name: "",
        help: "open the menu of commands, as the right mouse button does",
        action: Action::Menu,
    },
    Command {
        triggers: &[Trigger::Char('N')],
        keys: "N",
        name: "",
        help: "open a new session: from a profile, a disk image, or the tour",
        action: Action::New,
    },
    Command {
        triggers: &[Trigger::Char('C')],
        keys: "C",
        name: "",
        help: "clone: open another session like this one",
        action: Action::Clone,
    },
    Command {
        triggers: &[Trigger::Char('a')],
        keys: "a",
        name: "",
        help: "drives and floppies: insert, eject, exchange and save disks",
        action: Action::Drives,
    },
    Command {
        triggers: &[Trigger::Char('g')],
        keys: "g",
        name: "",
        help: "change the settings of the session",
        action: Action::Settings,
    },
    Command {
        triggers: &[Trigger::Char('c')],
        keys: "c",
        name: "close",
        help: "close the session",
        action: Action::Close,
    },
    Command {
        triggers: &[Trigger::Char('r')],
        keys: "r",
        name: "",
        help: "reset the session, as its reset button would",
        action: Action::Reset,
    },
    Command {
        triggers: &[Trigger::Char('k')],
        keys: "k",
        name: "",
        help: "send Ctrl-Alt-Del",
        action: Action::CtrlAltDel,
    },
    Command {
        triggers: &[Trigger::Char('b')],
        keys: "b",
        name: "",
        help: "send Ctrl-Break",
        action: Action::CtrlBreak,
    },
    Command {
        triggers: &[Trigger::Char('s')],
        keys: "s",
        name: "",
        help: "send Print Screen",
        action: Action::PrintScreen,
    },
    Command { triggers: &[Trigger::Char('z')], keys: "z", name: "", help: "send Pause", action: Action::Pause },
    Command { triggers: &[Trigger::Char('Y')], keys: "Y", name: "", help: "send SysRq", action: Action::SysRq },
    Command {
        triggers: &[Trigger::Char('K')],
        keys: "K",
        name: "",
        help: "send any key or chord, chosen from a picture of the board",
        action: Action::KeyMenu,
    },
    Command {
        triggers: &[Trigger::Char('v')],
        keys: "v",
        name: "",
        help: "send the next key to the session, whatever it is",
        action: Action::PassKey,
    },
    Command {
        triggers: &[Trigger::Char('e')],
        keys: "e",
        name: "",
        help: "let the session stand still, or go on",
        action: Action::Hold,
    },
    Command {
        triggers: &[Trigger::Char(',')],
        keys: ",",
        name: "",
        help: "rename the session",
        action: Action::Rename,
    },
    Command {
        triggers: &[Trigger::Char('S')],
        keys: "S",
        name: "",
        help: "save a picture of the screen: text, ANSI, HTML, SVG or PNG",
        action: Action::Screenshot,
    },
    Command {
        triggers: &[Trigger::Char('R')],
        keys: "R",
        name: "",
        help: "record the session as an asciicast, or end the recording",
        action: Action::Record,
    },
    Command {
        triggers: &[Trigger::Char('W')],
        keys: "W",
        name: "",
        help: "save a picture of the whole window",
        action: Action::WindowPicture,
    },
    Command {
        triggers: &[Trigger::Char('|'), Trigger::Char('%')],
        keys: "| %",
        name: "split",
        help: "split the view: another session beside this one",
        action: Action::Split(Arrangement::Columns),
    },
    Command {
        triggers: &[Trigger::Char('-'), Trigger::Char('"')],
        keys: "- \"",
        name: "",
        help: "split the view: another session below this one",
        action: Action::Split(Arrangement::Rows),
    },
    Command {
        triggers: &[Trigger::Char('t')],
        keys: "t",
        name: "tile",
        help: "show all sessions at once",
        action: Action::Tile,
    },
    Command {
        triggers: &[Trigger::Char('o')],
        keys: "o",
        name: "overview",
        help: "show small live pictures of all sessions to choose from",
        action: Action::Overview,
    },
    Command {
        triggers: &[Trigger::Char('m')],
        keys: "m",
        name: "",
        help: "show what every session does and uses, like `top`",
        action: Action::Watch,
    },
    Command {
        triggers: &[Trigger::Char('f')],
        keys: "f",
        name: "",
        help: "give the view the whole window, or put it back",
        action: Action::Zoom,
    },
    Command {
        triggers: &[Trigger::Char('x')],
        keys: "x",
        name: "",
        help: "take the view away; its session goes on",
        action: Action::Hide,
    },
    Command {
        triggers: &[Trigger::Key(Key::Left)],
        keys: "arrows",
        name: "",
        help: "to the view on that side (one view: other sessions, other rows)",
        action: Action::Go(Direction::Left),
    },
    Command {
        triggers: &[Trigger::Key(Key::Right)],
        keys: "",
        name: "",
        help: "",
        action: Action::Go(Direction::Right),
    },
    Command { triggers: &[Trigger::Key(Key::Up)], keys: "", name: "", help: "", action: Action::Go(Direction::Up) },
    Command { triggers: &[Trigger::Key(Key::Down)], keys: "", name: "", help: "", action: Action::Go(Direction::Down) },
    Command {
        triggers: &[Trigger::Key(Key::PageUp)],
        keys: "PgUp",
        name: "",
        help: "show other rows of a screen larger than its view; PgDn back",
        action: Action::Pan(0, -PAN_ROWS),
    },
    Command {
        triggers: &[Trigger::Key(Key::PageDown)],
        keys: "",
        name: "",
        help: "",
        action: Action::Pan(0, PAN_ROWS),
    },
    Command {
        triggers: &[Trigger::Char('<'), Trigger::Key(Key::Home)],
        keys: "< >",
        name: "",
        help: "show other columns of such a screen",
        action: Action::Pan(-PAN_COLS, 0),
    },
    Command {
        triggers: &[Trigger::Char('>'), Trigger::Key(Key::End)],
        keys: "",
        name: "",
        help: "",
        action: Action::Pan(PAN_COLS, 0),
    },
    Command {
        triggers: &[Trigger::Char('[')],
        keys: "[",
        name: "",
        help: "copy mode: go through what scrolled off, select, search, copy",
        action: Action::CopyMode,
    },
    Command {
        triggers: &[Trigger::Char(']')],
        keys: "]",
        name: "",
        help: "paste what was copied",
        action: Action::Paste,
    },
    Command {
        triggers: &[Trigger::Char('H')],
        keys: "H",
        name: "",
        help: "save all that scrolled off to a file",
        action: Action::SaveHistory,
    },
    Command {
        triggers: &[Trigger::Char('u')],
        keys: "u",
        name: "",
        help: "stop typing what was pasted",
        action: Action::StopTyping,
    },
    Command {
        triggers: &[Trigger::Char('w')],
        keys: "w",
        name: "",
        help: "draw the window afresh",
        action: Action::Redraw,
    },
    Command {
        triggers: &[Trigger::Char('Z')],
        keys: "Z",
        name: "",
        help: "stop dosmux until its shell continues it",
        action: Action::Suspend,
    },
    Command {
        triggers: &[Trigger::Char('h'), Trigger::Char('?'), Trigger::Key(Key::F1)],
        keys: "h ?",
        name: "help",
        help: "show this help",
        action: Action::Help,
    },
    Command {
        triggers: &[Trigger::Char('q'), Trigger::Char('d')],
        keys: "q d",
        name: "quit",
        help: "close all sessions and quit",
        action: Action::Quit,
    },
];

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
