//! Makes the README's pictures in `docs/screens` with the program's own command for pictures of its window:
//! runs it on a pseudo-terminal with three sessions of FreeDOS and one of the tour, as a user would.
//!
//! Run `cargo build --release && cargo run --release --example readme-picture` in the top folder of the
//! repository. It needs the disk images in `../shared/images`.

#[path = "../tests/pty/mod.rs"]
mod pty;

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, ensure};
use pty::{Pty, Terminal};

/// The images that are booted, and the sessions' last one.
const IMAGES: [&str; 3] = ["freedos-apps-720K.img", "freedos-1440K.img", "freedos-360K.img"];
const TOUR: &str = "builtin:tour";
/// What each session shows when it is ready, what is typed in it, and what it then shows.
const WORK: [(&str, &[&str], &str); 4] = [
    ("A:\\>", &["debug hello.com\r", "u\r"], "MOV"),
    ("A:\\>", &["ver\r", "dir /w\r"], "bytes free"),
    ("A:\\>", &["echo Four sessions, four PCs.\r"], "\nFour sessions"),
    ("dosmux tour", &["1"], "Colours"),
];
/// Between two strokes of the one who types.
const TYPING: Duration = Duration::from_millis(1500);
/// Messages are gone by then, and the monitor view has looked more than once.
const REST: Duration = Duration::from_secs(7);

/// A picture: its file, the columns and rows of the window, and what is typed from the first session alone to
/// the view that is shown, and back. A guest's screen of 80 × 25 and the status line fit exactly into the
/// first.
struct Shot {
    file: &'static str,
    size: (u16, u16),
    there: &'static str,
    picture: &'static str,
    back: &'static str,
}

const PREFIXED: &str = "\x1dW";
const SHOTS: [Shot; 5] = [
    Shot { file: "dosmux.svg", size: (80, 26), there: "", picture: PREFIXED, back: "" },
    Shot { file: "overview.svg", size: (122, 34), there: "\x1do", picture: "W", back: "\x1b" },
    Shot { file: "monitor.svg", size: (80, 16), there: "\x1dm", picture: "W", back: "q" },
    Shot { file: "page.svg", size: (80, 26), there: "\x1dm\r", picture: "W", back: "s" },
    Shot { file: "split.svg", size: (122, 34), there: "\x1d|\x1d\x1b[C\x1d-", picture: PREFIXED, back: "" },
];

fn main() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (images, folder) = (root.join("../shared/images"), root.join("docs/screens"));
    let paths: Vec<PathBuf> = IMAGES.iter().map(|name| images.join(name)).collect();
    let program = built()?;
    ensure!(program.is_file(), "there is no {}: build it first", program.display());
    let args = paths.iter().map(|path| path.to_str().context("paths are text")).collect::<anyhow::Result<Vec<_>>>()?;
    let args: Vec<&str> = ["boot"].into_iter().chain(args).chain([TOUR]).collect();
    let mut terminal = Pty::open((122, 34)).start(&program, &args, &[]);
    for (number, (ready, lines, result)) in (1..).zip(WORK) {
        terminal.types(format!("\x1d{number}").as_bytes());
        terminal.shows(ready);
        for line in lines {
            terminal.types(line.as_bytes());
            thread::sleep(TYPING);
        }
        terminal.waits(result, |seen| unindented(&seen.text()).contains(result));
    }
    terminal.types(b"\x1d1");
    for shot in &SHOTS {
        take(&mut terminal, shot, &folder)?;
    }
    Ok(())
}

/// The program that was built beside this one.
fn built() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.parent().context("a program is in a folder")?.join("../dosmux"))
}

/// The text with its lines' leading blanks taken away: views are centred.
fn unindented(text: &str) -> String {
    text.lines().map(str::trim_start).collect::<Vec<_>>().join("\n")
}

fn take(terminal: &mut Terminal, shot: &Shot, folder: &Path) -> anyhow::Result<()> {
    let path = folder.join(shot.file);
    // Nothing that is there is overwritten by the program.
    if path.exists() {
        std::fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
    }
    terminal.resize(shot.size);
    terminal.types(shot.there.as_bytes());
    thread::sleep(REST);
    terminal.types(shot.picture.as_bytes());
    terminal.shows("picture to file");
    // Ctrl-U clears the name that is proposed.
    terminal.types(format!("\x15{}\r", path.display()).as_bytes());
    terminal.shows("saved");
    ensure!(path.is_file(), "{} was not made", path.display());
    terminal.types(shot.back.as_bytes());
    thread::sleep(TYPING);
    Ok(())
}
