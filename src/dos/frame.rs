//! The registers of INT 21h's caller, as DOS pushes them on the caller's stack: AX is on top, and the
//! interrupt's own frame below. Handlers of INT 24h and programs that trace DOS find them there.
//!
//! Source: RBIL, INT 24h (stack at entry); INT 21h/AX=5D00h.

use crate::cpu::regs::Regs;
use crate::mem::GuestMemory;
use crate::types::{SegOff, lo16};

/// Words that DOS pushes.
const SAVED_WORDS: u16 = 9;
/// The caller's FLAGS, within all of the frame.
const FLAGS: u16 = 2 * (SAVED_WORDS + 2);
const CARRY: u16 = 1;
const ZERO: u16 = 1 << 6;

/// The caller's registers while a function works on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) ax: u16,
    pub(super) bx: u16,
    pub(super) cx: u16,
    pub(super) dx: u16,
    pub(super) si: u16,
    pub(super) di: u16,
    pub(super) bp: u16,
    pub(super) ds: u16,
    pub(super) es: u16,
    /// FLAGS as the return will restore them.
    pub(super) flags: u16,
}

impl Frame {
    /// Where the caller goes on, from the frame's start: IP and CS of the interrupt.
    pub(super) const RETURN: u16 = 2 * SAVED_WORDS;

    /// The processor's registers and flags.
    pub(super) fn of(regs: &Regs) -> Frame {
        Frame {
            ax: regs.ax(),
            bx: regs.bx(),
            cx: regs.cx(),
            dx: regs.dx(),
            si: regs.si(),
            di: regs.di(),
            bp: regs.bp(),
            ds: regs.ds(),
            es: regs.es(),
            flags: lo16(regs.eflags),
        }
    }

    /// Pushes the processor's registers on the stack at SS:SP and says where they lie. The flags are the
    /// caller's, which lie there already.
    pub(super) fn push(regs: &Regs, mem: &mut GuestMemory<'_>) -> SegOff {
        let at = SegOff::new(regs.ss(), regs.sp().wrapping_sub(2 * SAVED_WORDS));
        let frame = Frame { flags: mem.read_u16(at.offset(FLAGS)), ..Frame::of(regs) };
        frame.write(mem, at);
        at
    }

    /// Reads the frame at `at`.
    pub(super) fn read(mem: &GuestMemory<'_>, at: SegOff) -> Frame {
        let word = |index: u16| mem.read_u16(at.offset(2 * index));
        Frame {
            ax: word(0),
            bx: word(1),
            cx: word(2),
            dx: word(3),
            si: word(4),
            di: word(5),
            bp: word(6),
            ds: word(7),
            es: word(8),
            flags: mem.read_u16(at.offset(FLAGS)),
        }
    }

    /// Writes the frame to `at`.
    pub(super) fn write(self, mem: &mut GuestMemory<'_>, at: SegOff) {
        let words = [self.ax, self.bx, self.cx, self.dx, self.si, self.di, self.bp, self.ds, self.es];
        let mut to = at;
        for word in words {
            mem.write_u16(to, word);
            to = to.offset(2);
        }
        mem.write_u16(at.offset(FLAGS), self.flags);
    }

    /// Loads the processor's registers from here; SS:SP is left at the interrupt's own frame behind
    /// `at`.
    pub(super) fn pop(self, regs: &mut Regs, at: SegOff) {
        self.load(regs);
        regs.set_ss(at.seg);
        regs.set_sp(at.off.wrapping_add(2 * SAVED_WORDS));
    }

    /// Loads the processor's registers from here, but not the flags.
    pub(super) fn load(self, regs: &mut Regs) {
        regs.set_ax(self.ax);
        regs.set_bx(self.bx);
        regs.set_cx(self.cx);
        regs.set_dx(self.dx);
        regs.set_si(self.si);
        regs.set_di(self.di);
        regs.set_bp(self.bp);
        regs.set_ds(self.ds);
        regs.set_es(self.es);
    }

    pub(super) fn al(&self) -> u8 {
        self.ax.to_le_bytes()[0]
    }

    pub(super) fn ah(&self) -> u8 {
        self.ax.to_le_bytes()[1]
    }

    pub(super) fn dl(&self) -> u8 {
        self.dx.to_le_bytes()[0]
    }

    pub(super) fn set_al(&mut self, al: u8) {
        self.ax = u16::from_le_bytes([al, self.ah()]);
    }

    /// DS:DX, where most functions find a name or a buffer.
    pub(super) fn ds_dx(&self) -> SegOff {
        SegOff::new(self.ds, self.dx)
    }

    pub(super) fn carry(&self) -> bool {
        self.flags & CARRY != 0
    }

    pub(super) fn zero(&self) -> bool {
        self.flags & ZERO != 0
    }

    pub(super) fn set_carry(&mut self, on: bool) {
        self.set_flag(CARRY, on);
    }

    pub(super) fn set_zero(&mut self, on: bool) {
        self.set_flag(ZERO, on);
    }

    fn set_flag(&mut self, flag: u16, on: bool) {
        self.flags = if on { self.flags | flag } else { self.flags & !flag };
    }
}
