use std::path::Path;

use super::*;
use crate::script::fake::FakeMachine;
use crate::script::parse::parse;

const MS: fn(u64) -> Duration = Duration::from_millis;

/// Runs `steps` on machines called `a`, `b`...
fn perform_on(machines: Vec<FakeMachine>, steps: &str) -> (Performance, Vec<u64>) {
    let tables: String = ["a", "b", "c"].iter().take(machines.len()).map(|n| format!("[sessions.{n}]\n")).collect();
    let script = parse(Path::new("t.toml"), &format!("{tables}{steps}")).unwrap().remove(0);
    let performance = perform(&script, &mut Stage::new(machines));
    let times = performance.sessions.iter().map(|session| u64::try_from(session.ran.as_millis()).unwrap());
    let times = times.collect();
    (performance, times)
}

fn why(performance: &Performance) -> String {
    performance.failure.as_ref().expect("the script fails").why.to_string()
}

#[test]
fn waiting_ends_as_soon_as_the_text_appears() {
    let machine = FakeMachine::default().showing(MS(234), "A:\\>");
    let (performance, times) = perform_on(vec![machine], "[[steps]]\nwait = 'A:\\>'");
    assert_eq!((performance.failure, times), (None, vec![234]));
}

#[test]
fn text_that_never_comes_fails_at_the_timeout() {
    let (performance, times) =
        perform_on(vec![FakeMachine::default()], "[[steps]]\nsleep='5ms'\n[[steps]]\nexpect = 'x'\ntimeout = '123ms'");
    assert_eq!(why(&performance), "not on the screen within 123ms");
    assert_eq!(times, [128]);
    let failure = performance.failure.unwrap();
    assert_eq!((failure.number, failure.step.place.line, failure.session.as_str()), (2, 4, "a"));
}

#[test]
fn a_step_without_a_session_goes_to_the_first_one() {
    let machines = vec![FakeMachine::default().showing(MS(1), "first"), FakeMachine::default()];
    assert_eq!(perform_on(machines, "[[steps]]\nexpect = 'first'").0.failure, None);
}

#[test]
fn while_a_step_waits_for_one_session_the_others_run() {
    let machines = vec![FakeMachine::default(), FakeMachine::default().showing(MS(55), "b is up")];
    let (_, times) = perform_on(machines, "[[steps]]\nsession = 'b'\nwait = 'b is up'");
    assert_eq!(times, [55, 55]);
}

#[test]
fn typing_waits_until_the_guest_has_read_everything() {
    let machine = FakeMachine::default().reading_a_key_every(MS(20));
    let (performance, times) = perform_on(vec![machine], "[[steps]]\ntype = \"dir\\n\"");
    assert_eq!((performance.failure, times), (None, vec![80]));
}

#[test]
fn keys_that_the_guest_does_not_read_fail_at_the_timeout() {
    let steps = "[[steps]]\nkey = 'alt+f10'\ntimeout = '1s'";
    let (performance, times) = perform_on(vec![FakeMachine::default()], steps);
    assert_eq!(times, [1000]);
    assert_eq!(why(&performance), "not read by the guest within 1s");
}

#[test]
fn a_machine_that_stops_fails_the_waiting_step_at_once_with_the_reason() {
    for step in ["wait = 'x'", "type = 'x'", "sleep = '9s'"] {
        let machine = FakeMachine::stopping_after(MS(42));
        let (performance, times) = perform_on(vec![machine], &format!("[[steps]]\n{step}"));
        assert_eq!(why(&performance), "the machine has stopped: triple fault at 1234:5678", "{step}");
        assert_eq!(times, [42], "{step}");
    }
}

#[test]
fn text_on_the_screen_of_a_stopped_machine_still_counts() {
    let machine = FakeMachine::stopping_after(MS(42)).showing(MS(42), "no bootable disk");
    let steps = "[[steps]]\nwait = 'no bootable'\n[[steps]]\nwait = 'no bootable'\n[[steps]]\nwait = 'x'";
    let (performance, _) = perform_on(vec![machine], steps);
    assert_eq!(performance.failure.unwrap().number, 3);
}

#[test]
fn a_stopped_session_does_not_stop_steps_on_others() {
    let machines = vec![FakeMachine::stopping_after(MS(1)), FakeMachine::default()];
    let (performance, times) = perform_on(machines, "[[steps]]\nsession = 'b'\nsleep = '1s'");
    assert_eq!((performance.failure, times), (None, vec![1, 1000]));
}

#[test]
fn text_that_was_never_there_is_not_gone() {
    let steps = "[[steps]]\nwait_gone = 'x'\ntimeout = '50ms'";
    let (performance, _) = perform_on(vec![FakeMachine::default()], steps);
    assert_eq!(why(&performance), "not on the screen within 50ms");
}

