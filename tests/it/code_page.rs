//! The code page of the screen follows what the guest selects, by each of the calls that select one.

use std::path::Path;

use dosmux::config::SessionSpec;
use dosmux::disk::WritePolicy;
use dosmux::screen::CodePage;

use crate::bench::shared_path;
use crate::dos::{Dos, floppy, image};

/// A resident program that stands in for NLSFUNC and DISPLAY.SYS: it agrees to every code page but
/// 852, by each of the three calls, and passes all other calls on.
///
/// ```text
///     (INT 21h and 2Fh are taken over; ends resident)
/// dos: cmp ax,440Ch / je yes / cmp ax,6602h / jne pass / cmp bx,852 / jne yes
///      push bp / mov bp,sp / or byte [bp+6],1 / pop bp / iret
/// pass: jmp far cs:[old21]
/// mux: cmp ax,0AD01h / jne pass2f / mov ax,1
/// yes: push bp / mov bp,sp / and byte [bp+6],0FEh / pop bp / iret
/// pass2f: jmp far cs:[old2f]
/// ```
#[rustfmt::skip]
const NLS: &[u8] = &[
    0xB8, 0x21, 0x35, 0xCD, 0x21, 0x89, 0x1E, 0x63, 0x01, 0x8C, 0x06, 0x65, 0x01, 0xB8, 0x2F, 0x35, 0xCD, 0x21,
    0x89, 0x1E, 0x67, 0x01, 0x8C, 0x06, 0x69, 0x01, 0xB8, 0x21, 0x25, 0xBA, 0x2F, 0x01, 0xCD, 0x21, 0xB8, 0x2F,
    0x25, 0xBA, 0x4D, 0x01, 0xCD, 0x21, 0xBA, 0x00, 0x02, 0xCD, 0x27, 0x3D, 0x0C, 0x44, 0x74, 0x21, 0x3D, 0x02,
    0x66, 0x75, 0x0F, 0x81, 0xFB, 0x54, 0x03, 0x75, 0x16, 0x55, 0x89, 0xE5, 0x80, 0x4E, 0x06, 0x01, 0x5D, 0xCF,
    0x2E, 0xFF, 0x2E, 0x63, 0x01, 0x3D, 0x01, 0xAD, 0x75, 0x0C, 0xB8, 0x01, 0x00, 0x55, 0x89, 0xE5, 0x80, 0x66,
    0x06, 0xFE, 0x5D, 0xCF, 0x2E, 0xFF, 0x2E, 0x67, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
];

/// MOV BX,`number`; MOV AX,6602h; INT 21h; then the character 9Bh by INT 21h AH=02h; INT 20h.
fn select_global(number: u16) -> Vec<u8> {
    let [low, high] = number.to_le_bytes();
    vec![0xBB, low, high, 0xB8, 0x02, 0x66, 0xCD, 0x21, 0xB2, 0x9B, 0xB4, 0x02, 0xCD, 0x21, 0xCD, 0x20]
}

/// MOV AX,440Ch; MOV BX,1; MOV CX,034Ah; MOV DX,packet; INT 21h; INT 20h; packet: DW 2, 866.
const SELECT_ON_CONSOLE: &[u8] =
    &[0xB8, 0x0C, 0x44, 0xBB, 1, 0, 0xB9, 0x4A, 3, 0xBA, 0x10, 1, 0xCD, 0x21, 0xCD, 0x20, 2, 0, 0x62, 3];

/// MOV AX,0AD01h; MOV BX,855; INT 2Fh; INT 20h.
const SELECT_BY_DISPLAY: &[u8] = &[0xB8, 1, 0xAD, 0xBB, 0x57, 3, 0xCD, 0x2F, 0xCD, 0x20];

/// FreeDOS with the programs in B:, and the settings that `change` makes.
fn dos(folder: &Path, change: impl FnOnce(&mut SessionSpec)) -> Option<Dos> {
    let (latin, slavic, unknown) = (select_global(850), select_global(852), select_global(9999));
    let files: &[(&str, &[u8])] = &[
        ("NLS.COM", NLS),
        ("LATIN.COM", &latin),
        ("SLAVIC.COM", &slavic),
        ("UNKNOWN.COM", &unknown),
        ("CONSOLE.COM", SELECT_ON_CONSOLE),
        ("DISPLAY.COM", SELECT_BY_DISPLAY),
    ];
    let programs = floppy(folder, "programs.img", "720K", files);
    let system = shared_path("freedos-1440K.img")?;
    let floppies = [system, programs].map(|path| image(&path, WritePolicy::Overlay)).to_vec();
    let mut spec = SessionSpec { floppies, ..SessionSpec::new("dos") };
    change(&mut spec);
    Some(Dos::with(spec, true))
}

fn page(dos: &Dos) -> u16 {
    dos.session.screen().code_page.number()
}

#[test]
fn what_dos_agrees_to_is_followed_and_what_it_refuses_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut dos) = dos(folder.path(), |_| ()) else { return };
    assert!(dos.run("b:latin").contains('\u{A2}'), "this DOS has no NLSFUNC: it refuses");
    assert_eq!(page(&dos), 437);
    dos.run("b:console");
    dos.run("b:display");
    assert_eq!(page(&dos), 437, "nobody listens");
    dos.run("b:nls");
    assert!(dos.run("b:latin").contains('\u{F8}'));
    assert_eq!(page(&dos), 850);
    dos.run("b:slavic");
    assert_eq!(page(&dos), 850, "refused");
    dos.run("b:unknown");
    assert_eq!(page(&dos), 437, "the settings' own, where dosmux does not know the page");
    dos.run("b:console");
    assert_eq!(page(&dos), 866);
    dos.run("b:display");
    assert_eq!(page(&dos), 855);
}

#[test]
fn text_is_typed_in_the_page_that_was_selected_and_a_reset_forgets_it() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut dos) = dos(folder.path(), |_| ()) else { return };
    dos.run("b:nls");
    dos.run("b:latin");
    assert!(dos.run("echo \u{F8}re").contains("\n\u{F8}re"));
    dos.session.reset();
    dos.session.run_for(std::time::Duration::from_secs(1));
    assert_eq!(page(&dos), 437);
}

#[test]
fn a_code_page_of_the_settings_stays() {
    let folder = tempfile::tempdir().unwrap();
    let fixed = |spec: &mut SessionSpec| {
        (spec.code_page, spec.follows_code_page) = (CodePage::new(858).unwrap(), false);
    };
    let Some(mut dos) = dos(folder.path(), fixed) else { return };
    dos.run("b:nls");
    dos.run("b:latin");
    assert_eq!(page(&dos), 858);
}
