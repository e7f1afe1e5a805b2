//! The structures that programs look at, read from guest memory around what they describe.

use std::fs;

use iced_x86::code_asm::*;

use super::machine::{Machine, com, dos, rest, store};

/// Linear addresses. Source: `dos::memory_map`.
const LIST: u32 = 0xB00 + 0x26;
const DATA_AREA: u32 = 0xB00 + 0x180;

const SFT_ENTRY: u32 = 0x3B;
const CDS_BYTES: u32 = 0x58;

fn word(machine: &Machine, at: u32) -> u16 {
    u16::from_le_bytes(machine.read(at, 2).try_into().unwrap())
}

fn dword(machine: &Machine, at: u32) -> u32 {
    u32::from_le_bytes(machine.read(at, 4).try_into().unwrap())
}

/// Where the far pointer at `at` leads.
fn far(machine: &Machine, at: u32) -> u32 {
    u32::from(word(machine, at + 2)) * 16 + u32::from(word(machine, at))
}

fn is_end(machine: &Machine, at: u32) -> bool {
    word(machine, at) == 0xFFFF
}

/// Where each entry of the system file tables lies, in their order.
fn file_entries(machine: &Machine) -> Vec<u32> {
    let mut table = far(machine, LIST + 4);
    let mut entries = Vec::new();
    loop {
        let count = u32::from(word(machine, table + 4));
        entries.extend((0..count).map(|index| table + 6 + SFT_ENTRY * index));
        if is_end(machine, table) {
            return entries;
        }
        table = far(machine, table);
    }
}

/// Linear address of the current process's prefix.
fn prefix(machine: &Machine) -> u32 {
    u32::from(word(machine, DATA_AREA + 0x10)) * 16
}

/// The entry that `handle` of the current process leads to.
fn entry_of(machine: &Machine, handle: u32) -> u32 {
    let table = far(machine, prefix(machine) + 0x34);
    let number = machine.read(table + handle, 1)[0];
    file_entries(machine)[usize::from(number)]
}

#[test]
fn an_open_files_entry_tells_all_about_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file.txt"), [b'x'; 300]).unwrap();
    let machine = Machine::on(folder.path(), |a| {
        store(a, 0x800, b"FILE.TXT\0");
        a.mov(dx, 0x800).unwrap();
        // Read and write, deny nothing.
        dos(a, 0x3D42);
        a.mov(bx, ax).unwrap();
        a.mov(cx, 0x6000).unwrap();
        a.mov(dx, 0x1D4A).unwrap();
        dos(a, 0x5701);
        a.mov(cx, 100).unwrap();
        a.mov(dx, 0x900).unwrap();
        dos(a, 0x3F00);
        dos(a, 0x4500);
        rest(a);
    });
    let at = entry_of(&machine, 5);
    assert_eq!(entry_of(&machine, 6), at);
    assert_eq!((word(&machine, at), word(&machine, at + 2)), (2, 0x42), "handles and mode");
    // The archive attribute; a file of drive C: of a network, not written, whose time was set.
    assert_eq!((machine.read(at + 4, 1)[0], word(&machine, at + 5)), (0x20, 0xC042));
    assert_eq!((word(&machine, at + 0x0D), word(&machine, at + 0x0F)), (0x6000, 0x1D4A), "time and date");
    assert_eq!((dword(&machine, at + 0x11), dword(&machine, at + 0x15)), (300, 100), "size and position");
    assert_eq!(machine.read(at + 0x20, 11), b"FILE    TXT");
    assert_eq!(u32::from(word(&machine, at + 0x31)) * 16, prefix(&machine), "who opened it");
    assert_eq!((dword(&machine, at + 7), dword(&machine, at + 0x2B), dword(&machine, at + 0x37)), (0, 0, 0));
}

