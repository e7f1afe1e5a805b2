//! Whose memory is it? The ROM's, an adapter's, or that of DOS and its programs, by the chain of memory
//! control blocks, which is found by looking for it: whatever DOS was booted, without its help.
//!
//! A memory control block is 16 bytes long, at a paragraph boundary. Source: RBIL, INT 21h AH=52h.
//!
//! | offset | size | meaning |
//! | --- | --- | --- |
//! | 0 | 1 | `M`, or `Z` in the last block |
//! | 1 | 2 | PSP of the owner; 0 free, 8 DOS |
//! | 3 | 2 | paragraphs that follow |
//! | 8 | 8 | the owner's name, up to a zero, if this is its PSP's block |

use std::fmt;

use crate::bios::rom;
use crate::monitor::trace::vector_name;
use crate::monitor::vm::Vm;
use crate::types::SegOff;

/// Paragraphs of conventional memory.
const CONVENTIONAL: u16 = 0xA000;
/// The paragraph behind the BIOS data area: DOS begins there.
const FIRST: u16 = 0x60;
/// A chain of fewer blocks may be chance.
const LEAST_BLOCKS: usize = 3;
/// INT 20h: what a PSP begins with.
const INT_20: u16 = 0x20CD;
const OWNER_FREE: u16 = 0;
/// Owners below this are DOS itself.
const OWNER_LAST_DOS: u16 = 0x0F;

/// Whose memory an address lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Nobody's: the null pointer.
    None,
    /// The ROM's service of that vector.
    Service(u8),
    /// The ROM's handler that does nothing.
    Nothing,
    /// The ROM.
    Rom,
    /// An adapter's memory or ROM.
    Adapter,
    /// The BIOS data area.
    BiosData,
    /// DOS, its drivers and data.
    Dos,
    /// The program of that name.
    Program(String),
    /// Free memory, where there may be code all the same.
    Free,
    /// Memory of which nothing is known.
    Ram,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Owner::None => f.write_str("-"),
            Owner::Service(vector) => write!(f, "BIOS INT {vector:02X}h"),
            Owner::Nothing => f.write_str("BIOS, does nothing"),
            Owner::Rom => f.write_str("BIOS"),
            Owner::Adapter => f.write_str("adapter"),
            Owner::BiosData => f.write_str("BIOS data"),
            Owner::Dos => f.write_str("DOS"),
            Owner::Program(name) => f.write_str(name),
            Owner::Free => f.write_str("free memory"),
            Owner::Ram => f.write_str("memory"),
        }
    }
}

/// A memory control block.
struct Block {
    /// Its paragraph.
    at: u16,
    owner: u16,
    /// Paragraphs behind it.
    size: u16,
}

/// The blocks of a DOS, if one was found.
pub(super) struct Owners {
    /// By address.
    blocks: Vec<Block>,
    /// The name of each PSP among them.
    names: Vec<(u16, String)>,
}

impl Owners {
    /// Looks for the chain in the machine's memory.
    pub(super) fn find(vm: &Vm) -> Owners {
        let blocks = chain(vm);
        let psps = blocks.iter().filter(|block| block.owner == block.at + 1);
        let names = psps.map(|block| (block.owner, name(vm, block))).collect();
        Owners { blocks, names }
    }

    /// Whose `at` is.
    pub(super) fn of(&self, at: SegOff) -> Owner {
        let linear = at.linear().0;
        match linear {
            0 => Owner::None,
            0x400..=0x5FF => Owner::BiosData,
            0xA_0000..=0xE_FFFF => Owner::Adapter,
            0xF_0000..=0xF_FFFF => rom_owner(at),
            // Above the first megabyte DOS alone has memory that a real-mode pointer reaches.
            _ if self.blocks.is_empty() => Owner::Ram,
            0x10_0000.. => Owner::Dos,
            _ => self.block_owner(u16::try_from(linear >> 4).unwrap_or(u16::MAX)),
        }
    }

