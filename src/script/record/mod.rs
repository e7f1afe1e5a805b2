//! Makes a script of a live session: what the user types, with a wait for new text on the screen
//! before each burst of keys.
//!
//! Live sessions run in the host's time and scripts in the guest's, so nothing of a recording is
//! about time. A burst begins when the screen shows text that was not there when the last key was
//! struck and that is not what was typed; that text is waited for. What a script cannot see again is
//! not chosen: numbers, rows with dates and times.

mod keys;
mod landmark;

use std::fmt::Write;
use std::path::Path;

use keys::{Stroke, Strokes};
use landmark::Memory;

use crate::config::{SessionSpec, quoted, session_table};
use crate::keys::{KeyEvent, Typing};
use crate::pointer::{Button, CellPlace, PointerAct};
use crate::screen::Screen;

/// What a user does to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// A key goes down or comes up.
    Key(KeyEvent),
    /// Text is pasted.
    Text(&'a str),
    /// Something was done with the mouse.
    Mouse(CellPlace, PointerAct),
    /// The reset button.
    Reset,
}

/// A step of the script.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Wait(String),
    WaitIdle,
    Type(String),
    Key(String),
    Mouse(CellPlace, PointerAct),
    Reset,
    Expect(String),
}

/// One session of the recording.
#[derive(Debug)]
struct Track {
    spec: SessionSpec,
    strokes: Strokes,
    memory: Memory,
}

impl Track {
    fn new(spec: SessionSpec) -> Track {
        let typing = Typing { layout: spec.keyboard, code_page: spec.code_page };
        Track { spec, strokes: Strokes::new(typing), memory: Memory::default() }
    }
}

/// A recording in the making.
#[derive(Debug, Default)]
pub struct Recording {
    tracks: Vec<Track>,
    /// Each with the number of its session.
    steps: Vec<(usize, Step)>,
}

impl Recording {
    /// A recording of these sessions, of which nothing has happened yet.
    #[must_use]
    pub fn new(specs: Vec<SessionSpec>) -> Recording {
        Recording { tracks: specs.into_iter().map(Track::new).collect(), steps: Vec::new() }
    }

    /// Adds a session; gives its number.
    pub fn add(&mut self, spec: SessionSpec) -> usize {
        self.tracks.push(Track::new(spec));
        self.tracks.len() - 1
    }

    /// The user did something to session `index`, while its display showed `screen`.
    pub fn input(&mut self, index: usize, input: &Input<'_>, screen: &Screen) {
        let Some(track) = self.tracks.get_mut(index) else { return };
        let step = match *input {
            Input::Key(event) => match track.strokes.take(event) {
                None => return,
                Some(Stroke::Char(c)) => Step::Type(c.to_string()),
                Some(Stroke::Chord(name)) => Step::Key(name),
            },
            Input::Text("") => return,
            Input::Text(text) => Step::Type(text.to_owned()),
            Input::Mouse(at, act) => Step::Mouse(at, act),
            Input::Reset => Step::Reset,
        };
        let landmarks = track.memory.landmarks(screen);
        match &step {
            Step::Type(text) => track.memory.typed(text),
            Step::Reset => track.memory.forget(),
            _ => {}
        }
        if !landmarks.is_empty() {
            self.steps.extend(landmarks.into_iter().map(|text| (index, Step::Wait(text))));
            self.steps.push((index, Step::WaitIdle));
        }
        self.push(index, step);
    }

    /// Adds a step; text that follows text of the same session goes with it.
    fn push(&mut self, index: usize, step: Step) {
        match (self.steps.last_mut(), step) {
            (Some((last, Step::Type(text))), Step::Type(more)) if *last == index && !text.ends_with('\n') => {
                text.push_str(&more);
            }
            (
                Some((last, Step::Mouse(from, act @ PointerAct::Press(_)))),
                Step::Mouse(to, PointerAct::Release(button)),
            ) if (*last, *from, *act) == (index, to, PointerAct::Press(button)) => *act = PointerAct::Click(button),
            (_, step) => self.steps.push((index, step)),
        }
    }

