//! Addresses of the record's fields.

use crate::proof::layout::SAVE;

pub(super) const VECTOR: u32 = SAVE;
pub(super) const ERROR: u32 = VECTOR + 4;
pub(super) const EAX: u32 = VECTOR + 8;
pub(super) const ECX: u32 = EAX + 4;
pub(super) const EDX: u32 = EAX + 8;
pub(super) const EBX: u32 = EAX + 12;
pub(super) const ESP: u32 = EAX + 16;
pub(super) const EBP: u32 = EAX + 20;
pub(super) const ESI: u32 = EAX + 24;
pub(super) const EDI: u32 = EAX + 28;
pub(super) const EFLAGS: u32 = VECTOR + 40;
pub(super) const EIP: u32 = VECTOR + 44;
pub(super) const ES: u32 = VECTOR + 48;
pub(super) const CS: u32 = ES + 4;
pub(super) const SS: u32 = ES + 8;
pub(super) const DS: u32 = ES + 12;
pub(super) const FS: u32 = ES + 16;
pub(super) const GS: u32 = ES + 20;
pub(super) const LDTR: u32 = ES + 24;
pub(super) const TR: u32 = ES + 28;
pub(super) const CR0: u32 = ES + 32;
pub(super) const CR2: u32 = ES + 36;
pub(super) const DR6: u32 = ES + 40;