    fn block_owner(&self, paragraph: u16) -> Owner {
        let behind = self.blocks.partition_point(|block| block.at <= paragraph);
        let Some(block) = behind.checked_sub(1).map(|index| &self.blocks[index]) else { return Owner::Dos };
        if paragraph > block.at.saturating_add(block.size) {
            return Owner::Ram;
        }
        match block.owner {
            OWNER_FREE => Owner::Free,
            1..=OWNER_LAST_DOS => Owner::Dos,
            psp => match self.names.iter().find(|(owner, _)| *owner == psp) {
                Some((_, name)) => Owner::Program(name.clone()),
                None => Owner::Program(format!("program at {psp:04X}")),
            },
        }
    }
}

fn rom_owner(at: SegOff) -> Owner {
    let table = rom::vectors();
    // Many vectors share the handler that does nothing; vector 60h of ours is free, 68h is not.
    let nothing = table[0x68];
    if at == nothing {
        return Owner::Nothing;
    }
    let known = (0..=255u8).find(|&number| table[usize::from(number)] == at);
    known.filter(|&number| !vector_name(number).is_empty()).map_or(Owner::Rom, Owner::Service)
}

/// The name that DOS noted for the program whose PSP is behind `block`.
fn name(vm: &Vm, block: &Block) -> String {
    let bytes = (8..16).map(|offset| vm.peek_u8(SegOff::new(block.at, offset)));
    let name: String = bytes.take_while(|byte| byte.is_ascii_graphic()).map(char::from).collect();
    if name.is_empty() { format!("program at {:04X}", block.owner) } else { name }
}

/// The chain of blocks that begins lowest and holds together up to its end; empty if there is none.
///
/// From the top down, so that each paragraph is looked at once, whatever a guest wrote there.
fn chain(vm: &Vm) -> Vec<Block> {
    // Blocks in the chain that begins at each paragraph; zero if none does.
    let mut lengths = vec![0u16; usize::from(CONVENTIONAL)];
    let mut best = None;
    for at in (FIRST..CONVENTIONAL).rev() {
        let Some(length) = chain_length(vm, at, &lengths) else { continue };
        lengths[usize::from(at)] = length;
        if usize::from(length) >= LEAST_BLOCKS {
            best = Some(at);
        }
    }
    let mut blocks = Vec::new();
    let mut next = best;
    while let Some(at) = next {
        let (signature, block) = read(vm, at);
        next = (signature == b'M').then(|| at + block.size + 1);
        blocks.push(block);
    }
    blocks
}

/// Blocks in the chain that begins at `at`, given those above; `None` if there is none.
fn chain_length(vm: &Vm, at: u16, lengths: &[u16]) -> Option<u16> {
    let signature = vm.peek_u8(SegOff::new(at, 0));
    if signature != b'M' && signature != b'Z' {
        return None;
    }
    let (_, block) = read(vm, at);
    if at + 1 == CONVENTIONAL && block.owner <= OWNER_LAST_DOS {
        // It leads over display memory to upper memory.
        return Some(1);
    }
    let next = at.checked_add(block.size)?.checked_add(1).filter(|&next| next <= CONVENTIONAL)?;
    if !plausible(vm, &block) {
        return None;
    }
    match signature {
        b'Z' => Some(1),
        _ => lengths.get(usize::from(next)).filter(|&&above| above > 0).map(|above| above + 1),
    }
}

/// True if the block's owner is DOS, nobody, or a program's PSP.
fn plausible(vm: &Vm, block: &Block) -> bool {
    block.owner <= OWNER_LAST_DOS || vm.peek_u16(SegOff::new(block.owner, 0)) == INT_20
}

fn read(vm: &Vm, at: u16) -> (u8, Block) {
    let word = |offset| vm.peek_u16(SegOff::new(at, offset));
    (vm.peek_u8(SegOff::new(at, 0)), Block { at, owner: word(1), size: word(3) })
}
