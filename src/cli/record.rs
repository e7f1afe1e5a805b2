//! `dosmux record`: the UI, and a script of what is typed in it.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::exit::{Status, Trouble};
use super::{terminal_environment, ui_status};
use crate::config::{Config, SessionSpec};
use crate::screen::Screen;
use crate::script::record::{Input, Recording};
use crate::session::{Command, Host, SessionView};
use crate::tui::{self, Onlooker};
use crate::types::SessionId;

/// Opens the UI with the sessions of `config`; at its end, writes the script.
pub(super) fn record(path: &Path, config: Config) -> Result<Status, Trouble> {
    // At once, so that a name that is taken is told before the work is done.
    let mut file = NewFile::create(path).map_err(Trouble::bad_input)?;
    let mut tape = Tape::default();
    let result = tui::run_watched(config, Host::new(), &terminal_environment(), Some(&mut tape));
    if tape.begun {
        let folder = path.parent().unwrap_or(Path::new(""));
        file.write(&tape.script(folder)).map_err(Trouble::host)?;
    }
    ui_status(result)
}

/// A file that did not exist before, and does not afterwards if nothing is written to it.
struct NewFile {
    path: PathBuf,
    file: File,
    written: bool,
}

impl NewFile {
    fn create(path: &Path) -> anyhow::Result<NewFile> {
        let file = File::create_new(path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(NewFile { path: path.to_owned(), file, written: false })
    }

    fn write(&mut self, text: &str) -> anyhow::Result<()> {
        self.written = true;
        self.file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", self.path.display()))
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.written {
            // An empty file left behind harms nobody.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// What was done in the UI.
#[derive(Debug, Default)]
struct Tape {
    recording: Recording,
    /// The sessions that are recorded, by their numbers in the recording. Those that are opened later have
    /// no place in the script.
    ids: Vec<SessionId>,
    screens: Vec<Option<Screen>>,
    begun: bool,
}

impl Tape {
    fn script(self, folder: &Path) -> String {
        let screens: Vec<Option<&Screen>> = self.screens.iter().map(Option::as_ref).collect();
        self.recording.script(&screens, folder)
    }
}

impl Onlooker for Tape {
    fn started(&mut self, id: SessionId, spec: &SessionSpec) {
        self.recording.add(spec.clone());
        self.ids.push(id);
    }

    fn sent(&mut self, view: &SessionView, command: &Command) {
        let Some(index) = self.ids.iter().position(|&id| id == view.id) else { return };
        let input = match command {
            Command::Key(event) => Input::Key(*event),
            Command::Text(text) => Input::Text(text),
            Command::Mouse(at, act) => Input::Mouse(*at, *act),
            Command::Reset => Input::Reset,
            Command::StopTyping => return,
        };
        self.begun = true;
        self.recording.input(index, &input, &view.screen);
    }

    fn ended(&mut self, views: &[SessionView]) {
        let screen = |id: &SessionId| views.iter().find(|view| view.id == *id).map(|view| Screen::clone(&view.screen));
        self.screens = self.ids.iter().map(screen).collect();
    }
}
