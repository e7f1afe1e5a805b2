//! Session scripts: those of the documentation and those of `tests/scripts`.

use std::path::Path;

use dosmux::script::parse;

/// The ```` ```toml ```` blocks of a Markdown text, each with the line of its fence.
fn toml_blocks(markdown: &str) -> Vec<(usize, String)> {
    let mut blocks: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for (index, line) in markdown.lines().enumerate() {
        match (inside, line) {
            (false, "```toml") => {
                inside = true;
                blocks.push((index + 1, String::new()));
            }
            (true, "```") => inside = false,
            (true, line) => {
                let (_, text) = blocks.last_mut().expect("a fence opened the block");
                text.push_str(line);
                text.push('\n');
            }
            (false, _) => {}
        }
    }
    blocks
}

/// `block` as a whole script: with sessions and a step if it shows only the other.
fn completed(block: &str) -> String {
    let sessions = if block.contains("[sessions.") { "" } else { "\n[sessions.a]\n[sessions.b]\n" };
    let steps = if block.contains("[[steps]]") { "" } else { "\n[[steps]]\nsleep = '1s'\n" };
    format!("{block}{sessions}{steps}")
}

#[test]
fn every_example_of_the_documentation_is_a_valid_script() {
    let markdown = include_str!("../../docs/SCRIPT.md");
    let blocks = toml_blocks(markdown);
    assert!(blocks.len() >= 7, "found {} examples", blocks.len());
    for (line, block) in blocks {
        let result = parse::parse(Path::new("example.toml"), &completed(&block));
        assert!(result.is_ok(), "docs/SCRIPT.md, example in line {line}: {}", result.unwrap_err());
    }
}

#[test]
fn the_documentation_names_every_verb() {
    let markdown = include_str!("../../docs/SCRIPT.md");
    for verb in parse::verbs() {
        assert!(markdown.contains(&format!("\n### {verb}\n")), "docs/SCRIPT.md lacks a section on `{verb}`");
    }
}
