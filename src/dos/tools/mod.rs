//! External commands that are part of dosmux, on drive Z:.
//!
//! | module | what it is |
//! | --- | --- |
//! | `attrib`, `choice`, `find`, `mem`, `more`, `sort`, `tree`, `unix`, `xcopy` | one program each |
//! | `edit` | EDIT |
//! | `help` | what `/?` shows of any of them |
//! | `source` | files or standard input, one after the other |
//! | `walk` | a directory and those in it |
//!
//! A program takes its name apart, looks at directories through [`super::Dos`], and leaves everything
//! that may have to wait (reading, writing, keys) to requests.

mod attrib;
mod choice;
mod edit;
mod find;
mod help;
mod mem;
mod more;
mod sort;
mod source;
mod tree;
mod unix;
mod walk;
mod xcopy;

pub(super) use attrib::Attrib;
pub(super) use choice::Choice;
pub(super) use edit::Edit;
pub(super) use find::Find;
pub(super) use help::{Help, lines};
pub(super) use mem::Mem;
pub(super) use more::More;
pub(super) use sort::Sort;
pub(super) use tree::Tree;
pub(super) use unix::Unix;
pub(super) use walk::{Visit, Walk};
pub(super) use xcopy::Xcopy;

use super::app::{Call, Request};

const STDIN: u16 = 0;
const STDOUT: u16 = 1;
const STDERR: u16 = 2;
const CTRL_Z: u8 = 0x1A;

/// INT 21h with this in AX.
fn int21(ax: u16) -> Request {
    Request::Interrupt(0x21, Call { ax, ..Call::default() })
}

/// AH=0Bh: Ctrl-C is looked for, and the guest goes on, between two steps of something long.
fn breathe() -> Request {
    int21(0x0B00)
}
