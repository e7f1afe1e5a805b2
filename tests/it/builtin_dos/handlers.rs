//! Handlers of the program's own that DOS calls, or that call DOS: INT 23h, INT 24h, the timer; and requests
//! to drivers that programs put into the chain.

use std::fs;

use dosmux::keys::Key;
use iced_x86::code_asm::*;
use tempfile::TempDir;

use super::machine::{Machine, com, dos, hook, rest, store};

/// Runs CHILD.COM, which `child` assembles; AX = what AH=4Dh says of it.
fn parent_of(child: impl FnOnce(&mut CodeAssembler)) -> (TempDir, Machine) {
    const NAME: u32 = 0x800;
    const BLOCK: u32 = 0x900;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("child.com"), com(child)).unwrap();
    let machine = Machine::on(folder.path(), |a| {
        a.mov(sp, 0x0FFE).unwrap();
        a.mov(bx, 0x100).unwrap();
        dos(a, 0x4A00);
        store(a, NAME, b"child.com\0");
        a.mov(word_ptr(BLOCK), 0).unwrap();
        for (offset, value) in [(2, 0x80), (6, 0x5C), (10, 0x6C)] {
            a.mov(word_ptr(BLOCK + offset), value).unwrap();
            a.mov(word_ptr(BLOCK + offset + 2), ds).unwrap();
        }
        a.mov(dx, NAME).unwrap();
        a.mov(bx, BLOCK).unwrap();
        dos(a, 0x4B00);
        a.mov(ah, 0x4D).unwrap();
        a.int(0x21).unwrap();
        rest(a);
    });
    (folder, machine)
}

/// Waits for a key by AH=08h and ends with it, while INT 23h leads to `handler`.
fn waits_for_a_key(a: &mut CodeAssembler, handler: impl FnOnce(&mut CodeAssembler)) {
    hook(a, 0x23, handler);
    dos(a, 0x0800);
    a.mov(ah, 0x4C).unwrap();
    a.int(0x21).unwrap();
}

#[test]
fn a_program_ends_by_ctrl_c_if_its_int_23h_returns_by_retf_with_carry() {
    let (_folder, mut machine) = parent_of(|a| {
        waits_for_a_key(a, |a| {
            a.stc().unwrap();
            a.retf().unwrap();
        });
    });
    machine.strikes(&[Key::LeftCtrl, Key::C]);
    machine.settle();
    assert_eq!(machine.vm.regs().ax(), 0x0100, "it was ended by Ctrl-C");
}

#[test]
fn the_call_begins_again_if_int_23h_returns_by_retf_without_carry() {
    let (_folder, mut machine) = parent_of(|a| {
        waits_for_a_key(a, |a| {
            a.clc().unwrap();
            a.retf().unwrap();
        });
    });
    machine.strikes(&[Key::LeftCtrl, Key::C]);
    machine.types("k");
    machine.settle();
    assert_eq!(machine.vm.regs().ax(), u16::from(b'k'));
}

#[test]
fn without_a_handler_ctrl_c_ends_the_program() {
    let (_folder, mut machine) = parent_of(|a| {
        dos(a, 0x0800);
        dos(a, 0x4C63);
    });
    machine.strikes(&[Key::LeftCtrl, Key::C]);
    machine.settle();
    assert_eq!((machine.vm.regs().ax(), machine.text().as_str()), (0x0100, "^C"));
}

/// Writes a byte to PRN, where there is nothing, and ends with code 63h, while INT 24h leads to `handler`.
fn writes_to_a_broken_printer(a: &mut CodeAssembler, answer: u32) {
    hook(a, 0x24, |a| {
        a.mov(al, answer).unwrap();
        a.iret().unwrap();
    });
    a.mov(dx, 0x100).unwrap();
    a.mov(cx, 1).unwrap();
    a.mov(bx, 4).unwrap();
    dos(a, 0x4000);
    dos(a, 0x4C63);
}

#[test]
fn abort_as_the_answer_of_int_24h_ends_the_program_and_its_parent_is_told_so() {
    let (_folder, machine) = parent_of(|a| writes_to_a_broken_printer(a, 2));
    assert_eq!(machine.vm.regs().ax(), 0x0200, "it was ended by a critical error");
}

