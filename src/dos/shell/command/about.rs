//! VER, VOL, CLS, REM, PAUSE, LOADHIGH and CTTY.

use super::super::super::app::Call;
use super::super::super::error::DosError;
use super::super::super::{Dos, device, path, psp};
use super::super::exec::{self, Exec, Found};
use super::super::line::{self, Words};
use super::super::output::{Pause, Screen};
use super::super::text::{Complaint, Done};
use super::super::{Job, STDOUT, Shell, run};
use super::{only_name, optional_name};
use crate::types::{SegOff, hi16, lo16};

/// Standard input, output and error; how they are opened.
const STANDARD_HANDLES: u16 = 3;
const READ_WRITE: u8 = 2;
const LAST_ROW: SegOff = SegOff { seg: 0x40, off: 0x84 };
const COLUMNS: SegOff = SegOff { seg: 0x40, off: 0x4A };

/// `DOS Version 5.0`.
pub(in super::super) fn version_name(dos: &Dos<'_>) -> String {
    let [major, minor] = dos.state.version.to_le_bytes();
    format!("dosmux DOS Version {major}.{minor:02}")
}

/// What VER writes, and a shell that begins.
pub(in super::super) fn version_text(dos: &Dos<'_>) -> Vec<u8> {
    format!("\r\n{}\r\n", version_name(dos)).into_bytes()
}

pub(super) fn version(shell: &mut Shell, dos: &mut Dos<'_>, _: &[u8]) -> Done {
    shell.say(STDOUT, version_text(dos));
    Ok(())
}

/// The lines that VOL and DIR begin with.
pub(in crate::dos) fn label_text(dos: &Dos<'_>, drive: u8) -> Result<Vec<u8>, DosError> {
    let letter = char::from(b'A'.wrapping_add(drive));
    let drive = dos.drive(drive)?;
    let (label, serial) = (drive.label(), drive.serial());
    let text = match label {
        // A label has no dot: the eight characters and the three are one.
        Some(label) => [format!("\r\n Volume in drive {letter} is ").as_bytes(), label.0.trim_ascii_end()].concat(),
        None => format!("\r\n Volume in drive {letter} has no label").into_bytes(),
    };
    let number = format!("\r\n Volume Serial Number is {:04X}-{:04X}\r\n", hi16(serial), lo16(serial));
    Ok([text.as_slice(), number.as_bytes()].concat())
}

/// VOL.
pub(super) fn volume(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let name = optional_name(Words::of(rest))?.unwrap_or_default();
    let drive = path::drive_of(&name).0.unwrap_or_else(|| dos.current_drive());
    let text = label_text(dos, drive)?;
    shell.say(STDOUT, text);
    Ok(())
}

/// CLS: through the video BIOS, in the mode that is set.
pub(super) fn clear(shell: &mut Shell, dos: &mut Dos<'_>, _: &[u8]) -> Done {
    // Source: RBIL, MEM 0040h:0084h (last row), 0040h:004Ah (columns).
    let (row, columns) = (dos.mem.read_u8(LAST_ROW), dos.mem.read_u8(COLUMNS));
    let corner = u16::from_le_bytes([columns.saturating_sub(1), row]);
    let scroll = Call { ax: 0x0600, bx: 0x0700, cx: 0, dx: corner, ..Call::default() };
    let home = Call { ax: 0x0200, ..Call::default() };
    shell.jobs.push(Job::Screen(Screen::new(vec![home, scroll])));
    Ok(())
}

/// REM.
pub(super) fn remark(_: &mut Shell, _: &mut Dos<'_>, _: &[u8]) -> Done {
    Ok(())
}

/// PAUSE.
pub(super) fn pause(shell: &mut Shell, _: &mut Dos<'_>, _: &[u8]) -> Done {
    shell.jobs.push(Job::Pause(Pause::default()));
    Ok(())
}

/// LOADHIGH: the program goes to upper memory, if there is room.
pub(super) fn load_high(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let (name, behind) = line::first_word(rest);
    if name.is_empty() {
        return Err(Complaint::missing_parameter());
    }
    if let Some(Found::Program(path)) = exec::find(dos, name)? {
        shell.push(dos, Job::Exec(Exec::high(path, behind.to_vec())));
        return Ok(());
    }
    run::run_program(shell, dos, name, behind)
}

/// CTTY: standard input, output and error of the shell, and of all that it starts, are a device.
pub(super) fn console(_: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let name = only_name(Words::of(rest))?;
    let header = device::by_name(dos, &name).ok_or_else(|| Complaint::new("Invalid device"))?;
    let index = dos.open_device(header, READ_WRITE)?;
    let psp = dos.psp();
    for handle in 0..STANDARD_HANDLES {
        let before = psp::file_of(&dos.mem, psp, handle);
        if handle > 0 {
            dos.refer_to(index);
        }
        psp::set_file_of(&mut dos.mem, psp, handle, Some(index));
        if let Some(before) = before {
            dos.release(before);
        }
    }
    Ok(())
}
