//! How the guest enters the kernel: stubs in the BIOS ROM, and jumps to them in RAM for what programs
//! expect below DOS's data (the vectors of INT 20h to 2Fh, the entries of drivers).
//!
//! | offset in the ROM | what |
//! | --- | --- |
//! | 5000h + 4 × n | entry n: a trap |
//! | behind them | INT 29h: two traps and an INT 10h, which come again and again |
//!
//! An entry returns, where it does, by the monitor's hand, so there is no code behind the trap.

use super::memory_map::ENTRY_SEGMENT;
use crate::mem::GuestMemory;
use crate::types::SegOff;

/// Segment and offset of the entries in the ROM.
const ROM_SEGMENT: u16 = 0xF000;
const ROM_OFFSET: u16 = 0x5000;
/// Bytes of an entry.
const ENTRY_BYTES: u16 = 4;
/// Bytes of a jump in RAM.
const JUMP_BYTES: u16 = 5;
/// The service number of the first entry; the BIOS has those below and from F0h on.
const FIRST_SERVICE: u8 = 0x80;

/// Every way into the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Entry {
    /// Loads the kernel: what INT 19h does in a session of the built-in DOS.
    Boot,
    /// INT 20h: ends the program.
    Int20,
    /// INT 21h: the functions.
    Int21,
    /// INT 22h: where a program without a parent ends.
    Int22,
    /// INT 23h: Ctrl-C in a program without a handler.
    Int23,
    /// INT 24h: a critical error in a program without a handler.
    Int24,
    /// INT 25h: absolute disk read.
    Int25,
    /// INT 26h: absolute disk write.
    Int26,
    /// INT 27h: ends the program, which stays resident.
    Int27,
    /// INT 28h: DOS is idle.
    Int28,
    /// INT 29h: a character for the screen.
    Int29,
    /// The same, when an INT 10h of it is done.
    Int29Next,
    /// INT 2Eh: a command for the shell.
    Int2E,
    /// INT 2Fh: multiplex.
    Int2F,
    /// The call at offset 5 of a program's prefix.
    Call5,
    /// INT 1Bh: Ctrl-Break.
    Int1B,
    /// The strategy entry of the built-in devices.
    DeviceStrategy,
    /// Their interrupt entry.
    DeviceInterrupt,
    /// Where an interrupt returns to that a built-in device needed.
    DriverResume,
    /// Where a driver returns to that is being loaded.
    DriverLoading,
    /// Where a guest's handler that the kernel called returns to.
    Resume,
    /// Where INT 23h returns to.
    AfterBreak,
    /// Where an interrupt returns to that the question after a critical error needed.
    Question,
    /// A program of DOS's own begins, or goes on.
    App,
    /// The routine that country information points to: AL in capitals.
    CaseMap,
}

/// How many there are.
const ENTRY_COUNT: u16 = 25;

/// All of them, in the order of their numbers.
const ENTRIES: [Entry; ENTRY_COUNT as usize] = [
    Entry::Boot,
    Entry::Int20,
    Entry::Int21,
    Entry::Int22,
    Entry::Int23,
    Entry::Int24,
    Entry::Int25,
    Entry::Int26,
    Entry::Int27,
    Entry::Int28,
    Entry::Int29,
    Entry::Int29Next,
    Entry::Int2E,
    Entry::Int2F,
    Entry::Call5,
    Entry::Int1B,
    Entry::DeviceStrategy,
    Entry::DeviceInterrupt,
    Entry::DriverResume,
    Entry::DriverLoading,
    Entry::Resume,
    Entry::AfterBreak,
    Entry::Question,
    Entry::App,
    Entry::CaseMap,
];

/// The interrupts whose vectors the kernel takes.
const VECTORS: [(u8, Entry); 13] = [
    (0x1B, Entry::Int1B),
    (0x20, Entry::Int20),
    (0x21, Entry::Int21),
    (0x22, Entry::Int22),
    (0x23, Entry::Int23),
    (0x24, Entry::Int24),
    (0x25, Entry::Int25),
    (0x26, Entry::Int26),
    (0x27, Entry::Int27),
    (0x28, Entry::Int28),
    (0x29, Entry::Int29),
    (0x2E, Entry::Int2E),
    (0x2F, Entry::Int2F),
];
/// INT 30h and the byte behind it are no vector but a far jump. Source: RBIL, INT 30h.
const CALL5_JUMP: SegOff = SegOff { seg: 0, off: 0x30 * 4 };