#[test]
fn a_written_file_loses_the_bit_that_says_it_was_not_and_a_closed_one_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::on(folder.path(), |a| {
        store(a, 0x800, b"NEW.TXT\0");
        a.mov(dx, 0x800).unwrap();
        a.mov(cx, 1).unwrap();
        dos(a, 0x3C00);
        a.mov(bx, ax).unwrap();
        a.mov(cx, 7).unwrap();
        dos(a, 0x4000);
        a.mov(dx, 0x800).unwrap();
        a.mov(bx, 0xFFFF).unwrap();
        rest(a);
    });
    let at = entry_of(&machine, 5);
    assert_eq!((machine.read(at + 4, 1)[0], word(&machine, at + 5) & 0x40), (0x21, 0));
    assert_eq!((dword(&machine, at + 0x11), dword(&machine, at + 0x15)), (7, 7));
    let entries = file_entries(&machine);
    let used = entries.iter().filter(|&&at| word(&machine, at) != 0).count();
    // CON, AUX, PRN and the file.
    assert_eq!(used, 4);
}

#[test]
fn the_consoles_entry_leads_to_its_driver() {
    let machine = Machine::start(rest);
    let at = entry_of(&machine, 0);
    assert_eq!((entry_of(&machine, 1), entry_of(&machine, 2)), (at, at));
    assert_eq!((word(&machine, at), word(&machine, at + 5) & 0x93), (3, 0x93));
    let driver = far(&machine, at + 7);
    assert_eq!(machine.read(driver + 0x0A, 8), b"CON     ");
    assert_eq!(driver, far(&machine, LIST + 0x0C), "the list of lists says the same");
    assert_eq!(machine.read(at + 0x20, 11), b"CON        ");
}

#[test]
fn the_file_tables_are_a_chain_that_programs_may_extend() {
    let folder = tempfile::tempdir().unwrap();
    for index in 0..80 {
        fs::write(folder.path().join(format!("f{index}")), "").unwrap();
    }
    let machine = Machine::on(folder.path(), |a| {
        // A third table of 20 entries in the program, as FILES.COM and its like append one.
        a.mov(word_ptr(0x4000), 0xFFFF).unwrap();
        a.mov(word_ptr(0x4002), 0xFFFF).unwrap();
        a.mov(word_ptr(0x4004), 20).unwrap();
        a.mov(cx, 20 * SFT_ENTRY).unwrap();
        a.mov(di, 0x4006).unwrap();
        a.xor(ax, ax).unwrap();
        a.cld().unwrap();
        a.rep().stosb().unwrap();
        dos(a, 0x5200);
        a.les(bx, dword_ptr(bx + 4).es()).unwrap();
        let (mut next, mut last) = (a.create_label(), a.create_label());
        a.set_label(&mut next).unwrap();
        a.cmp(word_ptr(bx).es(), 0xFFFFu32 as i32).unwrap();
        a.je(last).unwrap();
        a.les(bx, dword_ptr(bx).es()).unwrap();
        a.jmp(next).unwrap();
        a.set_label(&mut last).unwrap();
        a.mov(word_ptr(bx).es(), 0x4000).unwrap();
        a.mov(word_ptr(bx + 2).es(), cs).unwrap();
        // Room for handles, and files until there is no more.
        a.push(cs).unwrap();
        a.pop(es).unwrap();
        a.mov(bx, 0x1000).unwrap();
        dos(a, 0x4A00);
        a.mov(bx, 100).unwrap();
        dos(a, 0x6700);
        store(a, 0x800, b"F10\0");
        let (mut again, mut full) = (a.create_label(), a.create_label());
        a.mov(bp, 0).unwrap();
        a.set_label(&mut again).unwrap();
        a.mov(dx, 0x800).unwrap();
        dos(a, 0x3D40);
        a.jc(full).unwrap();
        a.inc(bp).unwrap();
        a.jmp(again).unwrap();
        a.set_label(&mut full).unwrap();
        a.nop().unwrap();
        rest(a);
    });
    // 60 entries less CON, AUX and PRN, and 20 more.
    assert_eq!((machine.vm.regs().bp(), machine.vm.regs().ax()), (77, 4));
    assert_eq!(file_entries(&machine).len(), 80);
}

#[test]
fn the_first_table_has_five_entries_and_lies_in_dos() {
    let machine = Machine::start(rest);
    let first = far(&machine, LIST + 4);
    assert_eq!((word(&machine, first + 4), word(&machine, first + 2)), (5, 0x00B0));
    assert_eq!(file_entries(&machine).len(), 60);
}

