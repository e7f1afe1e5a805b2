//! The demonstration floppy.

#[path = "../../examples/build-tour/tour/mod.rs"]
pub(crate) mod source;

/// What is committed, and what the binary embeds.
const COMMITTED: &[u8] = include_bytes!("../../dos-images/tour.img");

#[test]
fn the_committed_image_is_what_its_source_builds() {
    let built = source::image().unwrap();
    assert!(built == COMMITTED, "run `cargo run --example build-tour` and commit dos-images/tour.img");
}
