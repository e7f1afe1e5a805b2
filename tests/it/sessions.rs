//! Sessions as their users run them: by hand in deterministic mode, and many at once in real time.
//! The guests are those of `tests/guests`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dosmux::config::{Background, ImageSpec, SessionSpec, Speed};
use dosmux::disk::{ImageSource, WritePolicy};
use dosmux::keys::{Key, KeyEvent};
use dosmux::monitor::vm::StopReason;
use dosmux::screen::CodePage;
use dosmux::session::{Command, Host, Manager, Session, SessionOptions, SessionState, SessionView};
use dosmux::types::SessionId;

use crate::programs::{cli_hlt, compute, debug_port, echo, slow_echo, tick_echo};

/// A floppy image with a guest on it.
struct Floppy {
    _dir: tempfile::TempDir,
    path: PathBuf,
}

impl Floppy {
    fn with(image: Vec<u8>) -> Floppy {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("guest.img");
        std::fs::write(&path, image).expect("room for an image");
        Floppy { _dir: dir, path }
    }

    fn spec(&self, name: &str) -> SessionSpec {
        let image = ImageSpec { source: ImageSource::File(self.path.clone()), writes: WritePolicy::Overlay };
        SessionSpec { floppies: vec![image], memory_bytes: 1 << 20, ..SessionSpec::new(name) }
    }

    fn session(&self, host: &Host) -> Session {
        Session::new(&self.spec("test"), host, SessionOptions { force_overlay: true, rtc_start: 0, local_time: false })
            .expect("a session")
    }
}

const SECOND: Duration = Duration::from_secs(1);

// --- deterministic mode ---

#[test]
fn the_same_keys_give_the_same_screens_byte_for_byte() {
    let floppy = Floppy::with(tick_echo());
    let run = || {
        let mut session = floppy.session(&Host::new());
        assert!(session.run_until(5 * SECOND, |screen| screen.contains("ready")));
        session.type_text("Hello, World");
        session.run_for(3 * SECOND);
        session.strike(&[Key::LeftCtrl, Key::G]);
        session.press(KeyEvent { key: Key::X, down: true });
        session.run_for(SECOND);
        (session.screen(), session.now(), session.stats())
    };
    let (first, second) = (run(), run());
    assert_eq!(first, second);
    assert!(first.0.text().matches(|c: char| c.is_ascii_digit()).count() >= 12, "{}", first.0.text());
}

#[test]
fn interleaved_sessions_do_as_they_do_alone() {
    let (echo, busy) = (Floppy::with(echo()), Floppy::with(compute()));
    let host = Host::new();
    let alone = |floppy: &Floppy| {
        let mut session = floppy.session(&host);
        session.type_text("abc");
        for _ in 0..200 {
            session.run_for(Duration::from_millis(10));
        }
        (session.screen(), session.stats())
    };
    let wanted = [alone(&echo), alone(&busy)];
    let mut sessions = [echo.session(&host), busy.session(&host)];
    for session in &mut sessions {
        session.type_text("abc");
    }
    for _ in 0..200 {
        for session in &mut sessions {
            session.run_for(Duration::from_millis(10));
        }
    }
    for (session, wanted) in sessions.iter().zip(wanted) {
        assert_eq!((session.screen(), session.stats()), wanted);
    }
}

#[test]
fn no_typed_character_is_lost_on_a_slow_reader() {
    let mut session = Floppy::with(slow_echo()).session(&Host::new());
    let text = "The quick brown fox jumps over the lazy dog, 0123456789 times!";
    assert!(session.type_text(text).is_empty());
    assert!(!session.input_done());
    assert!(session.run_until(60 * SECOND, |screen| screen.contains("times!")));
    assert!(session.screen().contains(text), "{}", session.screen().text());
    session.run_for(SECOND);
    assert!(session.input_done());
}

