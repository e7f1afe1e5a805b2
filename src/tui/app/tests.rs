use std::sync::Arc;

use ratatui::layout::Position;

use super::super::input::{Mods, Parser, Symbol, TermKey};
use super::super::layout::Place;
use super::*;
use crate::config::SessionSpec;
use crate::keys::{Key, Locks};
use crate::monitor::vm::TrapStats;
use crate::screen::{Cell, CodePage, Cursor, Rgb, Screen};
use crate::session::{Alerts, Backlog};
use crate::tui::widgets::KeyMenuView;
use crate::types::SegOff;

mod anything;
mod copy;
mod marks;
mod panels;

fn screen() -> Arc<Screen> {
    Arc::new(Screen {
        cols: 80,
        rows: 25,
        cells: vec![Cell::default(); 2000],
        cursor: Some(Cursor { row: 24, col: 0, start: 14, end: 15 }),
        palette: [Rgb::default(); 16],
        blink: true,
        cell_height: 16,
        mode: 3,
        code_page: CodePage::US,
    })
}

fn session(id: u32, state: SessionState) -> SessionView {
    SessionView {
        id: SessionId(id),
        name: format!("s{id}"),
        state,
        screen: screen(),
        stats: Arc::new(TrapStats::default()),
        slices: 0,
        spec: Arc::new(SessionSpec::new(&format!("s{id}"))),
        locks: Locks::default(),
        backlog: Backlog::default(),
        problem: None,
        uses_mouse: false,
        alerts: Alerts::default(),
    }
}

/// An app with three idle sessions, and what it asked for so far in short words.
struct Bench {
    app: App,
    parser: Parser,
    now: Duration,
    views: Vec<SessionView>,
}

impl Bench {
    fn new() -> Bench {
        let views = (0..3).map(|id| session(id, SessionState::Idle)).collect();
        let mut bench = Bench {
            app: App::new((80, 24), UiSettings::default()),
            parser: Parser::new(Duration::from_millis(50)),
            now: Duration::ZERO,
            views,
        };
        assert_eq!(bench.sessions(), "focus 0");
        bench.app.take_dirty();
        bench
    }

    fn update(&mut self, event: Event) -> String {
        let effects = self.app.update(event, self.now);
        effects.iter().map(short).collect::<Vec<_>>().join(", ")
    }

    /// Tells the app of the sessions as they now are.
    fn sessions(&mut self) -> String {
        self.update(Event::Sessions(self.views.clone()))
    }

    /// What the app asks for when the terminal sends `bytes`.
    fn feed(&mut self, bytes: &[u8]) -> String {
        let mut events = Vec::new();
        self.parser.feed(bytes, &mut events);
        if self.parser.patience().is_some() {
            self.parser.expire(&mut events);
        }
        let texts: Vec<String> = events.into_iter().map(|event| self.update(Event::Terminal(event))).collect();
        texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
    }

    fn wait(&mut self, time: Duration) -> String {
        self.now += time;
        self.update(Event::Tick)
    }
}

fn short(effect: &Effect) -> String {
    match effect {
        Effect::Focus(id) => format!("focus {}", id.0),
        Effect::Close(id) => format!("close {}", id.0),
        Effect::Send(id, Command::Key(key)) => {
            format!("{}{}{}", id.0, if key.down { '+' } else { '-' }, key.key.name())
        }
        Effect::Send(id, Command::Text(text)) => format!("{} types {text:?}", id.0),
        Effect::Send(id, Command::Mouse(at, act)) => format!("{} mouse {},{} {act:?}", id.0, at.col, at.row),
        Effect::Send(id, Command::StopTyping) => format!("{} stops typing", id.0),
        Effect::History(id) => format!("history {}", id.0),
        Effect::Clipboard(text) => format!("clipboard {text:?}"),
        Effect::Send(id, Command::Reset) => format!("reset {}", id.0),
        Effect::Hold(id, held) => format!("{} {}", if *held { "hold" } else { "release" }, id.0),
        Effect::Rename(id, name) => format!("{} is now {name}", id.0),
        Effect::Save(path, data) => format!("save {} ({} bytes)", path.display(), data.len()),
        Effect::Start(spec) => format!("start {}", spec.name),
        Effect::Adjust(id, _) => format!("adjust {}", id.0),
        Effect::Restart(id, _) => format!("restart {}", id.0),
        Effect::Browse(path) => format!("browse {}", path.display()),
        Effect::Inspect(id) => format!("inspect {}", id.0),
        Effect::LookAtDrives(id) => format!("drives {}", id.0),
        Effect::Ask(id, request) => format!("ask {} {request:?}", id.0),
        Effect::Look => "look".to_owned(),
        Effect::Redraw => "redraw".to_owned(),
        Effect::UseKitty => "kitty".to_owned(),
        Effect::Record(id, path) => format!("record {} in {}", id.0, path.display()),
        Effect::StopRecording(id) => format!("stop recording {}", id.0),
        Effect::Ring => "ring".to_owned(),
        Effect::Suspend => "suspend".to_owned(),
        Effect::Quit => "quit".to_owned(),
    }
}

