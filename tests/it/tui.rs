//! The whole UI, driven by bytes of a terminal, over sessions and a display that stand in for the
//! real ones.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dosmux::config::{SessionSpec, UiSettings};
use dosmux::keys::{Key, Locks};
use dosmux::monitor::vm::{StopReason, TrapStats};
use dosmux::screen::{Cell, CodePage, Cursor, Rgb, Screen, Scrollback};
use dosmux::session::inspect::Inspection;
use dosmux::session::{Alerts, Backlog, Command, Gauge, History, Media, Request, SessionState, SessionView};
use dosmux::tui::app::App;
use dosmux::tui::driver::{Display, Driver, Wake};
use dosmux::tui::picture::picture;
use dosmux::tui::{Sessions, TuiError};
use dosmux::types::SessionId;

/// How long a test waits for what must happen soon.
const PATIENCE: Duration = Duration::from_secs(20);

/// Locks what a test shares with the UI; another test's failure does not matter.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sessions that show what they are sent, on screens of 40 × 4.
struct Echoes {
    views: Mutex<Vec<SessionView>>,
    focused: Mutex<Vec<u32>>,
    changed: Arc<AtomicBool>,
    wake: SyncSender<Wake>,
}

impl Echoes {
    fn new(names: &[&str], changed: Arc<AtomicBool>, wake: SyncSender<Wake>) -> Echoes {
        let view = |(id, name): (u32, &&str)| SessionView {
            id: SessionId(id),
            name: (*name).to_owned(),
            state: SessionState::Idle,
            screen: Arc::new(screen(name)),
            stats: Arc::new(TrapStats::default()),
            slices: 0,
            spec: Arc::new(SessionSpec::new(name)),
            locks: Locks::default(),
            backlog: Backlog::default(),
            problem: None,
            uses_mouse: false,
            alerts: Alerts::default(),
        };
        let views = (0..).zip(names).map(view).collect();
        Echoes { views: Mutex::new(views), focused: Mutex::new(Vec::new()), changed, wake }
    }

    /// Changes a session as a worker thread would.
    fn change(&self, id: SessionId, change: impl FnOnce(&mut SessionView)) {
        if let Some(view) = lock(&self.views).iter_mut().find(|view| view.id == id) {
            change(view);
        }
        if !self.changed.swap(true, Ordering::AcqRel) {
            let _ = self.wake.try_send(Wake::Sessions);
        }
    }
}

impl Sessions for Echoes {
    fn views(&self) -> Vec<SessionView> {
        lock(&self.views).clone()
    }

    fn focus(&self, id: SessionId) {
        lock(&self.focused).push(id.0);
    }

    fn gauges(&self) -> Vec<Gauge> {
        lock(&self.views).iter().map(|view| Gauge::new(view.id)).collect()
    }

    fn inspect(&self, _: SessionId) -> Option<Arc<Inspection>> {
        None
    }

    fn history(&self, id: SessionId) -> Option<History> {
        let screen = lock(&self.views).iter().find(|view| view.id == id).map(|view| Screen::clone(&view.screen))?;
        Some(History { rows: Scrollback::default(), screen })
    }

    fn hold(&self, id: SessionId, held: bool) {
        self.change(id, |view| view.state = if held { SessionState::Paused } else { SessionState::Idle });
    }

    fn rename(&self, id: SessionId, name: String) {
        self.change(id, |view| view.name = name);
    }

    fn start(&self, spec: &SessionSpec) -> Result<SessionId, String> {
        let mut views = lock(&self.views);
        let id = SessionId(views.iter().map(|view| view.id.0 + 1).max().unwrap_or(0));
        let like = views.first().ok_or("nothing to copy")?.clone();
        views.push(SessionView { id, name: spec.name.clone(), spec: Arc::new(spec.clone()), ..like });
        Ok(id)
    }

    fn adjust(&self, id: SessionId, spec: &SessionSpec) -> Result<(), String> {
        self.change(id, |view| view.spec = Arc::new(spec.clone()));
        Ok(())
    }

    fn restart(&self, id: SessionId, spec: &SessionSpec) -> Result<(), String> {
        self.adjust(id, spec)
    }

    fn media(&self, _: SessionId) -> Option<Arc<Media>> {
        None
    }

    fn ask(&self, _: SessionId, _: Request) {}

    fn answers(&self) -> Vec<(SessionId, Request, Result<(), String>)> {
        Vec::new()
    }

    fn close(&self, id: SessionId) {
        lock(&self.views).retain(|view| view.id != id);
    }

    fn send(&self, id: SessionId, command: Command) {
        let text = match command {
            Command::Key(event) if event.down && event.key == Key::Enter => "|".to_owned(),
            Command::Key(event) if event.down => event.key.name().to_owned(),
            Command::Key(_) => return,
            Command::Text(text) => format!("<{} characters>", text.chars().count()),
            Command::Mouse(at, act) => format!("mouse {},{} {act:?}", at.col, at.row),
            Command::StopTyping => "<stop>".to_owned(),
            Command::Reset => "<reset>".to_owned(),
        };
        self.change(id, |view| {
            let old = view.screen.row_text(0);
            view.screen = Arc::new(screen(&format!("{}{text}", old.trim_end())));
        });
    }
}

