//! Character devices: handles on them, their drivers' entries, INT 29h and escape sequences.

use dosmux::keys::Key;
use iced_x86::code_asm::*;

use super::machine::{Machine, dos, hook, rest, store};

/// Opens the device called `name`: AX is its handle.
fn open(a: &mut CodeAssembler, name: &[u8]) {
    store(a, 0x800, &[name, &[0]].concat());
    a.mov(dx, 0x800).unwrap();
    dos(a, 0x3D02);
}

fn byte(machine: &Machine, off: u32) -> u8 {
    let psp = u32::from(machine.vm.regs().ds());
    machine.vm.memory().read_u8(dosmux::types::PhysAddr(psp * 16 + off))
}

#[test]
fn what_is_written_to_prn_is_printed_by_int_17h() {
    let machine = Machine::start(|a| {
        // Collects at 900h; the printer is selected and not busy.
        a.mov(word_ptr(0x8FE), 0x900).unwrap();
        hook(a, 0x17, |a| {
            a.push(bx).unwrap();
            a.mov(bx, cs_word()).unwrap();
            a.mov(byte_ptr(bx).cs(), al).unwrap();
            a.inc(word_ptr(0x8FE).cs()).unwrap();
            a.pop(bx).unwrap();
            a.mov(ah, 0x90).unwrap();
            a.iret().unwrap();
        });
        store(a, 0x820, b"paper");
        a.mov(dx, 0x820).unwrap();
        a.mov(cx, 5).unwrap();
        a.mov(bx, 4).unwrap();
        dos(a, 0x4000);
        a.mov(dl, u32::from(b'!')).unwrap();
        dos(a, 0x0500);
        rest(a);
    });
    let printed: Vec<u8> = (0x900..0x906).map(|at| byte(&machine, at)).collect();
    assert_eq!(printed, b"paper!");
}

/// The word that the printer's handler counts in.
fn cs_word() -> AsmMemoryOperand {
    word_ptr(0x8FE).cs()
}

#[test]
fn aux_is_read_and_written_by_int_14h() {
    let machine = Machine::start(|a| {
        hook(a, 0x14, |a| {
            // Any byte that is sent is noted; what is received is R; the line is ready.
            let (mut receive, mut end) = (a.create_label(), a.create_label());
            a.cmp(ah, 2).unwrap();
            a.je(receive).unwrap();
            a.cmp(ah, 1).unwrap();
            a.jne(end).unwrap();
            a.mov(byte_ptr(0x900).cs(), al).unwrap();
            a.jmp(end).unwrap();
            a.set_label(&mut receive).unwrap();
            a.mov(al, u32::from(b'R')).unwrap();
            a.mov(ah, 0).unwrap();
            a.iret().unwrap();
            a.set_label(&mut end).unwrap();
            a.mov(ah, 0x21).unwrap();
            a.iret().unwrap();
        });
        a.mov(dl, u32::from(b'S')).unwrap();
        dos(a, 0x0400);
        dos(a, 0x0300);
        a.mov(byte_ptr(0x901), al).unwrap();
        // The same by handle, raw.
        a.mov(bx, 3).unwrap();
        a.mov(dx, 0x00A0).unwrap();
        dos(a, 0x4401);
        a.mov(dx, 0x902).unwrap();
        a.mov(cx, 2).unwrap();
        dos(a, 0x3F00);
        rest(a);
    });
    let seen: Vec<u8> = (0x900..0x904).map(|at| byte(&machine, at)).collect();
    assert_eq!(seen, b"SRRR");
    assert_eq!(machine.vm.regs().ax(), 2);
}

