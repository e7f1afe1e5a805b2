//! What is marked of sessions that are out of view, and their bells.

use super::*;

/// Changes session `index` of the bench and tells the app.
fn alter(bench: &mut Bench, index: usize, change: impl FnOnce(&mut SessionView)) -> String {
    change(&mut bench.views[index]);
    bench.sessions()
}

fn write(view: &mut SessionView, code: u8) {
    Arc::make_mut(&mut view.screen).cells[0].code = code;
}

#[test]
fn what_happens_out_of_view_is_marked_until_it_is_seen() {
    let mut bench = Bench::new();
    let id = SessionId(1);
    alter(&mut bench, 0, |view| write(view, b'X'));
    assert_eq!(bench.app.marks(SessionId(0)), Marks::default(), "it is in view");
    alter(&mut bench, 1, |view| Arc::make_mut(&mut view.screen).cursor = None);
    assert_eq!(bench.app.marks(id), Marks::default(), "the text is the same");
    bench.app.take_dirty();
    alter(&mut bench, 1, |view| write(view, b'X'));
    assert!(bench.app.take_dirty());
    assert_eq!(bench.app.marks(id), Marks { changed: true, ..Marks::default() });
    alter(&mut bench, 1, |view| {
        write(view, b' ');
        view.alerts.bells += 1;
    });
    assert_eq!(bench.app.marks(id), Marks { changed: true, bell: true, ..Marks::default() });
    bench.feed(b"\x1d2");
    bench.feed(b"\x1d1");
    assert_eq!(bench.app.marks(id), Marks::default());
}

#[test]
fn a_session_that_finished_work_is_marked_while_it_waits() {
    let mut bench = Bench::new();
    let id = SessionId(2);
    alter(&mut bench, 2, |view| view.alerts.waits += 1);
    assert!(bench.app.marks(id).waiting);
    alter(&mut bench, 2, |view| view.state = SessionState::Running);
    assert!(!bench.app.marks(id).waiting);
    alter(&mut bench, 2, |view| view.state = SessionState::Idle);
    assert!(bench.app.marks(id).waiting);
    bench.feed(b"\x1d3");
    assert!(!bench.app.marks(id).waiting);
}

#[test]
fn the_bell_of_the_session_with_the_keys_rings_the_terminals_now_and_then() {
    let mut bench = Bench::new();
    assert_eq!(alter(&mut bench, 0, |view| view.alerts.bells += 5), "ring");
    assert_eq!(alter(&mut bench, 0, |view| view.alerts.bells += 5), "");
    bench.wait(Duration::from_secs(1));
    assert_eq!(alter(&mut bench, 1, |view| view.alerts.bells += 1), "");
    assert_eq!(bench.feed(b"\x1d2"), "focus 1", "an old bell is silent");
    bench.app.settings.bell = crate::config::Bell::Mark;
    assert_eq!(alter(&mut bench, 1, |view| view.alerts.bells += 1), "");
    bench.app.settings.bell = crate::config::Bell::Off;
    alter(&mut bench, 0, |view| view.alerts.bells += 1);
    assert!(!bench.app.marks(SessionId(0)).bell);
}
