//! The real terminal: its modes, kept for as long as [`TerminalDisplay`] lives and restored when it
//! is dropped or the UI panics; and drawing on it.

use std::io::{self, Read, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::thread;

use crossterm::cursor::{SetCursorStyle, Show};
use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::terminal::{self, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{execute, queue};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ability::Ability;
use super::app::App;
use super::driver::{Display, Wake};
use super::painter::Painter;
use super::view;

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
const READ_BYTES: usize = 4096;

/// Which modes of the terminal have been changed. Shared with the panic hook.
#[derive(Debug, Default)]
struct Modes {
    changed: AtomicBool,
    kitty: AtomicBool,
    /// The mouse is to be reported.
    mouse: bool,
}

impl Modes {
    fn enter(&self) -> io::Result<()> {
        terminal::enable_raw_mode()?;
        self.changed.store(true, Ordering::Relaxed);
        let mut out = io::stdout();
        queue!(out, EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange)?;
        if self.mouse {
            out.write_all(MOUSE_ON)?;
        }
        // Each of the terminal's two screens has a keyboard mode of its own: ask in ours.
        out.write_all(KITTY_QUERY)?;
        out.flush()
    }

    fn use_kitty(&self) -> io::Result<()> {
        if self.kitty.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        write_all(KITTY_PUSH)
    }

    /// Gives the terminal back as it was. Does nothing the second time.
    fn restore(&self) {
        if !self.changed.swap(false, Ordering::Relaxed) {
            return;
        }
        // Nothing can be done about a terminal that fails now.
        let _ = write_all(FRAME_END);
        if self.kitty.swap(false, Ordering::Relaxed) {
            let _ = write_all(KITTY_POP);
        }
        if self.mouse {
            let _ = write_all(MOUSE_OFF);
        }
        let mut out = io::stdout();
        let _ = execute!(out, DisableFocusChange, DisableBracketedPaste, SetCursorStyle::DefaultUserShape, Show);
        let _ = execute!(out, LeaveAlternateScreen);
        let _ = terminal::disable_raw_mode();
    }
}

fn write_all(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
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
    _panic_guard: PanicGuard,
}

impl TerminalDisplay {
    /// Takes over a terminal that can show what `ability` says; `mouse` asks it to report the mouse.
    pub(super) fn open(ability: Ability, mouse: bool, wake: SyncSender<Wake>) -> io::Result<TerminalDisplay> {
        let modes = Arc::new(Modes { mouse, ..Modes::default() });
        let guard = PanicGuard::install(modes.clone(), wake);
        let display = TerminalDisplay { painter: Painter::new(ability), modes, _panic_guard: guard };
        // If this fails, dropping `display` undoes what was done.
        display.modes.enter()?;
        Ok(display)
    }
}

impl Display for TerminalDisplay {
    fn size(&self) -> io::Result<(u16, u16)> {
        terminal::size()
    }

    fn draw(&mut self, app: &App) -> io::Result<()> {
        let (cols, rows) = self.size()?;
        let mut frame = Buffer::empty(Rect::new(0, 0, cols, rows));
        let cursor = view::draw(app, frame.area, &mut frame);
        let bytes = self.painter.paint(frame, cursor);
        if bytes.is_empty() {
            return Ok(());
        }
        write_all(&[FRAME_BEGIN, bytes.as_bytes(), FRAME_END].concat())
    }

    fn forget(&mut self) {
        self.painter.forget();
    }

    fn use_kitty(&mut self) -> io::Result<()> {
        self.modes.use_kitty()
    }

    fn retake(&mut self) -> io::Result<()> {
        self.modes.restore();
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
