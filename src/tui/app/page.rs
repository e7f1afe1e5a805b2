//! The monitor view's page of one session: what its machine is doing, looked at once a second.

use std::sync::Arc;
use std::time::Duration;

use super::{App, Effect, Mode};
use crate::keys::Key;
use crate::session::inspect::{Inspection, Section};
use crate::tui::input::{Symbol, TermKey};
use crate::types::SessionId;

/// Time from one look to the next.
const PERIOD: Duration = Duration::from_secs(1);
/// Rows that Page Up and Page Down scroll by.
const SCREENFUL: usize = 10;

/// What of a machine is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Registers, and the code at CS:IP.
    #[default]
    Code,
    /// The stack.
    Stack,
    /// The last calls, newest first.
    Trace,
    /// The interrupt vectors.
    Vectors,
}

impl Tab {
    /// Every tab, in their order.
    pub const ALL: [Tab; 4] = [Tab::Code, Tab::Stack, Tab::Trace, Tab::Vectors];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Tab::Code => "registers and code",
            Tab::Stack => "stack",
            Tab::Trace => "last calls",
            Tab::Vectors => "vectors",
        }
    }

    fn step(self, back: bool) -> Tab {
        let index = Tab::ALL.iter().position(|&tab| tab == self).unwrap_or(0);
        Tab::ALL[(index + if back { Tab::ALL.len() - 1 } else { 1 }) % Tab::ALL.len()]
    }

    fn lines(self, inspection: &Inspection) -> Vec<String> {
        match self {
            Tab::Code => {
                let mut lines = inspection.lines(Section::Registers);
                lines.push(String::new());
                lines.extend(inspection.lines(Section::Code));
                lines
            }
            Tab::Stack => inspection.lines(Section::Stack),
            Tab::Trace => inspection.lines(Section::Trace).into_iter().rev().collect(),
            Tab::Vectors => inspection.lines(Section::Vectors),
        }
    }
}

/// The page of one session.
#[derive(Clone, Debug)]
pub struct Page {
    session: SessionId,
    tab: Tab,
    /// The first line shown.
    top: usize,
    inspection: Option<Arc<Inspection>>,
    lines: Vec<String>,
    next: Duration,
}

impl Page {
    fn new(session: SessionId) -> Page {
        let (inspection, lines) = (None, Vec::new());
        Page { session, tab: Tab::default(), top: 0, inspection, lines, next: Duration::ZERO }
    }

    /// Whose page it is.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Which tab is shown.
    #[must_use]
    pub fn tab(&self) -> Tab {
        self.tab
    }

    /// What was seen last, if anything was.
    #[must_use]
    pub fn inspection(&self) -> Option<&Inspection> {
        self.inspection.as_deref()
    }

    /// The tab's lines from the first that is shown.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines[self.top.min(self.lines.len())..]
    }

    /// When the next look is due.
    pub(super) fn deadline(&self) -> Duration {
        self.next
    }

    fn show(&mut self, tab: Tab, top: usize) {
        self.lines = self.inspection.as_deref().map(|inspection| tab.lines(inspection)).unwrap_or_default();
        (self.tab, self.top) = (tab, top.min(self.lines.len().saturating_sub(1)));
    }
}

impl App {
    /// The page that is shown in [`Mode::Page`].
    #[must_use]
    pub fn page(&self) -> Option<&Page> {
        self.page.as_ref()
    }

    pub(super) fn open_page(&mut self, id: SessionId, effects: &mut Vec<Effect>) {
        self.page = Some(Page::new(id));
        self.set_mode(Mode::Page);
        effects.push(Effect::Inspect(id));
    }

    /// Takes in what a machine is doing, as [`Effect::Inspect`] asked for.
    pub(super) fn inspected(&mut self, id: SessionId, inspection: Option<Arc<Inspection>>, now: Duration) {
        let Some(page) = self.page.as_mut().filter(|page| page.session == id) else { return };
        page.inspection = inspection.or(page.inspection.take());
        page.next = now + PERIOD;
        page.show(page.tab, page.top);
        self.dirty |= self.backdrop() == Mode::Page;
    }

    /// Asks for the next look at what the monitor view or a page of it shows, if one is due.
    pub(super) fn look_again(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        match (self.backdrop(), &self.page) {
            (Mode::Watch, _) if self.watch.deadline() <= now => effects.push(Effect::Look),
            (Mode::Page, Some(page)) if page.deadline() <= now => effects.push(Effect::Inspect(page.session)),
            _ => {}
        }
    }

    pub(super) fn page_key(&mut self, key: &TermKey, effects: &mut Vec<Effect>) {
        let Some(page) = &mut self.page else { return self.set_mode(Mode::Guest) };
        let (id, tab, top) = (page.session, page.tab, page.top);
        self.dirty = true;
        match key.symbol {
            Symbol::Key(Key::Left) => page.show(tab.step(true), 0),
            Symbol::Key(Key::Right | Key::Tab) => page.show(tab.step(false), 0),
            Symbol::Key(Key::Up) => page.show(tab, top.saturating_sub(1)),
            Symbol::Key(Key::Down) => page.show(tab, top + 1),
            Symbol::Key(Key::PageUp) => page.show(tab, top.saturating_sub(SCREENFUL)),
            Symbol::Key(Key::PageDown) => page.show(tab, top + SCREENFUL),
            Symbol::Key(Key::Home) => page.show(tab, 0),
            Symbol::Key(Key::End) => page.show(tab, usize::MAX),
            Symbol::Key(Key::Escape | Key::Backspace) => self.back_to_watch(effects),
            _ => match key.character() {
                Some('p') => self.hold(id, effects),
                Some('s') => self.show_from_monitor(id, effects),
                Some('W') => self.ask_for_picture(),
                _ => {}
            },
        }
    }

    pub(super) fn show_from_monitor(&mut self, id: SessionId, effects: &mut Vec<Effect>) {
        self.page = None;
        self.set_mode(Mode::Guest);
        self.show(id, effects);
    }

    fn back_to_watch(&mut self, effects: &mut Vec<Effect>) {
        self.page = None;
        self.set_mode(Mode::Watch);
        effects.push(Effect::Look);
    }
}
