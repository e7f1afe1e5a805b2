//! The registers of an 80386 as the monitor, the BIOS and tests see them: plain values, copied out
//! of the core and back. The core keeps its own, faster form.

use crate::types::{SegOff, hi8, lo8, lo16};

/// Numbers of the general registers, as ModR/M encodes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gpr {
    /// Accumulator.
    Eax,
    /// Count.
    Ecx,
    /// Data.
    Edx,
    /// Base.
    Ebx,
    /// Stack pointer.
    Esp,
    /// Frame pointer.
    Ebp,
    /// Source index.
    Esi,
    /// Destination index.
    Edi,
}

/// Numbers of the segment registers, as ModR/M encodes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seg {
    /// Extra.
    Es,
    /// Code.
    Cs,
    /// Stack.
    Ss,
    /// Data.
    Ds,
    /// Second extra.
    Fs,
    /// Third extra.
    Gs,
}

/// EFLAGS bits. Source: 80386 Programmer's Reference Manual, figure 2-8.
pub mod eflags {
    /// Carry.
    pub const CF: u32 = 1 << 0;
    /// Always one.
    pub const ONE: u32 = 1 << 1;
    /// Parity of the low byte: set when even.
    pub const PF: u32 = 1 << 2;
    /// Auxiliary (half) carry.
    pub const AF: u32 = 1 << 4;
    /// Zero.
    pub const ZF: u32 = 1 << 6;
    /// Sign.
    pub const SF: u32 = 1 << 7;
    /// Trap after each instruction.
    pub const TF: u32 = 1 << 8;
    /// Interrupts enabled.
    pub const IF: u32 = 1 << 9;
    /// String direction: set means downwards.
    pub const DF: u32 = 1 << 10;
    /// Overflow.
    pub const OF: u32 = 1 << 11;
    /// I/O privilege level, two bits.
    pub const IOPL: u32 = 3 << 12;
    /// Nested task.
    pub const NT: u32 = 1 << 14;
    /// Resume: ignore an instruction breakpoint once.
    pub const RF: u32 = 1 << 16;
    /// Virtual-8086 mode.
    pub const VM: u32 = 1 << 17;
}

/// A snapshot of the program-visible registers.
///
/// ```
/// use dosmux::cpu::regs::Regs;
/// let mut regs = Regs::default();
/// regs.set_ax(0x1234);
/// regs.set_al(0xFF);
/// assert_eq!((regs.ah(), regs.ax()), (0x12, 0x12FF));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Regs {
    /// EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI.
    pub gpr: [u32; 8],
    /// Instruction pointer.
    pub eip: u32,
    /// Flags, every bit up to date.
    pub eflags: u32,
    /// Selectors of ES, CS, SS, DS, FS, GS.
    pub seg: [u16; 6],
}

macro_rules! words {
    ($($get:ident $set:ident $reg:ident;)*) => {$(
        #[doc = concat!("Low word of ", stringify!($reg), ".")]
        #[must_use]
        pub fn $get(&self) -> u16 {
            lo16(self.gpr[Gpr::$reg as usize])
        }
        #[doc = concat!("Sets the low word of ", stringify!($reg), "; the high word stays.")]
        pub fn $set(&mut self, value: u16) {
            let reg = &mut self.gpr[Gpr::$reg as usize];
            *reg = *reg & 0xFFFF_0000 | u32::from(value);
        }
    )*};
}

macro_rules! bytes {
    ($($low:ident $set_low:ident $high:ident $set_high:ident $reg:ident;)*) => {$(
        #[doc = concat!("Bits 0–7 of ", stringify!($reg), ".")]
        #[must_use]
        pub fn $low(&self) -> u8 {
            lo8(self.gpr[Gpr::$reg as usize])
        }
        #[doc = concat!("Bits 8–15 of ", stringify!($reg), ".")]
        #[must_use]
        pub fn $high(&self) -> u8 {
            hi8(self.gpr[Gpr::$reg as usize])
        }
        #[doc = concat!("Sets bits 0–7 of ", stringify!($reg), ".")]
        pub fn $set_low(&mut self, value: u8) {
            let reg = &mut self.gpr[Gpr::$reg as usize];
            *reg = *reg & 0xFFFF_FF00 | u32::from(value);
        }
        #[doc = concat!("Sets bits 8–15 of ", stringify!($reg), ".")]
        pub fn $set_high(&mut self, value: u8) {
            let reg = &mut self.gpr[Gpr::$reg as usize];
            *reg = *reg & 0xFFFF_00FF | u32::from(value) << 8;
        }
    )*};
}

macro_rules! selectors {
    ($($get:ident $set:ident $seg:ident;)*) => {$(
        #[doc = concat!("Selector in ", stringify!($seg), ".")]
        #[must_use]
        pub fn $get(&self) -> u16 {
            self.seg[Seg::$seg as usize]
        }
        #[doc = concat!("Sets the selector in ", stringify!($seg), ".")]
        pub fn $set(&mut self, value: u16) {
            self.seg[Seg::$seg as usize] = value;
        }
    )*};
}

impl Regs {
    words! {
        ax set_ax Eax; cx set_cx Ecx; dx set_dx Edx; bx set_bx Ebx;
        sp set_sp Esp; bp set_bp Ebp; si set_si Esi; di set_di Edi;
    }
    bytes! {
        al set_al ah set_ah Eax; cl set_cl ch set_ch Ecx;
        dl set_dl dh set_dh Edx; bl set_bl bh set_bh Ebx;
    }
    selectors! { es set_es Es; cs set_cs Cs; ss set_ss Ss; ds set_ds Ds; fs set_fs Fs; gs set_gs Gs; }

    /// CS:IP.
    #[must_use]
    pub fn cs_ip(&self) -> SegOff {
        SegOff { seg: self.cs(), off: lo16(self.eip) }
    }

    /// SS:SP.
    #[must_use]
    pub fn ss_sp(&self) -> SegOff {
        SegOff { seg: self.ss(), off: self.sp() }
    }

    /// The far pointer of a segment register and an offset, as services take their arguments.
    #[must_use]
    pub fn far(&self, seg: Seg, off: u16) -> SegOff {
        SegOff { seg: self.seg[seg as usize], off }
    }
}