#[test]
fn the_code_page_decides_what_is_typed_and_what_is_shown() {
    let floppy = Floppy::with(tick_echo());
    let spec = SessionSpec { code_page: CodePage::new(850).expect("a page"), ..floppy.spec("test") };
    let mut session =
        Session::new(&spec, &Host::new(), SessionOptions { force_overlay: true, rtc_start: 0, local_time: false })
            .expect("a session");
    assert!(session.run_until(5 * SECOND, |screen| screen.contains("ready")));
    assert_eq!(session.type_text("ø€Я"), ['€', 'Я']);
    assert!(session.run_until(5 * SECOND, |screen| screen.contains("ø")), "{}", session.screen().text());
    let mut american = floppy.session(&Host::new());
    assert_eq!(american.type_text("øé"), ['ø']);
}

#[test]
fn idle_time_is_skipped() {
    let mut session = Floppy::with(echo()).session(&Host::new());
    let start = Instant::now();
    session.run_for(3600 * SECOND);
    assert!(session.now().since(dosmux::clock::VirtTime::ZERO) >= 3600 * SECOND);
    assert!(start.elapsed() < 20 * SECOND, "an idle hour took {:?}", start.elapsed());
}

#[test]
fn a_halted_machine_ends_the_run_and_a_reset_starts_it_again() {
    let mut session = Floppy::with(cli_hlt()).session(&Host::new());
    session.run_for(10 * SECOND);
    assert!(matches!(session.stopped(), Some(StopReason::HaltedWithInterruptsOff(_))));
    assert!(!session.run_until(SECOND, |_| false));
    session.reset();
    assert_eq!(session.stopped(), None);
    assert!(session.run_until(10 * SECOND, |screen| screen.contains("stopping")));
}

#[test]
fn the_debug_port_reaches_the_log_and_the_file() {
    let floppy = Floppy::with(debug_port());
    let file = floppy.path.with_extension("log");
    let spec = SessionSpec { debug_port: Some(file.clone()), ..floppy.spec("test") };
    let options = SessionOptions { force_overlay: true, rtc_start: 0, local_time: false };
    let mut session = Session::new(&spec, &Host::new(), options).unwrap();
    session.run_for(10 * SECOND);
    assert_eq!(session.log(), b"hello from the guest\n");
    assert_eq!(std::fs::read(file).unwrap(), b"hello from the guest\n");
}

#[test]
fn the_log_has_each_line_once_and_at_a_reset_and_the_end_what_is_on_the_screen() {
    let floppy = Floppy::with(echo());
    let file = floppy.path.with_extension("txt");
    std::fs::write(&file, "before\n").unwrap();
    let spec = SessionSpec { log: Some(file.clone()), scrollback: 0, ..floppy.spec("test") };
    let options = SessionOptions { force_overlay: true, rtc_start: 0, local_time: false };
    let mut session = Session::new(&spec, &Host::new(), options).unwrap();
    assert!(session.run_until(10 * SECOND, |screen| screen.contains("ready")));
    // Each fills a row.
    let lines: Vec<String> = (0..40).map(|number| format!("{:-<80}", format!("line {number} "))).collect();
    session.type_text(&lines.concat());
    assert!(session.run_until(600 * SECOND, |screen| screen.contains(&lines[39])));
    let logged = || std::fs::read_to_string(&file).unwrap();
    assert!(logged().contains("\nline 10 ---") && !logged().contains("line 39"), "{}", logged());
    session.reset();
    assert!(session.run_until(10 * SECOND, |screen| screen.contains("ready") && !screen.contains("line")));
    session.type_text("again");
    assert!(session.run_until(10 * SECOND, |screen| screen.contains("again")));
    assert!(!logged().contains("again"));
    drop(session);
    let logged = logged();
    assert!(logged.starts_with("before\n") && logged.ends_with("again\n"), "{logged}");
    for line in &lines {
        assert_eq!(logged.matches(&format!("{line}\n")).count(), 1, "{line} in {logged}");
    }
}

