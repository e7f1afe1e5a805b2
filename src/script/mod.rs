//! Session scripts.
