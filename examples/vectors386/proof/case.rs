//! One case: an instruction and the state it starts from.

use super::generate;
use super::mode::Mode;

/// CR0 with paging.
pub(crate) const CR0_PAGING: u32 = 0x8000_0011;
/// Protection enable and extension type: what CR0 holds unless a case says otherwise.
pub(crate) const CR0_PLAIN: u32 = 0x11;
/// What the general registers hold unless a case says otherwise. ESP is in the window's upper half
/// in every mode.
pub(crate) const GPR_PLAIN: [u32; 8] = [
    0xA0A1_A2A3,
    0xC0C1_C2C3,
    0xD0D1_D2D3,
    0xB0B1_B2B3,
    super::layout::WINDOW + 0x180 - super::layout::BASES[super::mode::SS],
    0xBBBD_BEBF,
    0x5051_5253,
    0x1D11_D2D3,
];
/// EIP unless a case says otherwise.
pub(crate) const EIP_PLAIN: u32 = 0x9800;

/// An instruction and the state it starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) mode: Mode,
    /// The instruction; INT 3 follows.
    pub(crate) code: Vec<u8>,
    /// EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI.
    pub(crate) gpr: [u32; 8],
    pub(crate) eflags: u32,
    pub(crate) eip: u32,
    /// ES, CS, SS, DS, FS, GS.
    pub(crate) seg: [u16; 6],
    pub(crate) cr0: u32,
    /// Which of the patterns fills the window.
    pub(crate) pattern: u8,
    /// The system area is compared and made good again.
    pub(crate) system: bool,
    /// Doublewords written before the case: address and value.
    pub(crate) pokes: Vec<(u32, u32)>,
    /// Environment of the 387 and its first registers, if the case is about it.
    pub(crate) fpu: Option<FpuState>,
}

/// What a 387 case starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FpuState {
    pub(crate) control: u16,
    pub(crate) status: u16,
    pub(crate) tag: u16,
    /// ST(0) and up; the rest is zero.
    pub(crate) st: Vec<[u8; 10]>,
}

impl Case {
    /// The form of the instruction, as iced-x86 names it.
    pub(crate) fn form(&self) -> String {
        let instruction = generate::decode(&self.code, self.mode.bitness());
        instruction.as_ref().map_or_else(|| "undefined".into(), generate::form)
    }

    /// A case of `code` in `mode`, all else plain.
    pub(crate) fn new(mode: Mode, code: &[u8]) -> Case {
        Case {
            mode,
            code: code.to_vec(),
            gpr: GPR_PLAIN,
            eflags: mode.eflags(),
            eip: EIP_PLAIN,
            seg: mode.segments(),
            cr0: CR0_PLAIN,
            pattern: 0,
            system: false,
            pokes: Vec::new(),
            fpu: None,
        }
    }
}