/// A screen whose first row begins with `text`.
fn screen(text: &str) -> Screen {
    let mut palette = [Rgb::default(); 16];
    palette[7] = Rgb { r: 170, g: 170, b: 170 };
    let blank = Cell { code: b' ', attr: 0x07 };
    let codes = text.chars().map(|c| CodePage::US.code(c).unwrap_or(b'?'));
    let mut cells: Vec<Cell> = codes.take(40).map(|code| Cell { code, attr: 0x07 }).collect();
    let col = u16::try_from(cells.len().min(39)).unwrap_or(39);
    cells.resize(160, blank);
    let cursor = Some(Cursor { row: 0, col, start: 14, end: 15 });
    Screen { cols: 40, rows: 4, cells, cursor, palette, blink: true, cell_height: 16, mode: 1, code_page: CodePage::US }
}

/// What the stand-in for the terminal shows.
#[derive(Default)]
struct Shown {
    text: String,
    frames: usize,
    kitty: bool,
    clipboard: Option<String>,
}

#[derive(Clone)]
struct FakeTerminal {
    shown: Arc<(Mutex<Shown>, Condvar)>,
    size: Arc<Mutex<(u16, u16)>>,
}

impl Display for FakeTerminal {
    fn size(&self) -> io::Result<(u16, u16)> {
        Ok(*lock(&self.size))
    }

    fn draw(&mut self, app: &App) -> io::Result<()> {
        let picture = picture(app);
        let mut shown = lock(&self.shown.0);
        let rows = picture.glyphs.chunks(usize::from(picture.cols.max(1)));
        let rows: Vec<String> = rows.map(|row| row.iter().map(|glyph| glyph.char).collect()).collect();
        shown.text = rows.join("\n");
        shown.frames += 1;
        self.shown.1.notify_all();
        Ok(())
    }

    fn forget(&mut self) {}

    fn use_kitty(&mut self) -> io::Result<()> {
        lock(&self.shown.0).kitty = true;
        Ok(())
    }

    fn set_clipboard(&mut self, text: &str) -> io::Result<()> {
        lock(&self.shown.0).clipboard = Some(text.to_owned());
        Ok(())
    }

    fn retake(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A running UI as its user sees it.
struct User<'a> {
    wake: SyncSender<Wake>,
    terminal: FakeTerminal,
    sessions: &'a Echoes,
}

impl User<'_> {
    fn types(&self, bytes: &[u8]) {
        self.wake.send(Wake::Input(bytes.to_vec())).expect("the UI listens");
    }

    /// Waits until the window contains `text`.
    fn sees(&self, text: &str) {
        let limit = Instant::now() + PATIENCE;
        let (shown, news) = &*self.terminal.shown;
        let mut shown = lock(shown);
        while !shown.text.contains(text) {
            let left = limit.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "never saw {text:?}; last seen:\n{}", shown.text);
            shown = news.wait_timeout(shown, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn frames(&self) -> usize {
        lock(&self.terminal.shown.0).frames
    }

    fn resizes(&self, cols: u16, rows: u16) {
        *lock(&self.terminal.size) = (cols, rows);
        self.wake.send(Wake::Resized).expect("the UI listens");
    }

    fn quits(&self) {
        self.types(b"\x1dq");
        self.types(b"y");
    }
}

impl Drop for User<'_> {
    /// A test that failed does not leave the UI waiting for its user.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.wake.send(Wake::InputEnded);
        }
    }
}

