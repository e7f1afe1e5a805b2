//! AX=7160h: full names; 71A8h: short names; 71A0h: what a drive offers.

use std::ffi::OsString;

use super::place::{Leads, MOST_BYTES, is_separator};
use crate::dos::Dos;
use crate::dos::drive::{DosName, DosPath, long, name};
use crate::dos::error::DosError;
use crate::dos::frame::Frame;
use crate::dos::path::{Place, drive_of, text_of};
use crate::types::SegOff;

/// AX=7160h: the full name of what is at DS:SI to ES:DI: CL = 0 as it is written, 1 in short names, 2 in
/// long ones.
pub(super) fn int21_7160_true_name(dos: &mut Dos<'_>, frame: &mut Frame) -> Result<(), DosError> {
    let name = SegOff::new(frame.ds, frame.si);
    let mut text = match frame.cx.to_le_bytes()[0] {
        0 => full_name(dos, &dos.long_text(name)?)?,
        1 => {
            let place = dos.leads(name)?.here()?;
            text_of(place.drive, &place.path)
        }
        2 => dos.long_name_of(&dos.leads(name).and_then(Leads::here)?)?,
        _ => return Err(DosError::InvalidFunction),
    };
    text.push(0);
    dos.mem.write_bytes(SegOff::new(frame.es, frame.di), &text);
    frame.ax = 0;
    Ok(())
}

/// `text` from its drive on, without `.` and `..`; nothing need be there.
fn full_name(dos: &Dos<'_>, text: &[u8]) -> Result<Vec<u8>, DosError> {
    let (drive, rest) = drive_of(text);
    let drive = drive.unwrap_or_else(|| dos.current_drive());
    dos.drive(drive).map_err(|_| DosError::PathNotFound)?;
    let from = match rest.first() {
        None => return Err(DosError::FileNotFound),
        Some(&first) if is_separator(first) => DosPath::default(),
        Some(_) => dos.current_directory(drive),
    };
    let mut full = dos.long_name_of(&Place { drive, path: from })?;
    for part in rest.split(|&byte| is_separator(byte)) {
        match part {
            b"" | b"." => {}
            b".." => {
                let end = full.iter().rposition(|&byte| byte == b'\\').filter(|_| full.len() > ROOT_BYTES);
                full.truncate(end.ok_or(DosError::PathNotFound)?.max(ROOT_BYTES));
            }
            part => {
                if full.len() > ROOT_BYTES {
                    full.push(b'\\');
                }
                full.extend(part);
            }
        }
    }
    if full.len() < MOST_BYTES { Ok(full) } else { Err(DosError::PathNotFound) }
}

/// `C:\`.
const ROOT_BYTES: usize = 3;

/// AX=71A8h: the short name of the long one at DS:SI to ES:DI, as a directory has it alone: DH = 0 as in a
/// control block, 1 with a dot; DL says what the characters are.
pub(super) fn int21_71a8_short_name(dos: &mut Dos<'_>, frame: &Frame) -> Result<(), DosError> {
    let [sets, form] = frame.dx.to_le_bytes();
    let host = decoded(dos, SegOff::new(frame.ds, frame.si), sets & 0x0F)?;
    let page = dos.state.page;
    let short = name::plain(&host, page).unwrap_or_else(|| name::short_form(&host, 0, page));
    let at = SegOff::new(frame.es, frame.di);
    match (form, sets >> 4) {
        (0, 0 | 1) => dos.mem.write_bytes(at, &short.0),
        (1, 0 | 1) => dos.mem.write_bytes(at, &terminated(short)),
        _ => return Err(DosError::InvalidFunction),
    }
    Ok(())
}

fn terminated(short: DosName) -> Vec<u8> {
    let mut text = short.dotted();
    text.push(0);
    text
}

/// The name at `at` in one of the character sets that Windows tells apart.
///
/// Source: RBIL, INT 21h/AX=71A8h: 0 is Windows's own, 1 DOS's, 2 Unicode.
fn decoded(dos: &Dos<'_>, at: SegOff, set: u8) -> Result<OsString, DosError> {
    const ANSI: u8 = 0;
    const OEM: u8 = 1;
    const UNICODE: u8 = 2;
    let text: String = match set {
        ANSI => dos.long_text(at)?.into_iter().map(char::from).collect(),
        OEM => dos.long_text(at)?.into_iter().map(|byte| dos.state.page.char(byte)).collect(),
        UNICODE => {
            let words = (0..).map(|index| dos.mem.read_u16(at.offset(2 * index))).take(long::MOST_CHARS);
            String::from_utf16_lossy(&words.take_while(|&word| word != 0).collect::<Vec<_>>())
        }
        _ => return Err(DosError::InvalidFunction),
    };
    if text.is_empty() { Err(DosError::FileNotFound) } else { Ok(text.into()) }
}

/// What a drive is called that is a directory of the host's.
const FILE_SYSTEM: &[u8] = b"DOSMUX\0";
/// Names keep their case, are in Unicode, and these functions are offered.
const ABILITIES: u16 = 0x4006;

/// AX=71A0h: what the drive at DS:DX offers: ES:DI = its file system's name, of up to CX bytes, BX = flags,
/// CX and DX = longest name and path.
pub(super) fn int21_71a0_volume(dos: &mut Dos<'_>, frame: &mut Frame) -> Result<(), DosError> {
    let text = dos.long_text(frame.ds_dx())?;
    let (drive, rest) = drive_of(&text);
    let is_root = matches!(rest, b"" | b"\\" | b"/");
    let drive = drive.filter(|_| is_root).ok_or(DosError::PathNotFound)?;
    dos.drive(drive)?;
    let count = usize::from(frame.cx).min(FILE_SYSTEM.len());
    dos.mem.write_bytes(SegOff::new(frame.es, frame.di), &FILE_SYSTEM[..count]);
    let size = |bytes: usize| u16::try_from(bytes).unwrap_or(u16::MAX);
    (frame.ax, frame.bx) = (0, ABILITIES);
    (frame.cx, frame.dx) = (size(long::MOST_CHARS), size(MOST_BYTES));
    Ok(())
}
