use proptest::prelude::*;

use super::*;
use crate::config::BootDrive;

/// The steps of a script with sessions `a` and `b`; the first step is on line 3.
fn steps(text: &str) -> Vec<Step> {
    parse(Path::new("s.toml"), &format!("[sessions.a]\n[sessions.b]\n{text}")).unwrap().steps
}

/// The error that `text` gives after the tables of sessions `a` and `b`.
fn step_error(text: &str) -> String {
    error(&format!("[sessions.a]\n[sessions.b]\n{text}"))
}

fn error(text: &str) -> String {
    parse(Path::new("s.toml"), text).unwrap_err().to_string()
}

#[test]
fn a_whole_script_is_read() {
    let text = r#"
description = "FreeDOS lists its boot floppy"
timeout = "10s"
[sessions.a]
floppies = ["x.img"]
[[steps]]
wait = 'A:\>'
[[steps]]
type = "dir\n\t\u001b\b"
timeout = "200ms"
[[steps]]
session = "a"
expect = "COMMAND  COM"
[[steps]]
key = "alt+f10"
[[steps]]
sleep = "2s"
"#;
    let script = parse(Path::new("s.toml"), text).unwrap();
    assert_eq!(script.description.as_deref(), Some("FreeDOS lists its boot floppy"));
    assert_eq!((script.sessions.len(), script.sessions[0].boot), (1, BootDrive::Floppy));
    let ten = Duration::from_secs(10);
    let step = |line, timeout, action| Step { line, session: 0, timeout, action };
    let expected = [
        step(6, ten, Action::Wait("A:\\>".to_owned())),
        step(8, Duration::from_millis(200), Action::Type("dir\n\t\u{1b}\u{8}".to_owned())),
        step(11, ten, Action::Expect("COMMAND  COM".to_owned())),
        step(14, ten, Action::Key { name: "alt+f10".to_owned(), keys: vec![Key::LeftAlt, Key::F10] }),
        step(16, ten, Action::Sleep(Duration::from_secs(2))),
    ];
    assert_eq!(script.steps, expected);
}

#[test]
fn steps_may_come_before_the_sessions_and_inline() {
    let text = "steps = [{ wait = 'x', session = 'b' }]\n[sessions.a]\n[sessions.b]";
    let script = parse(Path::new("s.toml"), text).unwrap();
    assert_eq!((script.steps[0].session, script.steps[0].timeout), (1, DEFAULT_TIMEOUT));
}

#[test]
fn an_action_prints_as_a_script_has_it() {
    let text = "[[steps]]\nwait='\\'\n[[steps]]\ntype=\"\\n\"\n[[steps]]\nkey='ctrl+c'\n[[steps]]\nsleep='90s'";
    let printed: Vec<String> = steps(text).iter().map(|step| step.action.to_string()).collect();
    assert_eq!(printed, ["wait = \"\\\\\"", "type = \"\\n\"", "key = \"ctrl+c\"", "sleep = \"90s\""]);
}