#[test]
fn clock_is_a_record_of_six_bytes() {
    let machine = Machine::start(|a| {
        open(a, b"CLOCK$");
        a.mov(bx, ax).unwrap();
        a.mov(dx, 0x00A0).unwrap();
        dos(a, 0x4401);
        // 366 days after 1 January 1980, 13:30:20.
        store(a, 0x820, &[0x6E, 0x01, 30, 13, 0, 20]);
        a.mov(dx, 0x820).unwrap();
        a.mov(cx, 6).unwrap();
        dos(a, 0x4000);
        a.mov(dx, 0x900).unwrap();
        dos(a, 0x3F00);
        dos(a, 0x2A00);
        rest(a);
    });
    let record: Vec<u8> = (0x900..0x904).map(|at| byte(&machine, at)).collect();
    assert_eq!(record, [0x6E, 0x01, 30, 13]);
    assert_eq!((machine.vm.regs().cx(), machine.vm.regs().dx()), (1981, 0x0101));
}

#[test]
fn a_program_calls_the_consoles_driver_by_itself() {
    let mut machine = Machine::start(|a| {
        // The list of lists points to the console's header.
        dos(a, 0x5200);
        a.les(di, dword_ptr(bx + 0x0C).es()).unwrap();
        a.mov(word_ptr(0x900), di).unwrap();
        a.mov(word_ptr(0x902), es).unwrap();
        for (command, text, count) in [(8u8, 0x840u32, 3u8), (4, 0x850, 2)] {
            store(a, 0x840, b"ask");
            store(a, 0x820, &[0x16, 0, command, 0, 0]);
            a.mov(word_ptr(0x82E), text).unwrap();
            a.mov(word_ptr(0x830), ds).unwrap();
            a.mov(word_ptr(0x832), u32::from(count)).unwrap();
            for entry in [6, 8] {
                a.les(di, dword_ptr(0x900)).unwrap();
                a.mov(ax, word_ptr(di + entry).es()).unwrap();
                a.mov(word_ptr(0x904), ax).unwrap();
                a.mov(word_ptr(0x906), es).unwrap();
                a.push(ds).unwrap();
                a.pop(es).unwrap();
                a.mov(bx, 0x820).unwrap();
                a.call(dword_ptr(0x904)).unwrap();
            }
        }
        rest(a);
    });
    assert_eq!(machine.text(), "ask");
    machine.types("no");
    assert_eq!([byte(&machine, 0x850), byte(&machine, 0x851)], *b"no");
    assert_eq!([byte(&machine, 0x823), byte(&machine, 0x824)], [0x00, 0x01], "done, without an error");
}

#[test]
fn a_raw_console_gives_bytes_as_they_come_and_a_cooked_one_lines() {
    let mut machine = Machine::start(|a| {
        a.mov(bx, 0).unwrap();
        a.mov(dx, 0x900).unwrap();
        a.mov(cx, 20).unwrap();
        dos(a, 0x3F00);
        a.mov(word_ptr(0x8F0), ax).unwrap();
        dos(a, 0x4400);
        a.or(dx, 0x20).unwrap();
        a.mov(dh, 0).unwrap();
        dos(a, 0x4401);
        a.mov(dx, 0x920).unwrap();
        a.mov(cx, 2).unwrap();
        dos(a, 0x3F00);
        rest(a);
    });
    machine.types("ab\u{8}c\nxy");
    let text: Vec<u8> = (0x900..0x904).chain(0x920..0x922).map(|at| byte(&machine, at)).collect();
    assert_eq!(text, b"ac\r\nxy");
    assert_eq!(machine.text(), "ac", "raw bytes are not shown");
}

#[test]
fn tabs_are_blanks_where_the_console_is_cooked() {
    let machine = Machine::start(|a| {
        for byte in b"ab\tc" {
            a.mov(dl, u32::from(*byte)).unwrap();
            dos(a, 0x0200);
        }
        rest(a);
    });
    assert_eq!(machine.text(), "ab      c");
}

