use proptest::prelude::*;

use super::*;
use crate::config::{BootDrive, Text};
use crate::keys::Key;
use crate::script::ast::{Look, Needle, Stroke, Wait, Where};

/// The steps of a script with sessions `a` and `b`; the first step is on line 3.
fn steps(text: &str) -> Vec<Step> {
    script(&format!("[sessions.a]\n[sessions.b]\n{text}")).steps
}

fn script(text: &str) -> Script {
    parse(Path::new("s.toml"), text).unwrap().remove(0)
}

/// The error that `text` gives after the tables of sessions `a` and `b`.
fn step_error(text: &str) -> String {
    error(&format!("[sessions.a]\n[sessions.b]\n{text}"))
}

fn error(text: &str) -> String {
    parse(Path::new("s.toml"), text).unwrap_err().to_string()
}

/// Waits for text anywhere.
fn wait(text: &str) -> Action {
    Action::Wait(Wait::Shown(Look { what: Needle::Text(Text::plain(text)), place: Where::default() }))
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
    let script = script(text);
    assert_eq!(script.description.as_deref(), Some("FreeDOS lists its boot floppy"));
    assert_eq!((script.sessions.len(), script.sessions[0].boot), (1, BootDrive::Floppy));
    let ten = Duration::from_secs(10);
    let found: Vec<(usize, Duration, Action)> =
        script.steps.into_iter().map(|step| (step.place.line, step.timeout, step.action)).collect();
    let chord = Stroke::Chord(vec![Key::LeftAlt, Key::F10]);
    let expected = [
        (6, ten, wait("A:\\>")),
        (8, Duration::from_millis(200), Action::Act(Act::Type(Text::plain("dir\n\t\u{1b}\u{8}")))),
        (11, ten, wait("COMMAND  COM")),
        (14, ten, Action::Act(Act::Keys(vec![chord]))),
        (16, ten, Action::Act(Act::Sleep(Duration::from_secs(2)))),
    ];
    assert_eq!(found, expected);
}

#[test]
fn steps_may_come_before_the_sessions_and_inline() {
    let script = script("steps = [{ wait = 'x', session = 'b' }]\n[sessions.a]\n[sessions.b]");
    let step = &script.steps[0];
    assert_eq!((step.session, step.timeout, step.place.col), (1, DEFAULT_TIMEOUT, 10));
}

#[test]
fn a_step_prints_on_one_line() {
    let text = "[[steps]]\nwait='\\'\nregion={row=-1}\nsession='b'\n[[steps]]\ntype=\"\\n\"\n[[steps]]\nkeys=['ctrl+c',{up='a'}]\n\
                [[steps]]\nrepeat=2\n[[steps.steps]]\nsleep='90s'";
    let printed: Vec<String> = steps(text).iter().map(Step::to_string).collect();
    let expected = [
        "wait = \"\\\\\", region = { row = -1 }",
        "type = \"\\n\"",
        "keys = [\"ctrl+c\", { up = \"a\" }]",
        "repeat = 2, steps = [...]",
    ];
    assert_eq!(printed, expected);
}

#[test]
fn a_matrix_gives_a_script_for_each_combination() {
    let text = "[matrix]\nimage = ['a.img', 'b.img']\nfpu = [true, false]\n[vars]\ngreeting = 'hi ${image}'\n\
                [sessions.a]\nfloppies = ['${image}']\n[[steps]]\ntype = '${greeting} ${fpu}'";
    let scripts = parse(Path::new("s.toml"), text).unwrap();
    let names: Vec<&str> = scripts.iter().filter_map(|script| script.variant.as_deref()).collect();
    let expected =
        ["image=a.img, fpu=true", "image=a.img, fpu=false", "image=b.img, fpu=true", "image=b.img, fpu=false"];
    assert_eq!(names, expected);
    assert_eq!(scripts[2].steps[0].text, "type = \"hi b.img true\"");
    assert_ne!(scripts[0].sessions, scripts[2].sessions);
}

#[test]
fn a_captured_variable_is_known_to_later_steps_only() {
    let capture = "[[steps]]\ncapture = 'v(?<v>.)'\n";
    let typed = "[[steps]]\ntype = '${v}'\n";
    let step = steps(&format!("{capture}{typed}")).remove(1);
    assert_eq!(step.text, "type = \"${v}\"");
    let early = step_error(&format!("{typed}{capture}"));
    assert_eq!(
        early,
        "s.toml:4:8: steps[0].type: no variable is called `v`; there are none; write `$${` for the two signs"
    );
}