#[test]
fn a_log_is_begun_and_ended_while_the_session_runs() {
    let floppy = Floppy::with(echo());
    let file = floppy.path.with_extension("txt");
    let mut session = floppy.session(&Host::new());
    assert!(session.run_until(10 * SECOND, |screen| screen.contains("ready")));
    let error = session.set_log(Some(Path::new("/nowhere/a.txt"))).unwrap_err().to_string();
    assert!(error.starts_with("session `test`: cannot open the log `/nowhere/a.txt`: No such"), "{error}");
    session.set_log(Some(&file)).unwrap();
    session.type_text("abc");
    assert!(session.run_until(10 * SECOND, |screen| screen.contains("abc")));
    session.set_log(None).unwrap();
    session.type_text("def");
    assert!(session.run_until(10 * SECOND, |screen| screen.contains("def")));
    drop(session);
    let logged = std::fs::read_to_string(&file).unwrap();
    assert!(logged.contains("abc") && !logged.contains("def"), "{logged}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_log_that_the_host_does_not_take_ends_with_one_complaint() {
    let floppy = Floppy::with(echo());
    let mut session = floppy.session(&Host::new());
    // Source: full(4): writing fails as on a full disk.
    session.set_log(Some(Path::new("/dev/full"))).unwrap();
    assert!(session.run_until(10 * SECOND, |screen| screen.contains("ready")));
    session.type_text(&"x".repeat(40 * 80));
    session.run_for(300 * SECOND);
    let problem = session.take_log_problem().unwrap();
    assert!(problem.starts_with("the log /dev/full of session test ends here: "), "{problem}");
    assert_eq!(session.take_log_problem(), None);
    assert_eq!(session.logged_to(), None);
}

#[test]
fn a_session_without_its_files_does_not_start() {
    let floppy = Floppy::with(echo());
    let options = SessionOptions { force_overlay: true, rtc_start: 0, local_time: false };
    let no_image = ImageSpec { source: ImageSource::File("/nowhere/a.img".into()), writes: WritePolicy::Overlay };
    let spec = SessionSpec { floppies: vec![no_image], ..floppy.spec("left") };
    let error = Session::new(&spec, &Host::new(), options).err().expect("no image").to_string();
    assert!(error.starts_with("session `left`: ") && error.contains("/nowhere/a.img"), "{error}");
    let spec = SessionSpec { debug_port: Some("/nowhere/log".into()), ..floppy.spec("left") };
    let error = Session::new(&spec, &Host::new(), options).err().expect("no folder").to_string();
    assert!(error.starts_with("session `left`: cannot open the debug port's file `/nowhere/log`: No such"), "{error}");
}

// --- real time ---

/// A manager, and how often it said that something changed.
struct Desk {
    manager: Manager,
    changes: Arc<AtomicUsize>,
}

impl Desk {
    fn new(workers: usize) -> Desk {
        let manager = Manager::new(Host::new(), workers);
        let changes = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&changes);
        manager.on_change(Box::new(move || {
            counter.fetch_add(1, Ordering::Relaxed);
        }));
        Desk { manager, changes }
    }

    fn start(&self, floppy: &Floppy, name: &str) -> SessionId {
        self.manager.start(&floppy.spec(name)).expect("a session")
    }

    fn view(&self, id: SessionId) -> SessionView {
        self.manager.views().into_iter().find(|view| view.id == id).expect("the session is open")
    }

    /// Waits until the session looks as `done` says; how long it took.
    fn wait(&self, id: SessionId, what: &str, done: impl Fn(&SessionView) -> bool) -> Duration {
        let start = Instant::now();
        while !done(&self.view(id)) {
            let view = self.view(id);
            assert!(start.elapsed() < 30 * SECOND, "no {what}: {:?}\n{}", view.state, view.screen.text());
            std::thread::sleep(Duration::from_millis(1));
        }
        start.elapsed()
    }

    fn wait_for_prompt(&self, id: SessionId) {
        self.wait(id, "prompt", |view| view.screen.contains("ready"));
    }

    fn strike(&self, id: SessionId, key: Key) {
        for down in [true, false] {
            self.manager.send(id, Command::Key(KeyEvent { key, down }));
        }
    }
}

