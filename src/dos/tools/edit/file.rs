//! Texts from files and back.

use super::super::super::Dos;
use super::super::super::device;
use super::super::super::drive::{Access, Share};
use super::super::super::error::DosError;
use super::super::super::path::{Place, text_of};
use super::super::CTRL_Z;
use super::text::{MOST_BYTES, Text};

const CHUNK: usize = 0x1_0000;

/// Where a text comes from and goes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct File {
    /// Its full name; nothing, if it has none yet.
    pub(super) name: Vec<u8>,
    /// Its lines end in a line feed alone.
    pub(super) host_ends: bool,
}

fn place(dos: &Dos<'_>, name: &[u8]) -> Result<Place, String> {
    let trimmed = name.trim_ascii();
    if device::by_name(dos, trimmed).is_some() {
        return Err("That is the name of a device".to_owned());
    }
    dos.place(trimmed).map_err(|error| error.to_string())
}

/// The text in the file called `name`. A file that is not there is an empty text. *Errors*: why it
/// cannot be read.
pub(super) fn load(dos: &Dos<'_>, name: &[u8]) -> Result<(Text, File), String> {
    let place = place(dos, name)?;
    let name = text_of(place.drive, &place.path);
    let bytes = match read(dos, &place) {
        Ok(bytes) => bytes,
        Err(DosError::FileNotFound) => return Ok((Text::default(), File { name, host_ends: false })),
        Err(DosError::NotEnoughMemory) => return Err(format!("The file is larger than {} MB", MOST_BYTES >> 20)),
        Err(error) => return Err(error.to_string()),
    };
    let end = bytes.strip_suffix(&[CTRL_Z]).unwrap_or(&bytes);
    let host_ends = end.contains(&b'\n') && !end.contains(&b'\r');
    Ok((Text::of(end), File { name, host_ends }))
}

fn read(dos: &Dos<'_>, place: &Place) -> Result<Vec<u8>, DosError> {
    let file = dos.drive(place.drive)?.open(&place.path, Access::Read, Share::DenyNone)?;
    let mut bytes = Vec::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let position = u32::try_from(bytes.len()).map_err(|_| DosError::NotEnoughMemory)?;
        match file.read_at(position, &mut chunk)? {
            0 => return Ok(bytes),
            count => bytes.extend(&chunk[..count]),
        }
        if bytes.len() > MOST_BYTES {
            return Err(DosError::NotEnoughMemory);
        }
    }
}

/// The full name of `name`, and whether there is such a file.
pub(super) fn look_up(dos: &Dos<'_>, name: &[u8]) -> Result<(Vec<u8>, bool), String> {
    let place = place(dos, name)?;
    Ok((text_of(place.drive, &place.path), dos.lookup(&place).is_ok()))
}

/// Writes `text` to its file. *Errors*: why it cannot be; the file is as it was.
pub(super) fn save(dos: &mut Dos<'_>, text: &Text, file: &File) -> Result<(), String> {
    let place = place(dos, &file.name)?;
    let end: &[u8] = if file.host_ends { b"\n" } else { b"\r\n" };
    write(dos, &place, &text.bytes(end)).map_err(|error| error.to_string())?;
    dos.stamp_place(&place);
    Ok(())
}

fn write(dos: &Dos<'_>, place: &Place, bytes: &[u8]) -> Result<(), DosError> {
    dos.drive(place.drive)?.writable()?.replace(&place.path, bytes)
}
