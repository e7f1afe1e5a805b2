//! Finding things on a screen.

use std::collections::BTreeMap;

use regex::Regex;

use super::Why;
use crate::screen::Screen;
use crate::script::ast::{Area, Look, Needle, Where};
use crate::script::pattern;

/// A [`Look`] that is ready to be used.
pub(super) struct Sight {
    what: What,
    place: Where,
}

enum What {
    Text(Vec<char>),
    Regex(Regex),
}

/// Something that was found.
pub(super) struct Found {
    /// The row, from 0.
    pub(super) row: u16,
    /// What its named groups matched, in the order of the expression.
    pub(super) groups: Vec<(String, String)>,
}

impl Sight {
    /// Fills in variables. *Errors*: one has no value, or what comes out is no regular expression.
    pub(super) fn new(look: &Look, variables: &BTreeMap<String, String>) -> Result<Sight, Why> {
        let what = match &look.what {
            Needle::Text(text) => What::Text(text.fill(variables, str::to_owned)?.chars().collect()),
            Needle::Regex(text) => {
                let pattern = text.fill(variables, regex::escape)?;
                What::Regex(pattern::compile(&pattern).map_err(Why::Unusable)?)
            }
        };
        Ok(Sight { what, place: look.place })
    }

    /// True if it is on the screen.
    pub(super) fn is_on(&self, screen: &Screen) -> bool {
        self.find(screen).is_some()
    }

    /// Where it is on the screen: the first place from the top.
    pub(super) fn find(&self, screen: &Screen) -> Option<Found> {
        let area = Area::of(self.place.region.as_ref(), screen);
        let mut rows = area.rows.clone();
        if self.place.cursor {
            let cursor = screen.cursor.filter(|_| area.holds_cursor(screen))?;
            rows = cursor.row..cursor.row + 1;
        }
        rows.into_iter().find_map(|row| self.find_in_row(screen, &area, row))
    }

    fn find_in_row(&self, screen: &Screen, area: &Area, row: u16) -> Option<Found> {
        let text = area.row_text(screen, row);
        match &self.what {
            What::Text(needle) => {
                let chars: Vec<char> = text.chars().collect();
                let mut places = chars.windows(needle.len().max(1)).enumerate().filter(|(_, window)| window == needle);
                places
                    .any(|(start, _)| self.has_attr(screen, area, row, start, needle.len()))
                    .then(|| Found { row, groups: Vec::new() })
            }
            What::Regex(regex) => {
                let text = text.trim_end();
                let captures = regex.captures_iter(text).find(|captures| {
                    let range = captures.get(0).map_or(0..0, |whole| whole.range());
                    let start = text[..range.start].chars().count();
                    self.has_attr(screen, area, row, start, text[range].chars().count())
                })?;
                let value = |name: &str| captures.name(name).map_or("", |found| found.as_str()).to_owned();
                let groups = regex.capture_names().flatten().map(|name| (name.to_owned(), value(name))).collect();
                Some(Found { row, groups })
            }
        }
    }

    /// True if `len` cells from the area's column `start` on have the attribute that is asked for.
    fn has_attr(&self, screen: &Screen, area: &Area, row: u16, start: usize, len: usize) -> bool {
        let Some(attr) = self.place.attr else { return true };
        let cols = area.cols.clone().skip(start).take(len);
        cols.into_iter().all(|col| screen.cell(row, col).is_some_and(|cell| attr.fits(cell.attr, screen)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Text;
    use crate::screen::Cursor;
    use crate::script::ast::{Attr, Region};
    use crate::script::fake::screen_of;

    fn sight(what: Needle, place: Where) -> Sight {
        Sight::new(&Look { what, place }, &BTreeMap::new()).unwrap()
    }

    fn text(text: &str, place: Where) -> Sight {
        sight(Needle::Text(Text::plain(text)), place)
    }

    #[test]
    fn a_region_hides_what_is_outside() {
        let screen = screen_of("left right");
        let region = Region { row: 0, col: 5, rows: Some(1), cols: None };
        let place = Where { region: Some(region), ..Where::default() };
        assert!(text("right", place).is_on(&screen));
        assert!(!text("left", place).is_on(&screen));
        assert!(!text("t right", place).is_on(&screen), "text must lie inside as a whole");
    }

    #[test]
    fn every_cell_of_a_match_has_the_attribute() {
        let mut screen = screen_of("ok ok");
        screen.cells[3].attr = 0x1F;
        screen.cells[4].attr = 0x1F;
        let attr = Attr { bg: Some(1), fg: Some(15), ..Attr::default() };
        let place = Where { attr: Some(attr), ..Where::default() };
        assert!(text("ok", place).is_on(&screen), "the second one has it");
        assert!(!text("ok ok", place).is_on(&screen));
        assert!(sight(Needle::Regex(Text::plain("o.")), place).is_on(&screen));
        assert!(!sight(Needle::Regex(Text::plain("^o.")), place).is_on(&screen));
    }

    #[test]
    fn with_the_cursor_only_its_row_counts() {
        let mut screen = screen_of("A:\\>");
        let place = Where { cursor: true, ..Where::default() };
        assert!(!text("A:\\>", place).is_on(&screen), "there is no cursor");
        screen.cursor = Some(Cursor { row: 0, col: 4, start: 13, end: 14 });
        assert!(text("A:\\>", place).is_on(&screen));
        screen.cursor = Some(Cursor { row: 1, col: 0, start: 13, end: 14 });
        assert!(!text("A:\\>", place).is_on(&screen), "an old prompt");
    }

    #[test]
    fn the_ends_of_a_row_are_those_of_its_text() {
        let screen = screen_of("FreeDOS 1.3");
        let found = sight(Needle::Regex(Text::plain("(?<v>[0-9.]+)$")), Where::default()).find(&screen).unwrap();
        assert_eq!((found.row, found.groups), (0, vec![("v".to_owned(), "1.3".to_owned())]));
    }
}
