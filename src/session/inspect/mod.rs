//! What a session's machine is doing, as a value and as text: registers, code, stack, the last calls,
//! and where the interrupt vectors lead.

mod owners;
mod text;

pub use self::owners::Owner;
use self::owners::Owners;
pub use self::text::Section;
use super::Session;
use crate::clock::VirtTime;
use crate::cpu::regs::Regs;
use crate::cpu::{CodeLine, FpuView};
use crate::monitor::trace::Traced;
use crate::monitor::vm::{StopReason, Vm};
use crate::types::SegOff;

/// Instructions shown before and from CS:IP.
const CODE_BEFORE: usize = 8;
const CODE_FROM: usize = 16;
/// Words shown of the stack.
const STACK_WORDS: u16 = 32;

/// A machine at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    /// Guest time.
    pub time: VirtTime,
    /// Instructions executed so far.
    pub instructions: u64,
    /// Why it stopped, if it did.
    pub stopped: Option<StopReason>,
    /// Registers, FLAGS as the guest sees them.
    pub regs: Regs,
    /// The coprocessor, if there is one.
    pub fpu: Option<FpuView>,
    /// Code around CS:IP: the line with the offset in IP is the next to be executed.
    pub code: Vec<CodeLine>,
    /// The stack's words from SS:SP on.
    pub stack: Vec<u16>,
    /// The last calls, exceptions, port accesses and interrupts, first to last.
    pub trace: Vec<Traced>,
    /// Where each of the 256 vectors leads, and whose that is.
    pub vectors: Vec<(SegOff, Owner)>,
}

impl Session {
    /// Looks at the machine without changing anything of it.
    ///
    /// ```
    /// use dosmux::config::SessionSpec;
    /// use dosmux::session::inspect::Section;
    /// use dosmux::session::{Host, Session, SessionOptions};
    ///
    /// let options = SessionOptions { force_overlay: true, rtc_start: 0, local_time: false };
    /// let session = Session::new(&SessionSpec::new("a"), &Host::new(), options).unwrap();
    /// let inspection = session.inspect();
    /// assert_eq!(inspection.vectors.len(), 256);
    /// assert!(inspection.text(&[Section::Registers]).contains("CS=F000"));
    /// ```
    #[must_use]
    pub fn inspect(&self) -> Inspection {
        Inspection::of(self.vm())
    }
}

impl Inspection {
    fn of(vm: &Vm) -> Inspection {
        let (regs, owners) = (vm.regs(), Owners::find(vm));
        let top = regs.ss_sp();
        let vector = |number| {
            let at = vm.vector(number);
            (at, owners.of(at))
        };
        Inspection {
            time: vm.now(),
            instructions: vm.stats().instructions,
            stopped: vm.stopped().cloned(),
            fpu: vm.coprocessor(),
            code: vm.code(CODE_BEFORE, CODE_FROM),
            stack: (0..STACK_WORDS).map(|word| vm.peek_u16(top.offset(2 * word))).collect(),
            trace: vm.trace(),
            vectors: (0..=255).map(vector).collect(),
            regs,
        }
    }
}
