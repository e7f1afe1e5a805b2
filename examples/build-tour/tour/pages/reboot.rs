//! Starts again, as Ctrl-Alt-Del does, but without the power-on self test.

use super::super::kit::{Kit, Page};
use super::super::program::{Emit, Program};

/// The menu line.
pub(crate) const PAGE: Page = Page { digit: '0', title: "Start again (INT 19h)", emit };

fn emit(p: &mut Program, kit: &Kit) -> Emit {
    // The vector must not lead into this program while the next one is loaded over it.
    p.call(kit.unhook)?;
    p.int(0x19)
}