/// Runs the UI over sessions called `names` while `story` uses it; returns how the UI ended.
fn with_ui(names: &[&str], story: impl FnOnce(&User<'_>)) -> Result<(), TuiError> {
    let (wake, wakes) = sync_channel(64);
    let changed = Arc::new(AtomicBool::new(false));
    let sessions = Echoes::new(names, changed.clone(), wake.clone());
    let shown = Arc::new((Mutex::new(Shown::default()), Condvar::new()));
    let mut terminal = FakeTerminal { shown, size: Arc::new(Mutex::new((60, 8))) };
    let user_terminal = terminal.clone();
    std::thread::scope(|scope| {
        let user = User { wake, terminal: user_terminal, sessions: &sessions };
        let (sessions, terminal) = (&sessions, &mut terminal);
        let ui = scope.spawn(move || Driver::new(sessions, terminal, changed, UiSettings::default())?.run(&wakes));
        story(&user);
        ui.join().expect("the UI does not panic")
    })
}

#[test]
fn two_sessions_are_typed_in_switched_reset_and_quit() {
    let ended = with_ui(&["left", "right"], |user| {
        user.sees("left ");
        user.types(b"dir\r");
        user.sees("leftdir|");
        user.types(b"\x1d2");
        user.sees("right ");
        user.types(b"\x1b[21;3~");
        user.sees("rightaltf10");
        user.types(b"\x1dr");
        user.sees("reset session right? (y/n)");
        user.types(b"y");
        user.sees("<reset>");
        user.types(b"\x1dp");
        user.sees("leftdir|");
        assert_eq!(*lock(&user.sessions.focused), [0, 1, 0]);
        user.quits();
    });
    assert!(ended.is_ok());
}

#[test]
fn closing_the_last_session_ends_the_ui() {
    let ended = with_ui(&["left", "right"], |user| {
        user.sees("left ");
        user.types(b"\x1dcy");
        user.sees("right ");
        user.types(b"\x1dcy");
    });
    assert!(ended.is_ok());
}

#[test]
fn a_stopped_session_is_shown_with_what_helps() {
    let ended = with_ui(&["empty"], |user| {
        user.sees("empty ");
        user.sessions.change(SessionId(0), |view| view.state = SessionState::Stopped(StopReason::NoBootDisk));
        user.sees("nothing to boot");
        user.types(b"\x1dq");
    });
    assert!(ended.is_ok());
}

#[test]
fn an_escape_key_that_comes_alone_is_given_out_after_its_time() {
    let ended = with_ui(&["a"], |user| {
        user.types(b"\x1b");
        user.sees("aesc");
        user.types(b"\x1b");
        user.types(b"[A");
        user.sees("aescup");
        user.quits();
    });
    assert!(ended.is_ok());
}

#[test]
fn when_nothing_happens_nothing_is_drawn() {
    let ended = with_ui(&["a"], |user| {
        user.sees("a ");
        // The last frame of the start may still be on its way.
        std::thread::sleep(Duration::from_millis(100));
        let frames = user.frames();
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(user.frames(), frames);
        user.quits();
    });
    assert!(ended.is_ok());
}

#[test]
fn a_busy_screen_is_drawn_at_most_sixty_times_a_second() {
    let ended = with_ui(&["a"], |user| {
        user.sees("a ");
        let (start, before) = (Instant::now(), user.frames());
        while start.elapsed() < Duration::from_millis(500) {
            user.sessions.change(SessionId(0), |view| view.screen = Arc::new(screen("busy")));
            std::thread::yield_now();
        }
        let limit = start.elapsed().as_millis() * 60 / 1000 + 2;
        let drawn = user.frames() - before;
        assert!(u128::try_from(drawn).unwrap() <= limit, "{drawn} frames, at most {limit}");
        user.quits();
    });
    assert!(ended.is_ok());
}

#[test]
fn any_size_of_window_will_do() {
    let ended = with_ui(&["alpha"], |user| {
        user.sees("alpha");
        for (cols, rows) in [(0, 0), (1, 1), (3, 2), (200, 1), (1, 100), (5, 3)] {
            user.resizes(cols, rows);
            user.types(b"\x1dh");
            user.types(b"x");
        }
        user.resizes(20, 3);
        user.sees("alpha");
        user.resizes(100, 12);
        user.sees("Ctrl-] h help");
        user.quits();
    });
    assert!(ended.is_ok());
}

#[test]
fn a_large_paste_arrives_whole_and_garbage_does_no_harm() {
    let ended = with_ui(&["a"], |user| {
        user.types(b"\x1b[200~");
        for _ in 0..1024 {
            user.types(&[b'x'; 1024]);
        }
        user.types(b"\x1b[201~");
        user.sees("a<1048576 characters>");
        let garbage: Vec<u8> = (0..=255u8).filter(|&byte| byte != 0x1D).cycle().take(4096).collect();
        user.types(&garbage);
        user.types(b"\x1b[200~\x1b[201~");
        user.quits();
    });
    assert!(ended.is_ok());
}

#[test]
fn a_kitty_terminal_is_told_to_report_releases() {
    let ended = with_ui(&["a"], |user| {
        user.types(b"\x1b[?0u");
        user.types(b"x");
        user.sees("ax");
        assert!(lock(&user.terminal.shown.0).kitty);
        user.quits();
    });
    assert!(ended.is_ok());
}

#[test]
fn a_signal_or_a_lost_terminal_ends_the_ui_with_an_error() {
    let ended = with_ui(&["a"], |user| user.wake.send(Wake::Signalled(15)).unwrap());
    assert!(matches!(ended, Err(TuiError::Signalled(15))));
    let ended = with_ui(&["a"], |user| user.wake.send(Wake::InputEnded).unwrap());
    assert!(matches!(ended, Err(TuiError::InputEnded)));
}

#[test]
fn without_a_terminal_the_error_names_the_way_to_run_scripts() {
    assert!(TuiError::NotATerminal.to_string().contains("dosmux test"));
}
