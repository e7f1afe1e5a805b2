//! Draws the README's pictures in `docs/screens`: the UI with three sessions of the tour, whole, split,
//! in the overview and in the monitor view.
//!
//! Run `cargo run --release --example readme-picture` in the top folder of the repository. The
//! sessions are real ones, run by the session manager and drawn by the UI's own view.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use dosmux::config::{UiSettings, sessions_of_images};
use dosmux::disk::WritePolicy;
use dosmux::keys::Key;
use dosmux::screen::picture::Format;
use dosmux::session::{Command, Host, Manager, SessionState, SessionView};
use dosmux::tui::app::{App, Event};
use dosmux::tui::input::{Mods, Symbol, TermEvent, TermKey};
use dosmux::tui::picture::picture;

/// The pictures: file, columns and rows of the window, and the commands given after the prefix key. A
/// guest's screen of 80 × 25 and the status line fit exactly into the first.
const PICTURES: &[(&str, (u16, u16), &[Symbol])] = &[
    ("dosmux.svg", (80, 26), &[]),
    ("split.svg", (122, 34), &[Symbol::Char('|'), Symbol::Key(Key::Right), Symbol::Char('-')]),
    ("overview.svg", (122, 34), &[Symbol::Char('o')]),
    ("monitor.svg", (80, 16), &[Symbol::Char('m')]),
];
/// How long the sessions may take to show what they are waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is typed in each session, and the title of the page that is then on its screen.
const TOUR: [(&str, &str); 3] = [("1", "Colours"), ("", "dosmux tour"), ("5", "Busy loop")];

fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/screens"));
    let images = vec!["builtin:tour".to_owned(); 3];
    let mut specs = sessions_of_images(&images, WritePolicy::Overlay)?;
    for (spec, name) in specs.iter_mut().zip(["colours", "menu", "busy"]) {
        name.clone_into(&mut spec.name);
    }
    let manager = Manager::new(Host::new(), 0);
    for (spec, (keys, title)) in specs.iter().zip(TOUR) {
        let id = manager.start(spec)?;
        manager.focus(id);
        wait_for(&manager, |view| view.id != id || view.screen.row_text(0).contains("dosmux tour"))?;
        manager.send(id, Command::Text(keys.to_owned()));
        wait_for(&manager, |view| view.id != id || view.screen.row_text(0).contains(title))?;
    }
    let first = manager.views().first().map(|view| view.id).context("no session")?;
    manager.focus(first);
    // All but the last wait for a key.
    let last = specs.last().map(|spec| spec.name.clone()).unwrap_or_default();
    wait_for(&manager, |view| (view.state == SessionState::Running) == (view.name == last))?;
    for (name, (cols, rows), commands) in PICTURES {
        let mut app = App::new((*cols, *rows), UiSettings::default());
        app.update(Event::Sessions(manager.views()), Duration::ZERO);
        for command in *commands {
            strike(&mut app, TermKey::legacy(Symbol::Char(']'), Mods::CTRL));
            strike(&mut app, TermKey::legacy(*command, Mods::NONE));
        }
        // Rates need two looks.
        for seconds in 1..=2 {
            thread::sleep(Duration::from_secs(1));
            app.update(Event::Gauges(manager.gauges()), Duration::from_secs(seconds));
        }
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(folder.join(name), picture(&app, *cols, *rows).encode(Format::Svg)))
            .with_context(|| format!("writing to {}", folder.display()))?;
    }
    Ok(())
}

fn strike(app: &mut App, key: TermKey) {
    app.update(Event::Terminal(TermEvent::Key(key)), Duration::ZERO);
}

/// Waits until `done` holds for every session.
fn wait_for(manager: &Manager, done: impl Fn(&SessionView) -> bool) -> anyhow::Result<()> {
    let start = Instant::now();
    while !manager.views().iter().all(&done) {
        ensure!(start.elapsed() < PATIENCE, "a session does not show what it should");
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