#[test]
fn keys_go_to_the_session_that_is_shown() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"x"), "0+x");
    assert_eq!(bench.feed(b"\x1d2"), "0-x, focus 1");
    assert_eq!(bench.feed(b"Y"), "1+shift, 1+y");
    assert_eq!(bench.wait(Duration::from_millis(60)), "1-y, 1-shift");
}

#[test]
fn keys_alone_do_not_ask_for_drawing() {
    let mut bench = Bench::new();
    bench.feed(b"abc");
    assert!(!bench.app.take_dirty());
    bench.feed(b"\x1d");
    assert!(bench.app.take_dirty());
}

#[test]
fn the_prefix_struck_twice_reaches_the_session() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1d"), "");
    assert_eq!(bench.feed(b"\x1d"), "0+ctrl, 0+]");
}

#[test]
fn next_previous_and_last_go_round() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1dn"), "focus 1");
    assert_eq!(bench.feed(b"\x1d\x1b[C"), "focus 2");
    assert_eq!(bench.feed(b"\x1dn"), "focus 0");
    assert_eq!(bench.feed(b"\x1dp"), "focus 2");
    assert_eq!(bench.feed(b"\x1dl"), "focus 0");
    assert_eq!(bench.feed(b"\x1d\x1b[D"), "focus 2");
}

#[test]
fn a_number_without_a_session_says_so() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1d9"), "");
    assert_eq!(bench.app.line().unwrap(), "there is no session 9");
    assert_eq!(bench.feed(b"\x1d0"), "");
    assert_eq!(bench.app.line().unwrap(), "there is no session 10");
    bench.wait(MESSAGE_TIME);
    assert_eq!(bench.app.line(), None);
}

#[test]
fn close_reset_and_quit_ask_first() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1dc"), "drives 0");
    assert_eq!(bench.app.line().unwrap(), "close session s0? (y/n)");
    assert_eq!(bench.feed(b"n"), "");
    assert_eq!(bench.feed(b"\x1dry"), "reset 0");
    assert_eq!(bench.feed(b"\x1dcy"), "drives 0, close 0");
    assert_eq!(bench.feed(b"\x1dd"), "drives 0, drives 1, drives 2");
    assert_eq!(bench.app.line().unwrap(), "close all 3 sessions and quit? (y/n)");
    assert_eq!(bench.feed(b"y"), "quit");
}

#[test]
fn quitting_asks_nothing_if_all_sessions_have_stopped() {
    let mut bench = Bench::new();
    for view in &mut bench.views {
        view.state = SessionState::Stopped(StopReason::NoBootDisk);
    }
    bench.sessions();
    assert_eq!(bench.feed(b"\x1dq"), "quit");
}

#[test]
fn escape_and_unknown_keys_leave_the_prefix() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1d"), "");
    assert_eq!(bench.feed(b"\x1b"), "");
    assert_eq!(bench.app.mode(), Mode::Guest);
    assert_eq!(bench.feed(b"\x1dy"), "");
    assert_eq!(bench.app.line().unwrap(), "no such command; Ctrl-] h shows them all");
    assert_eq!(bench.feed(b"y"), "0+y");
}

#[test]
fn special_chords_are_struck_whole() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1dk"), "0+ctrl, 0+alt, 0+del");
    assert_eq!(bench.wait(Duration::from_millis(60)), "0-del, 0-alt, 0-ctrl");
    assert_eq!(bench.feed(b"\x1db\x1dY"), "0+ctrl, 0+pause, 0-pause, 0-ctrl, 0+alt, 0+prtsc");
}