#[test]
fn broken_scripts_say_where_what_and_what_would_be_valid() {
    const KEYS: &str = "valid keys are wait, type, expect, key, sleep, session, timeout";
    const VERBS: &str = "a step has exactly one of wait, type, expect, key, sleep";
    let cases: &[(&str, String)] = &[
        ("", "s.toml:1:1: no step; write [[steps]] and an action such as wait = \"TEXT\"".to_owned()),
        ("[[step]]", "s.toml:3:3: step: unknown key; valid keys are description, timeout, sessions, steps".to_owned()),
        ("[steps]\nwait = 'x'", "s.toml:3:1: steps: wanted an array, found a table".to_owned()),
        ("[[steps]]\nwiat = 'x'", format!("s.toml:4:1: steps[0].wiat: unknown key; {KEYS}")),
        ("[[steps]]\n[[steps]]\nsession = 'a'", format!("s.toml:3:1: steps[0]: no action; {VERBS}")),
        ("[[steps]]\nwait = 'x'\nexpect = 'y'", format!("s.toml:5:1: steps[0].expect: a second action; {VERBS}")),
        ("[[steps]]\nwait = 7", "s.toml:4:8: steps[0].wait: wanted a string, found an integer".to_owned()),
        ("[[steps]]\nwait = ''", "s.toml:4:8: steps[0].wait: the text is empty".to_owned()),
        (
            "[[steps]]\nwait = \"a\\nb\"",
            "s.toml:4:8: steps[0].wait: text is looked for row by row; it must not hold line breaks".to_owned(),
        ),
        (
            "[[steps]]\nexpect = '5 €'",
            "s.toml:4:10: steps[0].expect: `€` is not in code page 437; it cannot be on the screen".to_owned(),
        ),
        (
            "[[steps]]\ntype = '日'",
            "s.toml:4:8: steps[0].type: `日` is not in code page 437; it cannot be typed".to_owned(),
        ),
        (
            "[[steps]]\nsleep = 'long'",
            "s.toml:4:9: steps[0].sleep: `long` is no duration; write a number and a unit such as \"2s\", valid units \
             are ms, s, m"
                .to_owned(),
        ),
        (
            "[[steps]]\nsleep = '0s'",
            "s.toml:4:9: steps[0].sleep: `0s` is out of range; valid is 1ms to 1440m".to_owned(),
        ),
        (
            "[[steps]]\nsleep = '1s'\ntimeout = '2s'",
            "s.toml:5:1: steps[0].timeout: a `sleep` takes as long as it says; it has no timeout".to_owned(),
        ),
        (
            "[[steps]]\nwait = 'x'\n[[steps]]\nwait = 'y'\nsession = 'c'",
            "s.toml:7:11: steps[1].session: `c` is not valid; valid choices are \"a\", \"b\"".to_owned(),
        ),
        (
            "[[steps]]\nwait = 'x'\ntimeout = 5",
            "s.toml:5:11: steps[0].timeout: wanted a string, found an integer".to_owned(),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(step_error(text), *expected, "{text}");
    }
}

#[test]
fn a_step_types_only_so_much() {
    let typed = |chars: usize| format!("[sessions.a]\n[[steps]]\ntype = '{}'", "x".repeat(chars));
    assert!(parse(Path::new("s.toml"), &typed(65536)).is_ok());
    let expected = "s.toml:3:8: steps[0].type: the text is too long; a step types at most 65536 characters";
    assert_eq!(error(&typed(65537)), expected);
}

#[test]
fn a_wrong_key_lists_the_keys() {
    let message = step_error("[[steps]]\nkey = 'ctrl+hyper+x'");
    let start = "s.toml:4:7: steps[0].key: `hyper` is no key; valid keys, joined by `+`, are esc f1 f2 ";
    assert!(message.starts_with(start), "{message}");
    assert!(message.ends_with(" kp. iso102"), "{message}");
}

#[test]
fn a_broken_head_is_as_bad_as_a_broken_step() {
    let step = "[[steps]]\nwait = 'x'";
    assert_eq!(error(step), "s.toml:1:1: no session; write a table such as [sessions.left]");
    assert_eq!(
        error(&format!("description = 1\n[sessions.a]\n{step}")),
        "s.toml:1:15: description: wanted a string, found an integer"
    );
    assert_eq!(
        error(&format!("[sessions.a]\nmemory = '1 GiB'\n{step}")),
        "s.toml:2:10: sessions.a.memory: `1 GiB` is no memory size; write a number and a unit such as \"16 MiB\", \
         valid units are KiB, MiB"
    );
    assert_eq!(error("[sessions.a]\n[[steps]]\ntype = 'x"), "s.toml:3:10: invalid literal string, expected `'`");
}

proptest! {
    #[test]
    fn random_text_never_panics(text in "([\\[\\]{}=\"'a.#\n, 1sé-]|sessions|steps|wait|type|key|sleep|timeout){0,40}") {
        let _ = parse(Path::new("s.toml"), &text);
    }

    #[test]
    fn any_text_of_code_page_437_can_be_typed(codes in proptest::collection::vec(1u8..=255, 1..20)) {
        let text: String = codes.iter().map(|&code| crate::screen::CodePage::US.char(code)).collect();
        let quoted = text.replace('\\', "\\\\").replace('"', "\\\"").replace('⌂', "\\u2302");
        let steps = steps(&format!("[[steps]]\ntype = \"{quoted}\""));
        prop_assert_eq!(&steps[0].action, &Action::Type(text));
    }
}
