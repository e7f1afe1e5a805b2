//! AH=71h: the functions of long names, in sessions that have them.
//!
//! | module | functions (AL) |
//! | --- | --- |
//! | `place` | where a long name leads |
//! | `names` | 39h–3Bh, 41h, 43h, 47h, 56h: directories, deleting, attributes, renaming |
//! | `text` | 60h, A8h: full names, short and long; A0h: what a drive offers |
//! | `opening` | 6Ch, A6h: opening, what is known of an open file |
//! | `find` | 4Eh, 4Fh, A1h: searching |
//! | `time` | A7h: times as Windows counts them |
//!
//! Source: RBIL, INT 21h/AX=7139h to 71AAh.

mod find;
mod names;
mod opening;
mod place;
mod text;
mod time;

pub(in crate::dos) use find::LongSearches;

use super::{Answer, answer};
use crate::dos::Dos;
use crate::dos::error::DosError;
use crate::dos::frame::Frame;

/// AX of a function that there is not. Source: RBIL, INT 21h/AX=7100h.
const NOT_OFFERED: u16 = 0x7100;

/// AH=71h, by AL.
pub(super) fn int21_71_long_names(dos: &mut Dos<'_>, frame: &mut Frame) -> Answer {
    let result = match frame.al() {
        // Nothing is kept that a drive would have to be reset for.
        0x0D => Ok(()),
        0x39 => names::int21_7139_make_directory(dos, frame),
        0x3A => names::int21_713a_remove_directory(dos, frame),
        0x3B => names::int21_713b_change_directory(dos, frame),
        0x41 => names::int21_7141_delete(dos, frame),
        0x43 => names::int21_7143_attributes(dos, frame),
        0x47 => names::int21_7147_current_directory(dos, frame),
        0x4E => find::int21_714e_find_first(dos, frame),
        0x4F => find::int21_714f_find_next(dos, frame),
        0x56 => names::int21_7156_rename(dos, frame),
        0x60 => text::int21_7160_true_name(dos, frame),
        0x6C => opening::int21_716c_open(dos, frame),
        0xA0 => text::int21_71a0_volume(dos, frame),
        0xA1 => find::int21_71a1_find_close(dos, frame),
        0xA6 => opening::int21_71a6_file_information(dos, frame),
        0xA7 => time::int21_71a7_convert(dos, frame),
        0xA8 => text::int21_71a8_short_name(dos, frame),
        // A9h is for servers; AAh is SUBST, and no drive is another one's directory.
        0xA9 | 0xAA => Err(DosError::InvalidFunction),
        _ => return not_offered(frame),
    };
    answer(dos, frame, result)
}

/// A function that there is not: as in a session without long names.
fn not_offered(frame: &mut Frame) -> Answer {
    tracing::debug!("INT 21h/AX={:04X}h is not offered", frame.ax);
    frame.ax = NOT_OFFERED;
    frame.set_carry(true);
    Answer::Done
}
