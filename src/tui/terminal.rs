//! The real terminal: its modes, kept for as long as [`TerminalDisplay`] lives and restored when it
//! is dropped or the UI panics; and drawing on it.

use std::io::{self, Read};
use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::{Duration, Instant};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{SetCursorStyle, Show};
use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::queue;
use crossterm::terminal::{self, EnterAlternateScreen, LeaveAlternateScreen};
use nix::unistd::{getpgrp, getsid};
use ratatui::buffer::Buffer;
use rustix::process::{Signal, kill_current_process_group};

use super::ability::Ability;
use super::app::App;
use super::driver::{Display, Wake};
use super::link::Link;
use super::painter::Painter;
use super::view;
use super::widgets::CursorView;
use super::writer::Writer;

/// Arrow keys and keypad in their plain forms: a program before us may have left it otherwise.
const PLAIN_KEYS: &[u8] = b"\x1b[?1l\x1b>";
/// Asks whether the terminal speaks the kitty keyboard protocol; one that does not says nothing.
const KITTY_QUERY: &[u8] = b"\x1b[?u";
/// Disambiguate (1), report releases (2), alternate keys (4), all keys as sequences (8), text (16).
const KITTY_PUSH: &[u8] = b"\x1b[>31u";
const KITTY_POP: &[u8] = b"\x1b[<u";
/// Report buttons and what moves while one is down (1002), in numbers (1006) where the terminal can.
const MOUSE_ON: &[u8] = b"\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1002l";
/// Terminals that know it show all of what lies between at once; others ignore it.
const FRAME_BEGIN: &[u8] = b"\x1b[?2026h";
const FRAME_END: &[u8] = b"\x1b[?2026l";

/// Bytes read from the terminal at once.
pub(super) const READ_BYTES: usize = 4096;

/// Asks the terminal whether it is well (DSR); it answers when it has come so far.
const ASK: &[u8] = b"\x1b[5n";
const BELL: &[u8] = b"\x07";
/// How long what is being written may take when the terminal is given back.
const LAST_WRITE: Duration = Duration::from_millis(300);

/// The modes of the terminal, and what writes to it. Shared with the panic hook.
struct Modes {
    writer: Writer,
    changed: AtomicBool,
    kitty: AtomicBool,
    /// The mouse is to be reported.
    mouse: bool,
    /// Frames are on their way that the terminal may not show for long: it need not show them.
    behind: AtomicBool,
}

impl Modes {
    fn enter(&self) -> io::Result<()> {
        terminal::enable_raw_mode()?;
        self.changed.store(true, Ordering::Relaxed);
        let mut out = Vec::new();
        queue!(out, EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange)?;
        if self.mouse {
            out.extend_from_slice(MOUSE_ON);
        }
        out.extend_from_slice(PLAIN_KEYS);
        // Each of the terminal's two screens has a keyboard mode of its own: ask in ours.
        out.extend_from_slice(KITTY_QUERY);
        self.writer.send(&out)
    }

    fn use_kitty(&self) -> io::Result<()> {
        if self.kitty.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        self.writer.send(KITTY_PUSH)
    }

    /// Gives the terminal back as it was. Does nothing the second time.
    fn restore(&self) {
        if !self.changed.swap(false, Ordering::Relaxed) {
            return;
        }
        let mut out = FRAME_END.to_vec();
        if self.kitty.swap(false, Ordering::Relaxed) {
            out.extend_from_slice(KITTY_POP);
        }
        if self.mouse {
            out.extend_from_slice(MOUSE_OFF);
        }
        // Nothing can be done about a terminal that fails now.
        let _ = queue!(out, DisableFocusChange, DisableBracketedPaste, SetCursorStyle::DefaultUserShape, Show);
        let _ = queue!(out, LeaveAlternateScreen);
        let patience = if self.behind.load(Ordering::Relaxed) { None } else { Some(LAST_WRITE) };
        let _ = self.writer.finish(&out, patience);
        let _ = terminal::disable_raw_mode();
    }
}