#[test]
fn fail_as_the_answer_of_int_24h_lets_the_program_go_on() {
    let (_folder, machine) = parent_of(|a| writes_to_a_broken_printer(a, 3));
    assert_eq!(machine.vm.regs().ax(), 0x0063);
}

#[test]
fn an_int_24h_that_never_returns_leaves_dos_usable() {
    let machine = Machine::start(|a| {
        let mut out = a.create_label();
        a.mov(word_ptr(0x900), sp).unwrap();
        hook(a, 0x24, |a| {
            // As RBIL tells programs to: the stack of before the call, and on.
            a.push(cs).unwrap();
            a.pop(ds).unwrap();
            a.mov(sp, word_ptr(0x900)).unwrap();
            a.sti().unwrap();
            a.jmp(out).unwrap();
        });
        a.mov(dx, 0x100).unwrap();
        a.mov(cx, 1).unwrap();
        a.mov(bx, 4).unwrap();
        dos(a, 0x4000);
        dos(a, 0x4C63);
        a.set_label(&mut out).unwrap();
        // A function from 0Dh on makes DOS whole again.
        dos(a, 0x3000);
        a.mov(dl, u32::from(b'!')).unwrap();
        dos(a, 0x0200);
        dos(a, 0x3400);
        a.mov(cl, byte_ptr(bx).es()).unwrap();
        a.mov(ch, byte_ptr(bx - 1).es()).unwrap();
        rest(a);
    });
    // InDOS counts the call that asks; the flag of critical errors is off.
    assert_eq!((machine.text().as_str(), machine.vm.regs().cx()), ("!", 0));
}

#[test]
fn ctrl_p_sends_what_is_shown_to_the_printer_until_it_is_struck_again() {
    let mut machine = Machine::start(|a| {
        a.mov(word_ptr(0x8FE), 0x900).unwrap();
        hook(a, 0x17, |a| {
            a.push(bx).unwrap();
            a.cmp(ah, 0).unwrap();
            let mut status = a.create_label();
            a.jne(status).unwrap();
            a.mov(bx, word_ptr(0x8FE).cs()).unwrap();
            a.mov(byte_ptr(bx).cs(), al).unwrap();
            a.inc(word_ptr(0x8FE).cs()).unwrap();
            a.set_label(&mut status).unwrap();
            a.pop(bx).unwrap();
            a.mov(ah, 0x90).unwrap();
            a.iret().unwrap();
        });
        for text in [b"one$", b"two$", b"six$"] {
            dos(a, 0x0800);
            store(a, 0x820, text);
            a.mov(dx, 0x820).unwrap();
            dos(a, 0x0900);
        }
        rest(a);
    });
    machine.types("x");
    machine.strikes(&[Key::LeftCtrl, Key::P]);
    machine.types("x");
    machine.strikes(&[Key::LeftCtrl, Key::P]);
    machine.types("x");
    let at = u32::from(machine.vm.regs().ds()) * 16;
    assert_eq!((machine.text().as_str(), machine.read(at + 0x900, 4)), ("onetwosix", b"two\0".to_vec()));
}

/// Where the program below has its driver's request, what it was asked for, and the driver's header.
const REQUEST: u32 = 0x900;
const LOG: u32 = 0x910;
const HEADER: u32 = 0x960;