#[test]
fn the_key_menu_strikes_what_was_named_or_chosen() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1dKctrl+alt+f12\r"), "0+ctrl, 0+alt, 0+f12");
    assert_eq!(bench.app.mode(), Mode::Guest);
    assert_eq!(bench.wait(Duration::from_millis(60)), "0-f12, 0-alt, 0-ctrl");
    assert_eq!(bench.feed(b"\x1dK\x1b[B\x1b[C\x1b[C\r"), "0+f2");
    assert_eq!(bench.feed(b"\x1dKhyper\r"), "0-f2");
    assert_eq!(bench.app.line().unwrap(), "no key is called hyper");
    assert_eq!(bench.feed(b"\x1b"), "");
    assert_eq!(bench.app.mode(), Mode::Guest);
}

#[test]
fn every_key_of_the_board_can_be_struck_by_name() {
    for &key in Key::ALL {
        let mut bench = Bench::new();
        bench.feed(format!("\x1dK{}\r", key.name()).as_bytes());
        assert_eq!(bench.wait(Duration::from_millis(60)), format!("0-{}", key.name()));
    }
}

#[test]
fn a_click_chooses_in_the_key_menu_and_another_strikes() {
    let mut bench = Bench::new();
    bench.feed(b"\x1dK");
    let view = KeyMenuView::new(bench.app.key_menu());
    let places = (1..=80).flat_map(|col| (1..=23).map(move |row| (col, row)));
    let pause =
        |&(x, y): &(u16, u16)| view.key_at(bench.app.guest_area(), Position { x: x - 1, y: y - 1 }) == Some(Key::Pause);
    let (col, row) = places.into_iter().find(pause).unwrap();
    let click = format!("\x1b[<0;{col};{row}M\x1b[<0;{col};{row}m");
    assert_eq!(bench.feed(click.as_bytes()), "");
    assert_eq!(bench.app.key_menu().text(), "pause");
    assert_eq!(bench.feed(click.as_bytes()), "0+pause");
}

#[test]
fn the_next_key_can_be_passed_whatever_it_is() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1dv"), "");
    assert_eq!(bench.app.line().unwrap(), "the next key goes to the session");
    assert_eq!(bench.feed(b"\x1d"), "0+ctrl, 0+]");
    assert_eq!(bench.feed(b"\x1dn"), "0-], 0-ctrl, focus 1");
}

#[test]
fn with_the_kitty_protocol_the_prefix_leaves_no_key_down() {
    let mut bench = Bench::new();
    bench.parser.set_kitty(true);
    assert_eq!(bench.feed(b"\x1b[57442;5u"), "0+ctrl");
    assert_eq!(bench.feed(b"\x1b[93;5u"), "0-ctrl");
    assert_eq!(bench.feed(b"\x1b[93;5:3u\x1b[57442;1:3u"), "");
    // Shift for the question mark is not a command.
    assert_eq!(bench.feed(b"\x1b[57441;2u\x1b[47:63;2;63u"), "");
    assert_eq!(bench.app.mode(), Mode::Help(0));
    assert_eq!(bench.feed(b"\x1b[47:63;2:3u\x1b[57441;1:3u"), "");
    assert_eq!(bench.app.mode(), Mode::Help(0));
    assert_eq!(bench.feed(b"\x1b[27u"), "");
    assert_eq!(bench.app.mode(), Mode::Guest);
}

#[test]
fn a_key_that_is_down_comes_up_whatever_the_mode() {
    let mut bench = Bench::new();
    bench.parser.set_kitty(true);
    assert_eq!(bench.feed(b"\x1b[97;;97u"), "0+a");
    bench.app.set_mode(Mode::Help(0));
    assert_eq!(bench.feed(b"\x1b[97;1:3u\x1b[98;1:3u"), "0-a");
    assert_eq!(bench.app.mode(), Mode::Help(0));
}

#[test]
fn focus_loss_lets_held_keys_come_up() {
    let mut bench = Bench::new();
    bench.parser.set_kitty(true);
    assert_eq!(bench.feed(b"\x1b[57443;3u\x1b[97;3u"), "0+alt, 0+a");
    assert_eq!(bench.feed(b"\x1b[O"), "0-a, 0-alt");
    assert_eq!(bench.feed(b"\x1b[I"), "");
}