impl Entry {
    /// The entry of a trap with this service number.
    #[must_use]
    pub fn of_service(service: u8) -> Option<Entry> {
        ENTRIES.get(usize::from(service.checked_sub(FIRST_SERVICE)?)).copied()
    }

    /// Where the stub lies in the ROM.
    #[must_use]
    pub fn stub(self) -> SegOff {
        let index = match self {
            // Its trap lies within a stub of its own, behind all others.
            Entry::Int29 => ENTRY_COUNT,
            entry => u16::from(entry as u8),
        };
        SegOff::new(ROM_SEGMENT, ROM_OFFSET + ENTRY_BYTES * index)
    }

    /// Where the jump to the stub lies in RAM.
    pub(super) fn jump(self) -> SegOff {
        SegOff::new(ENTRY_SEGMENT, JUMP_BYTES * u16::from(self as u8))
    }
}

/// The stubs as they lie in the ROM, and their offset there.
#[must_use]
pub fn image() -> (u16, Vec<u8>) {
    let mut image: Vec<u8> = ENTRIES.iter().flat_map(|&entry| [trap(entry).as_slice(), &[IRET]].concat()).collect();
    image.extend(character_stub());
    (ROM_OFFSET, image)
}

const IRET: u8 = 0xCF;

/// ARPL AX,AX and the service number.
fn trap(entry: Entry) -> [u8; 3] {
    [0x63, 0xC0, FIRST_SERVICE + entry as u8]
}

/// INT 29h: the kernel makes calls of INT 10h of the character. PUSH AX, BX, CX, DX, SI, DI, BP, DS, ES;
/// trap; JNC to the POPs; INT 10h; trap; JMP to the JNC; POP all; IRET.
fn character_stub() -> Vec<u8> {
    const PUSHES: [u8; 9] = [0x50, 0x53, 0x51, 0x52, 0x56, 0x57, 0x55, 0x1E, 0x06];
    const POPS: [u8; 9] = [0x07, 0x1F, 0x5D, 0x5F, 0x5E, 0x5A, 0x59, 0x5B, 0x58];
    let (first, next) = (trap(Entry::Int29), trap(Entry::Int29Next));
    let turn: &[u8] = &[&[0x73, 0x07, 0xCD, 0x10], next.as_slice(), &[0xEB, 0xF7]].concat();
    [&PUSHES, first.as_slice(), turn, &POPS, &[IRET]].concat()
}

/// Writes the jumps to RAM and points the vectors to them.
pub(super) fn install(mem: &mut GuestMemory<'_>) {
    for entry in ENTRIES {
        write_jump(mem, entry.jump(), entry.stub());
    }
    for (vector, entry) in VECTORS {
        set_vector(mem, vector, entry.jump());
    }
    write_jump(mem, CALL5_JUMP, Entry::Call5.stub());
}

/// Writes a far jump.
pub(super) fn write_jump(mem: &mut GuestMemory<'_>, at: SegOff, to: SegOff) {
    mem.write_u8(at, 0xEA);
    mem.write_far(at.offset(1), to);
}

/// Where interrupt `number` leads.
pub(super) fn vector(mem: &GuestMemory<'_>, number: u8) -> SegOff {
    mem.read_far(SegOff::new(0, 4 * u16::from(number)))
}

/// Points interrupt `number` to `handler`.
pub(super) fn set_vector(mem: &mut GuestMemory<'_>, number: u8, handler: SegOff) {
    mem.write_far(SegOff::new(0, 4 * u16::from(number)), handler);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_known_by_its_service_number() {
        let (_, stubs) = image();
        for (index, stub) in stubs.chunks_exact(4).take(ENTRIES.len()).enumerate() {
            assert_eq!(Entry::of_service(stub[2]), Some(ENTRIES[index]));
            assert_eq!(usize::from(ENTRIES[index] as u8), index);
        }
        assert_eq!((Entry::of_service(0x7F), Entry::of_service(0xF0)), (None, None));
    }
}
