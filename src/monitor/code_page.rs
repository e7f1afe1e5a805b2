//! Which code page the guest has selected for its screen: seen in the calls that select one, at their
//! return, because only then it is known whether there was one to select.
//!
//! | call | code page in | selects if |
//! | --- | --- | --- |
//! | INT 21h AX=6602h, set global code page | BX | CF = 0 |
//! | INT 21h AX=440Ch CX=034Ah, CON: select code page | word at DS:DX + 2 | CF = 0 |
//! | INT 2Fh AX=AD01h, DISPLAY.SYS: set active code page | BX | CF = 0, AX changed |
//!
//! Source: MS-DOS Programmer's Reference, functions 6602h and 440Ch; Ralf Brown's Interrupt List,
//! INT 2F/AX=AD01h.
//!
//! Gap: a character table that the guest loads itself says nothing of its code page.

use super::vm::Vm;
use crate::cpu::regs::{Seg, eflags};
use crate::types::{PhysAddr, SegOff};

const INT_DOS: u8 = 0x21;
const INT_MULTIPLEX: u8 = 0x2F;
const SET_GLOBAL_CODE_PAGE: u16 = 0x6602;
const GENERIC_CHARACTER_IOCTL: u16 = 0x440C;
/// CX: category 3, the console; function 4Ah, select code page.
const CONSOLE_SELECT: u16 = 0x034A;
const DISPLAY_SET_ACTIVE: u16 = 0xAD01;
/// Calls within calls that are followed: DOS asks its console, which asks DISPLAY.SYS.
const DEPTH: usize = 4;

/// A call that has not returned yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    /// Where it returns to, and the stack then.
    at: SegOff,
    stack: SegOff,
    ax: u16,
    number: u16,
}

/// What is known of the guest's code page.
#[derive(Debug, Default)]
pub(super) struct CodePageWatch {
    asked: Vec<Asked>,
    selected: Option<u16>,
}

impl Vm {
    /// Number of the code page that the guest has selected since it was started, if it has.
    #[must_use]
    pub fn code_page(&self) -> Option<u16> {
        self.code_page.selected
    }

    /// Notes an INT n that may select a code page; CS:EIP is behind it.
    pub(super) fn note_code_page_call(&mut self, vector: u8) {
        let regs = self.cpu.regs();
        let number = match (vector, regs.ax()) {
            (INT_DOS, SET_GLOBAL_CODE_PAGE) | (INT_MULTIPLEX, DISPLAY_SET_ACTIVE) => regs.bx(),
            (INT_DOS, GENERIC_CHARACTER_IOCTL) if regs.cx() == CONSOLE_SELECT => {
                let packet = regs.far(Seg::Ds, regs.dx());
                self.mem.read_u16(PhysAddr(packet.offset(2).linear().0))
            }
            _ => return,
        };
        let asked = Asked { at: self.cs_ip(), stack: regs.ss_sp(), ax: regs.ax(), number };
        let calls = &mut self.code_page.asked;
        if calls.len() == DEPTH {
            calls.remove(0);
        }
        calls.push(asked);
    }

    /// Notes an IRET that may be the return of such a call; CS:EIP is where it led to.
    pub(super) fn note_code_page_return(&mut self) {
        if self.code_page.asked.is_empty() {
            return;
        }
        let (regs, at) = (self.cpu.regs(), self.cs_ip());
        let returns = |asked: &Asked| asked.at == at && asked.stack == regs.ss_sp();
        let Some(index) = self.code_page.asked.iter().rposition(returns) else { return };
        let asked = self.code_page.asked[index];
        // Calls within it that did not come back will not.
        self.code_page.asked.truncate(index);
        let answered = asked.ax != DISPLAY_SET_ACTIVE || regs.ax() != DISPLAY_SET_ACTIVE;
        if self.cpu.eflags() & eflags::CF == 0 && answered && self.code_page.selected != Some(asked.number) {
            tracing::debug!(number = asked.number, "the guest selects a code page");
            self.code_page.selected = Some(asked.number);
            self.picture_means_something_else();
        }
    }
}