#[test]
fn output_to_a_file_and_to_nul_leaves_the_screen_alone() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::on(folder.path(), |a| {
        store(a, 0x820, b"C:\\OUT.TXT\0");
        a.mov(dx, 0x820).unwrap();
        a.mov(cx, 0).unwrap();
        dos(a, 0x3C00);
        a.mov(bx, ax).unwrap();
        a.mov(cx, 1).unwrap();
        dos(a, 0x4600);
        for byte in b"a\tb" {
            a.mov(dl, u32::from(*byte)).unwrap();
            dos(a, 0x0200);
        }
        open(a, b"NUL");
        a.mov(bx, ax).unwrap();
        a.mov(cx, 1).unwrap();
        dos(a, 0x4600);
        a.mov(dl, u32::from(b'n')).unwrap();
        dos(a, 0x0200);
        rest(a);
    });
    assert_eq!(machine.text(), "");
    assert_eq!(std::fs::read(folder.path().join("out.txt")).unwrap(), b"a       b");
}

#[test]
fn escape_sequences_move_the_cursor_and_set_colours() {
    let machine = Machine::start(|a| {
        let text = b"gone\x1b[2J\x1b[3;5Hx\x1b[1;33;44my\x1b[s\x1b[Hz\x1b[u!\x1b[0m$";
        store(a, 0x820, text);
        a.mov(dx, 0x820).unwrap();
        dos(a, 0x0900);
        rest(a);
    });
    assert_eq!(machine.text(), "z\n\n    xy!");
    let attribute = machine.vm.memory().read_u8(dosmux::types::PhysAddr(0xB8000 + (2 * 80 + 5) * 2 + 1));
    assert_eq!(attribute, 0x1E);
}

#[test]
fn the_cursors_place_is_reported_to_the_keyboard() {
    let machine = Machine::start(|a| {
        store(a, 0x820, b"\x1b[7;12H\x1b[6n$");
        a.mov(dx, 0x820).unwrap();
        dos(a, 0x0900);
        for index in 0..9 {
            dos(a, 0x0700);
            a.mov(byte_ptr(0x900 + index), al).unwrap();
        }
        a.mov(ax, 0x1A00).unwrap();
        a.int(0x2F).unwrap();
        rest(a);
    });
    let report: Vec<u8> = (0x900..0x909).map(|at| byte(&machine, at)).collect();
    assert_eq!(report, b"\x1b[07;12R\r");
    assert_eq!(machine.vm.regs().al(), 0xFF, "ANSI.SYS is there");
}

#[test]
fn a_key_is_given_another_meaning() {
    let mut machine = Machine::start(|a| {
        store(a, 0x820, b"\x1b[0;59;\"hello\"p$");
        a.mov(dx, 0x820).unwrap();
        dos(a, 0x0900);
        for _ in 0..6 {
            dos(a, 0x0100);
        }
        rest(a);
    });
    machine.strikes(&[Key::F1]);
    machine.types("!");
    assert_eq!(machine.text(), "hello!");
}

#[test]
fn ctrl_s_holds_output_up_until_a_key_is_struck() {
    let mut machine = Machine::start(|a| {
        dos(a, 0x0700);
        // Output, once the key is in the buffer.
        a.mov(cx, 0xFFFF).unwrap();
        let mut wait = a.create_label();
        a.set_label(&mut wait).unwrap();
        a.mov(ah, 1).unwrap();
        a.int(0x16).unwrap();
        a.jz(wait).unwrap();
        store(a, 0x820, b"after$");
        a.mov(dx, 0x820).unwrap();
        dos(a, 0x0900);
        rest(a);
    });
    machine.types("x");
    machine.strikes(&[Key::LeftCtrl, Key::S]);
    machine.settle();
    assert_eq!(machine.text(), "");
    machine.types(" ");
    machine.settle();
    assert_eq!(machine.text(), "after");
}

