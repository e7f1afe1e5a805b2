//! Colours of the UI's own parts. The guest's screen has its own, from its palette.

use ratatui::style::{Color, Modifier, Style};

const BAR: Color = Color::Rgb(0x26, 0x2B, 0x36);
const BAR_TEXT: Color = Color::Rgb(0xC8, 0xCE, 0xDA);
const BAR_DIM: Color = Color::Rgb(0x8A, 0x93, 0xA5);
const SHOWN: Color = Color::Rgb(0x8F, 0xC7, 0xE8);
const SHOWN_TEXT: Color = Color::Rgb(0x10, 0x14, 0x1C);
const TROUBLE: Color = Color::Rgb(0xFF, 0x8C, 0x82);
const LINE: Color = Color::Rgb(0xF2, 0xD4, 0x7A);
const PANEL: Color = Color::Rgb(0x1B, 0x20, 0x2A);

/// The status line.
pub(super) const STATUS: Style = Style::new().fg(BAR_TEXT).bg(BAR);
/// Less important text in the status line.
pub(super) const STATUS_DIM: Style = Style::new().fg(BAR_DIM).bg(BAR);
/// The session that is shown, in the status line.
pub(super) const STATUS_SHOWN: Style = Style::new().fg(SHOWN_TEXT).bg(SHOWN).add_modifier(Modifier::BOLD);
/// A session that calls for its user, in the status line.
pub(super) const STATUS_MARKED: Style = Style::new().fg(LINE).bg(BAR).add_modifier(Modifier::BOLD);
/// A session that has stopped, in the status line.
pub(super) const STATUS_TROUBLE: Style = Style::new().fg(TROUBLE).bg(BAR);
/// The line of messages, questions and hints.
pub(super) const MESSAGE: Style = Style::new().fg(SHOWN_TEXT).bg(LINE);
/// What is selected in copy mode.
pub(super) const SELECTED: Style = Style::new().fg(SHOWN_TEXT).bg(SHOWN);
/// What is searched for in copy mode.
pub(super) const FOUND: Style = Style::new().fg(SHOWN_TEXT).bg(LINE);
/// The help.
pub(super) const HELP: Style = Style::new().fg(BAR_TEXT).bg(PANEL);
/// Keys named in the help.
pub(super) const HELP_KEY: Style = Style::new().fg(SHOWN).bg(PANEL).add_modifier(Modifier::BOLD);
/// Less important text in the help and in panels.
pub(super) const HELP_DIM: Style = Style::new().fg(BAR_DIM).bg(PANEL);