#[test]
fn a_paste_is_typed_by_the_session_and_names_what_it_left_out() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed("\x1b[200~dir \u{7}é\r\ncls\r\x1b[201~".as_bytes()), r#"0 types "dir é\ncls\n""#);
    assert_eq!(bench.app.line(), None);
    assert_eq!(bench.feed("\x1b[200~1 €, 2 €, ŵ\x1b[201~".as_bytes()), r#"0 types "1 , 2 , ""#);
    assert_eq!(bench.app.line().unwrap(), "left out 3 characters that code page 437 lacks: ŵ €");
}

#[test]
fn a_character_the_guest_lacks_is_named() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed("€".as_bytes()), "");
    assert!(bench.app.line().unwrap().starts_with("€ cannot be typed"));
}

#[test]
fn when_the_shown_session_ends_its_neighbour_is_shown_and_the_last_ends_the_ui() {
    let mut bench = Bench::new();
    bench.feed(b"\x1d3");
    bench.views.pop();
    assert_eq!(bench.sessions(), "focus 1");
    bench.views.remove(0);
    assert_eq!(bench.sessions(), "");
    assert_eq!(bench.app.focused_index(), Some(0));
    bench.views.clear();
    assert_eq!(bench.sessions(), "quit");
}

#[test]
fn a_session_without_a_disk_is_told_how_to_get_one() {
    let mut bench = Bench::new();
    bench.views[0].state = SessionState::Stopped(StopReason::NoBootDisk);
    bench.sessions();
    let line = bench.app.line().unwrap();
    assert!(line.contains("dosmux boot IMAGE") && line.contains("floppies = ["), "{line}");
}

#[test]
fn a_session_that_stops_says_why_and_what_helps() {
    let mut bench = Bench::new();
    let reason = StopReason::HaltedWithInterruptsOff(SegOff::new(0x1234, 0x5678));
    bench.views[1].state = SessionState::Stopped(reason.clone());
    bench.sessions();
    assert_eq!(bench.app.line().unwrap(), "session 2 s1 has stopped: HLT with interrupts off at 1234:5678");
    bench.feed(b"\x1d2");
    bench.wait(MESSAGE_TIME);
    assert_eq!(bench.app.line().unwrap(), "HLT with interrupts off at 1234:5678: Ctrl-] r resets, Ctrl-] c closes");
}

#[test]
fn only_what_is_shown_asks_for_drawing() {
    let mut bench = Bench::new();
    bench.sessions();
    assert!(!bench.app.take_dirty());
    bench.views[1].screen = screen();
    bench.sessions();
    assert!(!bench.app.take_dirty(), "a screen in the background");
    bench.views[0].screen = screen();
    bench.sessions();
    assert!(bench.app.take_dirty(), "the screen that is shown");
    bench.views[1].state = SessionState::Running;
    bench.sessions();
    assert!(bench.app.take_dirty(), "a state in the status line");
}

#[test]
fn a_large_screen_is_panned_by_command() {
    let mut bench = Bench::new();
    let row = |bench: &Bench| bench.app.pan(SessionId(0)).viewport(&screen(), 80, 23).row;
    assert_eq!(row(&bench), 2);
    bench.feed(b"\x1d\x1b[A");
    assert_eq!(row(&bench), 0);
    assert!(bench.app.take_dirty());
    bench.feed(b"\x1d\x1b[B");
    assert_eq!(row(&bench), 2);
}

#[test]
fn help_scrolls_with_the_arrows_and_closes_with_any_other_key() {
    let mut bench = Bench::new();
    bench.feed(b"\x1dh\x1b[B\x1b[B\x1b[A");
    assert_eq!(bench.app.mode(), Mode::Help(1));
    assert_eq!(bench.feed(b" "), "");
    assert_eq!(bench.app.mode(), Mode::Guest);
}

#[test]
fn a_kitty_terminal_is_used_as_one() {
    assert_eq!(Bench::new().feed(b"\x1b[?0u"), "kitty");
}

#[test]
fn trouble_is_shown() {
    let mut bench = Bench::new();
    bench.update(Event::Trouble("internal error".to_owned()));
    assert_eq!(bench.app.line().unwrap(), "internal error");
}

#[test]
fn modifiers_of_the_prefix_must_be_ctrl_alone() {
    let mut bench = Bench::new();
    let key = TermKey::legacy(Symbol::Char(']'), Mods { alt: true, ..Mods::CTRL });
    assert_eq!(bench.update(Event::Terminal(TermEvent::Key(key))), "0+ctrl, 0+alt, 0+]");
}

