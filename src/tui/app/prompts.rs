//! Commands that need a text, and what is done with it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{App, Effect, Mode};
use crate::config::check_session_name;
use crate::screen::picture::{Format, Picture};
use crate::session::{Request, SessionState};
use crate::tui::input::TermKey;
use crate::tui::picture::picture;
use crate::tui::prompt::{Answer, Prompt, Purpose};
use crate::types::SessionId;

impl App {
    pub(super) fn ask_for(&mut self, purpose: Purpose) {
        let name = self.focused().map_or("", |view| &view.name);
        let proposal = match purpose {
            Purpose::Screenshot(_) => format!("{}.svg", file_name(name)),
            Purpose::Record(_) => format!("{}-1.cast", file_name(name)),
            Purpose::Log(_) => format!("{}.log", file_name(name)),
            Purpose::Window => "dosmux.svg".to_owned(),
            Purpose::SaveText(_) => format!("{}.txt", file_name(name)),
            Purpose::Rename(_) => name.to_owned(),
            Purpose::Setting(..) | Purpose::SaveDisk(..) => String::new(),
        };
        self.ask_with(purpose, &proposal);
    }

    /// Asks for a text, of which `proposal` is a first version.
    pub(super) fn ask_with(&mut self, purpose: Purpose, proposal: &str) {
        self.prompt = Some(Prompt::new(purpose, proposal));
        self.before_prompt = self.mode;
        self.set_mode(Mode::Prompt);
    }

    pub(super) fn paste_into_prompt(&mut self, text: &str) {
        if let Some(prompt) = &mut self.prompt {
            prompt.paste(text);
            self.dirty = true;
        }
    }

    pub(super) fn prompt_key(&mut self, key: &TermKey, now: Duration, effects: &mut Vec<Effect>) {
        let Some(prompt) = &mut self.prompt else { return self.set_mode(Mode::Guest) };
        let (answer, purpose) = (prompt.key(key), prompt.purpose());
        self.dirty = true;
        if answer == Answer::Editing {
            return;
        }
        self.prompt = None;
        match self.before_prompt {
            mode @ (Mode::Watch | Mode::Page | Mode::Overview(_)) => self.set_mode(mode),
            _ => self.after_panel(),
        }
        let done = match (answer, purpose) {
            (Answer::Given(text), Purpose::Screenshot(id)) => self.screenshot(id, Path::new(text.trim())),
            (Answer::Given(text), Purpose::Record(id)) => match text.trim() {
                "" => Err("a recording needs a file".to_owned()),
                path => Ok(Effect::Record(id, PathBuf::from(path))),
            },
            (Answer::Given(text), Purpose::Log(id)) => match text.trim() {
                "" => Err("a log needs a file".to_owned()),
                path => {
                    self.say(format!("what scrolls off is logged to {path}"), now);
                    self.log_to(id, Some(Path::new(path))).ok_or_else(|| "the session is gone".to_owned())
                }
            },
            (Answer::Given(text), Purpose::Window) => self.window_picture(Path::new(text.trim())),
            (Answer::Given(text), Purpose::SaveText(_)) => {
                Ok(Effect::Save(text.trim().into(), std::mem::take(&mut self.text_to_save).into_bytes()))
            }
            (Answer::Given(text), Purpose::Rename(id)) => {
                let name = text.trim();
                check_session_name(name).map(|()| Effect::Rename(id, name.to_owned()))
            }
            (Answer::Given(text), Purpose::SaveDisk(id, drive)) => match text.trim() {
                "" => Err("a disk is saved to a new file; name one".to_owned()),
                path => Ok(Effect::Ask(id, Request::SaveDisk { drive, path: PathBuf::from(path) })),
            },
            (Answer::Given(text), Purpose::Setting(id, key)) => {
                return self.set_setting(id, key, &text, now, effects);
            }
            _ => Err("cancelled".to_owned()),
        };
        match done {
            Ok(effect) => effects.push(effect),
            Err(problem) => self.say(problem, now),
        }
    }

    /// *Errors*: what is wrong with the file's name.
    fn screenshot(&self, id: SessionId, path: &Path) -> Result<Effect, String> {
        let session = self.session(id).ok_or("the session is gone")?;
        Ok(Effect::Save(path.to_owned(), Picture::from(session.screen.as_ref()).encode(format_of(path)?)))
    }

    pub(super) fn ask_for_picture(&mut self) {
        self.ask_for(Purpose::Window);
    }

    /// A picture of the window as it is behind the question for its name.
    ///
    /// *Errors*: what is wrong with the file's name.
    fn window_picture(&self, path: &Path) -> Result<Effect, String> {
        Ok(Effect::Save(path.to_owned(), picture(self).encode(format_of(path)?)))
    }

    /// Lets a session stand still, or go on.
    pub(super) fn hold(&mut self, id: SessionId, effects: &mut Vec<Effect>) {
        let Some(view) = self.session(id) else { return };
        effects.push(Effect::Hold(id, view.state != SessionState::Paused));
    }

    /// Tells what came of [`Effect::Save`].
    pub fn saved(&mut self, outcome: Result<PathBuf, String>, now: Duration) {
        match outcome {
            Ok(path) => self.say(format!("saved {}", path.display()), now),
            Err(problem) => self.say(problem, now),
        }
    }
}

/// A session's name without what file names should not hold.
fn file_name(name: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = name.chars().map(safe).collect();
    name.trim_start_matches('.').to_owned()
}

/// The format that a file's name stands for.
///
/// *Errors*: what is wrong with the name.
fn format_of(path: &Path) -> Result<Format, String> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    Format::from_extension(extension).ok_or_else(|| {
        let known: Vec<&str> = Format::ALL.iter().map(|&(extension, _)| extension).collect();
        format!("the file's name must end in one of .{}", known.join(", ."))
    })
}
