//! Golden screens: what a session shows, compared with a text file.
//!
//! A file has a header line, then the rows between bars; if attributes are compared, a second block
//! has the attribute of each cell as two hexadecimal digits. Masked cells are stars in both.

use std::fmt::Write as _;
use std::path::PathBuf;

use similar::TextDiff;

use super::Why;
use crate::screen::Screen;
use crate::script::ast::{Area, Golden};

/// Most lines of a difference that are told.
const MAX_DIFF_LINES: usize = 120;
/// What stands in masked cells.
const MASKED: char = '*';

/// A golden file that is to be written anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blessing {
    /// The file.
    pub path: PathBuf,
    /// Its new text.
    pub text: String,
    /// How it differs from the old one, line by line.
    pub diff: String,
}

impl Blessing {
    /// Writes the file; its folder is made if need be.
    pub fn write(&self) -> std::io::Result<()> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&self.path, &self.text)
    }
}

/// Compares the screen with the file. *Errors*: they differ, or there is no file; with `bless` that
/// is what comes back instead.
pub(super) fn compare(golden: &Golden, screen: &Screen, bless: bool) -> Result<Option<Blessing>, Why> {
    let found = picture(golden, screen);
    let path = golden.path.display();
    let kept = match std::fs::read_to_string(&golden.path) {
        Ok(kept) => Some(kept.replace("\r\n", "\n")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Why::Golden(format!("cannot read {path}: {error}"))),
    };
    if kept.as_ref() == Some(&found) {
        return Ok(None);
    }
    let diff = difference(kept.as_deref().unwrap_or_default(), &found);
    match kept {
        _ if bless => Ok(Some(Blessing { path: golden.path.clone(), text: found, diff })),
        None => Err(Why::Golden(format!("there is no {path}; --bless writes it"))),
        Some(_) => Err(Why::Golden(format!("the screen is not as in {path}\n{}", diff.trim_end()))),
    }
}

/// The lines that differ, with a few around them.
fn difference(kept: &str, found: &str) -> String {
    let diff = TextDiff::from_lines(kept, found);
    let text = diff.unified_diff().context_radius(1).to_string();
    let lines: Vec<&str> = text.lines().take(MAX_DIFF_LINES).collect();
    lines.join("\n") + "\n"
}

/// The screen as its file has it.
fn picture(golden: &Golden, screen: &Screen) -> String {
    let area = Area::of(golden.region.as_ref(), screen);
    let masks: Vec<Area> = golden.masks.iter().map(|(_, region)| region.area(screen)).collect();
    let masked = |row: u16, col: u16| masks.iter().any(|mask| mask.rows.contains(&row) && mask.cols.contains(&col));
    let mut out = header(golden, screen, &area);
    for row in area.rows.clone() {
        let cells = area.cols.clone().zip(area.row_text(screen, row).chars().collect::<Vec<_>>());
        let text: String = cells.map(|(col, c)| if masked(row, col) { MASKED } else { c }).collect();
        line(&mut out, format_args!("|{text}|"));
    }
    if golden.attrs {
        line(&mut out, format_args!("attributes"));
        for row in area.rows.clone() {
            let digits = |col| match screen.cell(row, col) {
                _ if masked(row, col) => "**".to_owned(),
                Some(cell) => format!("{:02X}", cell.attr),
                None => String::new(),
            };
            let text: String = area.cols.clone().map(digits).collect();
            line(&mut out, format_args!("|{text}|"));
        }
    }
    out
}

/// What the file begins with.
fn header(golden: &Golden, screen: &Screen, area: &Area) -> String {
    let mut out = format!("mode {:02X}h, {}x{}", screen.mode, screen.cols, screen.rows);
    if golden.region.is_some() {
        let (rows, cols) = (&area.rows, &area.cols);
        // Writing to a string cannot fail.
        let _ = write!(out, ", rows {} to {}, columns {} to {}", rows.start, rows.end, cols.start, cols.end);
    }
    if !golden.masks.is_empty() {
        let names: Vec<&str> = golden.masks.iter().map(|(name, _)| name.as_str()).collect();
        let _ = write!(out, ", without {}", names.join(", "));
    }
    out.push('\n');
    out
}

/// Appends a line.
fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::ast::Region;
    use crate::script::fake::screen_of;

    fn golden(path: PathBuf) -> Golden {
        let clock = Region { row: 0, col: 5, rows: Some(1), cols: Some(5) };
        let region = Region { row: 0, col: 0, rows: Some(1), cols: Some(10) };
        Golden { path, region: Some(region), attrs: true, masks: vec![("clock".to_owned(), clock)] }
    }

    const KEPT: &str = "mode 03h, 20x3, rows 0 to 1, columns 0 to 10, without clock\n|Time *****|\nattributes\n|0707070707**********|\n";

    #[test]
    fn a_screen_is_kept_with_its_attributes_and_without_what_is_masked() {
        let folder = tempfile::tempdir().unwrap();
        let golden = golden(folder.path().join("x.txt"));
        let blessing = compare(&golden, &screen_of("Time 12:34"), true).unwrap().unwrap();
        assert_eq!(blessing.text, KEPT);
        std::fs::write(&golden.path, KEPT).unwrap();
        assert_eq!(compare(&golden, &screen_of("Time 23:59 and more"), false), Ok(None));
    }

    #[test]
    fn a_difference_is_shown_line_by_line() {
        let folder = tempfile::tempdir().unwrap();
        let golden = golden(folder.path().join("x.txt"));
        std::fs::write(&golden.path, KEPT).unwrap();
        let Err(Why::Golden(text)) = compare(&golden, &screen_of("Date 12:34"), false) else { panic!("they differ") };
        assert!(text.contains("\n-|Time *****|\n+|Date *****|\n"), "{text}");
    }

    #[test]
    fn a_file_that_is_missing_is_only_written_when_asked_for() {
        let golden = golden(PathBuf::from("nowhere/x.txt"));
        let Err(why) = compare(&golden, &screen_of(""), false) else { panic!("there is none") };
        assert_eq!(why.to_string(), "there is no nowhere/x.txt; --bless writes it");
    }
}
