//! Where the characters of a call come from, and where they go.

use super::super::error::DosError;
use super::super::files::Target;
use super::super::frame::Frame;
use super::super::job::Streamed;
use super::super::{Dos, device, sft};
use crate::types::SegOff;

const STDIN: u16 = 0;
const STDOUT: u16 = 1;
const STDAUX: u16 = 3;
const STDPRN: u16 = 4;

/// See the module's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dos) enum Port {
    /// The keyboard behind INT 16h, the screen behind INT 29h.
    Console,
    /// A device driver, by its header.
    Device(SegOff),
    /// A file or stream, by its entry in the system file table.
    File(u8),
    /// The NUL device, or a handle that is not open.
    Nothing,
}

/// How much a file has for a reader.
pub(super) enum Taken {
    Byte(u8),
    /// There may be more later.
    Later,
    End,
}

impl Dos<'_> {
    /// Where the characters of the call with `frame` come from and go to.
    pub(super) fn ports(&self, frame: &Frame) -> [Port; 2] {
        let (input, output) = match frame.ah() {
            0x03 | 0x04 => (STDAUX, STDAUX),
            0x05 => (STDIN, STDPRN),
            0x3F => (frame.bx, frame.bx),
            0x40 => (STDIN, frame.bx),
            _ => (STDIN, STDOUT),
        };
        [self.input_port(input), self.output_port(output)]
    }

    fn input_port(&self, handle: u16) -> Port {
        self.port(handle, |_, header| header == device::CON)
    }

    /// A driver that says so gets its characters through INT 29h.
    fn output_port(&self, handle: u16) -> Port {
        self.port(handle, |info, header| header == device::CON || info & sft::info::SPECIAL != 0)
    }

    fn port(&self, handle: u16, is_console: impl Fn(u16, SegOff) -> bool) -> Port {
        let Ok(target) = self.target(handle) else { return Port::Nothing };
        if !target.is_device() {
            return Port::File(target.index);
        }
        let header = sft::DEVICE.get(&self.mem, target.at);
        match target.info {
            info if info & sft::info::NUL != 0 => Port::Nothing,
            info if is_console(info, header) => Port::Console,
            _ => Port::Device(header),
        }
    }

    /// The device where Ctrl-C is looked for if the input is none.
    pub(super) fn console_port(&self) -> Port {
        let header = device::console(&self.mem);
        if header == device::CON { Port::Console } else { Port::Device(header) }
    }

    fn entry(&self, index: u8) -> Option<Target> {
        let at = sft::entry(&self.mem, index)?;
        Some(Target { index, at, info: sft::INFO.get(&self.mem, at) })
    }

    /// The next byte of the file or stream behind entry `index`.
    pub(super) fn take_from_file(&mut self, index: u8) -> Taken {
        let Some(target) = self.entry(index) else { return Taken::End };
        if let Streamed::Bytes(bytes) = self.read_stream(target, 1) {
            return match bytes.first() {
                Some(&byte) => Taken::Byte(byte),
                None if self.stream_has_more() => Taken::Later,
                None => Taken::End,
            };
        }
        let position = sft::POSITION.get(&self.mem, target.at);
        let mut byte = [0];
        let read = self.file(target).and_then(|file| file.read_at(position, &mut byte)).unwrap_or(0);
        if read == 0 {
            return Taken::End;
        }
        sft::POSITION.set(&mut self.mem, target.at, position.saturating_add(1));
        Taken::Byte(byte[0])
    }

    /// Writes all of `bytes` to the file or stream behind entry `index`.
    pub(super) fn put_to_file(&mut self, index: u8, bytes: &[u8]) -> Result<(), DosError> {
        let target = self.entry(index).ok_or(DosError::InvalidHandle)?;
        if self.write_stream(target, bytes) {
            return Ok(());
        }
        let position = sft::POSITION.get(&self.mem, target.at);
        let file = self.file(target)?;
        let written = file.write_at(position, bytes)?;
        let size = file.size()?;
        let position = position.saturating_add(u32::try_from(written).unwrap_or(0));
        sft::POSITION.set(&mut self.mem, target.at, position);
        sft::SIZE.set(&mut self.mem, target.at, size);
        self.note_written(target.index);
        Ok(())
    }
}
