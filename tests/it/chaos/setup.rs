//! What a random machine is: decided from a string of bytes, before anything is built.

use dosmux::cpu::{Coprocessor, Faults};

use super::choices::Choices;
use super::code;

/// Physical address of the segment-sized area that programs lie in.
pub(crate) const CODE: u32 = 0x1_0000;
/// Of their data.
pub(crate) const DATA: u32 = 0x2_0000;
/// Of their stacks.
pub(crate) const STACK: u32 = 0x3_0000;
/// RAM ends here, so that much of what programs address is not there.
pub(crate) const RAM_END: u32 = 0x5_0000;
/// Descriptors of data segments that a program starts with or can load.
pub(crate) const DATA_SEGMENTS: usize = 4;
/// Descriptors that can be anything.
pub(crate) const WILD_DESCRIPTORS: usize = 6;

/// EFLAGS bits that a program may start with. Source: 80386 PRM figure 2-8.
const STATUS: u32 = 0x8D5;
const TF: u32 = 1 << 8;
const IF: u32 = 1 << 9;
const DF: u32 = 1 << 10;
const NT: u32 = 1 << 14;
const RF: u32 = 1 << 16;
/// Its place among the general registers.
const ESP: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Real-address mode.
    Real,
    /// Real-address mode with the segment limits that protected mode left.
    Unreal,
    /// Virtual-8086 mode as the monitor enters it, without ring-0 code.
    Task,
    /// Virtual-8086 mode below a ring-0 program with an IDT.
    V86,
    /// Protected mode at this privilege level.
    Ring(u8),
}

impl Mode {
    /// True where segment registers hold paragraph numbers.
    pub(crate) fn has_paragraphs(self) -> bool {
        !matches!(self, Mode::Ring(_))
    }
}

/// The fields of a descriptor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Descriptor {
    pub(crate) base: u32,
    pub(crate) limit: u32,
    pub(crate) access: u8,
    /// G, D/B, 0, AVL.
    pub(crate) flags: u8,
}

impl Descriptor {
    /// The eight bytes. Source: 80386 PRM figure 5-3.
    pub(crate) fn bytes(self) -> [u8; 8] {
        let [l0, l1, l2, _] = self.limit.to_le_bytes();
        let [b0, b1, b2, b3] = self.base.to_le_bytes();
        [l0, l1, b0, b1, b2, self.access, self.flags << 4 | l2 & 0xF, b3]
    }
}

/// One page table entry that differs from the plain map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageChange {
    pub(crate) page: u32,
    pub(crate) entry: u32,
}

/// A machine and its program.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) mode: Mode,
    pub(crate) faults: Faults,
    /// The program is 32-bit code.
    pub(crate) big: bool,
    pub(crate) paging: bool,
    pub(crate) code: Vec<u8>,
    /// Offset of the program in its area, and again as in [`Setup::cs_delta`] in its segment.
    pub(crate) start: u32,
    /// How far below its area the code segment begins.
    pub(crate) cs_delta: u32,
    pub(crate) gpr: [u32; 8],
    pub(crate) eflags: u32,
    /// ES, DS, FS, GS: paragraphs, or which of the data descriptors.
    pub(crate) selectors: [u16; 4],
    pub(crate) stack: Descriptor,
    pub(crate) data: [Descriptor; DATA_SEGMENTS],
    pub(crate) wild: [[u8; 8]; WILD_DESCRIPTORS],
    pub(crate) code_limit: u32,
    pub(crate) pages: Vec<PageChange>,
    /// Extra bits of CR0: MP, EM, TS.
    pub(crate) cr0: u32,
    /// DR0–DR3, DR7.
    pub(crate) debug: [u32; 5],
    /// What the data area is filled from.
    pub(crate) seed: u32,
    /// After how many instructions an interrupt is requested from outside, and its vector.
    pub(crate) request: (u64, u8),
    /// Lengths of the slices of one of the runs.
    pub(crate) slices: [u64; 4],
    pub(crate) coprocessor: Coprocessor,
}

impl Setup {
    /// Every two strings of bytes are a machine and its program.
    pub(crate) fn new(machine: &[u8], program: &[u8]) -> Setup {
        let choices = &mut Choices::new(machine);
        let mode = mode(choices);
        let big = matches!(mode, Mode::Ring(_)) && choices.once_in(2);
        let paging = matches!(mode, Mode::Task) || mode != Mode::Real && mode != Mode::Unreal && choices.below(4) != 0;
        let ring = if let Mode::Ring(ring) = mode { ring } else { 3 };
        Setup {
            mode,
            faults: faults(choices, mode),
            big,
            paging,
            start: choices.of(&[0x40, 0x40, 0x0FF8, 0x0FE0, 0, 0xFFE0, 0x2FFC]),
            cs_delta: choices.of(&[0, 0, 0x10, 0x30, 0x100]),
            gpr: std::array::from_fn(|number| if number == ESP { stack_pointer(choices) } else { register(choices) }),
            eflags: eflags(choices),
            selectors: std::array::from_fn(|_| selector(choices, mode)),
            stack: stack(choices, ring, big),
            data: std::array::from_fn(|_| data(choices, ring)),
            wild: std::array::from_fn(|_| std::array::from_fn(|_| choices.byte())),
            code_limit: if choices.once_in(6) { 0x40 + u32::from(choices.word() & 0x1FF) } else { 0xF_FFFF },
            pages: pages(choices),
            cr0: if choices.once_in(4) { u32::from(choices.byte() & 0xE) } else { 0 },
            debug: debug(choices),
            seed: choices.dword() | 1,
            request: (u64::from(choices.byte()), choices.byte()),
            slices: std::array::from_fn(|_| 1 + u64::from(choices.below(60))),
            coprocessor: choices.of(&[Coprocessor::Error, Coprocessor::Latched, Coprocessor::Absent]),
            code: code::program(&mut Choices::new(program), big, 60),
        }
    }
}

