//! A failed step in words: what was awaited, what came nearest, where the guest is, and what its
//! screen and log show.

use std::path::Path;

use super::line;
use crate::screen::picture::{Format, Picture};
use crate::screen::{CodePage, Screen};
use crate::script::near::nearest;
use crate::script::outcome::Outcome;
use crate::script::run::Failure;

/// Lines of a session's log that a failure shows.
const LOG_LINES: usize = 40;
/// Keys in a line of those that came last.
const KEYS_PER_LINE: usize = 16;

/// The whole story of an outcome's failure, each line indented; nothing if there is none. `path` is
/// the script's; `color` for terminals.
#[must_use]
pub fn story(path: &str, outcome: &Outcome, color: bool) -> String {
    let mut out = outcome.failure().map_or_else(String::new, |failure| failure_story(path, failure, color));
    if let Some(scene) = &outcome.scene {
        let keys: Vec<String> = scene.keys.chunks(KEYS_PER_LINE).map(|keys| keys.join(" ")).collect();
        let parts = [
            ("the last steps were", &scene.steps),
            ("the last keys were", &keys),
            ("the registers are", &scene.registers),
            ("it executes", &scene.code),
            ("the last calls and interrupts were", &scene.calls),
        ];
        for (title, lines) in parts.into_iter().filter(|(_, lines)| !lines.is_empty()) {
            line(&mut out, format_args!("  {title}"));
            lines.iter().for_each(|text| line(&mut out, format_args!("    {}", printable(text))));
        }
    }
    out
}

/// `text` without control characters, which could steer a terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What the failed step and the screen tell.
fn failure_story(path: &str, failure: &Failure, color: bool) -> String {
    let Failure { number, step, session, why, .. } = failure;
    let mut out = String::new();
    // The script is called as its user calls it.
    let included = step.place.file.file_name() != Path::new(path).file_name();
    let file = if included { step.place.file.display().to_string() } else { path.to_owned() };
    let (line_number, col) = (step.place.line, step.place.col);
    line(&mut out, format_args!("  {file}:{line_number}:{col}: step {number} in session `{session}`: {}", step.text));
    line(&mut out, format_args!("  {why}"));
    near_miss(&mut out, failure);
    let seconds = format!("{}.{:03} s", failure.now.as_ns() / 1_000_000_000, failure.now.as_ns() / 1_000_000 % 1000);
    line(&mut out, format_args!("  guest time {seconds}, at {}, the screen is", failure.at));
    out.push_str(&if color { screen_in_color(&failure.screen) } else { screen_text(&failure.screen) });
    let log = log_tail(&failure.log, failure.screen.code_page);
    if !log.is_empty() {
        line(&mut out, format_args!("  the end of its log (port E9h) is"));
        for text in log {
            line(&mut out, format_args!("  > {text}"));
        }
    }
    out
}

/// What on the screen came nearest to what was awaited.
fn near_miss(out: &mut String, failure: &Failure) {
    let wanted = failure.step.action.awaited_text();
    let Some(miss) = wanted.and_then(|wanted| nearest(&failure.screen, wanted)).filter(|miss| miss.differences > 0)
    else {
        return;
    };
    line(out, format_args!("  nearest is row {}, column {}", miss.row, miss.col));
    line(out, format_args!("    {}", miss.found));
    line(out, format_args!("    {}", miss.marks));
}

/// All rows of a screen between bars.
#[must_use]
pub fn screen_text(screen: &Screen) -> String {
    (0..screen.rows).map(|row| format!("  |{}|\n", screen.row_text(row))).collect()
}

/// All rows of a screen between bars, as the display shows them.
fn screen_in_color(screen: &Screen) -> String {
    let rows = String::from_utf8_lossy(&Picture::from(screen).encode(Format::Ansi)).into_owned();
    rows.lines().map(|row| format!("  |{row}|\n")).collect()
}

/// The last lines of a log, control characters shown as a display adapter draws them.
#[must_use]
pub fn log_tail(log: &[u8], page: CodePage) -> Vec<String> {
    let text: String = log.iter().filter(|&&byte| byte != b'\r').map(|&byte| log_char(byte, page)).collect();
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..].iter().map(|&line| line.to_owned()).collect()
}

fn log_char(byte: u8, page: CodePage) -> char {
    if byte == b'\n' { '\n' } else { page.char(byte) }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{failed, outcome};
    use super::*;
    use crate::script::scene::Scene;

    #[test]
    fn a_failure_tells_the_whole_story() {
        let expected = concat!(
            "  s/t.toml:4:1: step 2 in session `left`: expect = \"B:\\\\>\"\n",
            "  not on the screen within 2s\n",
            "  nearest is row 0, column 0\n",
            "    A:\\>\n",
            "    ^\n",
            "  guest time 2.003 s, at 1234:5678, the screen is\n",
            "  |A:\\>                |\n",
            "  |                    |\n",
            "  |                    |\n",
            "  the end of its log (port E9h) is\n",
            "  > booting\n",
            "  > ready\n",
        );
        assert_eq!(story("s/t.toml", &failed(), false), expected);
    }

    #[test]
    fn the_scene_follows_and_cannot_steer_the_terminal() {
        let scene = Scene {
            steps: vec!["1  wait".into()],
            keys: vec!["x".into(), "enter".into()],
            calls: vec!["INT 21h \u{1b}[2J".into()],
            ..Scene::default()
        };
        let outcome = Outcome { scene: Some(Box::new(scene)), ..failed() };
        let expected = "\n  the last steps were\n    1  wait\n  the last keys were\n    x enter\n  the last calls and interrupts were\n    INT 21h  [2J\n";
        assert!(story("t.toml", &outcome, false).ends_with(expected));
    }

    #[test]
    fn in_colour_the_screen_is_as_the_display_shows_it() {
        let story = story("t.toml", &failed(), true);
        assert!(story.contains("  |\u{1b}[0;38;2;0;0;0;48;2;0;0;0mA:\\>                \u{1b}[0m|\n"), "{story:?}");
    }

    #[test]
    fn what_is_not_about_text_has_no_nearest_line() {
        let outcome = outcome("[[steps]]\ntype = 'A:x'\ntimeout = '1s'");
        assert!(!story("t.toml", &outcome, false).contains("nearest"));
    }

    #[test]
    fn the_log_shows_its_last_lines() {
        let log: String = (0..50).map(|number| format!("line {number}\r\n")).collect();
        let tail = log_tail(log.as_bytes(), CodePage::US);
        assert_eq!((tail.len(), tail[0].as_str(), tail[39].as_str()), (40, "line 10", "line 49"));
        assert_eq!(log_tail(b"\x1b[31m\x82", CodePage::US), ["←[31mé"]);
    }
}