#[test]
fn an_included_file_has_its_own_variables_and_shares_what_is_captured() {
    let load = |path: &Path| {
        assert_eq!(path, Path::new("lib/login.toml"));
        Ok("[vars]\nname = 'x'\n[[steps]]\ntype = '${name} ${v}'\n[[steps]]\ncapture = '(?<w>.)'".to_owned())
    };
    let text = "[sessions.a]\n[[steps]]\ncapture = '(?<v>.)'\n[[steps]]\ninclude = 'login.toml'\nwith = { name = 'joe' }\n\
                [[steps]]\nlog = '${w}'";
    let script = parse_with(Path::new("lib/s.toml"), text, &load).unwrap().remove(0);
    let Action::Include(inner) = &script.steps[1].action else { panic!("{:?}", script.steps[1]) };
    assert_eq!(inner[0].text, "type = \"joe ${v}\"");
    assert_eq!(inner[0].place.to_string(), "lib/login.toml:3:1");
}

#[test]
fn files_that_include_each_other_are_refused() {
    let load = |path: &Path| {
        let other = if path == Path::new("a.toml") { "b.toml" } else { "a.toml" };
        Ok(format!("[[steps]]\ninclude = '{other}'"))
    };
    let text = "[sessions.a]\n[[steps]]\ninclude = 'a.toml'";
    let error = parse_with(Path::new("s.toml"), text, &load).unwrap_err().to_string();
    let expected = "b.toml:2:11: steps[0].include: a.toml is being read already; files must not include themselves";
    assert_eq!(error, expected);
}

#[test]
fn files_that_include_others_without_end_are_refused() {
    let load = |path: &Path| Ok(format!("[[steps]]\ninclude = 'x{}'", path.display()));
    let text = "[sessions.a]\n[[steps]]\ninclude = 'x'";
    let error = parse_with(Path::new("s.toml"), text, &load).unwrap_err().to_string();
    assert!(error.ends_with("steps are nested too deeply; 16 levels are the most"), "{error}");
}

#[test]
fn a_few_lines_do_not_make_steps_without_bound() {
    let load = |_: &Path| Ok("[[steps]]\nsleep = '1s'\n".repeat(1000));
    let include = "[[steps]]\ninclude = 'x'\n".repeat(300);
    let text = format!("[sessions.a]\n{include}");
    let error = parse_with(Path::new("s.toml"), &text, &load).unwrap_err().to_string();
    assert!(error.ends_with("too many steps; a script has at most 200000 in all its cases"), "{error}");
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
fn addresses_are_linear_or_have_a_segment() {
    let at = |address: &str| steps(&format!("[[steps]]\nexpect_memory = {{ at = {address}, words = [0x1234] }}"));
    for address in ["0x417", "'0x417'", "'0040:0017'", "'40:17'", "1047"] {
        let expect = crate::script::ast::Expect::Memory { at: 0x417, bytes: vec![0x34, 0x12] };
        assert_eq!(at(address)[0].action, Action::Expect(expect), "{address}");
    }
}

proptest! {
    #[test]
    fn random_text_never_panics(
        text in "([\\[\\]{}=\"'a.#\n, 1sé$-]|sessions|steps|vars|matrix|wait|type|key|sleep|timeout|region|repeat|with){0,40}"
    ) {
        let load = |_: &Path| Ok(text.clone());
        let _ = parse_with(Path::new("s.toml"), &text, &load);
    }

    #[test]
    fn any_text_of_code_page_437_can_be_typed(codes in proptest::collection::vec(1u8..=255, 1..20)) {
        let text: String = codes.iter().map(|&code| crate::screen::CodePage::US.char(code)).collect();
        let quoted = text.replace('\\', "\\\\").replace('"', "\\\"").replace('⌂', "\\u2302").replace("${", "$${");
        let steps = steps(&format!("[[steps]]\ntype = \"{quoted}\""));
        prop_assert_eq!(&steps[0].action, &Action::Act(Act::Type(Text::plain(&text))));
    }
}

#[test]
fn the_mouse_clicks_with_the_left_button_unless_told_otherwise() {
    use crate::pointer::{Button, PointerAct};
    use crate::script::ast::MouseStep;

    let text = "[[steps]]\nmouse = { row = -1, col = 4 }\n\
                [[steps]]\nmouse = { row = 0, col = 0, button = 'right', act = 'press' }";
    let acts: Vec<Action> = steps(text).into_iter().map(|step| step.action).collect();
    let expected = [
        MouseStep { row: -1, col: 4, act: PointerAct::Click(Button::Left) },
        MouseStep { row: 0, col: 0, act: PointerAct::Press(Button::Right) },
    ];
    assert_eq!(acts, expected.map(|mouse| Action::Act(Act::Mouse(mouse))));
    assert!(step_error("[[steps]]\nmouse = { row = 1 }").contains("`col` is missing"));
    assert!(step_error("[[steps]]\nmouse = { row = 1, col = 1, act = 'hit' }").contains("valid"));
}
