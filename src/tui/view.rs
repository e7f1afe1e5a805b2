//! The whole window, drawn from the app's state into a buffer. Pure: same state, same picture.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::app::{App, Mode};
use super::layout::Place;
use super::widgets::{
    CopyView, CursorView, HelpView, KeyMenuView, LineView, OverviewView, PageView, ScreenView, StatusView, TitleView,
    WatchView,
};

/// Draws `app` in a window of the size that it has been told of, and says where the terminal's cursor
/// belongs, if it is to be seen. The terminal may have another size by then; it tells the app soon.
///
/// From top to bottom: the sessions in view, over the last row of them the line of messages and
/// questions if there is anything to say, and the status line. Any size of window will do.
#[must_use]
pub fn draw(app: &App) -> (Buffer, Option<CursorView>) {
    let mut buf = Buffer::empty(app.area());
    let cursor = draw_all(app, &mut buf);
    (buf, cursor)
}

fn draw_all(app: &App, buf: &mut Buffer) -> Option<CursorView> {
    let area = buf.area;
    let status = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
    let guest = Rect { height: area.height.saturating_sub(1), ..area };
    let (mut cursor, crop) = match app.backdrop() {
        Mode::Overview(marked) => {
            OverviewView::new(app.sessions(), marked).with_marks(app.all_marks()).render(guest, buf);
            (None, None)
        }
        Mode::Watch => {
            WatchView::new(app.sessions(), app.watch()).render(guest, buf);
            (None, None)
        }
        Mode::Page => {
            PageView::new(app.sessions(), app.page()).render(guest, buf);
            (None, None)
        }
        _ => draw_views(app, buf),
    };
    let prefix = app.settings().prefix;
    let bar = StatusView::new(app.sessions(), app.focused_index(), crop.as_deref(), prefix);
    bar.with_marks(app.all_marks()).render(status, buf);
    if let Some(panel) = app.panel().filter(|_| matches!(app.mode(), Mode::Panel | Mode::Prompt | Mode::Confirm(_))) {
        panel.view().render(guest, buf);
        cursor = panel.view().cursor(guest);
    }
    if app.mode() == Mode::Keys {
        let view = KeyMenuView::new(app.key_menu());
        cursor = view.cursor(guest);
        view.render(guest, buf);
    }
    if let Some(text) = app.line().filter(|_| guest.height > 0) {
        let line = Rect { y: guest.bottom() - 1, height: 1, ..guest };
        LineView::new(&text).render(line, buf);
        cursor = match app.prompt() {
            Some(prompt) => LineView::cursor(line, prompt.cursor()),
            None => cursor.filter(|cursor| cursor.at.y != line.y),
        };
    }
    if let Mode::Help(top) = app.mode() {
        HelpView::new(top, prefix).render(guest, buf);
        cursor = None;
    }
    cursor
}

/// The sessions in view; returns the cursor of the one with the keys, and if it is alone the words
/// for what of it is not shown.
fn draw_views(app: &App, buf: &mut Buffer) -> (Option<CursorView>, Option<String>) {
    let mut shown = (None, None);
    for Place { session: id, title, area } in app.places() {
        let Some(index) = app.sessions().iter().position(|view| view.id == id) else { continue };
        let session = &app.sessions()[index];
        let focused = app.focused_index() == Some(index);
        if let Some(copy) = app.copy().filter(|copy| copy.session() == id) {
            let view = CopyView::new(copy);
            view.render(area, buf);
            if let Some(title) = title {
                TitleView::new(index, session, focused, Some("copy mode")).render(title, buf);
            }
            shown = (view.cursor(area), None);
            continue;
        }
        let viewport = app.pan(id).viewport(&session.screen, area.width, area.height);
        let view = ScreenView::new(&session.screen, viewport);
        view.render(area, buf);
        let crop = viewport.crop_mark(&session.screen);
        if let Some(title) = title {
            let bar = TitleView::new(index, session, focused, crop.as_deref());
            bar.with_marks(app.marks(id)).render(title, buf);
        }
        if focused {
            shown = (view.cursor(area), crop.filter(|_| title.is_none()));
        }
    }
    shown
}