#[test]
fn waiting_for_text_to_be_gone_waits_for_it_first() {
    let machine = FakeMachine::default().showing(MS(30), "Loading").showing(MS(70), "Ready");
    let (performance, times) = perform_on(vec![machine], "[[steps]]\nwait_gone = 'Loading'");
    assert_eq!((performance.failure, times), (None, vec![70]));
}

#[test]
fn text_that_stays_is_still_there() {
    let machine = FakeMachine::default().showing(MS(0), "Loading");
    let (performance, _) =
        perform_on(vec![machine], "[[steps]]\nwait = 'Loading'\n[[steps]]\nwait_not = 'Loading'\ntimeout = '20ms'");
    assert_eq!(why(&performance), "still on the screen after 20ms");
}

#[test]
fn what_is_not_expected_is_looked_for_only_once() {
    let machine = FakeMachine::default().showing(MS(5), "Error");
    let steps = "[[steps]]\nexpect_not = 'Error'\n[[steps]]\nsleep = '5ms'\n[[steps]]\nexpect_not = 'Error'";
    let (performance, times) = perform_on(vec![machine], steps);
    assert_eq!((why(&performance).as_str(), times), ("on the screen, in row 0", vec![5]));
}

#[test]
fn a_screen_is_stable_when_it_has_not_changed_for_long_enough() {
    let machine = FakeMachine::default().showing(MS(30), "1").showing(MS(75), "2");
    let (performance, times) = perform_on(vec![machine], "[[steps]]\nwait_stable = '100ms'");
    assert_eq!((performance.failure, times), (None, vec![175]));
}

#[test]
fn a_screen_that_goes_on_changing_is_not_stable() {
    let machine = (1..50).fold(FakeMachine::default(), |machine, n| machine.showing(MS(n * 10), &n.to_string()));
    let steps = "[[steps]]\nwait_stable = '100ms'\ntimeout = '300ms'";
    let (performance, _) = perform_on(vec![machine], steps);
    assert_eq!(why(&performance), "the screen was not still for 100ms within 300ms");
}

#[test]
fn a_region_that_is_still_is_stable() {
    let machine = (1..50).fold(FakeMachine::default(), |machine, n| machine.showing(MS(n * 10), &n.to_string()));
    let steps = "[[steps]]\nwait_stable = '100ms'\nregion = { row = 1 }";
    assert_eq!(perform_on(vec![machine], steps).0.failure, None);
}

#[test]
fn a_guest_that_waits_is_idle() {
    let machine = FakeMachine::default().waiting_from(MS(42));
    let (performance, times) = perform_on(vec![machine], "[[steps]]\nwait_idle = true");
    assert_eq!((performance.failure, times), (None, vec![50]), "looked at after each slice");
    let (performance, _) = perform_on(vec![FakeMachine::default()], "[[steps]]\nwait_idle = true\ntimeout = '1s'");
    assert_eq!(why(&performance), "the guest did not wait for input within 1s");
}

#[test]
fn writes_to_a_port_count_since_the_last_input_and_once() {
    let machine =
        || FakeMachine::default().writing(MS(5), 0x80, 1).writing(MS(15), 0x80, 2).reading_a_key_every(MS(20));
    let wait = |value| format!("[[steps]]\nwait_port = {{ port = 0x80, value = {value} }}\ntimeout = '90ms'\n");
    assert_eq!(perform_on(vec![machine()], &format!("{}{}", wait(1), wait(2))).0.failure, None);
    let twice = perform_on(vec![machine()], &format!("{}{}", wait(2), wait(2))).0;
    assert_eq!(why(&twice), "not written to port 80h within 90ms");
    let typed = format!("[[steps]]\nsleep = '50ms'\n[[steps]]\ntype = 'x'\n{}", wait(2));
    assert!(perform_on(vec![machine()], &typed).0.failure.is_some());
}

#[test]
fn a_capture_is_a_variable_of_later_steps() {
    let machine = FakeMachine::default().showing(MS(3), "Version 7.1").reading_a_key_every(MS(1));
    let steps =
        "[[steps]]\ncapture = 'Version (?<v>\\S+)'\n[[steps]]\nlog = 'it is ${v}'\n[[steps]]\nexpect = 'n ${v}'";
    let (performance, _) = perform_on(vec![machine], steps);
    assert_eq!((performance.failure, performance.log), (None, vec!["it is 7.1".to_owned()]));
}

#[test]
fn steps_are_repeated() {
    let steps = "[[steps]]\nrepeat = 3\nsteps = [{ sleep = '10ms' }, { log = 'tick' }]";
    let (performance, times) = perform_on(vec![FakeMachine::default()], steps);
    assert_eq!((performance.log.len(), times), (3, vec![30]));
}

