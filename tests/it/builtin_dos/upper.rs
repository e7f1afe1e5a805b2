//! Upper memory, and the services of INT 2Fh/AH=12h.

use iced_x86::code_asm::*;

use super::machine::{Machine, com, dos, rest};

#[test]
fn linked_upper_memory_is_given_out_and_holds_what_is_written() {
    let machine = Machine::start(|a| {
        a.mov(bx, 1).unwrap();
        dos(a, 0x5803);
        a.mov(bx, 0x40).unwrap();
        dos(a, 0x5801);
        a.mov(bx, 0x10).unwrap();
        dos(a, 0x4800);
        a.mov(es, ax).unwrap();
        a.mov(word_ptr(0).es(), 0x1234).unwrap();
        a.mov(cx, word_ptr(0).es()).unwrap();
        rest(a);
    });
    assert_eq!((machine.vm.regs().ax(), machine.vm.regs().cx()), (0xC801, 0x1234));
}

#[test]
fn memory_comes_from_below_while_upper_memory_is_not_linked() {
    let machine = Machine::start(|a| {
        a.mov(bx, 0x1000).unwrap();
        dos(a, 0x4A00);
        a.mov(bx, 0x80).unwrap();
        dos(a, 0x5801);
        a.mov(bx, 0x10).unwrap();
        dos(a, 0x4800);
        rest(a);
    });
    assert!(machine.vm.regs().ax() < 0xA000, "{:04X}", machine.vm.regs().ax());
}

#[test]
fn loadhigh_loads_a_program_above_and_puts_the_strategy_back() {
    let folder = tempfile::tempdir().unwrap();
    let resident = com(|a| {
        a.mov(dx, 0x20).unwrap();
        dos(a, 0x3100);
    });
    std::fs::write(folder.path().join("stay.com"), resident).unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\nlh stay\nmem /c\n");
    machine.settle();
    let text = machine.text();
    assert!(text.lines().any(|line| line.contains("STAY")), "{text}");
    let mut owner = Vec::new();
    for at in (0xC800u32..0xE000).map(|segment| segment * 16) {
        let name = machine.read(at + 8, 4);
        if name == b"STAY" {
            owner = name;
        }
    }
    assert_eq!(owner, b"STAY", "{text}");
    assert_eq!(machine.read(0xB00 + 0x26 + 0x63, 1), [0], "the link is as it was");
}

#[test]
fn the_entry_of_standard_output_is_found_by_the_kernels_own_services() {
    let machine = Machine::start(|a| {
        a.mov(bx, 1).unwrap();
        a.mov(ax, 0x1220).unwrap();
        a.int(0x2F).unwrap();
        a.xor(bx, bx).unwrap();
        a.mov(bl, byte_ptr(di).es()).unwrap();
        a.mov(ax, 0x1216).unwrap();
        a.int(0x2F).unwrap();
        // Its name.
        a.mov(cx, word_ptr(di + 0x20).es()).unwrap();
        rest(a);
    });
    assert_eq!(machine.vm.regs().cx().to_le_bytes(), *b"CO");
}

#[test]
fn the_list_of_lists_leads_to_files_directories_and_the_largest_sector() {
    let machine = Machine::start(|a| {
        dos(a, 0x5200);
        a.mov(cx, word_ptr(bx + 0x10).es()).unwrap();
        a.mov(dl, byte_ptr(bx + 0x21).es()).unwrap();
        // The letter of the third current directory structure.
        a.les(di, dword_ptr(bx + 0x16).es()).unwrap();
        a.mov(al, byte_ptr(di + 2 * 0x58).es()).unwrap();
        rest(a);
    });
    let regs = machine.vm.regs();
    assert_eq!((regs.cx(), regs.dl(), regs.al()), (512, 26, b'C'));
}
