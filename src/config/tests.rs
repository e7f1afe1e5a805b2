use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;

fn parsed(text: &str) -> Vec<SessionSpec> {
    parse(Path::new("etc/c.toml"), text).unwrap().sessions
}

/// The error that `text` gives as `c.toml`.
fn error(text: &str) -> String {
    parse(Path::new("c.toml"), text).unwrap_err().to_string()
}

#[test]
fn a_bare_table_is_a_session_with_every_default() {
    assert_eq!(parsed("[sessions.a]"), [SessionSpec::new("a")]);
}

#[test]
fn every_key_reaches_the_session() {
    let text = r#"
        [sessions.a]
        floppies = ["a.img", { image = "/b.img", writes = "image" }]
        disks = [{ image = "../c.img", writes = "none" }]
        drives = { c = "games" }
        dos_version = "3.3"
        device = ["C:\\FOO.SYS /X"]
        long_names = true
        ansi = false
        host_commands = ["git"]
        boot = "dos"
        memory = "2 MiB"
        priority = 100
        exclusive = true
        background = "pause"
        speed = "8 MIPS"
        fpu = false
        keyboard = "de"
        code_page = 850
        scrollback = 500
        log = "a.txt"
        debug_port = "e9.log"
    "#;
    let image = |path: &str, writes| ImageSpec { source: ImageSource::File(PathBuf::from(path)), writes };
    let expected = SessionSpec {
        name: "a".to_owned(),
        floppies: vec![image("etc/a.img", WritePolicy::Overlay), image("/b.img", WritePolicy::Image)],
        disks: vec![image("etc/../c.img", WritePolicy::None)],
        drives: vec![HostDriveSpec {
            letter: 'C',
            source: DriveSource::Directory(PathBuf::from("etc/games")),
            read_only: false,
        }],
        dos_version: DosVersion { major: 3, minor: 30 },
        devices: vec!["C:\\FOO.SYS /X".to_owned()],
        long_names: true,
        ansi: false,
        host_commands: vec!["git".to_owned()],
        boot: BootDrive::Dos,
        memory_bytes: 2 << 20,
        priority: Priority::plain(100),
        exclusive: true,
        background: Background::Pause,
        speed: Speed::PerSecond(8_000_000),
        fpu: false,
        keyboard: crate::keys::KeyLayout::from_name("de").unwrap(),
        code_page: CodePage::new(850).unwrap(),
        scrollback: 500,
        follows_code_page: false,
        log: Some(PathBuf::from("etc/a.txt")),
        mouse: crate::pointer::MouseSupport::Driver,
        debug_port: Some(PathBuf::from("etc/e9.log")),
    };
    assert_eq!(parsed(text), [expected]);
}

#[test]
fn sessions_keep_the_order_of_the_file() {
    let names: Vec<String> = parsed("[sessions.z]\n[sessions.a]\n[sessions.m]").into_iter().map(|s| s.name).collect();
    assert_eq!(names, ["z", "a", "m"]);
}

#[test]
fn a_session_with_disks_only_boots_from_them() {
    assert_eq!(parsed("[sessions.a]\ndisks = [\"c.img\"]")[0].boot, BootDrive::Disk);
}

#[test]
fn the_built_in_config_opens_two_sessions_of_the_built_in_dos_on_the_demo_drive() {
    let Config { ui, sessions: specs, profiles } = load(&ConfigSource::BuiltIn).unwrap();
    assert_eq!(ui, UiSettings::default());
    assert_eq!((specs.len(), profiles.len()), (2, 0));
    for spec in specs {
        let demo = HostDriveSpec { letter: 'C', source: DriveSource::Demo, read_only: false };
        let boot = BootDrive::Dos;
        let expected =
            SessionSpec { drives: vec![demo], boot, mouse: boot.usual_mouse(), ..SessionSpec::new(&spec.name) };
        assert_eq!(spec, expected);
    }
}

