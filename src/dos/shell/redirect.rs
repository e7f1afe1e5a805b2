//! Standard handles that lead elsewhere while a command runs.

use super::super::drive::Create;
use super::super::error::DosError;
use super::super::{Dos, device, psp, sft};
use super::line::{Command, Output};
use super::text::{Answered, Complaint, Done};

const STDIN: u16 = 0;
const STDOUT: u16 = 1;
/// Open modes. Source: RBIL, INT 21h/AH=3Dh.
const READ: u8 = 0;
const READ_WRITE: u8 = 2;

/// Where handles led before: entries of the system file table, which are still referred to.
#[derive(Clone, Debug, Default)]
pub(super) struct Saved(Vec<(u16, Option<u8>)>);

impl Saved {
    /// Makes `handle` lead to entry `index`, which becomes its.
    pub(super) fn set(&mut self, dos: &mut Dos<'_>, handle: u16, index: u8) {
        let psp = dos.psp();
        self.0.push((handle, psp::file_of(&dos.mem, psp, handle)));
        psp::set_file_of(&mut dos.mem, psp, handle, Some(index));
    }

    /// Standard input from a pipe.
    pub(super) fn set_input(&mut self, dos: &mut Dos<'_>, index: u8) {
        self.set(dos, STDIN, index);
    }

    /// Standard output to a pipe.
    pub(super) fn set_output(&mut self, dos: &mut Dos<'_>, index: u8) {
        self.set(dos, STDOUT, index);
    }

    /// Makes the handles lead where they led before.
    pub(super) fn restore(self, dos: &mut Dos<'_>) {
        let psp = dos.psp();
        for (handle, before) in self.0.into_iter().rev() {
            let index = psp::file_of(&dos.mem, psp, handle);
            psp::set_file_of(&mut dos.mem, psp, handle, before);
            if let Some(index) = index {
                dos.release(index);
            }
        }
    }

    /// Redirects as `command` says. *Errors*: some of it may be done.
    pub(super) fn redirect(&mut self, dos: &mut Dos<'_>, command: &Command) -> Done {
        if let Some(name) = &command.input {
            let drive = dos.drive_named(name);
            let index = open(dos, name, READ).reading(drive, Complaint::from)?;
            self.set(dos, STDIN, index);
        }
        if let Some(output) = &command.output {
            let drive = dos.drive_named(&output.name);
            let not_made = |_| Complaint::new("File creation error");
            let index = open_output(dos, output).writing(drive, not_made)?;
            self.set(dos, STDOUT, index);
        }
        Ok(())
    }
}

/// Opens the file or device called `name`; returns its entry.
pub(in crate::dos) fn open(dos: &mut Dos<'_>, name: &[u8], mode: u8) -> Result<u8, DosError> {
    match device::by_name(dos, name) {
        Some(header) => dos.open_device(header, mode),
        None => {
            let place = dos.place(name)?;
            dos.open_file(&place, mode)
        }
    }
}

/// Makes a file called `name`, or opens the device; returns its entry.
pub(super) fn create(dos: &mut Dos<'_>, name: &[u8]) -> Result<u8, DosError> {
    match device::by_name(dos, name) {
        Some(header) => dos.open_device(header, READ_WRITE),
        None => {
            let place = dos.place(name)?;
            dos.create_file(&place, 0, Create::Truncate, READ_WRITE)
        }
    }
}

fn open_output(dos: &mut Dos<'_>, output: &Output) -> Result<u8, DosError> {
    if !output.append {
        return create(dos, &output.name);
    }
    match open(dos, &output.name, READ_WRITE) {
        Ok(index) => {
            if let Some(at) = sft::entry(&dos.mem, index) {
                let size = sft::SIZE.get(&dos.mem, at);
                sft::POSITION.set(&mut dos.mem, at, size);
            }
            Ok(index)
        }
        Err(DosError::FileNotFound) => create(dos, &output.name),
        Err(error) => Err(error),
    }
}
