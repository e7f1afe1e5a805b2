//! Steps that assert.

use super::performer::Performer;
use super::sight::Sight;
use super::{Why, golden};
use crate::config::Text;
use crate::screen::Screen;
use crate::script::ast::{Area, Attr, CursorSpec, Expect, Look, ModeSpec, Region, Step};
use crate::script::machine::Machine;

impl<M: Machine> Performer<'_, M> {
    /// Asserts.
    pub(super) fn expect(&mut self, step: &Step, expect: &Expect) -> Result<(), Why> {
        match expect {
            Expect::NotShown(look) => self.expect_not(step, look),
            Expect::Cursor(spec) => self.expect_screen(step, |screen| cursor_fault(screen, spec)),
            Expect::Attr { attr, region } => {
                self.expect_screen(step, |screen| attr_fault(screen, attr, region.as_ref()))
            }
            Expect::Mode(spec) => self.expect_screen(step, |screen| mode_fault(screen, spec)),
            Expect::Exit { code, program } => self.expect_exit(step, *code, program.as_deref()),
            Expect::Memory { at, bytes } => self.expect_memory(step, *at, bytes),
            Expect::File(spec) => self.expect_file(step, spec),
            Expect::Golden(spec) => {
                let screen = self.machine(step).screen();
                match golden::compare(spec, &screen, self.options.bless)? {
                    Some(blessing) => self.bless(blessing),
                    None => Ok(()),
                }
            }
            Expect::Stopped(reason) => self.expect_stopped(step, reason),
        }
    }

    fn expect_not(&mut self, step: &Step, look: &Look) -> Result<(), Why> {
        let sight = Sight::new(look, &self.variables)?;
        match sight.find(&self.machine(step).screen()) {
            Some(found) => Err(Why::OnScreen(found.row)),
            None => Ok(()),
        }
    }

    /// Waits until `fault` finds nothing wrong with the screen.
    fn expect_screen(&mut self, step: &Step, fault: impl Fn(&Screen) -> Option<String>) -> Result<(), Why> {
        let right = self.until_screen(step, &mut |screen| fault(screen).is_none())?;
        if right {
            return Ok(());
        }
        let found = fault(&self.machine(step).screen()).unwrap_or_default();
        Err(Why::Differs { found, within: step.timeout })
    }

    fn expect_memory(&mut self, step: &Step, at: u32, bytes: &[u8]) -> Result<(), Why> {
        let held = |performer: &mut Self| performer.machine(step).memory(at, bytes.len());
        let right = self.until(step, |performer| (held(performer) == bytes).then_some(()))?;
        match right {
            Some(()) => Ok(()),
            None => {
                let found = memory_fault(at, bytes, &held(self));
                Err(Why::Differs { found, within: step.timeout })
            }
        }
    }

    fn expect_stopped(&mut self, step: &Step, reason: &Text) -> Result<(), Why> {
        let wanted = self.fill(reason)?;
        let deadline = self.deadline(step);
        loop {
            let left = match self.time_left(step, deadline) {
                Err(Why::Stopped(reason)) if reason.to_string().contains(&wanted) => return Ok(()),
                other => other?,
            };
            if left.is_zero() {
                return Err(Why::NotStopped(step.timeout));
            }
            self.stage.run_slice(step.session, left);
        }
    }
}

/// What is wrong with the cursor.
fn cursor_fault(screen: &Screen, spec: &CursorSpec) -> Option<String> {
    let Some(cursor) = screen.cursor else {
        let wanted = spec.visible != Some(false) || spec.row.is_some() || spec.col.is_some();
        return wanted.then(|| "the cursor is not shown".to_owned());
    };
    let far = |place: i32, total: u16| if place < 0 { place + i32::from(total) } else { place };
    let fits = spec.visible != Some(false)
        && spec.row.is_none_or(|row| far(row, screen.rows) == i32::from(cursor.row))
        && spec.col.is_none_or(|col| far(col, screen.cols) == i32::from(cursor.col));
    (!fits).then(|| format!("the cursor is in row {}, column {}", cursor.row, cursor.col))
}

/// Which cell does not have the attribute.
fn attr_fault(screen: &Screen, attr: &Attr, region: Option<&Region>) -> Option<String> {
    let area = Area::of(region, screen);
    if area.rows.is_empty() || area.cols.is_empty() {
        return Some("the region is not on the screen".to_owned());
    }
    let mut places = area.rows.flat_map(|row| area.cols.clone().map(move |col| (row, col)));
    places.find_map(|(row, col)| {
        let found = screen.cell(row, col)?.attr;
        (!attr.fits(found, screen)).then(|| format!("row {row}, column {col} has attribute {found:02X}h"))
    })
}

/// What is wrong with the display's mode.
fn mode_fault(screen: &Screen, spec: &ModeSpec) -> Option<String> {
    let fits = spec.mode.is_none_or(|mode| mode == screen.mode)
        && spec.cols.is_none_or(|cols| cols == screen.cols)
        && spec.rows.is_none_or(|rows| rows == screen.rows);
    (!fits)
        .then(|| format!("the display is in mode {:02X}h with {}x{} characters", screen.mode, screen.cols, screen.rows))
}

/// Where memory differs first.
fn memory_fault(at: u32, wanted: &[u8], found: &[u8]) -> String {
    let index = wanted.iter().zip(found).position(|(wanted, found)| wanted != found).unwrap_or(0);
    let (wanted, found) = (wanted.get(index).copied().unwrap_or(0), found.get(index).copied().unwrap_or(0));
    let address = u64::from(at) + u64::try_from(index).unwrap_or(0);
    format!("{address:05X}h holds {found:02X}h, not {wanted:02X}h")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::Cursor;
    use crate::script::fake::screen_of;

    #[test]
    fn the_cursor_may_be_asked_for_from_the_far_edges() {
        let mut screen = screen_of("");
        screen.cursor = Some(Cursor { row: 2, col: 19, start: 13, end: 14 });
        let spec = CursorSpec { row: Some(-1), col: Some(-1), visible: Some(true) };
        assert_eq!(cursor_fault(&screen, &spec), None);
        let other = CursorSpec { row: Some(0), ..CursorSpec::default() };
        assert_eq!(cursor_fault(&screen, &other).unwrap(), "the cursor is in row 2, column 19");
    }

    #[test]
    fn a_cursor_that_is_off_is_nowhere() {
        let screen = screen_of("");
        let hidden = CursorSpec { visible: Some(false), ..CursorSpec::default() };
        assert_eq!(cursor_fault(&screen, &hidden), None);
        let somewhere = CursorSpec { row: Some(0), ..CursorSpec::default() };
        assert_eq!(cursor_fault(&screen, &somewhere).unwrap(), "the cursor is not shown");
    }

    #[test]
    fn the_first_cell_without_the_attribute_is_named() {
        let mut screen = screen_of("");
        screen.cells[21].attr = 0x4E;
        let attr = Attr { fg: Some(7), ..Attr::default() };
        assert_eq!(attr_fault(&screen, &attr, None).unwrap(), "row 1, column 1 has attribute 4Eh");
        let row = Region { row: 0, col: 0, rows: Some(1), cols: None };
        assert_eq!(attr_fault(&screen, &attr, Some(&row)), None);
    }

    #[test]
    fn memory_that_differs_is_named_by_its_first_byte() {
        assert_eq!(memory_fault(0x416, &[1, 2], &[1, 3]), "00417h holds 03h, not 02h");
    }
}