/// The sessions in view with the columns and rows of each, such as `0 80x23`.
fn in_view(bench: &Bench) -> String {
    let words = |place: &Place| format!("{} {}x{}", place.session.0, place.area.width, place.area.height);
    bench.app.places().iter().map(words).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_split_brings_the_next_session_into_view() {
    let mut bench = Bench::new();
    assert_eq!(in_view(&bench), "0 80x23");
    assert_eq!(bench.feed(b"\x1d|"), "");
    assert_eq!(in_view(&bench), "0 40x22, 1 39x22");
    assert_eq!(bench.feed(b"\x1d\x1b[C"), "focus 1");
    bench.feed(b"\x1d-");
    assert_eq!(in_view(&bench), "0 40x22, 1 39x11, 2 39x10");
    bench.feed(b"\x1d%");
    assert_eq!(bench.app.line().unwrap(), "every session is in view already");
}

#[test]
fn keys_go_to_the_view_that_was_gone_to() {
    let mut bench = Bench::new();
    bench.feed(b"\x1d|");
    assert_eq!(bench.feed(b"\x1d2"), "focus 1");
    assert_eq!(bench.feed(b"x"), "1+x");
    assert_eq!(bench.feed(b"\x1d3"), "1-x, focus 2", "it takes the place of the one with the keys");
    assert_eq!(in_view(&bench), "0 40x22, 2 39x22");
    assert_eq!(bench.feed(b"\x1d\x1b[D"), "focus 0");
    assert_eq!(bench.feed(b"\x1d\x1b[D"), "", "nothing lies there");
}

#[test]
fn a_view_is_zoomed_and_taken_away_without_ending_its_session() {
    let mut bench = Bench::new();
    bench.feed(b"\x1d|");
    bench.feed(b"\x1df");
    assert_eq!(in_view(&bench), "0 80x23");
    bench.feed(b"\x1df");
    assert_eq!(bench.feed(b"\x1dx"), "focus 1");
    assert_eq!(in_view(&bench), "1 80x23");
    bench.feed(b"\x1dx");
    assert_eq!(bench.app.line().unwrap(), "this is the only view");
}

#[test]
fn a_session_that_ends_leaves_its_view_to_the_others() {
    let mut bench = Bench::new();
    bench.feed(b"\x1dt");
    assert_eq!(in_view(&bench).matches('x').count(), 3);
    bench.views.remove(0);
    assert_eq!(bench.sessions(), "focus 1");
    assert_eq!(in_view(&bench).matches('x').count(), 2);
}

#[test]
fn every_screen_in_view_asks_for_drawing() {
    let mut bench = Bench::new();
    bench.feed(b"\x1d|");
    bench.app.take_dirty();
    bench.views[1].screen = screen();
    bench.sessions();
    assert!(bench.app.take_dirty());
    bench.views[2].screen = screen();
    bench.sessions();
    assert!(!bench.app.take_dirty());
}

#[test]
fn the_overview_chooses_by_arrows_and_numbers() {
    let mut bench = Bench::new();
    bench.feed(b"\x1do");
    assert_eq!(bench.app.mode(), Mode::Overview(0));
    bench.feed(b"\x1b[C\x1b[C\x1b[C");
    assert_eq!(bench.app.mode(), Mode::Overview(2));
    assert_eq!(bench.feed(b"\r"), "focus 2");
    bench.feed(b"\x1do");
    assert_eq!(bench.feed(b"1"), "focus 0");
    bench.feed(b"\x1do");
    assert_eq!(bench.feed(b"\x1b"), "");
    assert_eq!(bench.app.mode(), Mode::Guest);
}

#[test]
fn a_picture_is_saved_in_the_format_of_the_name_that_was_given() {
    let mut bench = Bench::new();
    bench.feed(b"\x1dS");
    assert!(bench.app.line().unwrap().ends_with(": s0.svg"), "{:?}", bench.app.line());
    assert_eq!(bench.feed(b"\x15a b.txt\r"), "save a b.txt (25 bytes)");
    bench.feed(b"\x1dS");
    assert_eq!(bench.feed(b"\x15a.gif\r"), "");
    assert_eq!(bench.app.line().unwrap(), "the file's name must end in one of .txt, .ans, .html, .svg, .png");
    bench.app.saved(Ok("a.txt".into()), bench.now);
    assert_eq!(bench.app.line().unwrap(), "saved a.txt");
}

#[test]
fn a_session_is_renamed_and_bad_names_are_refused() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1d,\x15mail\r"), "0 is now mail");
    assert_eq!(bench.feed(b"\x1d,\x15 \r"), "");
    assert_eq!(bench.app.line().unwrap(), "a session's name must not be empty");
    assert_eq!(bench.feed(b"\x1d,xyz\x1b"), "");
    assert_eq!(bench.app.mode(), Mode::Guest);
}

