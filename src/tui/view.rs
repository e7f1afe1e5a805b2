//! The whole window, drawn from the app's state into a buffer. Pure: same state, same picture.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::app::{App, Mode};
use super::widgets::{CursorView, HelpView, LineView, ScreenView, StatusView};

/// Draws `app` into `area` and says where the terminal's cursor belongs, if it is to be seen.
///
/// From top to bottom: the session, over its last row the line of messages and questions if there
/// is anything to say, and the status line. Any size of window will do.
pub fn draw(app: &App, area: Rect, buf: &mut Buffer) -> Option<CursorView> {
    let status = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
    let guest = Rect { height: area.height.saturating_sub(1), ..area };
    let (mut cursor, crop) = draw_session(app, guest, buf);
    StatusView::new(app.sessions(), app.focused_index(), crop.as_deref()).render(status, buf);
    if let Some(text) = app.line().filter(|_| guest.height > 0) {
        let line = Rect { y: guest.bottom() - 1, height: 1, ..guest };
        LineView::new(&text).render(line, buf);
        cursor = cursor.filter(|cursor| cursor.at.y != line.y);
    }
    if let Mode::Help(top) = app.mode() {
        HelpView::new(top).render(guest, buf);
        cursor = None;
    }
    cursor
}

/// The session that is shown; returns its cursor and the words for what of it is not shown.
fn draw_session(app: &App, area: Rect, buf: &mut Buffer) -> (Option<CursorView>, Option<String>) {
    let Some(session) = app.focused() else { return (None, None) };
    let viewport = app.pan().viewport(&session.screen, area.width, area.height);
    let view = ScreenView::new(&session.screen, viewport);
    view.render(area, buf);
    (view.cursor(area), viewport.crop_mark(&session.screen))
}
