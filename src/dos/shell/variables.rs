//! The shell's environment, which its programs get a copy of.

use super::super::error::DosError;
use super::super::{Dos, environment, psp};
use super::text::Complaint;
use crate::types::SegOff;

/// Largest environment. Source: RBIL, INT 21h/AH=26h, "Format of environment block".
const MOST_BYTES: usize = 0x7FFF;

/// Every `NAME=value`, in order.
pub(super) fn all(dos: &Dos<'_>) -> Vec<Vec<u8>> {
    let strings = environment::strings(&dos.mem, segment(dos));
    strings.split(|&byte| byte == 0).filter(|string| !string.is_empty()).map(<[u8]>::to_vec).collect()
}

/// The value of `name`, in whatever case it is given.
pub(super) fn get(dos: &Dos<'_>, name: &[u8]) -> Option<Vec<u8>> {
    let name = name.to_ascii_uppercase();
    let value = |string: Vec<u8>| Some(string.strip_prefix(name.as_slice())?.strip_prefix(b"=")?.to_vec());
    all(dos).into_iter().find_map(value)
}

/// Sets `name`; without a value takes it away.
pub(super) fn set(dos: &mut Dos<'_>, name: &[u8], value: &[u8]) -> Result<(), Complaint> {
    let prefix = [name.to_ascii_uppercase().as_slice(), b"="].concat();
    let mut strings = all(dos);
    strings.retain(|string| !string.starts_with(&prefix));
    if !value.is_empty() {
        strings.push([prefix.as_slice(), value].concat());
    }
    store(dos, &strings, 0).map_err(|_| Complaint::new("Out of environment space"))
}

/// Makes room for `bytes` of variables, if there is memory for it.
pub(super) fn reserve(dos: &mut Dos<'_>, bytes: usize) -> Result<(), Complaint> {
    let strings = all(dos);
    store(dos, &strings, bytes.min(MOST_BYTES)).map_err(|_| Complaint::new("Out of environment space"))
}

fn segment(dos: &Dos<'_>) -> u16 {
    psp::ENVIRONMENT.get(&dos.mem, psp::base(dos.psp()))
}

/// Writes the strings where they are, if there is room or can be made; else somewhere else. The block
/// has at least `least` bytes.
fn store(dos: &mut Dos<'_>, strings: &[Vec<u8>], least: usize) -> Result<(), DosError> {
    let comspec = get(dos, b"COMSPEC").unwrap_or_default();
    let strings: Vec<u8> = strings.iter().flat_map(|string| [string.as_slice(), &[0]].concat()).collect();
    let mut block = environment::block(&strings, &comspec);
    block.resize(block.len().max(least), 0);
    if block.len() > MOST_BYTES {
        return Err(DosError::InvalidEnvironment);
    }
    let (segment, chain) = (segment(dos), dos.state.memory.chain);
    let paragraphs = u16::try_from(block.len().div_ceil(16)).map_err(|_| DosError::InvalidEnvironment)?;
    let blocks = chain.blocks(&dos.mem)?;
    let fits = blocks.iter().any(|known| known.memory() == segment && known.paragraphs >= paragraphs);
    if fits || (segment != 0 && chain.resize(&mut dos.mem, segment, paragraphs).is_ok()) {
        dos.mem.write_bytes(SegOff::new(segment, 0), &block);
        return Ok(());
    }
    let new = dos.new_environment(&block)?;
    let psp = dos.psp();
    psp::ENVIRONMENT.set(&mut dos.mem, psp::base(psp), new);
    if segment != 0 {
        chain.free(&mut dos.mem, segment)?;
    }
    Ok(())
}