#[test]
fn eight_idle_sessions_run_a_slice_a_tick_and_show_nothing_new() {
    let desk = Desk::new(0);
    let floppy = Floppy::with(echo());
    let ids: Vec<_> = (0..8).map(|i| desk.start(&floppy, &format!("s{i}"))).collect();
    for &id in &ids {
        desk.wait_for_prompt(id);
        desk.wait(id, "rest", |view| view.state == SessionState::Idle);
    }
    let slices = || desk.manager.views().iter().map(|view| view.slices).sum::<u64>();
    let (before, changes, start) = (slices(), desk.changes.load(Ordering::Relaxed), Instant::now());
    std::thread::sleep(2 * SECOND);
    let seconds = start.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    let rate = (slices() - before) as f64 / seconds / 8.0;
    assert!(rate < 22.0, "{rate} slices a second each; a timer ticks 18.2 times");
    assert!(rate > 10.0, "{rate} slices a second each: ticks are lost");
    assert_eq!(desk.changes.load(Ordering::Relaxed), changes, "nothing changed, but the UI was told so");
}

#[test]
fn a_key_reaches_the_screen_although_others_compute() {
    let desk = Desk::new(1);
    let (echo, busy) = (Floppy::with(echo()), Floppy::with(compute()));
    let typist = desk.start(&echo, "typist");
    let others = [desk.start(&busy, "busy 1"), desk.start(&busy, "busy 2")];
    desk.manager.focus(typist);
    for id in others.into_iter().chain([typist]) {
        desk.wait_for_prompt(id);
    }
    let (mut waits, mut typed) = (Vec::new(), String::new());
    for key in [Key::Q, Key::W, Key::X, Key::Z, Key::V] {
        typed.push_str(key.name());
        desk.wait(typist, "rest", |view| view.state == SessionState::Idle);
        desk.strike(typist, key);
        waits.push(desk.wait(typist, &typed, |view| view.screen.contains(&typed)));
    }
    waits.sort();
    assert!(waits[2] < Duration::from_millis(150), "{waits:?}");
}

#[test]
fn text_sent_to_a_session_is_typed_whole() {
    let desk = Desk::new(0);
    let floppy = Floppy::with(slow_echo());
    let id = desk.start(&floppy, "a");
    desk.manager.send(id, Command::Text("pack my box with 5 dozen JUGS".to_owned()));
    desk.wait(id, "text", |view| view.screen.contains("pack my box with 5 dozen JUGS"));
}

#[test]
fn a_machine_that_stops_harms_no_other_and_a_reset_restarts_it() {
    let desk = Desk::new(1);
    let (echo, halted) = (Floppy::with(echo()), Floppy::with(cli_hlt()));
    let (good, bad) = (desk.start(&echo, "good"), desk.start(&halted, "bad"));
    let is_stopped =
        |view: &SessionView| matches!(view.state, SessionState::Stopped(StopReason::HaltedWithInterruptsOff(_)));
    desk.wait(bad, "stop", is_stopped);
    desk.wait_for_prompt(good);
    desk.strike(good, Key::Q);
    desk.wait(good, "echo", |view| view.screen.contains("q"));
    let slices = desk.view(bad).slices;
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(desk.view(bad).slices, slices, "a stopped machine runs");
    desk.manager.send(bad, Command::Reset);
    desk.wait(bad, "second stop", |view| view.slices > slices && is_stopped(view));
}