#[test]
fn a_drives_structure_follows_its_current_directory() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("one/two")).unwrap();
    let machine = Machine::on(folder.path(), |a| {
        store(a, 0x800, b"\\one\\two\0");
        a.mov(dx, 0x800).unwrap();
        dos(a, 0x3B00);
        rest(a);
    });
    let array = far(&machine, LIST + 0x16);
    assert_eq!(machine.read(LIST + 0x21, 1), [26], "LASTDRIVE");
    let at = array + 2 * CDS_BYTES;
    assert_eq!(machine.read(at, 11), b"C:\\ONE\\TWO\0");
    // A drive that is there, a network's; nothing is known of it but where its root's name ends.
    assert_eq!(
        (word(&machine, at + 0x43), dword(&machine, at + 0x45), dword(&machine, at + 0x49)),
        (0xC000, 0, u32::MAX)
    );
    assert_eq!(word(&machine, at + 0x4F), 2);
    let missing = array + 3 * CDS_BYTES;
    assert_eq!((machine.read(missing, 4), word(&machine, missing + 0x43)), (b"D:\\\0".to_vec(), 0));
}

#[test]
fn a_drive_is_switched_off_and_on() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "").unwrap();
    let machine = Machine::on(folder.path(), |a| {
        store(a, 0x800, b"C:\\A.TXT\0");
        let open = |a: &mut CodeAssembler, at: u32| {
            a.mov(dx, 0x800).unwrap();
            dos(a, 0x3D00);
            a.mov(word_ptr(at), ax).unwrap();
        };
        a.mov(dx, 2).unwrap();
        dos(a, 0x5F08);
        open(a, 0x900);
        a.mov(dx, 2).unwrap();
        dos(a, 0x5F07);
        open(a, 0x902);
        a.mov(dx, 3).unwrap();
        dos(a, 0x5F07);
        a.mov(word_ptr(0x904), ax).unwrap();
        rest(a);
    });
    let at = prefix(&machine) + 0x900;
    assert_eq!((word(&machine, at), word(&machine, at + 2), word(&machine, at + 4)), (3, 5, 0x0F));
}

#[test]
fn a_prefix_is_what_programs_expect_of_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("prog.com"), com(rest)).unwrap();
    let mut machine = Machine::shell(folder.path());
    let shell = prefix(&machine);
    machine.types("prog q:one.txt *.c /x\n");
    let at = prefix(&machine);
    assert_ne!(at, shell);
    assert_eq!(machine.read(at, 2), [0xCD, 0x20]);
    assert_eq!(machine.read(at + 5, 1), [0x9A]);
    // The vectors of INT 22h to 24h as they are.
    assert_eq!(machine.read(at + 0x0E, 8), machine.read(0x23 * 4, 8));
    assert_eq!(u32::from(word(&machine, at + 0x16)) * 16, shell, "the parent");
    assert_eq!(machine.read(at + 0x18, 6), machine.read(shell + 0x18, 6), "the parent's files");
    assert_eq!((word(&machine, at + 0x32), far(&machine, at + 0x34)), (20, at + 0x18));
    assert_eq!(dword(&machine, at + 0x38), u32::MAX);
    assert_eq!(word(&machine, at + 0x40), 5, "the version");
    assert_eq!(machine.read(at + 0x50, 3), [0xCD, 0x21, 0xCB]);
    // Q:ONE.TXT, and *.C with question marks.
    assert_eq!(machine.read(at + 0x5C, 12), b"\x11ONE     TXT");
    assert_eq!(machine.read(at + 0x6C, 12), b"\0????????C  ");
    assert_eq!(machine.read(at + 0x80, 19), b"\x11 q:one.txt *.c /x\r");
    // There is no drive Q:, which AL tells; a memory control block with the program's name is in front.
    assert_eq!((machine.vm.regs().ax(), machine.vm.regs().bx()), (0x00FF, 0x00FF));
    let block = at - 16;
    assert_eq!((u32::from(word(&machine, block + 1)) * 16, machine.read(block + 8, 5)), (at, b"PROG\0".to_vec()));
    let environment = u32::from(word(&machine, at + 0x2C)) * 16;
    assert_eq!(u32::from(word(&machine, environment - 16 + 1)) * 16, at, "its environment is its own");
}

