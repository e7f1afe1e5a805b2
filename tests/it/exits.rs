//! Programs that end under FreeDOS, each in its way: what `if errorlevel` says of them is what a session
//! knows of them.

use std::path::Path;

use dosmux::disk::{DriveId, WritePolicy};
use dosmux::keys::Key;
use dosmux::monitor::programs::{ExitKind, ProgramExit};

use crate::dos::{Dos, floppy, image, last_line};

/// MOV AX,4C07h; INT 21h.
const SEVEN: &[u8] = &[0xB8, 7, 0x4C, 0xCD, 0x21];
/// MOV AX,4CFFh; INT 21h.
const LAST: &[u8] = &[0xB8, 0xFF, 0x4C, 0xCD, 0x21];
/// INT 20h.
const INT_20: &[u8] = &[0xCD, 0x20];
/// MOV AH,0; INT 21h.
const ZERO: &[u8] = &[0xB4, 0, 0xCD, 0x21];
/// RET, to the INT 20h at the start of the PSP.
const RET: &[u8] = &[0xC3];
/// MOV CL,0; CALL 5.
const CALL_5: &[u8] = &[0xB1, 0, 0xE8, 0x00, 0xFF];
/// ES=0; MOV AX,4C2Ah; PUSHF; CALL FAR ES:[84h].
const FAR_CALL: &[u8] = &[0x31, 0xC0, 0x8E, 0xC0, 0xB8, 0x2A, 0x4C, 0x9C, 0x26, 0xFF, 0x1E, 0x84, 0];
/// MOV DX,20h; MOV AX,3109h; INT 21h.
const RESIDENT: &[u8] = &[0xBA, 0x20, 0, 0xB8, 9, 0x31, 0xCD, 0x21];
/// MOV DX,0200h; INT 27h.
const INT_27: &[u8] = &[0xBA, 0, 2, 0xCD, 0x27];
/// MOV AH,1; INT 21h (waits for a key); JMP to the start.
const WAIT: &[u8] = &[0xB4, 1, 0xCD, 0x21, 0xEB, 0xFA];
/// MOV AH,8; INT 21h (waits for a key); MOV AX,3D00h; MOV DX,name; INT 21h; MOV AX,4C03h; INT 21h.
const OPEN: &[u8] = b"\xB4\x08\xCD\x21\xB8\x00\x3D\xBA\x11\x01\xCD\x21\xB8\x03\x4C\xCD\x21b:\\x\0";
/// Takes INT 21h over with a handler that passes EXEC on by a far call and returns with RETF 2:
///
/// ```text
///     mov ax,3521h / int 21h / mov [old],bx / mov [old+2],es
///     mov ax,2521h / mov dx,handler / int 21h / mov dx,0200h / int 27h
/// handler: cmp ah,4Bh / je exec / jmp far cs:[old]
/// exec:    pushf / call far cs:[old] / retf 2
/// ```
const HOOK: &[u8] = &[
    0xB8, 0x21, 0x35, 0xCD, 0x21, 0x89, 0x1E, 0x32, 0x01, 0x8C, 0x06, 0x34, 0x01, 0xB8, 0x21, 0x25, 0xBA, 0x1C, 0x01,
    0xCD, 0x21, 0xBA, 0x00, 0x02, 0xCD, 0x27, 0x90, 0x90, // 11Ch: the handler
    0x80, 0xFC, 0x4B, 0x74, 0x05, 0x2E, 0xFF, 0x2E, 0x32, 0x01, 0x9C, 0x2E, 0xFF, 0x1E, 0x32, 0x01, 0xCA, 0x02, 0x00,
    0x90, 0x90, 0x90, // 132h: old
    0, 0, 0, 0,
];

/// An EXE file: 32 bytes of header, then `code`, entered at its start.
fn exe(code: &[u8]) -> Vec<u8> {
    let size = u16::try_from(32 + code.len()).unwrap();
    let header = [0x5A4D, size, 1, 0, 2, 0x10, 0xFFFF, 0, 0x100, 0, 0, 0, 0x1C, 0, 0, 0];
    header.iter().flat_map(|word: &u16| word.to_le_bytes()).chain(code.iter().copied()).collect()
}

