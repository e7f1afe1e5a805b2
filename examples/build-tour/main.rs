//! Builds `dos-images/tour.img`, the demonstration floppy, from the source beside this file.
//!
//! Run `cargo run --example build-tour` in the top folder of the repository; another path may be
//! given as argument. The output depends on nothing but the source.

mod tour;

use std::path::PathBuf;

fn main() -> anyhow::Result<()> {
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/dos-images/tour.img");
    let path = std::env::args_os().nth(1).map_or_else(|| PathBuf::from(committed), PathBuf::from);
    std::fs::write(path, tour::image()?)?;
    Ok(())
}