#[test]
fn the_stack_of_the_last_call_is_in_the_prefix_with_the_registers() {
    let machine = Machine::start(|a| {
        a.mov(sp, 0xFF00).unwrap();
        a.mov(bx, 0x1234).unwrap();
        a.mov(ah, 0x19).unwrap();
        a.int(0x21).unwrap();
        rest(a);
    });
    let stack = far(&machine, prefix(&machine) + 0x2E);
    assert_eq!(stack, prefix(&machine) + 0xFF00 - 24);
    assert_eq!(word(&machine, stack + 2), 0x1234);
}

#[test]
fn the_data_area_tells_where_dos_is() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::on(folder.path(), |a| {
        a.mov(dx, 0x5555).unwrap();
        dos(a, 0x1A00);
        store(a, 0x800, b"C:\\NONE\\X\0");
        a.mov(dx, 0x800).unwrap();
        dos(a, 0x3D00);
        // Within DOS for as long as a key is waited for.
        dos(a, 0x0800);
    });
    let at = |offset: u32| machine.read(DATA_AREA + offset, 1)[0];
    assert_eq!((at(0), at(1), at(2)), (0, 1, 0xFF), "no critical error, one level deep");
    assert_eq!((word(&machine, DATA_AREA + 4), at(3), at(6), at(7)), (3, 2, 3, 8), "path not found");
    assert_eq!(far(&machine, DATA_AREA + 0x0C), prefix(&machine) + 0x5555);
    assert_eq!((at(0x16), at(0x17)), (2, 0), "drive C:, no check for Ctrl-C at every call");
}

#[test]
fn the_list_of_lists_leads_to_all_of_it() {
    let machine = Machine::start(rest);
    // Retries of a share, first memory control block, one drive parameter block: A:'s.
    assert_eq!((word(&machine, LIST - 12), word(&machine, LIST - 10)), (3, 1));
    let first = u32::from(word(&machine, LIST - 2)) * 16;
    assert!(matches!(machine.read(first, 1)[0], b'M' | b'Z'));
    let block = far(&machine, LIST);
    assert!(machine.read(block, 1) == [0] && is_end(&machine, block + 0x19));
    assert_eq!(machine.read(far(&machine, LIST + 8) + 0x0A, 8), b"CLOCK$  ");
    assert_eq!(word(&machine, LIST + 0x10), 512);
    assert_eq!((word(&machine, LIST + 0x1E), machine.read(LIST + 0x20, 1)[0]), (0, 0));
    assert_eq!(machine.read(LIST + 0x22 + 0x0A, 8), b"NUL     ");
    assert_eq!((machine.read(LIST + 0x34, 1)[0], machine.read(LIST + 0x43, 2)), (0, vec![3, 1]));
    // Each header of the chain of drivers leads to the next, up to FFFFh.
    let (mut header, mut names) = (LIST + 0x22, Vec::new());
    while names.len() < 100 {
        names.push(String::from_utf8_lossy(&machine.read(header + 0x0A, 8)).trim_end().to_owned());
        if is_end(&machine, header) {
            break;
        }
        header = far(&machine, header);
    }
    for name in ["NUL", "CON", "AUX", "PRN", "CLOCK$", "COM1", "LPT1"] {
        assert!(names.iter().any(|found| found == name), "{name} in {names:?}");
    }
}

#[test]
fn more_handles_lie_in_a_block_of_their_own_and_the_old_one_is_given_back() {
    let machine = Machine::start(|a| {
        a.mov(bx, 0x1000).unwrap();
        dos(a, 0x4A00);
        for count in [40, 100] {
            a.mov(bx, count).unwrap();
            dos(a, 0x6700);
        }
        rest(a);
    });
    let at = prefix(&machine);
    let table = far(&machine, at + 0x34);
    assert_eq!(word(&machine, at + 0x32), 100);
    assert_eq!(machine.read(table, 5), machine.read(at + 0x18, 5));
    assert_eq!(machine.read(table + 5, 95), [0xFF; 95]);
    // The blocks behind the program: the first is free again.
    let first = at + 0x1000 * 16;
    assert_eq!((word(&machine, first + 1), word(&machine, first + 3)), (0, 3));
    assert_eq!(table, first + 5 * 16);
}
