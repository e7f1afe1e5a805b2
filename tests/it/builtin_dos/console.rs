//! INT 21h/AH=01h to 0Ch.

use dosmux::keys::Key;
use iced_x86::code_asm::*;

use super::machine::{self, Machine};

/// Waits for a key, and stays here.
fn rest(a: &mut CodeAssembler) {
    a.mov(ah, 0x08).unwrap();
    a.int(0x21).unwrap();
    machine::rest(a);
}

#[test]
fn a_string_up_to_a_dollar_sign_is_shown() {
    let machine = Machine::start(|a| {
        let mut start = a.create_label();
        a.jmp(start).unwrap();
        a.db(b"one\r\ntwo$three").unwrap();
        a.set_label(&mut start).unwrap();
        // Behind the short jump.
        a.mov(dx, 0x102).unwrap();
        a.mov(ah, 0x09).unwrap();
        a.int(0x21).unwrap();
        rest(a);
    });
    assert_eq!(machine.text(), "one\ntwo");
}

#[test]
fn a_character_is_read_with_echo() {
    let mut machine = Machine::start(|a| {
        for _ in 0..3 {
            a.mov(ah, 0x01).unwrap();
            a.int(0x21).unwrap();
        }
        a.mov(dl, al).unwrap();
        a.mov(ah, 0x02).unwrap();
        a.int(0x21).unwrap();
        rest(a);
    });
    machine.types("abc");
    assert_eq!(machine.text(), "abcc");
}

#[test]
fn a_line_is_edited_and_stored_with_its_length() {
    let mut machine = Machine::start(|a| {
        a.mov(byte_ptr(0x200), 10).unwrap();
        a.mov(dx, 0x200).unwrap();
        a.mov(ah, 0x0A).unwrap();
        a.int(0x21).unwrap();
        // The length as a digit.
        a.mov(dl, byte_ptr(0x201)).unwrap();
        a.add(dl, i32::from(b'0')).unwrap();
        a.mov(ah, 0x02).unwrap();
        a.int(0x21).unwrap();
        rest(a);
    });
    machine.types("dot\u{8}s\n");
    // The carriage return at its end is shown; a new line is the program's to begin.
    assert_eq!(machine.text(), "3os");
}

#[test]
fn ctrl_c_ends_a_program_that_reads() {
    let mut machine = Machine::start(|a| {
        a.mov(ah, 0x08).unwrap();
        a.int(0x21).unwrap();
        a.mov(dl, i32::from(b'x')).unwrap();
        a.mov(ah, 0x02).unwrap();
        a.int(0x21).unwrap();
        rest(a);
    });
    machine.strikes(&[Key::LeftCtrl, Key::C]);
    assert_eq!(machine.text(), "^C");
}
