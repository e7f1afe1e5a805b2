//! AH=37h, 38h, 63h, 65h, 66h: the user's country and code page. There is one country, the United
//! States; the code page is the session's.
//!
//! Source: RBIL, INT 21h/AH=38h (country information), AH=65h (tables), AH=66h.

use super::super::Dos;
use super::super::error::DosError;
use super::super::frame::Frame;
use super::super::memory_map::COUNTRY;
use super::super::path::{asciiz, capital};
use super::{Answer, answer};
use crate::mem::GuestMemory;
use crate::screen::CodePage;
use crate::types::{SegOff, lo8};

/// The country's code: its international telephone prefix.
const UNITED_STATES: u16 = 1;
/// Month, day, year; a dollar sign in front; point and comma; 12-hour clock.
const INFORMATION: [u8; 24] =
    [0, 0, b'$', 0, 0, 0, 0, b',', 0, b'.', 0, b'-', 0, b':', 0, 0, 2, 0, 0, 0, 0, 0, b',', 0];
/// Where the case-map routine's pointer lies in it.
const CASE_MAP: u16 = 18;

/// Offsets of the tables from [`COUNTRY`]: each begins with its length.
const UPPER: u16 = 0x000;
const FILE_UPPER: u16 = 0x090;
const COLLATING: u16 = 0x120;
const FILE_CHARACTERS: u16 = 0x230;
const DBCS: u16 = 0x260;

/// Characters that end a name. Source: RBIL, INT 21h/AX=6505h.
const TERMINATORS: &[u8] = b".\"/\\[]:|<>+=;,";

/// Writes the tables.
pub(in crate::dos) fn create(mem: &mut GuestMemory<'_>, page: CodePage) {
    for table in [UPPER, FILE_UPPER] {
        mem.write_u16(COUNTRY.offset(table), 128);
        for code in 0x80..=0xFFu8 {
            mem.write_u8(COUNTRY.offset(table + 2 + u16::from(code - 0x80)), capital(code, page));
        }
    }
    mem.write_u16(COUNTRY.offset(COLLATING), 256);
    for code in 0..=0xFFu8 {
        mem.write_u8(COUNTRY.offset(COLLATING + 2 + u16::from(code)), capital(code, page));
    }
    let at = COUNTRY.offset(FILE_CHARACTERS);
    let count = lo8(u32::try_from(TERMINATORS.len()).unwrap_or(0));
    // Length; then: all characters permitted but those from 0 to 20h, and the terminators.
    let head = [count + 8, 0, 1, 0, 255, 0, 0, 0x20, 2, count];
    mem.write_bytes(at, &head);
    mem.write_bytes(at.offset(10), TERMINATORS);
    // No lead bytes.
    mem.write_u32(COUNTRY.offset(DBCS), 0);
}

/// AH=37h: DL = the character that options begin with; it cannot be set.
pub(super) fn int21_37_switch_character(frame: &mut Frame) -> Answer {
    match frame.al() {
        0x00 => {
            frame.dx = u16::from_le_bytes([b'/', frame.dx.to_le_bytes()[1]]);
            frame.set_al(0);
        }
        0x01 => frame.set_al(0),
        _ => frame.set_al(0xFF),
    }
    Answer::Done
}

/// AH=38h: country information to DS:DX; or, with DX = FFFFh, sets the country.
pub(super) fn int21_38_country(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    const SET: u16 = 0xFFFF;
    let wanted = match frame.al() {
        0 => UNITED_STATES,
        0xFF => frame.bx,
        code => u16::from(code),
    };
    let result = if wanted != UNITED_STATES {
        Err(DosError::FileNotFound)
    } else {
        if frame.dx != SET {
            write_information(&mut dos.mem, frame.ds_dx());
            frame.ax = UNITED_STATES;
            frame.bx = UNITED_STATES;
        }
        Ok(())
    };
    answer(dos, frame, result)
}

fn write_information(mem: &mut GuestMemory<'_>, at: SegOff) {
    mem.write_bytes(at, &INFORMATION);
    mem.write_bytes(at.offset(24), &[0; 10]);
    mem.write_far(at.offset(CASE_MAP), super::super::rom::Entry::CaseMap.jump());
}

