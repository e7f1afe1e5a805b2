//! The examples of the README are what the program takes.

use std::path::Path;

/// The n-th TOML example of the README.
fn example(n: usize) -> &'static str {
    let block = include_str!("../../README.md").split("```toml\n").nth(n + 1).expect("the README has the example");
    block.split("```").next().expect("split gives one part at least")
}

#[test]
fn its_session_of_the_built_in_dos_is_one() {
    let sessions = dosmux::config::parse(Path::new("config.toml"), example(0)).unwrap().sessions;
    assert_eq!(sessions[0].boot, dosmux::config::BootDrive::Dos);
}

#[test]
fn its_config_is_a_config() {
    let sessions = dosmux::config::parse(Path::new("config.toml"), example(1)).unwrap().sessions;
    let names: Vec<&str> = sessions.iter().map(|session| session.name.as_str()).collect();
    assert_eq!(names, ["work", "build"]);
}

#[test]
fn its_script_is_a_script() {
    let script = dosmux::script::parse::parse(Path::new("example.toml"), example(2)).unwrap();
    assert_eq!(script[0].steps.len(), 5);
}