#[test]
fn a_paste_into_a_prompt_does_not_reach_the_session() {
    let mut bench = Bench::new();
    bench.feed(b"\x1d,\x15");
    assert_eq!(bench.feed(b"\x1b[200~new\x1b[201~"), "");
    assert_eq!(bench.feed(b"\r"), "0 is now new");
}

#[test]
fn a_session_is_held_and_goes_on() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1de"), "hold 0");
    bench.views[0].state = SessionState::Paused;
    bench.sessions();
    assert_eq!(bench.feed(b"\x1de"), "release 0");
}

#[test]
fn the_monitor_view_looks_once_a_second_while_it_is_open() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1dm"), "look");
    let gauges: Vec<Gauge> = bench.views.iter().map(|view| Gauge::new(view.id)).collect();
    bench.update(Event::Gauges(gauges.clone()));
    assert_eq!(bench.wait(Duration::from_millis(900)), "");
    assert_eq!(bench.wait(Duration::from_millis(100)), "look");
    bench.update(Event::Gauges(gauges));
    assert_eq!(bench.feed(b"\x1b[Bs"), "focus 1");
    assert_eq!(bench.wait(Duration::from_secs(5)), "");
    assert_eq!(bench.app.deadline(), None);
}

#[test]
fn ctrl_z_goes_to_the_guest_unless_the_user_wants_it_to_stop_dosmux() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1a"), "0+ctrl, 0+z");
    assert_eq!(bench.feed(b"\x1dZ"), "0-z, 0-ctrl, suspend");
    bench.app.settings.suspend = crate::config::Suspend::Dosmux;
    assert_eq!(bench.feed(b"\x1a"), "suspend");
    assert_eq!(bench.feed(b"z"), "0+z");
}

#[test]
fn a_log_is_begun_in_a_file_and_ended_by_the_same_command() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1dL"), "");
    assert_eq!(bench.app.line().unwrap(), "log to file (text, appended): s0.log");
    assert_eq!(bench.feed(b"\r"), "adjust 0");
    assert_eq!(bench.app.line().unwrap(), "what scrolls off is logged to s0.log");
    let spec = SessionSpec { log: Some("s0.log".into()), ..SessionSpec::new("s0") };
    bench.views[0].spec = std::sync::Arc::new(spec);
    bench.sessions();
    assert_eq!(bench.feed(b"\x1dL"), "adjust 0");
    assert_eq!(bench.app.line().unwrap(), "logged to s0.log");
    bench.views[0].problem = Some("the log s0.log of session s0 ends here: disk full".into());
    bench.sessions();
    assert_eq!(bench.app.line().unwrap(), "the log s0.log of session s0 ends here: disk full");
    bench.wait(Duration::from_secs(60));
    bench.sessions();
    assert_eq!(bench.app.line(), None, "said once");
}

#[test]
fn a_recording_is_begun_in_a_file_and_ended_by_the_same_command() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1dR"), "");
    assert_eq!(bench.app.line().unwrap(), "record to file (asciicast): s0-1.cast");
    assert_eq!(bench.feed(b"\r"), "record 0 in s0-1.cast");
    assert!(!bench.app.is_recorded(SessionId(0)), "not before there is a file");
    bench.update(Event::Recording(SessionId(0), Ok("s0-2.cast".into())));
    assert!(bench.app.is_recorded(SessionId(0)));
    assert_eq!(bench.app.line().unwrap(), "recording to s0-2.cast");
    assert_eq!(bench.feed(b"\x1dR"), "stop recording 0");
    bench.update(Event::Recorded(SessionId(0), "s0-2.cast".into(), Err("disk full".to_owned())));
    assert!(!bench.app.is_recorded(SessionId(0)));
    assert_eq!(bench.app.line().unwrap(), "the recording s0-2.cast ends early: disk full");
}

/// The monitor view with a row for each session.
fn monitor() -> Bench {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(b"\x1dm"), "look");
    let gauges = bench.views.iter().map(|view| Gauge::new(view.id)).collect();
    bench.update(Event::Gauges(gauges));
    bench
}