/// Says which of the codes of these tests `errorlevel` is.
fn check_batch() -> Vec<u8> {
    let codes = [0u16, 2, 3, 7, 9, 42, 255];
    let line = |&code: &u16| match code {
        255 => "if errorlevel 255 echo code=255.\r\n".to_owned(),
        _ => format!("if errorlevel {code} if not errorlevel {} echo code={code}.\r\n", code + 1),
    };
    let lines: String = codes.iter().map(line).collect();
    format!("@echo off\r\nb:%1 %2 %3\r\n{lines}").into_bytes()
}

/// FreeDOS with a floppy of programs in B:.
fn dos(folder: &Path) -> Option<Dos> {
    let exe_seven = exe(SEVEN);
    let batch = check_batch();
    let files: &[(&str, &[u8])] = &[
        ("CHECK.BAT", &batch),
        ("SEVEN.COM", SEVEN),
        ("LAST.COM", LAST),
        ("INT20.COM", INT_20),
        ("ZERO.COM", ZERO),
        ("RET.COM", RET),
        ("CALL5.COM", CALL_5),
        ("FARCALL.COM", FAR_CALL),
        ("TSR.COM", RESIDENT),
        ("TSR27.COM", INT_27),
        ("WAIT.COM", WAIT),
        ("OPEN.COM", OPEN),
        ("HOOK.COM", HOOK),
        ("EXE7.EXE", &exe_seven),
    ];
    let path = floppy(folder, "programs.img", "720K", files);
    Dos::boot("apps-720K", &[image(&path, WritePolicy::Overlay)])
}

fn last(dos: &Dos) -> &ProgramExit {
    dos.session.exits().next_back().expect("a program has ended")
}

/// What `errorlevel` and the session say of the program; they must be the same.
fn run(dos: &mut Dos, program: &str) -> (String, ExitKind, u8) {
    let before = dos.session.exit_count();
    let screen = dos.run(&format!("b:check {program}"));
    assert_eq!(dos.session.exit_count(), before + 1, "one program has ended:\n{screen}");
    let exit = last(dos);
    let code = exit.code.expect("DOS was told or asked");
    assert!(screen.contains(&format!("code={code}.")), "{exit:?}\n{screen}");
    (exit.name.clone(), exit.kind, code)
}

#[test]
fn every_way_to_end_gives_the_code_that_errorlevel_has() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut dos) = dos(folder.path()) else { return };
    let expected = [
        ("seven", "SEVEN.COM", ExitKind::Normal, 7),
        ("last", "LAST.COM", ExitKind::Normal, 255),
        ("exe7", "EXE7.EXE", ExitKind::Normal, 7),
        ("int20", "INT20.COM", ExitKind::Normal, 0),
        ("seven", "SEVEN.COM", ExitKind::Normal, 7),
        ("zero", "ZERO.COM", ExitKind::Normal, 0),
        ("ret", "RET.COM", ExitKind::Normal, 0),
        ("farcall", "FARCALL.COM", ExitKind::Normal, 42),
        ("call5", "CALL5.COM", ExitKind::Normal, 0),
        ("tsr", "TSR.COM", ExitKind::Resident, 9),
        ("tsr27", "TSR27.COM", ExitKind::Resident, 0),
    ];
    for (program, name, kind, code) in expected {
        let (path, how, value) = run(&mut dos, program);
        assert!(path.to_uppercase().ends_with(name), "{path}");
        assert_eq!((how, value), (kind, code), "{program}");
    }
}