#[test]
fn a_step_that_fails_inside_another_is_named_itself() {
    let steps = "[[steps]]\nsleep = '1ms'\n[[steps]]\nrepeat = 2\nsteps = [\n{ expect = 'x', timeout = '1ms' }]";
    let failure = perform_on(vec![FakeMachine::default()], steps).0.failure.unwrap();
    assert_eq!((failure.number, failure.step.place.line, failure.step.text.as_str()), (2, 7, "expect = \"x\""));
}

#[test]
fn repetitions_of_repetitions_come_to_an_end() {
    let inner = "{ repeat = 10000, steps = [{ log = '' }] }";
    let steps = format!("[[steps]]\nrepeat = 10000\nsteps = [{{ repeat = 10000, steps = [{inner}] }}]");
    let (performance, _) = perform_on(vec![FakeMachine::default()], &steps);
    assert_eq!(why(&performance), "the script logs more than 10000 lines");
}

#[test]
fn a_paused_session_stands_still_until_it_is_resumed() {
    let machines = vec![FakeMachine::default(), FakeMachine::default()];
    let steps = "[[steps]]\nsession = 'b'\npause = true\n[[steps]]\nsleep = '1s'\n[[steps]]\nsession = 'b'\nresume = true\n\
                 [[steps]]\nsleep = '1s'";
    let (performance, times) = perform_on(machines, steps);
    assert_eq!((performance.failure, times), (None, vec![2000, 1000]));
}

#[test]
fn a_session_that_is_off_takes_no_steps_until_it_is_reset() {
    let off = "[[steps]]\npower_off = true\n";
    let (performance, _) = perform_on(vec![FakeMachine::default()], &format!("{off}[[steps]]\ntype = 'x'"));
    assert_eq!(why(&performance), "the machine is switched off");
    let again = format!("{off}[[steps]]\nreset = true\n[[steps]]\nsleep = '1s'");
    assert_eq!(perform_on(vec![FakeMachine::default()], &again).0.failure, None);
}

#[test]
fn a_reset_of_a_machine_that_is_off_switches_it_on() {
    let counts = |steps: &str| {
        let script = parse(Path::new("t.toml"), &format!("[sessions.a]\n{steps}")).unwrap().remove(0);
        let mut stage = Stage::new(vec![FakeMachine::default()]);
        assert_eq!(perform(&script, &mut stage).failure, None);
        (stage.machine(0).resets, stage.machine(0).power_cycles)
    };
    assert_eq!(counts("[[steps]]\nreset = true"), (1, 0));
    assert_eq!(counts("[[steps]]\npower_off = true\n[[steps]]\nreset = true"), (0, 1));
}

#[test]
fn a_machine_that_stopped_is_expected_to_for_a_reason() {
    let machine = || FakeMachine::stopping_after(MS(42));
    assert_eq!(perform_on(vec![machine()], "[[steps]]\nexpect_stopped = 'triple fault'").0.failure, None);
    assert_eq!(perform_on(vec![machine()], "[[steps]]\nexpect_stopped = true").0.failure, None);
    let other = perform_on(vec![machine()], "[[steps]]\nexpect_stopped = 'HLT'").0;
    assert_eq!(why(&other), "the machine has stopped: triple fault at 1234:5678");
    let runs = perform_on(vec![FakeMachine::default()], "[[steps]]\nexpect_stopped = true\ntimeout = '1s'").0;
    assert_eq!(why(&runs), "the machine still runs after 1s");
}

#[test]
fn memory_is_compared_byte_by_byte() {
    let steps = "[[steps]]\nexpect_memory = { at = '0040:0017', bytes = [0x17, 0x18] }\n\
                 [[steps]]\nexpect_memory = { at = 0x100, words = [0x0201] }\ntimeout = '5ms'";
    let (performance, _) = perform_on(vec![FakeMachine::default()], steps);
    assert_eq!(why(&performance), "00100h holds 00h, not 01h, still so after 5ms");
}

#[test]
fn screenshots_are_kept_by_whoever_runs_the_script() {
    let machine = FakeMachine::default().showing(MS(0), "hello");
    let (performance, _) = perform_on(vec![machine], "[[steps]]\nwait = 'hello'\n[[steps]]\nscreenshot = 'a/menu.txt'");
    let file = &performance.files[0];
    assert_eq!((file.name.to_str(), file.bytes.as_slice()), (Some("a/menu.txt"), b"hello\n\n\n".as_slice()));
}