/// Puts a driver called MYDEV$ into the chain, behind NUL. It notes each command, and for generic requests
/// category and function, and does nothing.
fn add_driver(a: &mut CodeAssembler) {
    let [mut interrupt, mut behind, mut plain] = std::array::from_fn(|_| a.create_label());
    store(a, HEADER + 4, &0xC0C0u16.to_le_bytes());
    store(a, HEADER + 10, b"MYDEV$  ");
    a.mov(word_ptr(LOG), LOG + 2).unwrap();
    // Strategy.
    a.call(interrupt).unwrap();
    a.mov(word_ptr(REQUEST).cs(), bx).unwrap();
    a.mov(word_ptr(REQUEST + 2).cs(), es).unwrap();
    a.retf().unwrap();
    a.set_label(&mut interrupt).unwrap();
    a.pop(word_ptr(HEADER + 6)).unwrap();
    a.call(behind).unwrap();
    a.pusha().unwrap();
    a.push(es).unwrap();
    a.les(bx, dword_ptr(REQUEST).cs()).unwrap();
    a.mov(di, word_ptr(LOG).cs()).unwrap();
    a.mov(al, byte_ptr(bx + 2).es()).unwrap();
    a.mov(byte_ptr(di).cs(), al).unwrap();
    a.inc(di).unwrap();
    a.cmp(al, 19).unwrap();
    a.jb(plain).unwrap();
    a.mov(ax, word_ptr(bx + 13).es()).unwrap();
    a.mov(word_ptr(di).cs(), ax).unwrap();
    a.add(di, 2).unwrap();
    a.set_label(&mut plain).unwrap();
    a.mov(word_ptr(LOG).cs(), di).unwrap();
    a.mov(word_ptr(bx + 3).es(), 0x0100).unwrap();
    a.pop(es).unwrap();
    a.popa().unwrap();
    a.retf().unwrap();
    a.set_label(&mut behind).unwrap();
    a.pop(word_ptr(HEADER + 8)).unwrap();
    // NUL's header is at offset 22h of the list of lists.
    dos(a, 0x5200);
    for offset in [0, 2] {
        a.mov(ax, word_ptr(bx + 0x22 + offset).es()).unwrap();
        a.mov(word_ptr(HEADER + u32::try_from(offset).unwrap()), ax).unwrap();
    }
    a.mov(word_ptr(bx + 0x22).es(), HEADER).unwrap();
    a.mov(word_ptr(bx + 0x24).es(), cs).unwrap();
}

#[test]
fn control_strings_and_generic_requests_reach_a_driver_in_the_chain() {
    let machine = Machine::start(|a| {
        add_driver(a);
        store(a, 0x820, b"MYDEV$\0");
        a.mov(dx, 0x820).unwrap();
        dos(a, 0x3D02);
        a.mov(bx, ax).unwrap();
        for (function, count) in [(0x4402, 5), (0x4403, 6), (0x440C, 0x0345), (0x4410, 0x0366)] {
            a.mov(cx, count).unwrap();
            a.mov(dx, 0x840).unwrap();
            dos(a, function);
        }
        a.mov(ax, 0x4400).unwrap();
        a.int(0x21).unwrap();
        rest(a);
    });
    let at = u32::from(machine.vm.regs().ds()) * 16;
    // Control read and write, a generic request and a question whether there is one: category and function.
    assert_eq!(machine.read(at + LOG + 2, 8), [3, 12, 19, 0x03, 0x45, 25, 0x03, 0x66]);
    // The high byte of the device information is that of the driver's attributes.
    assert_eq!(machine.vm.regs().dx() >> 8, 0xC0);
}

#[test]
fn a_driver_without_control_strings_refuses_them() {
    let machine = Machine::start(|a| {
        a.mov(bx, 1).unwrap();
        a.mov(cx, 5).unwrap();
        a.mov(dx, 0x840).unwrap();
        dos(a, 0x4402);
        a.sbb(di, di).unwrap();
        rest(a);
    });
    assert_eq!((machine.vm.regs().ax(), machine.vm.regs().di()), (1, 0xFFFF));
}