#[test]
fn a_program_that_is_broken_off_ends_too() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut dos) = dos(folder.path()) else { return };
    dos.session.type_text("b:wait\n");
    dos.session.run_for(std::time::Duration::from_secs(5));
    assert!(dos.session.running_programs().last().is_some_and(|name| name.to_uppercase().contains("WAIT")));
    let before = dos.session.exit_count();
    dos.session.strike(&[Key::LeftCtrl, Key::C]);
    dos.wait("prompt", |screen| screen.contains("^C") && last_line(screen).ends_with('>'));
    // FreeCOM swallows the first key after Ctrl-C.
    dos.session.type_text("\n");
    dos.session.run_for(std::time::Duration::from_secs(2));
    dos.run("ver");
    assert_eq!(dos.session.exit_count(), before + 1);
    let exit = last(&dos);
    assert_eq!((exit.kind, exit.name.to_uppercase().contains("WAIT")), (ExitKind::CtrlC, true), "{exit:?}");
}

#[test]
fn a_program_that_is_aborted_at_a_critical_error_ends_too() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut dos) = dos(folder.path()) else { return };
    let before = dos.session.exit_count();
    dos.session.type_text("b:open\n");
    dos.session.run_for(std::time::Duration::from_secs(5));
    dos.session.eject(DriveId::B).unwrap();
    dos.session.type_text("x");
    dos.wait("critical error", |screen| screen.contains("(R)etry"));
    assert_eq!(dos.session.exit_count(), before);
    dos.session.type_text("a");
    dos.wait("prompt", |screen| last_line(screen).ends_with('>'));
    assert_eq!(dos.session.exit_count(), before + 1);
    // This FreeDOS does not tell an abort from an end in its answer, so that the kind is not tested.
    assert!(last(&dos).name.to_uppercase().contains("OPEN"), "{:?}", last(&dos));
}

#[test]
fn a_program_inside_another_shell_is_told_from_the_shell() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut dos) = dos(folder.path()) else { return };
    let before = dos.session.exit_count();
    dos.run("command /c b:seven");
    let exits: Vec<_> = dos.session.exits().filter(|exit| exit.number > before).collect();
    assert_eq!(exits.len(), 2, "{exits:?}");
    assert!(exits[0].name.to_uppercase().contains("SEVEN") && exits[1].name.to_uppercase().contains("COMMAND"));
    assert_eq!((exits[0].code, exits[0].depth), (Some(7), exits[1].depth + 1));
}

#[test]
fn a_program_that_is_not_there_does_not_end() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut dos) = dos(folder.path()) else { return };
    let before = (dos.session.exit_count(), dos.session.running_programs().len());
    dos.run("b:nothing");
    assert_eq!((dos.session.exit_count(), dos.session.running_programs().len()), before);
}

#[test]
fn codes_pass_a_resident_program_that_returns_from_exec_without_iret() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut dos) = dos(folder.path()) else { return };
    assert_eq!(run(&mut dos, "hook").1, ExitKind::Resident);
    assert_eq!(run(&mut dos, "seven").2, 7);
    assert_eq!(run(&mut dos, "int20").2, 0);
    assert_eq!(run(&mut dos, "exe7").2, 7);
}

#[test]
fn a_debugger_s_child_is_not_taken_for_the_debugger() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut dos) = dos(folder.path()) else { return };
    let before = dos.session.exit_count();
    dos.session.type_text("debug b:seven.com\n");
    dos.wait("debugger", |screen| screen.text().trim_end().ends_with('-'));
    dos.session.type_text("g\n");
    dos.wait("end of the child", |screen| screen.contains("terminated"));
    assert_eq!(dos.session.exit_count(), before, "the debugger still runs");
    dos.session.type_text("q\n");
    dos.run("ver");
    assert_eq!(dos.session.exit_count(), before + 1);
    assert!(last(&dos).name.to_uppercase().contains("DEBUG"), "{:?}", last(&dos));
}

#[test]
fn a_reset_ends_no_program_and_keeps_what_ended() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut dos) = dos(folder.path()) else { return };
    run(&mut dos, "seven");
    dos.session.type_text("b:wait\n");
    dos.session.run_for(std::time::Duration::from_secs(5));
    let before = dos.session.exit_count();
    dos.session.reset();
    assert_eq!((dos.session.exit_count(), dos.session.running_programs().len()), (before, 0));
    assert_eq!(last(&dos).code, Some(7));
}