#[test]
fn profiles_are_read_like_sessions_but_are_none() {
    let text = "[sessions.a]\n[profiles.a]\ndisks = ['c.img']\n[profiles.b]\nfpu = false";
    let config = parse(Path::new("etc/c.toml"), text).unwrap();
    assert_eq!(config.sessions.len(), 1);
    assert_eq!(config.profiles[0].boot, BootDrive::Disk);
    assert_eq!(config.profiles[1], SessionSpec { fpu: false, ..SessionSpec::new("b") });
    assert_eq!(parse_without_sessions(Path::new("etc/c.toml"), text).unwrap().profiles, config.profiles);
    assert_eq!(
        error("[sessions.a]\n[profiles.b]\nmemry = 1").split(';').next().unwrap(),
        "c.toml:3:1: profiles.b.memry: unknown key"
    );
}

#[test]
fn a_missing_file_is_named() {
    let error = load(&ConfigSource::File(PathBuf::from("nowhere/c.toml"))).unwrap_err();
    assert_eq!(error.to_string(), "cannot read nowhere/c.toml");
}

#[test]
fn broken_files_say_where_what_and_what_would_be_valid() {
    let long_name = format!("[sessions.{}]", "x".repeat(33));
    let cases: &[(&str, &str)] = &[
        ("", "c.toml:1:1: no session; write a table such as [sessions.left]"),
        ("sessions = {}", "c.toml:1:1: no session; write a table such as [sessions.left]"),
        ("sessions = 3", "c.toml:1:12: sessions: wanted a table, found an integer"),
        ("[sessions]\na = 1.5", "c.toml:2:5: sessions.a: wanted a table, found a float"),
        ("[session.a]", "c.toml:1:2: session: unknown key; valid keys are ui, sessions, profiles"),
        (
            "[sessions.a]\n\nflopies = []",
            "c.toml:3:1: sessions.a.flopies: unknown key; valid keys are floppies, disks, drives, boot, dos_version, device, long_names, ansi, host_commands, memory, \
             priority, exclusive, background, speed, fpu, keyboard, mouse, code_page, scrollback, log, debug_port",
        ),
        ("[sessions.a]\n[sessions.b]\n[sessions.a]", "c.toml:3:11: duplicate key at `a`"),
        ("[sessions.\"\"]", "c.toml:1:11: sessions.: a session's name must not be empty"),
        ("[sessions.\"a\\tb\"]", "c.toml:1:11: sessions.a\\tb: a session's name must not hold control characters"),
        (
            &long_name,
            "c.toml:1:11: sessions.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: a session's name has at most 32 characters",
        ),
        ("[sessions.a]\nfloppies = \"a.img\"", "c.toml:2:12: sessions.a.floppies: wanted an array, found a string"),
        (
            "[sessions.a]\nfloppies = [\"a\", \"b\", \"c\"]",
            "c.toml:2:23: sessions.a.floppies[2]: one image too many; a session has at most 2 here",
        ),
        (
            "[sessions.a]\nfloppies = [1]",
            "c.toml:2:13: sessions.a.floppies[0]: wanted a string or a table { image, writes }, found an integer",
        ),
        ("[sessions.a]\nfloppies = [\"\"]", "c.toml:2:13: sessions.a.floppies[0]: is empty; write the name of a file"),
        (
            "[sessions.a]\nfloppies = [\"builtin:dos\"]",
            "c.toml:2:13: sessions.a.floppies[0]: no image is called `builtin:dos`; valid built-in images are \
             \"builtin:tour\"",
        ),
        (
            "[sessions.a]\ndisks = [\"builtin:tour\"]",
            "c.toml:2:10: sessions.a.disks[0]: the built-in image is a floppy; name it in `floppies`",
        ),
        (
            "[sessions.a]\nfloppies = [{ image = \"a\", wirtes = \"none\" }]",
            "c.toml:2:28: sessions.a.floppies[0].wirtes: unknown key; valid keys are image, writes",
        ),
        (
            "[sessions.a]\nfloppies = [{ writes = \"none\" }]",
            "c.toml:2:13: sessions.a.floppies[0]: no image; write image = \"FILE\"",
        ),
        (
            "[sessions.a]\nfloppies = [{ image = \"a\", writes = \"yes\" }]",
            "c.toml:2:37: sessions.a.floppies[0].writes: `yes` is not valid; valid choices are \"overlay\", \"image\", \
             \"none\"",
        ),
        (
            "[sessions.a]\nfloppies = [{ image = \"builtin:tour\", writes = \"image\" }]",
            "c.toml:2:48: sessions.a.floppies[0].writes: `image` is not valid; valid choices are \"overlay\", \"none\"",
        ),
        (
            "[sessions.a]\nboot = \"cdrom\"",
            "c.toml:2:8: sessions.a.boot: `cdrom` is not valid; valid choices are \"floppy\", \"disk\", \"dos\"",
        ),
        (
            "[sessions.a]\nmemory = \"16 MB\"",
            "c.toml:2:10: sessions.a.memory: `16 MB` is no memory size; write a number and a unit such as \"16 MiB\", \
             valid units are KiB, MiB",
        ),
        (
            "[sessions.a]\nmemory = \"640 KiB\"",
            "c.toml:2:10: sessions.a.memory: `640 KiB` is out of range; valid is 1 MiB to 256 MiB",
        ),
        ("[sessions.a]\nmemory = 16", "c.toml:2:10: sessions.a.memory: wanted a string, found an integer"),
        ("[sessions.a]\npriority = 0", "c.toml:2:12: sessions.a.priority: `0` is out of range; valid is 1 to 100"),
        (
            "[sessions.a]\npriority = { foreground = 1001, background = 1 }",
            "c.toml:2:27: sessions.a.priority.foreground: `1001` is out of range; valid is 1 to 1000",
        ),
        (
            "[sessions.a]\npriority = { foreground = 5 }",
            "c.toml:2:12: sessions.a.priority: write both weights: { foreground = 10, background = 2 }",
        ),
        (
            "[sessions.a]\npriority = 'high'",
            "c.toml:2:12: sessions.a.priority: wanted a number or { foreground, background }, found a string",
        ),
        ("[sessions.a]\npriority = -1", "c.toml:2:12: sessions.a.priority: `-1` is out of range; valid is 1 to 100"),
        (
            "[sessions.a]\nbackground = \"stop\"",
            "c.toml:2:14: sessions.a.background: `stop` is not valid; valid choices are \"run\", \"pause\"",
        ),
        (
            "[sessions.a]\nspeed = \"8 MHz\"",
            "c.toml:2:9: sessions.a.speed: `8 MHz` is no speed; write \"max\" or instructions per second such as \
             \"8 MIPS\", valid units are kIPS, MIPS",
        ),
        (
            "[sessions.a]\ncode_page = 851",
            "c.toml:2:13: sessions.a.code_page: there is no code page 851; valid choices are 437, 720, 737, 775, 850, \
             852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 866, 869, 874",
        ),
        (
            "[sessions.a]\nkeyboard = \"pl\"",
            "c.toml:2:12: sessions.a.keyboard: `pl` is not valid; valid choices are \"us\", \"uk\", \"de\", \"fr\", \
             \"no\", \"se\", \"fi\", \"jp\", \"dvorak\", \"dvorak-programmer\", \"colemak\"",
        ),
        ("[sessions.a]\nfpu = 1", "c.toml:2:7: sessions.a.fpu: wanted true or false, found an integer"),
        ("[sessions.a]\ndebug_port = true", "c.toml:2:14: sessions.a.debug_port: wanted a string, found a boolean"),
        ("[sessions.a\nboot = 1", "c.toml:1:12: unclosed table, expected `]`"),
        ("# é\n[sessions.\"é\"]\nboot = 'é' # ü\nboot = 'é'", "c.toml:4:1: duplicate key at `boot`"),
    ];
    for (text, expected) in cases {
        assert_eq!(error(text), *expected, "{text}");
    }
}

proptest! {
    #[test]
    fn random_text_never_panics(text in "\\PC{0,80}|([\\[\\]{}=\"'a.#\n, 1é-]|sessions|floppies|boot|memory){0,30}") {
        let _ = parse(Path::new("c.toml"), &text);
    }
}