fn mode(choices: &mut Choices) -> Mode {
    let modes = [Mode::Real, Mode::Task, Mode::Ring(3), Mode::Ring(0), Mode::V86, Mode::Unreal];
    match choices.of(&modes) {
        Mode::Ring(3) if choices.once_in(3) => Mode::Ring(1 + choices.below(2)),
        other => other,
    }
}

fn faults(choices: &mut Choices, mode: Mode) -> Faults {
    let hand_out = choices.once_in(3);
    // The monitor's task has no handlers of its own.
    if hand_out || mode == Mode::Task { Faults::HandOut } else { Faults::Deliver }
}

/// A value that an address is likely to be made of.
fn register(choices: &mut Choices) -> u32 {
    match choices.below(8) {
        0 => u32::from(choices.byte()),
        1 => 0x0FF0 + u32::from(choices.below(0x20)),
        2 => 0xFFFF - u32::from(choices.below(8)),
        3 => 0x4000 + u32::from(choices.byte()),
        4 => choices.of(&[0x8000, 0x7FFF_FFFF, 0x8000_0000, 0x80, 0x7F, 0x1_0000]),
        5 => u32::MAX - u32::from(choices.below(8)),
        _ => choices.dword(),
    }
}

fn stack_pointer(choices: &mut Choices) -> u32 {
    match choices.below(6) {
        0..=2 => 0x1000 + u32::from(choices.below(4)),
        3 => u32::from(choices.below(8)),
        4 => 0xFFFF - u32::from(choices.below(8)),
        _ => register(choices),
    }
}

fn eflags(choices: &mut Choices) -> u32 {
    let status = u32::from(choices.word()) & (STATUS | DF | IF);
    let iopl = u32::from(choices.of(&[0u8, 3, 0, 1, 2])) << 12;
    let rare = [TF, NT, RF].map(|flag| if choices.once_in(12) { flag } else { 0 });
    status | iopl | rare[0] | rare[1] | rare[2]
}

fn selector(choices: &mut Choices, mode: Mode) -> u16 {
    if mode.has_paragraphs() {
        choices.of(&[0x1000, 0x2000, 0x1000, 0x0FFF, 0x1100, 0x4FFF, 0xFFFF, 0x3000])
    } else {
        u16::from(choices.below(5))
    }
}

/// A base close to where something is.
fn base(choices: &mut Choices, home: u32) -> u32 {
    match choices.below(8) {
        0..=2 => home,
        3 => CODE,
        4 => home + u32::from(choices.byte()),
        5 => 0u32.wrapping_sub(u32::from(choices.byte())),
        6 => choices.of(&[0, RAM_END - 0x800, 0x40_0000 + CODE, 0xFFC0_0000 + CODE]),
        _ => choices.dword(),
    }
}

/// Limit and flags of a descriptor.
fn limit(choices: &mut Choices) -> (u32, u8) {
    match choices.below(8) {
        0..=2 => (0xFFFF, 0),
        3 => (0xF_FFFF, 8),
        4 => (0x0FF0 + u32::from(choices.below(0x20)), 0),
        5 => (u32::from(choices.byte()), 0),
        6 => (u32::from(choices.byte()), 8),
        _ => (choices.dword() & 0xF_FFFF, choices.byte() & 8),
    }
}

fn data(choices: &mut Choices, ring: u8) -> Descriptor {
    let (limit, flags) = limit(choices);
    let kind = choices.of(&[0x93, 0x93, 0x92, 0x91, 0x97, 0x9B, 0x99, 0x9F, 0x13]);
    let big = if choices.once_in(2) { 4 } else { 0 };
    Descriptor { base: base(choices, DATA), limit, access: kind | ring << 5, flags: flags | big }
}

fn stack(choices: &mut Choices, ring: u8, big: bool) -> Descriptor {
    let base = if choices.once_in(4) { base(choices, STACK) } else { STACK };
    let mixed = choices.once_in(6);
    let (limit, kind) = match choices.below(6) {
        0 => (0x1000 + u32::from(choices.byte()), 0x93),
        1 => (u32::from(choices.word() & 0x3FFF), 0x97),
        _ => (0xFFFF, 0x93),
    };
    Descriptor { base, limit, access: kind | ring << 5, flags: if big != mixed { 4 } else { 0 } }
}

fn pages(choices: &mut Choices) -> Vec<PageChange> {
    // Accessed and dirty bits come with any rights; frames stay off the system area.
    let frame = |choices: &mut Choices| match choices.below(5) {
        0 | 1 => CODE / 0x1000 + u32::from(choices.below(4)),
        2 => DATA / 0x1000 + u32::from(choices.below(3)),
        3 => STACK / 0x1000 + u32::from(choices.below(6)),
        _ => RAM_END / 0x1000 - 2 + u32::from(choices.below(4)),
    };
    (0..choices.below(10))
        .map(|_| {
            let (page, own) = (frame(choices), choices.below(4) != 0);
            let to = if own { page } else { frame(choices) };
            let rights = choices.of(&[0x67u32, 0x65, 0x63, 0x66, 0x07, 0x05, 0x27, 0x61]);
            PageChange { page, entry: to << 12 | rights }
        })
        .collect()
}

fn debug(choices: &mut Choices) -> [u32; 5] {
    if !choices.once_in(5) {
        return [0; 5];
    }
    let mut registers: [u32; 5] =
        std::array::from_fn(|_| choices.of(&[CODE, DATA, STACK]) + u32::from(choices.word() & 0x103F));
    registers[4] = choices.dword() & 0xFFFF_23FF;
    registers
}