    /// The script, to be saved in `folder`. `screens` are what the sessions show at the end: what is
    /// new there is expected. A session that was closed before has none.
    #[must_use]
    pub fn script(mut self, screens: &[Option<&Screen>], folder: &Path) -> String {
        for (index, (track, screen)) in self.tracks.iter_mut().zip(screens).enumerate() {
            let landmarks = screen.map_or_else(Vec::new, |screen| track.memory.landmarks(screen));
            self.steps.extend(landmarks.into_iter().map(|text| (index, Step::Expect(text))));
        }
        if self.steps.is_empty() {
            // A script has at least one step; this one holds for any guest.
            self.steps.push((0, Step::WaitIdle));
        }
        let mut out = "description = \"Recorded\"\n".to_owned();
        for track in &self.tracks {
            out.push('\n');
            out.push_str(&session_table(&track.spec, folder));
        }
        for (index, step) in &self.steps {
            // Writing to a string cannot fail.
            let _ = write!(out, "\n[[steps]]\n{}", step_text(step));
            if let Some(track) = self.tracks.get(*index).filter(|_| self.tracks.len() > 1) {
                let _ = writeln!(out, "session = {}", quoted(&track.spec.name));
            }
        }
        out
    }
}

/// A step's line.
fn step_text(step: &Step) -> String {
    let text = |text: &str| quoted(text).replace("\\u000A", "\\n").replace("\\u0009", "\\t");
    match step {
        Step::Wait(wanted) => format!("wait = {}\n", text(wanted)),
        Step::WaitIdle => "wait_idle = true\n".to_owned(),
        Step::Type(typed) => format!("type = {}\n", text(typed)),
        Step::Key(name) => format!("key = {}\n", text(name)),
        Step::Mouse(at, act) => format!("mouse = {}\n", mouse_text(*at, *act)),
        Step::Reset => "reset = true\n".to_owned(),
        Step::Expect(wanted) => format!("expect = {}\n", text(wanted)),
    }
}

