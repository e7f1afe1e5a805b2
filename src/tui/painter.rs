//! From frames to the terminal's bytes: only cells that differ from what the terminal shows are
//! sent. Pure: the same frames give the same bytes.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::Modifier;

use super::ability::Ability;
use super::look_alike::look_alike;
use super::widgets::{CursorShape, CursorView};

const CLEAR: &str = "\x1b[0m\x1b[2J";
const HIDE_CURSOR: &str = "\x1b[?25l";
const SHOW_CURSOR: &str = "\x1b[?25h";
const PLAIN: &str = "\x1b[0m";

/// What the terminal shows, and how it is told of changes.
#[derive(Debug)]
pub(super) struct Painter {
    ability: Ability,
    /// What the terminal is believed to show; `None` if that is not known.
    shown: Option<Buffer>,
    cursor: Option<CursorView>,
    shape: Option<CursorShape>,
}

impl Painter {
    /// A painter that knows nothing of what the terminal shows.
    pub(super) fn new(ability: Ability) -> Painter {
        Painter { ability, shown: None, cursor: None, shape: None }
    }

    /// Assumes nothing any more of what the terminal shows.
    pub(super) fn forget(&mut self) {
        *self = Painter::new(self.ability);
    }

    /// The bytes that turn what the terminal shows into `frame`; none if it shows it already.
    pub(super) fn paint(&mut self, frame: Buffer, cursor: Option<CursorView>) -> String {
        let mut out = String::new();
        let known = self.shown.take().filter(|shown| shown.area == frame.area);
        let fresh = known.is_none();
        let before = known.unwrap_or_else(|| Buffer::empty(frame.area));
        let changes = before.diff(&frame);
        if fresh {
            out.push_str(HIDE_CURSOR);
            out.push_str(CLEAR);
        } else if !changes.is_empty() && self.cursor.is_some() {
            out.push_str(HIDE_CURSOR);
        }
        self.cells(&mut out, &changes);
        let unseen = !out.is_empty();
        drop(changes);
        self.shown = Some(frame);
        self.place_cursor(&mut out, cursor, unseen);
        out
    }

    fn cells(&self, out: &mut String, changes: &[(u16, u16, &Cell)]) {
        let mut at = None;
        let mut style = None;
        for &(x, y, cell) in changes {
            if at != Some((x, y)) {
                move_to(out, Position { x, y });
            }
            let wanted = (cell.fg, cell.bg, cell.modifier);
            if style != Some(wanted) {
                style = Some(wanted);
                out.push_str(&self.style(cell));
            }
            match self.ability.unicode {
                true => out.push_str(cell.symbol()),
                false => out.extend(cell.symbol().chars().map(look_alike)),
            }
            at = Some((x + 1, y));
        }
        if style.is_some() {
            out.push_str(PLAIN);
        }
    }

    /// The sequence that chooses a cell's colours and attributes, whatever was chosen before.
    fn style(&self, cell: &Cell) -> String {
        let colors = self.ability.colors;
        let modifiers = [
            (Modifier::BOLD, ";1"),
            (Modifier::DIM, ";2"),
            (Modifier::UNDERLINED, ";4"),
            (Modifier::SLOW_BLINK, ";5"),
            (Modifier::REVERSED, ";7"),
        ];
        let mut parameters: String = modifiers
            .into_iter()
            .filter(|(modifier, _)| cell.modifier.contains(*modifier))
            .map(|(_, text)| text)
            .collect();
        parameters.push_str(&colors.parameters(cell.fg, false));
        parameters.push_str(&colors.parameters(cell.bg, true));
        parameters.push_str(colors.contrast(cell.fg, cell.bg));
        format!("\x1b[0{parameters}m")
    }

    /// `moved`: the terminal's cursor was hidden and moved by drawing.
    fn place_cursor(&mut self, out: &mut String, cursor: Option<CursorView>, moved: bool) {
        if !moved && cursor == self.cursor {
            return;
        }
        if let Some(view) = cursor {
            move_to(out, view.at);
            if self.shape != Some(view.shape) {
                self.shape = Some(view.shape);
                // DECSCUSR: 1 blinking block, 3 blinking underline.
                out.push_str(if view.shape == CursorShape::Block { "\x1b[1 q" } else { "\x1b[3 q" });
            }
            out.push_str(SHOW_CURSOR);
        } else if self.cursor.is_some() && !moved {
            out.push_str(HIDE_CURSOR);
        }
        self.cursor = cursor;
    }
}

fn move_to(out: &mut String, at: Position) {
    // Writing to a string cannot fail.
    let _ = write!(out, "\x1b[{};{}H", at.y + 1, at.x + 1);
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Style};

    use super::super::ability::Colors;
    use super::*;

    const GREY_ON_BLUE: Style = Style::new().fg(Color::Rgb(170, 170, 170)).bg(Color::Rgb(0, 0, 170));

    fn frame(text: &str) -> Buffer {
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 2));
        buf.set_string(0, 0, text, GREY_ON_BLUE);
        buf
    }

    fn painter(colors: Colors, unicode: bool) -> Painter {
        let mut painter = Painter::new(Ability { colors, unicode });
        painter.paint(Buffer::empty(Rect::new(0, 0, 6, 2)), None);
        painter
    }

    #[test]
    fn the_first_frame_clears_the_terminal() {
        let mut painter = Painter::new(Ability::FULL);
        let bytes = painter.paint(frame("ab"), None);
        assert_eq!(bytes, "\x1b[?25l\x1b[0m\x1b[2J\x1b[1;1H\x1b[0;38;2;170;170;170;48;2;0;0;170mab\x1b[0m");
    }

    #[test]
    fn only_what_changed_is_sent() {
        let mut painter = painter(Colors::Sixteen, true);
        painter.paint(frame("abcd"), None);
        assert_eq!(painter.paint(frame("abXd"), None), "\x1b[1;3H\x1b[0;37;44mX\x1b[0m");
        assert_eq!(painter.paint(frame("abXd"), None), "");
    }

    #[test]
    fn the_cursor_is_hidden_while_cells_are_drawn_and_nothing_is_sent_twice() {
        let mut painter = painter(Colors::Sixteen, true);
        let cursor = Some(CursorView { at: Position { x: 1, y: 0 }, shape: CursorShape::Underline });
        painter.paint(frame("a"), None);
        assert_eq!(painter.paint(frame("a"), cursor), "\x1b[1;2H\x1b[3 q\x1b[?25h");
        assert_eq!(painter.paint(frame("a"), cursor), "");
        assert_eq!(painter.paint(frame("b"), cursor), "\x1b[?25l\x1b[1;1H\x1b[0;37;44mb\x1b[0m\x1b[1;2H\x1b[?25h");
        assert_eq!(painter.paint(frame("b"), None), "\x1b[?25l");
    }

    #[test]
    fn another_size_draws_everything_again() {
        let mut painter = painter(Colors::Sixteen, true);
        painter.paint(frame("a"), None);
        let larger = Buffer::empty(Rect::new(0, 0, 8, 3));
        assert_eq!(painter.paint(larger, None), "\x1b[?25l\x1b[0m\x1b[2J");
    }

    #[test]
    fn terminals_that_can_do_less_are_sent_less() {
        assert_eq!(painter(Colors::Indexed, true).paint(frame("é"), None), "\x1b[1;1H\x1b[0;38;5;248;48;5;19mé\x1b[0m");
        assert_eq!(painter(Colors::None, false).paint(frame("é║"), None), "\x1b[1;1H\x1b[0me|\x1b[0m");
    }
}
