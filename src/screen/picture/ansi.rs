//! Pictures as text for a terminal.

use std::fmt::Write;

use super::Picture;
use crate::screen::Rgb;

/// Ends all attributes.
pub(in crate::screen) const PLAIN: &str = "\x1b[0m";

impl Picture {
    /// Each row with its colours (24 bits each), plain again at its end, so that a pager or a log
    /// can cut between rows.
    pub(super) fn ansi(&self) -> String {
        let mut out = String::new();
        let mut row = 0;
        for run in self.runs(|glyph| Some((glyph.fore, glyph.back, glyph.bold, glyph.underlined))) {
            end_rows(&mut out, &mut row, run.row);
            let (fore, back, bold, underlined) = run.key;
            let attributes = [(bold, ";1"), (underlined, ";4")];
            let attributes: String = attributes.into_iter().filter(|(on, _)| *on).map(|(_, code)| code).collect();
            choose(&mut out, &attributes, fore, back);
            out.extend(self.chars(&run).map(|c| if c.is_control() { ' ' } else { c }));
        }
        end_rows(&mut out, &mut row, self.rows);
        out
    }
}

/// Chooses colours and attributes (SGR parameters, each behind a semicolon), whatever was chosen
/// before.
pub(in crate::screen) fn choose(out: &mut String, attributes: &str, fore: Rgb, back: Rgb) {
    let (f, b) = (fore, back);
    // Writing to a string cannot fail.
    let _ = write!(out, "\x1b[0{attributes};38;2;{};{};{};48;2;{};{};{}m", f.r, f.g, f.b, b.r, b.g, b.b);
}

/// Ends the rows from `row` up to `next`.
fn end_rows(out: &mut String, row: &mut u16, next: u16) {
    for _ in *row..next {
        out.push_str(PLAIN);
        out.push('\n');
    }
    *row = next;
}
