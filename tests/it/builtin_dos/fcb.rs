//! Files by file control block.

use std::fs;

use iced_x86::code_asm::*;

use super::machine::{Machine, dos, rest, store};

const FCB: u32 = 0x800;
const DATA: u32 = 0x900;

fn call(a: &mut CodeAssembler, function: u32, dx_: u32) {
    a.mov(dx, dx_).unwrap();
    a.mov(ah, function).unwrap();
    a.int(0x21).unwrap();
}

#[test]
fn records_are_written_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::on(folder.path(), |a| {
        store(a, FCB, b"\0RECORDS DAT");
        call(a, 0x1A, DATA);
        call(a, 0x16, FCB);
        a.mov(word_ptr(FCB + 0x0E), 4).unwrap();
        for record in [b"one.", b"two."] {
            store(a, DATA, record);
            call(a, 0x15, FCB);
        }
        // Record 1, at random.
        a.mov(word_ptr(FCB + 0x21), 1).unwrap();
        a.mov(word_ptr(FCB + 0x23), 0).unwrap();
        call(a, 0x21, FCB);
        call(a, 0x10, FCB);
        a.mov(cx, 4).unwrap();
        a.mov(bx, 1).unwrap();
        call(a, 0x40, DATA);
        rest(a);
    });
    assert_eq!(fs::read(folder.path().join("records.dat")).unwrap(), b"one.two.");
    assert_eq!(machine.text(), "two.");
}

#[test]
fn the_last_record_is_filled_up_and_then_there_is_none() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), [b'x'; 130]).unwrap();
    let machine = Machine::on(folder.path(), |a| {
        store(a, FCB, b"\0A       TXT");
        call(a, 0x1A, DATA);
        call(a, 0x0F, FCB);
        for register in [cl, ch, bl] {
            call(a, 0x14, FCB);
            a.mov(register, al).unwrap();
        }
        rest(a);
    });
    let regs = machine.vm.regs();
    assert_eq!([regs.cl(), regs.ch(), regs.bl()], [0, 3, 1]);
}

#[test]
fn patterns_find_delete_and_rename() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a1.txt", "a2.txt", "b.doc"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    let machine = Machine::on(folder.path(), |a| {
        call(a, 0x1A, DATA);
        store(a, FCB, b"\0????????DOC");
        call(a, 0x11, FCB);
        a.mov(cl, al).unwrap();
        call(a, 0x12, FCB);
        a.mov(ch, al).unwrap();
        store(a, FCB, b"\0A?      TXT\0\0\0\0\0B?      ???");
        call(a, 0x17, FCB);
        store(a, FCB, b"\0B1      TXT");
        call(a, 0x13, FCB);
        a.mov(bl, al).unwrap();
        rest(a);
    });
    let regs = machine.vm.regs();
    assert_eq!([regs.cl(), regs.ch(), regs.bl()], [0, 0xFF, 0]);
    let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["b.doc", "b2.txt"]);
}

#[test]
fn a_name_is_parsed_into_a_block() {
    let machine = Machine::start(|a| {
        store(a, DATA, b"  x*.c /y\r");
        a.mov(si, DATA).unwrap();
        a.mov(di, FCB).unwrap();
        dos(a, 0x2901);
        a.mov(cl, al).unwrap();
        a.mov(byte_ptr(FCB + 12), u32::from(b'$')).unwrap();
        a.sub(si, DATA as i32).unwrap();
        call(a, 0x09, FCB + 1);
        rest(a);
    });
    assert_eq!((machine.text().as_str(), machine.vm.regs().cl(), machine.vm.regs().si()), ("X???????C", 1, 6));
}