#[test]
fn a_session_that_pauses_in_the_background_stands_still() {
    let desk = Desk::new(0);
    let floppy = Floppy::with(compute());
    let spec = SessionSpec { background: Background::Pause, ..floppy.spec("pauses") };
    let pauses = desk.manager.start(&spec).unwrap();
    let other = desk.start(&floppy, "other");
    desk.wait_for_prompt(other);
    assert_eq!((desk.view(pauses).state, desk.view(pauses).slices), (SessionState::Paused, 0));
    desk.manager.focus(pauses);
    desk.wait_for_prompt(pauses);
    assert_eq!(desk.view(pauses).state, SessionState::Running);
    desk.manager.focus(other);
    assert_eq!(desk.view(pauses).state, SessionState::Paused);
    // The slice that runs may end first.
    std::thread::sleep(Duration::from_millis(50));
    let slices = desk.view(pauses).slices;
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(desk.view(pauses).slices, slices);
}

#[test]
fn an_exclusive_session_stops_the_others_while_it_is_in_front() {
    let desk = Desk::new(0);
    let floppy = Floppy::with(compute());
    let alone = desk.manager.start(&SessionSpec { exclusive: true, ..floppy.spec("alone") }).unwrap();
    let other = desk.start(&floppy, "other");
    desk.wait_for_prompt(other);
    desk.manager.focus(alone);
    assert_eq!(desk.view(other).state, SessionState::Paused);
    let late = desk.start(&floppy, "late");
    assert_eq!(desk.view(late).state, SessionState::Paused, "started while another has the host to itself");
    desk.manager.focus(other);
    assert_ne!(desk.view(late).state, SessionState::Paused);
    desk.wait_for_prompt(late);
    desk.manager.focus(alone);
    desk.manager.hold(alone, true);
    assert_eq!(desk.view(other).state, SessionState::Running, "one that stands still itself stops nobody");
    desk.manager.hold(alone, false);
    assert_eq!(desk.view(other).state, SessionState::Paused);
    desk.manager.close(alone);
    assert_eq!(desk.view(other).state, SessionState::Running);
}

#[test]
fn an_exclusive_session_that_has_stopped_stops_nobody() {
    let desk = Desk::new(0);
    let stops = Floppy::with(cli_hlt());
    let other = desk.start(&Floppy::with(compute()), "other");
    desk.wait_for_prompt(other);
    let alone = desk.manager.start(&SessionSpec { exclusive: true, ..stops.spec("alone") }).unwrap();
    desk.manager.focus(alone);
    desk.wait(alone, "its stop", |view| matches!(view.state, SessionState::Stopped(_)));
    desk.wait(other, "its turn", |view| view.state == SessionState::Running);
}

#[test]
fn a_running_session_takes_over_what_can_change_and_no_more() {
    let desk = Desk::new(0);
    let floppy = Floppy::with(compute());
    let id = desk.start(&floppy, "a");
    desk.wait_for_prompt(id);
    let wished = SessionSpec {
        speed: Speed::PerSecond(1_000_000),
        background: Background::Pause,
        code_page: CodePage::new(850).unwrap(),
        memory_bytes: 2 << 20,
        ..floppy.spec("a")
    };
    desk.manager.adjust(id, &wished).unwrap();
    let spec = desk.view(id).spec;
    assert_eq!(*spec, SessionSpec { memory_bytes: floppy.spec("a").memory_bytes, ..wished });
    assert_eq!(desk.view(id).state, SessionState::Paused, "it is in the background");
    desk.manager.focus(id);
    desk.wait(id, "code page", |view| view.screen.code_page.number() == 850);
    let instructions = || desk.manager.gauges().remove(0).stats.instructions;
    let (before, start) = (instructions(), Instant::now());
    std::thread::sleep(SECOND / 4);
    let rate = (instructions() - before) / u64::try_from(start.elapsed().as_millis()).unwrap();
    assert!(rate < 2_000, "{rate} instructions a millisecond");
}

