//! Programs that want what a host directory or the built-in DOS does not have: they say so and end.

use super::{BIN, Desk, SETUP, shows};

#[test]
fn disk_tools_find_no_disk_and_the_directory_stays_as_it_is() {
    let names = ["FDISK.EXE", "FORMAT.EXE", "SYS.COM", "LBACACHE.COM", "SHSUCDX.COM"];
    // SYS looks for these first.
    let system = ["KERNEL.SYS".to_owned(), "COMMAND.COM".to_owned()];
    let files: Vec<String> = names.iter().map(|name| format!("{BIN}{name}")).chain(system).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let Some(mut desk) = Desk::with(SETUP, &files) else { return };
    shows(&desk.run("fdisk /status"), &["No fixed disks present."]);
    shows(&desk.run("format c:"), &["Cannot format remote or SUBSTed drives"]);
    shows(&desk.run("sys c:"), &["can't read old boot sector"]);
    shows(&desk.run("lbacache"), &["XMS error"]);
    shows(&desk.run("shsucdx"), &["can't install"]);
    assert_eq!(std::fs::read_dir(desk.folder.path()).unwrap().count(), names.len() + 2);
}

#[test]
fn memory_managers_ask_for_a_line_in_config_sys() {
    let names = ["HIMEMX.EXE", "JEMMEX.EXE", "SHSURDRV.EXE"];
    let files: Vec<String> = names.iter().map(|name| format!("{BIN}{name}")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let Some(mut desk) = Desk::with(SETUP, &files) else { return };
    shows(&desk.run("himemx"), &["/NUMHANDLES=m"]);
    shows(&desk.run("jemmex"), &["Jemm is not installed."]);
    shows(&desk.run("shsurdrv"), &["XMS driver not found."]);
}
