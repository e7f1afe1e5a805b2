//! The help: all commands with their keys, in a panel over the session.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, Widget};

use super::{after, fill, write};
use crate::config::Prefix;
use crate::tui::{commands, theme};

/// Columns of the keys' part at least.
const KEY_COLS: usize = 9;
/// Columns of the whole panel.
const PANEL_COLS: u16 = 78;
/// Rows and columns of the frame.
const FRAME: u16 = 2;

/// The help panel.
#[derive(Clone, Copy, Debug)]
pub struct HelpView {
    top: u16,
    prefix: Prefix,
}

impl HelpView {
    /// Shows the help from row `top` on; less is skipped if the rest fits.
    #[must_use]
    pub fn new(top: u16, prefix: Prefix) -> HelpView {
        HelpView { top, prefix }
    }
}

impl Widget for HelpView {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let rows = commands::help_rows(self.prefix);
        let count = u16::try_from(rows.len()).unwrap_or(u16::MAX);
        let (width, height) = (PANEL_COLS.min(area.width), count.saturating_add(FRAME).min(area.height));
        let panel = Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height);
        let panel = panel.intersection(buf.area);
        if panel.width <= FRAME || panel.height <= FRAME {
            return;
        }
        fill(panel, buf, theme::HELP);
        let fits = count + FRAME <= panel.height;
        let foot = if fits { " any key closes " } else { " \u{2191}\u{2193} more, any other key closes " };
        let title = format!(" {}, then: ", self.prefix);
        let block = Block::bordered().title(title).title_bottom(foot).style(theme::HELP);
        let inner = block.inner(panel);
        block.render(panel, buf);
        let top = self.top.min(count.saturating_sub(inner.height));
        let key_cols = rows.iter().map(|(keys, _)| keys.chars().count() + 1).fold(KEY_COLS, usize::max);
        let key_cols = u16::try_from(key_cols).unwrap_or(u16::MAX);
        for (y, (keys, help)) in (inner.top()..inner.bottom()).zip(rows.iter().skip(usize::from(top))) {
            let row = after(Rect { y, height: 1, ..inner }, 1);
            write(Rect { width: key_cols.min(row.width), ..row }, buf, keys, theme::HELP_KEY);
            write(after(row, key_cols), buf, help, theme::HELP);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::drawn;
    use super::*;

    fn rows(cols: u16, rows: u16, top: u16) -> Vec<String> {
        drawn(cols, rows, |buf| HelpView::new(top, Prefix::default()).render(buf.area, buf))
    }

    #[test]
    fn every_command_has_a_row_in_a_window_of_80_columns() {
        let text = rows(80, 80, 0).join("\n");
        for (keys, help) in commands::help_rows(Prefix::default()) {
            assert!(text.contains(&format!(" {keys} ")), "{keys}");
            assert!(text.contains(&help), "{help}");
        }
        assert!(text.contains("any key closes"));
    }

    #[test]
    fn in_a_low_window_it_scrolls_to_the_last_row_and_no_further() {
        let first = rows(40, 6, 0);
        assert!(first[1].contains("1-9"), "{first:#?}");
        assert!(first[5].contains("more"), "{first:#?}");
        let end = rows(40, 6, 999);
        assert!(end[4].contains("Ctrl-]"), "{end:#?}");
    }

    #[test]
    fn a_window_too_small_for_it_stays_empty() {
        assert_eq!(rows(2, 2, 0), ["  ", "  "]);
        let clipped = drawn(10, 3, |buf| HelpView::new(0, Prefix::default()).render(Rect::new(50, 50, 80, 24), buf));
        assert_eq!(clipped, ["          "; 3]);
    }
}