#[test]
fn the_page_of_a_session_looks_each_second_pauses_it_and_goes_back_to_the_list() {
    let mut bench = monitor();
    assert_eq!(bench.feed(b"\x1b[B\r"), "inspect 1");
    assert_eq!(bench.app.mode(), Mode::Page);
    bench.update(Event::Inspection(SessionId(1), None));
    assert_eq!(bench.wait(Duration::from_millis(999)), "");
    assert_eq!(bench.wait(Duration::from_millis(1)), "inspect 1");
    assert_eq!(bench.feed(b"p"), "hold 1");
    assert_eq!(bench.feed(b"\x1b"), "look");
    assert_eq!(bench.app.mode(), Mode::Watch);
    assert_eq!(bench.wait(Duration::from_secs(1)), "look", "the page is no longer looked at");
}

#[test]
fn the_monitor_view_shows_and_pauses_the_marked_session() {
    assert_eq!(monitor().feed(b"\x1b[B\x1b[Bs"), "focus 2");
    assert_eq!(monitor().feed(b"p"), "hold 0");
    let mut bench = monitor();
    bench.feed(b"\x1b[B\r");
    assert_eq!(bench.feed(b"s"), "focus 1");
    assert_eq!(bench.app.mode(), Mode::Guest);
}

#[test]
fn a_picture_of_the_window_shows_what_was_there_before_its_name_was_asked_for() {
    let mut bench = monitor();
    bench.feed(b"W");
    assert!(bench.app.line().unwrap().ends_with(": dosmux.svg"), "{:?}", bench.app.line());
    assert_eq!(bench.app.backdrop(), Mode::Watch);
    let saved = bench.update(Event::Terminal(TermEvent::Key(TermKey::legacy(Symbol::Key(Key::Enter), Mods::NONE))));
    assert!(saved.starts_with("save dosmux.svg"), "{saved}");
    assert_eq!(bench.app.mode(), Mode::Watch);
    let picture = crate::tui::picture::picture(&bench.app);
    assert!(picture.glyphs.iter().map(|glyph| glyph.char).collect::<String>().contains("traps/s"));
}

/// The app with a program in the session with the keys that uses the mouse.
fn with_guest_mouse() -> Bench {
    let mut bench = Bench::new();
    bench.views[0].uses_mouse = true;
    bench.sessions();
    bench
}

#[test]
fn the_mouse_over_a_program_that_uses_it_is_the_programs() {
    let mut bench = with_guest_mouse();
    // 23 of 25 rows are shown, from the third on.
    assert_eq!(bench.feed(b"\x1b[<0;5;1M"), "0 mouse 4,2 Press(Left)");
    assert_eq!(bench.feed(b"\x1b[<32;5;1M"), "", "it has not moved");
    assert_eq!(bench.feed(b"\x1b[<32;7;3M\x1b[<0;7;3m"), "0 mouse 6,4 Move, 0 mouse 6,4 Release(Left)");
    assert_eq!(bench.feed(b"\x1b[<2;1;1M\x1b[<2;1;1m"), "0 mouse 0,2 Press(Right), 0 mouse 0,2 Release(Right)");
    assert_eq!(bench.app.mode(), Mode::Guest);
}

#[test]
fn with_a_modifier_and_with_the_wheel_the_mouse_stays_here() {
    let mut bench = with_guest_mouse();
    assert_eq!(bench.feed(b"\x1b[<8;5;1M"), "");
    assert_eq!(bench.feed(b"\x1b[<40;9;1M"), "history 0", "a drag with Alt selects");
    let mut bench = with_guest_mouse();
    bench.feed(b"\x1b[<64;5;1M");
    assert_eq!(bench.feed(b"\x1b[<64;5;1M"), "history 0");
}

#[test]
fn a_button_comes_up_for_the_guest_wherever_and_whenever_it_does() {
    let mut bench = with_guest_mouse();
    bench.feed(b"\x1b[<0;5;1M");
    assert_eq!(bench.feed(b"\x1b[<0;5;24m"), "0 mouse 4,24 Release(Left)", "over the status line");
    bench.feed(b"\x1b[<0;5;1M");
    assert_eq!(bench.feed(b"\x1d"), "0 mouse 4,2 Release(Left)", "the prefix key");
    assert_eq!(bench.feed(b"\x1b[<0;5;1m"), "");
}