#[test]
fn keys_go_down_and_up_when_they_should() {
    let script = "[sessions.a]\n[[steps]]\nkeys = [{ hold = 'ctrl+right', for = '100ms' }, { down = 'a' }, { sleep = '10ms' }, { up = 'a' }]";
    let script = parse(Path::new("t.toml"), script).unwrap().remove(0);
    let mut stage = Stage::new(vec![FakeMachine::default()]);
    assert_eq!(perform(&script, &mut stage).failure, None);
    let pressed: Vec<(u64, &str, bool)> = stage
        .machine(0)
        .pressed
        .iter()
        .map(|(at, event)| (at.as_ns() / 1_000_000, event.key.name(), event.down))
        .collect();
    let expected = [
        (0, "ctrl", true),
        (0, "right", true),
        (100, "right", false),
        (100, "ctrl", false),
        (100, "a", true),
        (110, "a", false),
    ];
    assert_eq!(pressed, expected);
}

#[test]
fn pasted_text_has_plain_line_ends_and_no_control_characters() {
    let script = "[sessions.a]\n[[steps]]\npaste = \"a\\r\\nb\\rc\\u001b\\n\"";
    let script = parse(Path::new("t.toml"), script).unwrap().remove(0);
    let mut stage = Stage::new(vec![FakeMachine::default().reading_a_key_every(MS(1))]);
    assert_eq!(perform(&script, &mut stage).failure, None);
    assert_eq!(stage.machine(0).typed, "a\nb\nc\n");
}

#[test]
fn ends_of_programs_count_since_the_last_input_and_once() {
    let machine = || {
        let machine = FakeMachine::default().reading_a_key_every(MS(1));
        machine.ending(MS(2), "A:\\COMMAND.COM", 9).ending(MS(30), "A:\\FOO.COM", 0).ending(MS(50), "A:\\BAR.EXE", 3)
    };
    let steps = |text: &str| {
        let text = format!("[[steps]]\nsleep = '5ms'\n[[steps]]\ntype = 'x'\n{text}");
        let (performance, _) = perform_on(vec![machine()], &text);
        performance.failure.map(|failure| failure.why.to_string())
    };
    assert_eq!(steps("[[steps]]\nexpect_exit = 0\n[[steps]]\nwait_exit = true\n[[steps]]\nexpect_exit = 3"), None);
    assert_eq!(steps("[[steps]]\nwait_exit = 'bar'\n[[steps]]\nexpect_exit = 3"), None);
    let other = steps("[[steps]]\nexpect_exit = { code = 0, program = 'bar.exe' }").unwrap();
    assert_eq!(other, "A:\\BAR.EXE ended with code 3");
    let none = steps("[[steps]]\nwait_exit = 'command'\ntimeout = '200ms'").unwrap();
    assert_eq!(none, "no program `command` ended within 200ms");
}

#[test]
fn files_go_to_the_guest_and_come_back() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.txt"), "hello\r\n").unwrap();
    let steps = "[sessions.a]\n[[steps]]\nput = { file = 'in.txt', to = 'A:\\IN.TXT' }\n\
                 [[steps]]\nexpect_file = { path = 'A:\\IN.TXT', size = 7, text = \"hello\\n\" }\n\
                 [[steps]]\nget = { file = 'A:\\IN.TXT', to = 'back.txt' }\n\
                 [[steps]]\nexpect_file = { path = 'A:\\OUT.TXT', exists = true }\ntimeout = '20ms'";
    let script = parse(&folder.path().join("t.toml"), steps).unwrap().remove(0);
    let performance = perform(&script, &mut Stage::new(vec![FakeMachine::default()]));
    assert_eq!(why(&performance), "there is no A:\\OUT.TXT, still so after 20ms");
    assert_eq!(performance.files[0].bytes, b"hello\r\n");
}

#[test]
fn the_mouse_counts_cells_from_either_end_and_stays_on_the_screen() {
    use crate::pointer::{Button, CellPlace, PointerAct};

    let script = |step: &str| {
        let text = format!("[sessions.a]\n[[steps]]\nmouse = {{ {step} }}");
        let script = parse(Path::new("t.toml"), &text).unwrap().remove(0);
        let mut stage = Stage::new(vec![FakeMachine::default().reading_a_key_every(MS(20))]);
        let performance = perform(&script, &mut stage);
        (performance, stage.machine(0).pointed.clone())
    };
    let (performance, pointed) = script("row = -1, col = 3");
    assert_eq!(performance.failure, None);
    assert_eq!(pointed, [(CellPlace { col: 3, row: 2 }, PointerAct::Click(Button::Left))]);
    let (performance, _) = script("row = 3, col = 0");
    assert!(why(&performance).contains("the screen has 3 rows and 20 columns"), "{}", why(&performance));
}