#[test]
fn a_restarted_session_has_its_new_settings_and_the_same_disks() {
    let desk = Desk::new(0);
    let floppy = Floppy::with(echo());
    let id = desk.start(&floppy, "a");
    desk.wait_for_prompt(id);
    desk.strike(id, Key::Q);
    desk.wait(id, "echo", |view| view.screen.contains("q"));
    // Nothing is read from the host again.
    std::fs::remove_file(&floppy.path).unwrap();
    let wished = SessionSpec { memory_bytes: 2 << 20, ..floppy.spec("a") };
    desk.manager.restart(id, &wished).unwrap();
    desk.wait(id, "new start", |view| view.screen.contains("ready") && !view.screen.contains("q"));
    assert_eq!(*desk.view(id).spec, wished);
    let log = Some(PathBuf::from("/nowhere/at/all.log"));
    let error = desk.manager.restart(id, &SessionSpec { debug_port: log, ..wished.clone() }).unwrap_err();
    assert!(error.to_string().contains("/nowhere/at/all.log"), "{error}");
    assert_eq!(*desk.view(id).spec, wished);
    desk.strike(id, Key::W);
    desk.wait(id, "life after a failed restart", |view| view.screen.contains("w"));
}

#[test]
fn a_session_that_its_user_holds_stands_still_until_it_is_released() {
    let desk = Desk::new(0);
    let held = desk.start(&Floppy::with(compute()), "held");
    desk.wait_for_prompt(held);
    desk.manager.hold(held, true);
    desk.manager.focus(held);
    assert_eq!(desk.view(held).state, SessionState::Paused);
    // The slice that runs may end first.
    std::thread::sleep(Duration::from_millis(50));
    let slices = desk.view(held).slices;
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(desk.view(held).slices, slices);
    desk.manager.hold(held, false);
    desk.manager.rename(held, "free".to_owned());
    while desk.view(held).slices == slices {
        std::thread::yield_now();
    }
    assert_eq!((desk.view(held).name.as_str(), desk.view(held).state), ("free", SessionState::Running));
}

#[test]
fn what_a_busy_session_uses_is_seen_without_waiting_for_it() {
    let desk = Desk::new(0);
    let busy = desk.start(&Floppy::with(compute()), "busy");
    desk.wait_for_prompt(busy);
    let gauge = || desk.manager.gauges().remove(0);
    let first = gauge();
    // The host's time is added when a slice is over, a moment after the rest.
    let mut now = gauge();
    while now.stats.instructions <= first.stats.instructions || now.busy_ns <= first.busy_ns {
        std::thread::yield_now();
        now = gauge();
    }
    assert!(now.private_bytes > 0 && now.private_bytes + now.shared_bytes >= 1 << 20, "{now:?}");
}

#[test]
fn a_busy_screen_is_published_at_most_sixty_times_a_second() {
    let desk = Desk::new(0);
    let floppy = Floppy::with(compute());
    let id = desk.start(&floppy, "busy");
    desk.wait_for_prompt(id);
    let (before, start) = (desk.changes.load(Ordering::Relaxed), Instant::now());
    std::thread::sleep(SECOND);
    let (changes, elapsed) = (desk.changes.load(Ordering::Relaxed) - before, start.elapsed());
    assert!(changes > 5, "{changes} changes");
    assert!(changes <= usize::try_from(elapsed.as_millis() * 60 / 1000).unwrap() + 2, "{changes} in {elapsed:?}");
}

#[test]
fn a_closed_session_is_gone_and_its_image_free() {
    let desk = Desk::new(0);
    let floppy = Floppy::with(compute());
    let image = ImageSpec { source: ImageSource::File(floppy.path.clone()), writes: WritePolicy::Image };
    let spec = SessionSpec { floppies: vec![image], ..floppy.spec("writer") };
    let first = desk.manager.start(&spec).unwrap();
    assert!(desk.manager.start(&spec).is_err(), "two sessions write one image");
    desk.wait_for_prompt(first);
    desk.manager.close(first);
    assert!(desk.manager.views().is_empty());
    let second = desk.manager.start(&spec).unwrap();
    assert_ne!(first, second);
    desk.wait_for_prompt(second);
}