type Hook = dyn Fn(&PanicHookInfo<'_>) + Send + Sync;

/// Restores the terminal before the message of a panic is printed.
///
/// A panic of another thread ends only what that thread did; it is shown, not printed over the
/// screen.
struct PanicGuard {
    previous: Arc<Hook>,
}

impl PanicGuard {
    fn install(modes: Arc<Modes>, wake: SyncSender<Wake>) -> PanicGuard {
        let previous: Arc<Hook> = Arc::from(panic::take_hook());
        let (then, ui) = (previous.clone(), thread::current().id());
        panic::set_hook(Box::new(move |info| {
            if thread::current().id() == ui {
                modes.restore();
                then(info);
            } else {
                // A full channel has other news to show.
                let _ = wake.try_send(Wake::Trouble(format!("internal error: {info}")));
            }
        }));
        PanicGuard { previous }
    }
}

impl Drop for PanicGuard {
    fn drop(&mut self) {
        // The hook cannot be changed by a thread that panics; the program ends then anyway.
        if !thread::panicking() {
            let previous = self.previous.clone();
            panic::set_hook(Box::new(move |info| previous(info)));
        }
    }
}

/// The terminal of the process.
pub(super) struct TerminalDisplay {
    painter: Painter,
    modes: Arc<Modes>,
    link: Link,
    start: Instant,
    _panic_guard: PanicGuard,
}

impl TerminalDisplay {
    /// Takes over a terminal that can show what `ability` says; `mouse` asks it to report the mouse.
    pub(super) fn open(ability: Ability, mouse: bool, wake: SyncSender<Wake>) -> io::Result<TerminalDisplay> {
        let writer = Writer::start(wake.clone())?;
        let (changed, kitty, behind) = (AtomicBool::new(false), AtomicBool::new(false), AtomicBool::new(false));
        let modes = Arc::new(Modes { writer, changed, kitty, mouse, behind });
        let guard = PanicGuard::install(modes.clone(), wake);
        let (painter, link) = (Painter::new(ability), Link::new());
        let display = TerminalDisplay { painter, modes, link, start: Instant::now(), _panic_guard: guard };
        // If this fails, dropping `display` undoes what was done.
        display.modes.enter()?;
        Ok(display)
    }

    /// Sends what turns the picture of the terminal into `frame`.
    pub(super) fn show(&mut self, frame: Buffer, cursor: Option<CursorView>) -> io::Result<()> {
        let bytes = self.painter.paint(frame, cursor);
        if bytes.is_empty() {
            return Ok(());
        }
        let bytes = [FRAME_BEGIN, bytes.as_bytes(), FRAME_END, ASK].concat();
        self.modes.writer.send(&bytes)?;
        self.link.sent(self.start.elapsed(), bytes.len());
        self.note_link();
        Ok(())
    }

    fn note_link(&self) {
        self.modes.behind.store(self.link.expects_answers(), Ordering::Relaxed);
    }
}

impl Display for TerminalDisplay {
    fn size(&self) -> io::Result<(u16, u16)> {
        super::window_size()
    }

    fn draw(&mut self, app: &App) -> io::Result<()> {
        let (frame, cursor) = view::draw(app);
        self.show(frame, cursor)
    }

    fn busy(&mut self) -> Option<Duration> {
        // The writer says when it has written all.
        if !self.modes.writer.is_idle() { Some(Duration::MAX) } else { self.link.wait(self.start.elapsed()) }
    }

    fn answered(&mut self) {
        self.link.answered(self.start.elapsed());
        self.note_link();
    }

    fn expects_answers(&self) -> bool {
        self.link.expects_answers()
    }

    fn ring(&mut self) -> io::Result<()> {
        self.modes.writer.send(BELL)
    }

    fn forget(&mut self) {
        self.painter.forget();
    }

    fn use_kitty(&mut self) -> io::Result<()> {
        self.modes.use_kitty()
    }

    fn suspend(&mut self) -> io::Result<()> {
        if !has_shell() {
            return Err(io::Error::other("no shell waits that could bring it back"));
        }
        self.modes.restore();
        let stopped = kill_current_process_group(Signal::STOP);
        // From here on the program goes on.
        self.retake()?;
        Ok(stopped?)
    }

    fn set_clipboard(&mut self, text: &str) -> io::Result<()> {
        let mut bytes = Vec::new();
        queue!(bytes, CopyToClipboard::to_clipboard_from(text))?;
        self.modes.writer.send(&bytes)
    }

    fn retake(&mut self) -> io::Result<()> {
        self.modes.restore();
        self.link = Link::new();
        self.note_link();
        self.modes.enter()?;
        self.forget();
        Ok(())
    }
}

impl Drop for TerminalDisplay {
    fn drop(&mut self) {
        self.modes.restore();
    }
}

/// True if a shell waits that can bring the program back after it has been stopped: then the
/// program has a process group of its own.
///
/// Asked of nix, since an ID may be 0 (the leader is outside of our PID namespace, as in many a
/// container), which rustix's `Pid` cannot hold.
fn has_shell() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Starts the thread that reads the terminal. It ends with the terminal or with the program: a
/// blocked read cannot be called off.
pub(super) fn spawn_reader(wake: SyncSender<Wake>) -> io::Result<()> {
    thread::Builder::new().name("terminal".to_owned()).spawn(move || read_all(&wake))?;
    Ok(())
}

fn read_all(wake: &SyncSender<Wake>) {
    let mut bytes = [0; READ_BYTES];
    loop {
        let message = match io::stdin().lock().read(&mut bytes) {
            Ok(0) => Wake::InputEnded,
            Ok(count) => Wake::Input(bytes[..count].to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => Wake::InputEnded,
        };
        let last = matches!(message, Wake::InputEnded);
        if wake.send(message).is_err() || last {
            return;
        }
    }
}