/// A program that stays resident. At the first tick at which InDOS is `depth` it swaps the data area, writes
/// `name` and swaps back.
fn at_a_tick(depth: u32, name: &[u8]) -> Vec<u8> {
    const DONE: u32 = 0xF00;
    const OLD: u32 = 0xF04;
    const AREA: u32 = 0xF10;
    const BYTES: u32 = 0xF14;
    const IN_DOS: u32 = 0xF18;
    const COPY: u32 = 0x1000;
    com(|a| {
        store(a, 0xE00, name);
        a.mov(byte_ptr(DONE), 0).unwrap();
        a.push(ds).unwrap();
        dos(a, 0x5D06);
        a.mov(word_ptr(AREA).cs(), si).unwrap();
        a.mov(word_ptr(AREA + 2).cs(), ds).unwrap();
        a.mov(word_ptr(BYTES).cs(), cx).unwrap();
        a.pop(ds).unwrap();
        dos(a, 0x3400);
        a.mov(word_ptr(IN_DOS), bx).unwrap();
        a.mov(word_ptr(IN_DOS + 2), es).unwrap();
        dos(a, 0x351C);
        a.mov(word_ptr(OLD), bx).unwrap();
        a.mov(word_ptr(OLD + 2), es).unwrap();
        hook(a, 0x1C, |a| {
            let mut done = a.create_label();
            a.pusha().unwrap();
            a.push(ds).unwrap();
            a.push(es).unwrap();
            a.push(cs).unwrap();
            a.pop(ds).unwrap();
            a.cmp(byte_ptr(DONE), 0).unwrap();
            a.jne(done).unwrap();
            a.les(bx, dword_ptr(IN_DOS)).unwrap();
            a.cmp(byte_ptr(bx).es(), depth).unwrap();
            a.jne(done).unwrap();
            a.mov(byte_ptr(DONE), 1).unwrap();
            a.cld().unwrap();
            swap(a, [AREA, BYTES, COPY], true);
            // Its own prefix, as a program that pops up sets it.
            a.mov(bx, cs).unwrap();
            dos(a, 0x5000);
            a.mov(dx, 0xE00).unwrap();
            a.mov(cx, 0).unwrap();
            dos(a, 0x3C00);
            a.mov(bx, ax).unwrap();
            a.mov(cx, 4).unwrap();
            dos(a, 0x4000);
            dos(a, 0x3E00);
            swap(a, [AREA, BYTES, COPY], false);
            a.set_label(&mut done).unwrap();
            a.pop(es).unwrap();
            a.pop(ds).unwrap();
            a.popa().unwrap();
            a.jmp(dword_ptr(OLD).cs()).unwrap();
        });
        a.mov(dx, 0x300).unwrap();
        dos(a, 0x3100);
    })
}

/// Copies the data area away, or back.
fn swap(a: &mut CodeAssembler, [area, bytes, copy]: [u32; 3], save: bool) {
    a.mov(cx, word_ptr(bytes)).unwrap();
    a.push(ds).unwrap();
    if save {
        a.push(ds).unwrap();
        a.pop(es).unwrap();
        a.mov(di, copy).unwrap();
        a.lds(si, dword_ptr(area)).unwrap();
    } else {
        a.les(di, dword_ptr(area)).unwrap();
        a.mov(si, copy).unwrap();
    }
    a.rep().movsb().unwrap();
    a.pop(ds).unwrap();
}

#[test]
fn a_resident_program_works_from_the_timer_within_dos_and_outside_of_it() {
    for (depth, then) in [(1, "echo still here\n"), (0, "busy\necho still here\n")] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("tsr.com"), at_a_tick(depth, b"C:\\TICK.TXT\0")).unwrap();
        // Two hundred milliseconds without a call of DOS.
        let busy = com(|a| {
            let (mut outer, mut inner) = (a.create_label(), a.create_label());
            a.mov(bx, 40).unwrap();
            a.set_label(&mut outer).unwrap();
            a.mov(cx, 0xFFFF).unwrap();
            a.set_label(&mut inner).unwrap();
            a.dec(cx).unwrap();
            a.jnz(inner).unwrap();
            a.dec(bx).unwrap();
            a.jnz(outer).unwrap();
            dos(a, 0x4C00);
        });
        fs::write(folder.path().join("busy.com"), busy).unwrap();
        let mut machine = Machine::shell(folder.path());
        machine.types("cls\ntsr\n");
        machine.settle();
        machine.types(then);
        machine.settle();
        assert_eq!(fs::read(folder.path().join("tick.txt")).unwrap(), b"C:\\T", "{}", machine.text());
        assert!(machine.text().ends_with("still here\n\nC:\\>"), "{}", machine.text());
    }
}