/// AX=6300h: DS:SI = the lead bytes of characters of two bytes: none.
pub(super) fn int21_63_lead_bytes(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = if frame.al() == 0 {
        let at = COUNTRY.offset(DBCS + 2);
        (frame.ds, frame.si) = (at.seg, at.off);
        Ok(())
    } else {
        Err(DosError::InvalidFunction)
    };
    answer(dos, frame, result)
}

/// AH=65h: tables to ES:DI, and characters made capitals.
pub(super) fn int21_65_tables(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let page = dos.state.page;
    let result = match frame.al() {
        0x01..=0x07 if !matches!(frame.dx, UNITED_STATES | 0xFFFF) => Err(DosError::FileNotFound),
        0x01 => extended_information(dos, frame),
        0x02 => table(dos, frame, UPPER),
        0x04 => table(dos, frame, FILE_UPPER),
        0x05 => table(dos, frame, FILE_CHARACTERS),
        0x06 => table(dos, frame, COLLATING),
        0x07 => table(dos, frame, DBCS),
        0x20 => {
            frame.dx = u16::from_le_bytes([capital(frame.dl(), page), frame.dx.to_le_bytes()[1]]);
            Ok(())
        }
        0x21 => {
            make_capitals(dos, frame.ds_dx(), usize::from(frame.cx));
            Ok(())
        }
        0x22 => asciiz(&dos.mem, frame.ds_dx()).map(|text| make_capitals(dos, frame.ds_dx(), text.len())),
        0x23 => {
            // No, yes, or neither of them.
            frame.ax = match frame.dl().to_ascii_uppercase() {
                b'N' => 0,
                b'Y' => 1,
                _ => 2,
            };
            Ok(())
        }
        _ => Err(DosError::InvalidFunction),
    };
    answer(dos, frame, result)
}

/// The number of the table and where it lies.
fn table(dos: &mut Dos<'_>, frame: &mut Frame, off: u16) -> Result<(), DosError> {
    if frame.cx < 5 {
        return Err(DosError::InvalidFunction);
    }
    let to = SegOff::new(frame.es, frame.di);
    dos.mem.write_u8(to, frame.al());
    dos.mem.write_far(to.offset(1), COUNTRY.offset(off));
    frame.cx = 5;
    Ok(())
}

/// Length, country, code page, and what AH=38h returns.
fn extended_information(dos: &mut Dos<'_>, frame: &mut Frame) -> Result<(), DosError> {
    const BYTES: u16 = 41;
    if frame.cx < 5 {
        return Err(DosError::InvalidFunction);
    }
    let page = dos.state.page.number();
    let to = SegOff::new(frame.es, frame.di);
    let mut whole = vec![1];
    for word in [BYTES - 3, UNITED_STATES, page] {
        whole.extend(word.to_le_bytes());
    }
    whole.extend(INFORMATION);
    whole.resize(usize::from(BYTES), 0);
    let count = frame.cx.min(BYTES);
    dos.mem.write_bytes(to, &whole[..usize::from(count)]);
    frame.cx = count;
    Ok(())
}

fn make_capitals(dos: &mut Dos<'_>, at: SegOff, count: usize) {
    let mut text = vec![0; count];
    dos.mem.read_bytes(at, &mut text);
    let page = dos.state.page;
    let text: Vec<u8> = text.into_iter().map(|byte| capital(byte, page)).collect();
    dos.mem.write_bytes(at, &text);
}

/// AX=6601h: BX = code page, DX = the one the machine was made for; 6602h: BX says it.
pub(super) fn int21_66_code_page(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = match frame.al() {
        0x01 => {
            frame.bx = dos.state.page.number();
            frame.dx = CodePage::US.number();
            Ok(())
        }
        0x02 => CodePage::new(frame.bx).ok_or(DosError::FileNotFound).map(|page| {
            dos.state.page = page;
            create(&mut dos.mem, page);
        }),
        _ => Err(DosError::InvalidFunction),
    };
    answer(dos, frame, result)
}

impl Dos<'_> {
    /// The case-map routine that AH=38h points to: AL in capitals.
    pub(in crate::dos) fn case_map(&mut self) {
        let character = self.regs.al();
        if !character.is_ascii() {
            self.regs.set_al(capital(character, self.state.page));
        }
    }
}