#[test]
fn a_printer_that_fails_asks_what_to_do_and_says_so_afterwards() {
    let mut machine = Machine::start(|a| {
        store(a, 0x820, b"x");
        a.mov(dx, 0x820).unwrap();
        a.mov(cx, 1).unwrap();
        a.mov(bx, 4).unwrap();
        dos(a, 0x4000);
        a.sbb(di, di).unwrap();
        a.mov(si, ax).unwrap();
        dos(a, 0x5900);
        rest(a);
    });
    assert_eq!(machine.text().trim_start(), "Write fault error writing device PRN\nAbort, Retry, Ignore, Fail?");
    machine.types("f");
    machine.settle();
    let regs = machine.vm.regs();
    assert_eq!((regs.di(), regs.si(), regs.ax()), (0xFFFF, 5, 0x53));
}

#[test]
fn a_program_answers_int_24h_itself() {
    let machine = Machine::start(|a| {
        a.mov(word_ptr(0x900), 0).unwrap();
        hook(a, 0x24, |a| {
            // Retry twice, then ignore; what was asked is kept.
            let mut retry = a.create_label();
            a.mov(word_ptr(0x902).cs(), ax).unwrap();
            a.mov(word_ptr(0x904).cs(), di).unwrap();
            a.inc(word_ptr(0x900).cs()).unwrap();
            a.mov(al, 1).unwrap();
            a.cmp(word_ptr(0x900).cs(), 3).unwrap();
            a.jb(retry).unwrap();
            a.mov(al, 0).unwrap();
            a.set_label(&mut retry).unwrap();
            a.iret().unwrap();
        });
        store(a, 0x820, b"x");
        a.mov(dx, 0x820).unwrap();
        a.mov(cx, 1).unwrap();
        a.mov(bx, 4).unwrap();
        dos(a, 0x4000);
        rest(a);
    });
    let word = |at| u16::from_le_bytes([byte(&machine, at), byte(&machine, at + 1)]);
    assert_eq!((word(0x900), word(0x902) >> 8, word(0x904)), (3, 0xB9, 0x0A));
    assert_eq!((machine.vm.regs().ax(), machine.text().as_str()), (1, ""));
}

#[test]
fn int_23h_is_called_with_the_callers_registers_and_the_call_begins_again() {
    let mut machine = Machine::start(|a| {
        a.mov(word_ptr(0x900), 0).unwrap();
        hook(a, 0x23, |a| {
            a.inc(word_ptr(0x900).cs()).unwrap();
            a.mov(word_ptr(0x902).cs(), si).unwrap();
            a.mov(word_ptr(0x904).cs(), ax).unwrap();
            a.iret().unwrap();
        });
        a.mov(si, 0x1234).unwrap();
        dos(a, 0x0899);
        rest(a);
    });
    machine.strikes(&[Key::LeftCtrl, Key::C]);
    machine.types("k");
    let word = |at| u16::from_le_bytes([byte(&machine, at), byte(&machine, at + 1)]);
    assert_eq!((word(0x900), word(0x902), word(0x904)), (1, 0x1234, 0x0899));
    assert_eq!(machine.vm.regs().al(), b'k');
}

#[test]
fn with_break_on_every_call_looks_for_ctrl_c() {
    let mut machine = Machine::start(|a| {
        a.mov(dx, 1).unwrap();
        dos(a, 0x3301);
        hook(a, 0x23, |a| {
            // Carry and RETF: the program ends.
            a.mov(byte_ptr(0x900).cs(), 1).unwrap();
            a.stc().unwrap();
            a.retf().unwrap();
        });
        let mut again = a.create_label();
        a.set_label(&mut again).unwrap();
        dos(a, 0x3000);
        // Not too many calls in the time that it has.
        let mut pause = a.create_label();
        a.mov(cx, 0xFFFF).unwrap();
        a.set_label(&mut pause).unwrap();
        a.loop_(pause).unwrap();
        a.jmp(again).unwrap();
    });
    assert_eq!(machine.text(), "");
    machine.strikes(&[Key::LeftCtrl, Key::C]);
    assert!(machine.text().starts_with("^C"), "{}", machine.text());
}