/// The table of a step with the mouse, without what goes without saying.
fn mouse_text(CellPlace { col, row }: CellPlace, act: PointerAct) -> String {
    let (button, act) = match act {
        PointerAct::Move => (Button::Left, Some("move")),
        PointerAct::Press(button) => (button, Some("press")),
        PointerAct::Release(button) => (button, Some("release")),
        PointerAct::Click(button) => (button, None),
        PointerAct::DoubleClick(button) => (button, Some("double")),
    };
    let button = match button {
        Button::Left => "",
        Button::Right => ", button = \"right\"",
        Button::Middle => ", button = \"middle\"",
    };
    let act = act.map_or_else(String::new, |act| format!(", act = \"{act}\""));
    format!("{{ row = {row}, col = {col}{button}{act} }}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Key, chord_events};
    use crate::screen::Cursor;
    use crate::script::fake::screen_of;

    /// A screen whose cursor stands behind its last row.
    fn screen(rows: [&str; 3]) -> Screen {
        let cursor = Cursor { row: 2, col: u16::try_from(rows[2].len()).unwrap(), start: 14, end: 15 };
        Screen { cursor: Some(cursor), ..screen_of(&rows.map(|row| format!("{row:20}")).concat()) }
    }

    /// Strikes keys while the screen shows `rows`.
    fn strike(recording: &mut Recording, keys: &[Key], rows: [&str; 3]) {
        for event in chord_events(keys) {
            recording.input(0, &Input::Key(event), &screen(rows));
        }
    }

    fn recording() -> Recording {
        Recording::new(vec![SessionSpec::new("a")])
    }

    fn steps(script: &str) -> Vec<&str> {
        script.lines().skip_while(|line| *line != "[[steps]]").filter(|line| line.contains('=')).collect()
    }

    #[test]
    fn each_burst_waits_for_new_text_and_the_prompt_and_the_end_is_expected() {
        let mut recording = recording();
        let booted = ["Welcome to DOS", "", "A:\\>"];
        strike(&mut recording, &[Key::V], booted);
        strike(&mut recording, &[Key::E], ["Welcome to DOS", "", "A:\\>v"]);
        strike(&mut recording, &[Key::R], ["Welcome to DOS", "", "A:\\>ve"]);
        strike(&mut recording, &[Key::Enter], ["Welcome to DOS", "", "A:\\>ver"]);
        strike(&mut recording, &[Key::LeftShift, Key::D], ["A:\\>ver", "FreeCom", "A:\\>"]);
        let end = screen(["FreeCom", "A:\\>D", "Bad command"]);
        let script = recording.script(&[Some(&end)], Path::new(""));
        let expected = [
            "wait = \"Welcome to DOS\"",
            "wait = \"A:\\\\>\"",
            "wait_idle = true",
            "type = \"ver\\n\"",
            "wait = \"FreeCom\"",
            "wait_idle = true",
            "type = \"D\"",
            "expect = \"Bad command\"",
        ];
        assert_eq!(steps(&script), expected);
    }

    #[test]
    fn chords_and_resets_are_steps_of_their_own() {
        let mut recording = recording();
        let rows = ["", "", ""];
        strike(&mut recording, &[Key::LeftCtrl, Key::LeftAlt, Key::Delete], rows);
        strike(&mut recording, &[Key::F10], rows);
        recording.input(0, &Input::Text("a\tb"), &screen(rows));
        recording.input(0, &Input::Reset, &screen(rows));
        let script = recording.script(&[None], Path::new(""));
        assert_eq!(steps(&script), ["key = \"ctrl+alt+del\"", "key = \"f10\"", "type = \"a\\tb\"", "reset = true"]);
    }

    #[test]
    fn a_press_and_its_release_in_one_cell_are_a_click_and_a_drag_is_not() {
        let mut recording = recording();
        let (at, there) = (CellPlace { col: 4, row: 0 }, CellPlace { col: 9, row: 2 });
        for (at, act) in [
            (at, PointerAct::Press(Button::Left)),
            (at, PointerAct::Release(Button::Left)),
            (at, PointerAct::Press(Button::Right)),
            (there, PointerAct::Move),
            (there, PointerAct::Release(Button::Right)),
        ] {
            recording.input(0, &Input::Mouse(at, act), &screen(["", "", ""]));
        }
        let expected = [
            "mouse = { row = 0, col = 4 }",
            "mouse = { row = 0, col = 4, button = \"right\", act = \"press\" }",
            "mouse = { row = 2, col = 9, act = \"move\" }",
            "mouse = { row = 2, col = 9, button = \"right\", act = \"release\" }",
        ];
        assert_eq!(steps(&recording.script(&[None], Path::new(""))), expected);
    }

    #[test]
    fn with_several_sessions_each_step_names_its_own() {
        let mut recording = recording();
        let other = recording.add(SessionSpec::new("b c"));
        recording.input(other, &Input::Text("x"), &screen(["", "", ""]));
        let script = recording.script(&[None, None], Path::new(""));
        assert!(script.ends_with("\n[[steps]]\ntype = \"x\"\nsession = \"b c\"\n"), "{script}");
        assert!(script.contains("\n[sessions.a]\n") && script.contains("\n[sessions.\"b c\"]\n"), "{script}");
    }

    #[test]
    fn sessions_that_are_not_recorded_are_left_out() {
        let mut recording = recording();
        recording.input(7, &Input::Text("x"), &screen(["", "", ""]));
        assert_eq!(steps(&recording.script(&[None], Path::new(""))), ["wait_idle = true"]);
    }
}
