//! Programs that do one thing and end, and those that stay.

use std::time::Duration;

use super::{APPS, BIN, Desk, SETUP, shows};

#[test]
fn small_programs_say_what_they_say_on_freedos() {
    let files = ["HELLO.COM", "PI.COM", "CAL.COM", "CPULEVEL.COM", "TEST.COM"];
    let Some(mut desk) = Desk::with(APPS, &files) else { return };
    shows(&desk.run("hello"), &["Hello, World!"]);
    shows(&desk.run("cal"), &["Oct 1994", " 9  * 11"]);
    shows(&desk.run("cpulevel"), &["i386 or compatible CPU found."]);
    shows(&desk.run("pi"), &["2823608963208068222468012248"]);
    desk.begins("test");
    desk.sees("2 3 5 7 11 13 17 19 23");
    shows(&desk.text(), &["0 1 1 2 3 5 8 13 21 34 55"]);
}

#[test]
fn what_a_program_prints_through_int_29h_cannot_be_redirected() {
    let Some(mut desk) = Desk::with(APPS, &["PI.COM"]) else { return };
    shows(&desk.run("pi >pi.txt"), &["2823608963208068222468012248"]);
    assert!(desk.read("pi.txt").is_empty());
}

#[test]
fn a_resident_clock_shows_the_time_and_can_be_removed() {
    let Some(mut desk) = Desk::with(APPS, &["CLOCK.COM", "HELLO.COM"]) else { return };
    shows(&desk.run("clock"), &["CLOCK installed in memory."]);
    desk.run("hello");
    desk.dos.session.run_for(Duration::from_secs(65));
    shows(&desk.text(), &["Hello, World!", "10 0"]);
    shows(&desk.run("clock /u"), &["CLOCK"]);
    shows(&desk.run("hello"), &["Hello, World!"]);
}

#[test]
fn mem_tells_what_memory_is_used_for() {
    let Some(mut desk) = Desk::with(SETUP, &[&format!("{BIN}MEM.EXE")]) else { return };
    shows(&desk.run("mem"), &["Conventional          640K", "Largest executable program size"]);
    shows(&desk.run("mem /c"), &["COMMAND", "SYSTEM", "Free"]);
    shows(&desk.run("mem /d"), &["Largest executable program size"]);
}

/// A driver without any device but itself: it takes every request and keeps all of its code.
const DRIVER: &[u8] = b"\xFF\xFF\xFF\xFF\x00\x80\x16\x00\x21\x00TESTDEV \x00\x00\x00\x00\
    \x2E\x89\x1E\x12\x00\x2E\x8C\x06\x14\x00\xCB\
    \x53\x06\x2E\xC4\x1E\x12\x00\x26\x80\x7F\x02\x00\x75\x0A\
    \x26\xC7\x47\x0E\x42\x00\x26\x8C\x4F\x10\
    \x26\xC7\x47\x03\x00\x01\x07\x5B\xCB";

#[test]
fn devload_loads_a_driver_and_puts_it_into_the_chain() {
    let Some(mut desk) = Desk::with(SETUP, &[&format!("{BIN}DEVLOAD.COM")]) else { return };
    desk.write("t.sys", DRIVER);
    shows(&desk.run("devload t.sys"), &["1 char device installed.", "Driver loaded."]);
    desk.run("echo x>testdev");
    assert!(!desk.has("testdev"));
}

#[test]
fn fdapm_goes_resident_without_a_power_manager() {
    let Some(mut desk) = Desk::with(SETUP, &[&format!("{BIN}FDAPM.COM"), &format!("{BIN}MEM.EXE")]) else { return };
    shows(&desk.run("fdapm"), &["No FDAPM / POWER driver resident yet."]);
    shows(&desk.run("fdapm apmdos"), &["Going resident."]);
    shows(&desk.run("mem /c"), &["FDAPM"]);
}

#[test]
fn doslfn_loads_and_does_no_harm() {
    let Some(mut desk) = Desk::with(SETUP, &[&format!("{BIN}DOSLFN.COM"), &format!("{BIN}FC.EXE")]) else { return };
    desk.write("a.txt", "one\r\n");
    shows(&desk.run("doslfn"), &["DOSLFN 0.41", "loaded"]);
    shows(&desk.run("doslfn -s"), &["active"]);
    shows(&desk.run("dir"), &["A        TXT"]);
    shows(&desk.run("type a.txt"), &["one"]);
    desk.run("copy a.txt b.txt");
    assert_eq!(desk.read("b.txt"), b"one\r\n");
    desk.run("doslfn -u");
    shows(&desk.run("type b.txt"), &["one"]);
}
