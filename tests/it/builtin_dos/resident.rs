//! What resident programs and programs that shell out count on: INT 28h, INT 2Eh, the swappable data
//! area, critical errors of drives.

use std::fs;

use iced_x86::code_asm::*;

use super::machine::{Machine, com, dos, rest, store};

/// Hooks INT 28h, in front of who had it, and stays resident. The first time, `work` is done, with DS = CS.
fn resident(before: impl FnOnce(&mut CodeAssembler), work: impl FnOnce(&mut CodeAssembler)) -> Vec<u8> {
    com(|a| {
        before(a);
        let (mut behind, mut done) = (a.create_label(), a.create_label());
        a.mov(byte_ptr(0xF00), 0).unwrap();
        dos(a, 0x3528);
        a.mov(word_ptr(0xF04), bx).unwrap();
        a.mov(word_ptr(0xF06), es).unwrap();
        a.call(behind).unwrap();
        a.cmp(byte_ptr(0xF00).cs(), 0).unwrap();
        a.jne(done).unwrap();
        a.mov(byte_ptr(0xF00).cs(), 1).unwrap();
        a.pusha().unwrap();
        a.push(ds).unwrap();
        a.push(es).unwrap();
        a.push(cs).unwrap();
        a.pop(ds).unwrap();
        work(a);
        a.pop(es).unwrap();
        a.pop(ds).unwrap();
        a.popa().unwrap();
        a.set_label(&mut done).unwrap();
        a.jmp(dword_ptr(0xF04).cs()).unwrap();
        a.set_label(&mut behind).unwrap();
        a.pop(dx).unwrap();
        dos(a, 0x2528);
        a.mov(dx, 0x400).unwrap();
        dos(a, 0x3100);
    })
}

#[test]
fn a_resident_program_writes_a_file_from_int_28h_while_the_prompt_waits() {
    let folder = tempfile::tempdir().unwrap();
    let program = resident(
        |a| store(a, 0xE00, b"C:\\TSR.TXT\0idle"),
        |a| {
            a.mov(dx, 0xE00).unwrap();
            a.mov(cx, 0).unwrap();
            dos(a, 0x3C00);
            a.mov(bx, ax).unwrap();
            a.mov(dx, 0xE0B).unwrap();
            a.mov(cx, 4).unwrap();
            dos(a, 0x4000);
            dos(a, 0x3E00);
        },
    );
    fs::write(folder.path().join("tsr.com"), program).unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\ntsr\necho still here\n");
    machine.settle();
    assert_eq!(fs::read(folder.path().join("tsr.txt")).unwrap(), b"idle");
    assert!(machine.text().ends_with("C:\\>echo still here\nstill here\n\nC:\\>"), "{}", machine.text());
}

#[test]
fn a_program_that_saves_and_restores_the_data_area_uses_dos_within_dos() {
    let folder = tempfile::tempdir().unwrap();
    let swap = |a: &mut CodeAssembler, save: bool| {
        // DS:SI of the data area and its length are at E40h; the copy is at 2000h.
        a.mov(cx, word_ptr(0xE44)).unwrap();
        if save {
            a.push(ds).unwrap();
            a.push(cs).unwrap();
            a.pop(es).unwrap();
            a.mov(di, 0x2000).unwrap();
            a.lds(si, dword_ptr(0xE40)).unwrap();
        } else {
            a.push(ds).unwrap();
            a.les(di, dword_ptr(0xE40)).unwrap();
            a.mov(si, 0x2000).unwrap();
        }
        a.cld().unwrap();
        a.rep().movsb().unwrap();
        a.pop(ds).unwrap();
    };
    let program = resident(
        |a| {
            store(a, 0xE00, b"popped up$");
            a.push(ds).unwrap();
            dos(a, 0x5D06);
            a.mov(word_ptr(0xE40).cs(), si).unwrap();
            a.mov(word_ptr(0xE42).cs(), ds).unwrap();
            a.mov(word_ptr(0xE44).cs(), cx).unwrap();
            a.pop(ds).unwrap();
        },
        |a| {
            swap(a, true);
            // A function of the group that waits for the key: it has the same stack of DOS's.
            a.mov(dx, 0xE00).unwrap();
            dos(a, 0x0900);
            swap(a, false);
        },
    );
    fs::write(folder.path().join("tsr.com"), program).unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\ntsr\necho still here\n");
    machine.settle();
    assert!(machine.text().contains("popped up"), "{}", machine.text());
    assert!(machine.text().ends_with("still here\n\nC:\\>"), "{}", machine.text());
}

