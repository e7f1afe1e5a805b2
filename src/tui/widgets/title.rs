//! The row over a view that is not alone: which session it shows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::{fill, title, write};
use crate::session::SessionView;
use crate::tui::app::Marks;
use crate::tui::theme;

/// One row over a view.
#[derive(Clone, Copy, Debug)]
pub struct TitleView<'a> {
    index: usize,
    session: &'a SessionView,
    focused: bool,
    crop: Option<&'a str>,
    marks: Marks,
}

impl<'a> TitleView<'a> {
    /// Names `session`, the one at `index`; `focused` if it has the keys; `crop` says which part of
    /// its screen is shown, if not all.
    #[must_use]
    pub fn new(index: usize, session: &'a SessionView, focused: bool, crop: Option<&'a str>) -> TitleView<'a> {
        TitleView { index, session, focused, crop, marks: Marks::default() }
    }

    /// Shows what is marked of the session.
    #[must_use]
    pub fn with_marks(self, marks: Marks) -> TitleView<'a> {
        TitleView { marks, ..self }
    }
}

impl Widget for TitleView<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let style = if self.focused { theme::STATUS_SHOWN } else { theme::STATUS };
        let row = Rect { height: area.height.min(1), ..area };
        fill(row, buf, style);
        let mut text = title(self.index, self.session, self.marks);
        if let Some(crop) = self.crop {
            text.push_str(&format!(" {crop}"));
        }
        write(row, buf, &text, style);
    }
}
