//! INT 21h here, on FreeDOS and on DOSBox: the same programs make the same calls, and every difference is
//! in the table of `docs/INT21.md`, with its reason.
//!
//! What FreeDOS and DOSBox answered is kept in `freedos.txt` and `dosbox.txt`. `DOSMUX_BLESS=1` asks both
//! again (DOSBox must be installed, FreeDOS's image be there) and writes the tables anew:
//!
//! ```text
//! DOSMUX_BLESS=1 cargo test --test it builtin_dos::compare
//! ```

mod cases;
mod guest;
mod outcome;
mod record;
mod systems;
mod table;

use std::path::Path;

use super::attributes::has_attributes;
use cases::Group;

/// The files of cases, each of which becomes a program of that name.
const FILES: [&str; 7] = ["console", "files", "names", "fcbs", "memblk", "system", "breaks"];

fn groups() -> Vec<Group> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/builtin_dos/compare/cases");
    let read = |name: &str| std::fs::read_to_string(folder.join(name).with_extension("txt")).unwrap();
    FILES.iter().map(|name| cases::parse(name, &read(name))).collect()
}

fn blesses() -> bool {
    std::env::var_os("DOSMUX_BLESS").is_some()
}

#[test]
fn every_difference_from_freedos_and_dosbox_is_in_the_table() {
    if !has_attributes(tempfile::tempdir().unwrap().path()) {
        return;
    }
    let groups = groups();
    let here = systems::builtin(&groups);
    if blesses() {
        record::write("freedos", &systems::freedos(&groups).expect("FreeDOS's image"));
        record::write("dosbox", &systems::dosbox(&groups).expect("DOSBox"));
        table::write(&groups, &here);
    }
    table::check(&groups, &here);
}

#[test]
fn freedos_answers_as_recorded() {
    let groups = groups();
    let Some(answers) = systems::freedos(&groups) else { return };
    record::check("freedos", &answers);
}