#[test]
fn int_2eh_executes_a_command_line_in_the_shells_own_environment() {
    let folder = tempfile::tempdir().unwrap();
    let program = com(|a| {
        // Memory for what the shell runs.
        a.mov(bx, 0x200).unwrap();
        a.mov(sp, 0x1FFE).unwrap();
        dos(a, 0x4A00);
        for line in [b"\x0Aset way=in\r".as_slice(), b"\x04nope\r", b"\x04c7 x\r"] {
            store(a, 0x800, line);
            a.mov(si, 0x800).unwrap();
            a.int(0x2E).unwrap();
        }
        a.mov(dl, u32::from(b'!')).unwrap();
        dos(a, 0x0200);
        dos(a, 0x4C00);
    });
    fs::write(folder.path().join("p.com"), program).unwrap();
    // MOV DL,'7'; MOV AH,02h; INT 21h; INT 20h.
    fs::write(folder.path().join("c7.com"), [0xB2, b'7', 0xB4, 0x02, 0xCD, 0x21, 0xCD, 0x20]).unwrap();
    fs::write(folder.path().join("s.bat"), "@echo it is %way%\r\n").unwrap();
    let mut machine = Machine::shell(folder.path());
    machine.types("cls\np\ns\n");
    machine.settle();
    let screen = machine.text();
    assert!(screen.contains("Bad command or file name"), "{screen}");
    assert!(screen.contains("7!\nC:\\>s\nit is in\n"), "{screen}");
}

#[test]
fn a_drive_whose_directory_is_gone_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let mut machine = Machine::on(folder.path(), |a| {
        dos(a, 0x0700);
        store(a, 0x800, b"C:\\FILE.TXT\0");
        a.mov(dx, 0x800).unwrap();
        dos(a, 0x3D00);
        a.sbb(di, di).unwrap();
        a.mov(si, ax).unwrap();
        dos(a, 0x5900);
        rest(a);
    });
    drop(folder);
    machine.types("x");
    machine.settle();
    assert_eq!(machine.text().trim_start(), "Not ready reading drive C\nAbort, Retry, Fail?");
    machine.types("i");
    machine.types("rf");
    machine.settle();
    let question = "Not ready reading drive C\nAbort, Retry, Fail? ";
    assert_eq!(machine.text().trim_start(), format!("{question}R\n\n{question}F"));
    let regs = machine.vm.regs();
    assert_eq!((regs.di(), regs.si(), regs.ax()), (0xFFFF, 5, 0x53));
}

#[test]
fn a_program_on_a_drive_that_is_gone_is_asked_about_and_found_when_it_is_back() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("drive");
    fs::create_dir(&folder).unwrap();
    let mut machine = Machine::shell(&folder);
    fs::remove_dir(&folder).unwrap();
    machine.types("cls\nfoo\n");
    machine.settle();
    let question = "Not ready reading drive C\nAbort, Retry, Fail?";
    assert_eq!(machine.text().trim_start(), format!("C:\\>foo\n\n{question}"));
    fs::create_dir(&folder).unwrap();
    // MOV DL,'!'; MOV AH,02h; INT 21h; INT 20h.
    fs::write(folder.join("foo.com"), [0xB2, b'!', 0xB4, 0x02, 0xCD, 0x21, 0xCD, 0x20]).unwrap();
    machine.types("r");
    machine.settle();
    assert!(machine.text().contains(&format!("{question} R\n!")), "{}", machine.text());
}

#[test]
fn what_path_has_is_found_without_the_current_drive() {
    let folder = tempfile::tempdir().unwrap();
    let mut machine = Machine::shell(folder.path());
    drop(folder);
    machine.types("cls\nmem\n");
    machine.settle();
    assert!(machine.text().contains("Conventional"), "{}", machine.text());
}
