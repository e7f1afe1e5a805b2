//! Whatever is struck, clicked and pasted, in whatever order and window: the app goes on.

use proptest::prelude::*;

use super::copy::history;
use super::panels::{folder, media};
use super::*;
use crate::session::inspect::Inspection;
use crate::session::{Gauge, Host, Session, SessionOptions};

/// Sessions that are started at most.
const MOST_SESSIONS: usize = 6;

/// Something that happens to the app.
#[derive(Clone, Debug)]
enum Step {
    /// The prefix key and one behind it.
    Command(char),
    /// Bytes from the terminal: keys mostly.
    Bytes(Vec<u8>),
    /// A report of the mouse: button with its modifiers, column, row, release.
    Mouse(u8, u16, u16, bool),
    Paste(String),
    Resize(u16, u16),
    Wait(u64),
    /// A session has another state.
    State(usize, SessionState),
    /// The sessions show another picture of so many columns and rows.
    Screen(u16, u16),
}

/// Keys that lists, copy mode and menus know, and some that nobody does.
const KEYS: &[&str] = &[
    "\r",
    "\x1b",
    "\t",
    "\x7f",
    " ",
    "\x1b[A",
    "\x1b[B",
    "\x1b[C",
    "\x1b[D",
    "\x1b[H",
    "\x1b[F",
    "\x1b[5~",
    "\x1b[6~",
    "\x1b[2~",
    "\x1b[3~",
    "\x1b[Z",
    "\x1b[21~",
    "\x1b[1;5A",
    "\x1b[1;6D",
    "\x1b[I",
    "\x1b[O",
    "\x1b[?1u",
    "\x1b[0n",
    "\x1b[97;5:3u",
    "\x1b[57441u",
    "\x1bOP",
    "\x16",
    "\x02",
    "\x06",
    "y",
    "n",
    "q",
    "v",
    "V",
    "/",
    "?",
    "G",
    "g",
    "$",
    "0",
    "w",
    "b",
    "\u{e4}",
    "\u{20ac}",
];

fn step() -> impl Strategy<Value = Step> {
    let key = prop::sample::select(KEYS).prop_map(|key| key.as_bytes().to_vec());
    let states = prop::sample::select(vec![SessionState::Idle, SessionState::Running, SessionState::Paused]);
    let failed = Just(SessionState::Failed("it broke".to_owned()));
    prop_oneof![
        6 => prop::char::range(' ', '~').prop_map(Step::Command),
        8 => key.prop_map(Step::Bytes),
        2 => prop::collection::vec(any::<u8>(), 0..12).prop_map(Step::Bytes),
        1 => "[a-z0-9./ ]{1,8}".prop_map(|text| Step::Bytes(text.into_bytes())),
        6 => (0u8..100, 0u16..210, 0u16..70, any::<bool>()).prop_map(|(b, x, y, up)| Step::Mouse(b, x, y, up)),
        1 => "(?s).{0,40}".prop_map(Step::Paste),
        2 => (0u16..200, 0u16..60).prop_map(|(cols, rows)| Step::Resize(cols, rows)),
        1 => (0u64..5000).prop_map(Step::Wait),
        1 => (0usize..MOST_SESSIONS, prop_oneof![3 => states, 1 => failed]).prop_map(|(n, state)| Step::State(n, state)),
        1 => (0u16..160, 0u16..70).prop_map(|(cols, rows)| Step::Screen(cols, rows)),
    ]
}

/// What a machine is doing that has just been switched on.
fn inspection() -> Arc<Inspection> {
    let spec = SessionSpec { memory_bytes: 1 << 20, ..SessionSpec::new("a") };
    let options = SessionOptions { force_overlay: true, rtc_start: 0, local_time: false };
    Arc::new(Session::new(&spec, &Host::new(), options).unwrap().inspect())
}

impl Bench {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Command(c) => self.play(format!("\x1d{c}").as_bytes()),
            Step::Bytes(bytes) => self.play(bytes),
            Step::Mouse(button, col, row, up) => {
                let end = if *up { 'm' } else { 'M' };
                self.play(format!("\x1b[<{button};{col};{row}{end}").as_bytes());
            }
            Step::Paste(text) => self.play(format!("\x1b[200~{text}\x1b[201~").as_bytes()),
            Step::Resize(cols, rows) => self.happens(Event::Resize(*cols, *rows)),
            Step::Wait(ms) => {
                self.now += Duration::from_millis(*ms);
                self.happens(Event::Tick);
            }
            Step::State(index, state) => {
                if let Some(view) = self.views.get_mut(*index) {
                    view.state = state.clone();
                }
                self.happens(Event::Sessions(self.views.clone()));
            }
            Step::Screen(cols, rows) => {
                let cells = vec![Cell { code: b'a', attr: 7 }; usize::from(*cols) * usize::from(*rows)];
                let picture = Arc::new(Screen { cols: *cols, rows: *rows, cells, ..Screen::clone(&screen()) });
                self.views.iter_mut().for_each(|view| view.screen = Arc::clone(&picture));
                self.happens(Event::Sessions(self.views.clone()));
            }
        }
    }

    fn play(&mut self, bytes: &[u8]) {
        let mut events = Vec::new();
        self.parser.feed(bytes, &mut events);
        if self.parser.patience().is_some() {
            self.parser.expire(&mut events);
        }
        events.into_iter().for_each(|event| self.happens(Event::Terminal(event)));
    }

    /// Passes an event on and does what the app asks for, as the driver would.
    fn happens(&mut self, event: Event) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            let effects = self.app.update(event, self.now);
            events.extend(effects.into_iter().filter_map(|effect| self.answer(effect)));
        }
    }

    fn answer(&mut self, effect: Effect) -> Option<Event> {
        Some(match effect {
            Effect::Start(_) if self.views.len() < MOST_SESSIONS => {
                let id = self.views.iter().map(|view| view.id.0 + 1).max().unwrap_or(0);
                self.views.push(session(id, SessionState::Running));
                self.happens(Event::Sessions(self.views.clone()));
                Event::Started(Ok(SessionId(id)))
            }
            Effect::Start(_) => Event::Started(Err("there is no room".to_owned())),
            // One stays, so that there is something to go on with.
            Effect::Close(id) if self.views.len() > 1 => {
                self.views.retain(|view| view.id != id);
                Event::Sessions(self.views.clone())
            }
            Effect::LookAtDrives(id) => Event::Media(id, media(3)),
            Effect::Ask(id, request) => Event::Answered(id, request, Err("it cannot".to_owned())),
            Effect::Browse(_) => Event::Folder(Ok(folder())),
            Effect::Look => Event::Gauges(self.views.iter().map(|view| Gauge::new(view.id)).collect()),
            Effect::Inspect(id) => Event::Inspection(id, Some(inspection())),
            Effect::History(id) => Event::History(id, history("some words to look for")),
            Effect::Record(id, path) => Event::Recording(id, Ok(path)),
            Effect::StopRecording(id) => Event::Recorded(id, "x.cast".into(), Ok(())),
            _ => return None,
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 4000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_struck_clicked_or_pasted_is_too_much(steps in prop::collection::vec(step(), 1..60)) {
        let mut bench = Bench::new();
        bench.app.settings.clipboard = true;
        for step in &steps {
            bench.step(step);
            bench.window();
        }
    }
}
