//! What tests of others will see.

use std::time::Duration;

use super::Session;
use crate::disk::fat::FatImage;
use crate::disk::{DriveId, FloppyFormat};

/// A floppy that echoes keys: MOV AH,0; INT 16h; MOV AH,0Eh; INT 10h; JMP to the start.
fn echo() -> Vec<u8> {
    let code = [0xB4, 0, 0xCD, 0x16, 0xB4, 0x0E, 0xCD, 0x10, 0xEB, 0xF6];
    FatImage::new(FloppyFormat::named("160K").unwrap()).file("A.TXT", b"text").boot_sector(&code).build()
}

fn session() -> Session {
    Session::builder().floppy_bytes("echo", &echo()).timeout(Duration::from_secs(2)).start().unwrap()
}

#[test]
fn what_is_typed_is_read_and_shown() {
    let mut dos = session();
    dos.type_text("hello").unwrap();
    dos.expect("hello").unwrap();
    dos.expect_not("goodbye").unwrap();
    dos.wait_stable(Duration::from_millis(500)).unwrap();
    assert!(dos.expect_not("hello").is_err());
}

#[test]
fn an_error_says_what_was_awaited_and_shows_the_screen() {
    let mut dos = session();
    dos.type_text("hello").unwrap();
    let error = dos.wait("goodbye").unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("waited 2 s of guest time for \"goodbye\" on the screen\nguest time 2."), "{text}");
    assert!(text.contains("|hello  "), "{text}");
    assert_eq!(format!("{error:?}"), text, "as tests print it");
    assert!(error.screen().is_some_and(|screen| screen.contains("hello")));
    assert!(dos.wait_exit().unwrap_err().to_string().contains("waited 2 s of guest time for the end of a program"));
    assert!(dos.key("ctrl+nokey").unwrap_err().to_string().contains("is no chord"));
}

#[test]
fn a_machine_that_stops_ends_the_wait_at_once() {
    // CLI; HLT.
    let floppy = FatImage::new(FloppyFormat::named("160K").unwrap()).boot_sector(&[0xFA, 0xF4]).build();
    let mut dos = Session::builder().floppy_bytes("stop", &floppy).start().unwrap();
    let error = dos.wait("x").unwrap_err().to_string();
    assert!(error.contains("the machine has stopped: HLT with interrupts off"), "{error}");
}

#[test]
fn files_and_floppies_pass_without_a_host_file() {
    let mut dos = session();
    assert_eq!(dos.get("A:\\A.TXT").unwrap(), b"text");
    dos.put("A:\\B.TXT", b"new").unwrap();
    assert_eq!(dos.get("a:b.txt").unwrap(), b"new");
    assert!(dos.get("A:\\C.TXT").unwrap_err().to_string().contains("`A:\\C.TXT` does not exist"));
    dos.insert(DriveId::A, "builtin:tour").unwrap();
    dos.reset();
    dos.wait("virtual-8086 mode").unwrap();
    dos.eject(DriveId::A).unwrap();
}

#[test]
fn an_image_that_is_not_there_is_told_at_the_start() {
    let error = Session::boot("/nowhere/a.img").err().unwrap();
    assert!(error.to_string().contains("`/nowhere/a.img` does not exist"));
    assert!(error.screen().is_none());
    let odd = Session::builder().floppy_bytes("odd", &[0; 700]).start().err().unwrap().to_string();
    assert!(odd.contains("floppy image `odd` has 700 bytes"), "{odd}");
}
