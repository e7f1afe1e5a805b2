//! The external commands on drive Z:.

mod sort;

pub(super) use sort::Sort;
