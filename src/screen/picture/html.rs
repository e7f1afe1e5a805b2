//! Pictures as web pages.

use super::{Picture, escaped, hex};

const FONTS: &str = "ui-monospace,'Cascadia Mono','DejaVu Sans Mono',Menlo,Consolas,monospace";

impl Picture {
    /// A page of its own that holds nothing but the picture, as text that can be selected.
    pub(super) fn html(&self) -> String {
        let mut out = format!(
            "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<title>screen</title>\n\
             <style>body{{background:{};margin:1em}}pre{{font:15px/1.2 {FONTS};margin:0}}</style>\n<pre>",
            hex(self.margin)
        );
        let mut row = 0;
        for run in self.runs(|glyph| Some((glyph.fore, glyph.back, glyph.bold, glyph.underlined))) {
            (row..run.row).for_each(|_| out.push('\n'));
            row = run.row;
            let (fore, back, bold, underlined) = run.key;
            let weight = if bold { ";font-weight:bold" } else { "" };
            let line = if underlined { ";text-decoration:underline" } else { "" };
            out.push_str(&format!("<span style=\"color:{};background:{}{weight}{line}\">", hex(fore), hex(back)));
            out.extend(self.chars(&run).map(escaped));
            out.push_str("</span>");
        }
        out.push_str("</pre>\n");
        out
    }
}
