//! Steps that wait.

use std::time::Duration;

use super::Why;
use super::performer::Performer;
use super::sight::Sight;
use crate::screen::{Cell, Screen};
use crate::script::ast::{Area, Look, PortBytes, Step, Wait, Where};
use crate::script::machine::Machine;

impl<M: Machine> Performer<'_, M> {
    /// Waits.
    pub(super) fn wait(&mut self, step: &Step, wait: &Wait) -> Result<(), Why> {
        match wait {
            Wait::Shown(look) => self.wait_shown(step, look),
            Wait::NotShown(look) => self.wait_not_shown(step, look),
            Wait::Gone(look) => self.wait_gone(step, look),
            Wait::Idle => self.wait_idle(step),
            Wait::Stable { quiet, place } => self.wait_stable(step, *quiet, place),
            Wait::Exit(program) => self.wait_exit(step, program.as_deref()).map(|_| ()),
            Wait::Port { port, bytes } => self.wait_port(step, *port, bytes),
        }
    }

    fn wait_shown(&mut self, step: &Step, look: &Look) -> Result<(), Why> {
        let sight = Sight::new(look, &self.variables)?;
        let shown = self.until_screen(step, &mut |screen| sight.is_on(screen))?;
        if shown { Ok(()) } else { Err(Why::NotOnScreen(step.timeout)) }
    }

    fn wait_not_shown(&mut self, step: &Step, look: &Look) -> Result<(), Why> {
        let sight = Sight::new(look, &self.variables)?;
        let absent = self.until_screen(step, &mut |screen| !sight.is_on(screen))?;
        if absent { Ok(()) } else { Err(Why::StillOnScreen(step.timeout)) }
    }

    /// It must have been there: now, or at some time before the timeout.
    fn wait_gone(&mut self, step: &Step, look: &Look) -> Result<(), Why> {
        let sight = Sight::new(look, &self.variables)?;
        let mut seen = false;
        let mut gone = |screen: &Screen| {
            let there = sight.is_on(screen);
            seen |= there;
            seen && !there
        };
        match self.until_screen(step, &mut gone)? {
            true => Ok(()),
            false if seen => Err(Why::StillOnScreen(step.timeout)),
            false => Err(Why::NotOnScreen(step.timeout)),
        }
    }

    fn wait_idle(&mut self, step: &Step) -> Result<(), Why> {
        let waits = self.until(step, |performer| performer.machine(step).waits().then_some(()))?;
        waits.ok_or(Why::NotIdle(step.timeout))
    }

    fn wait_stable(&mut self, step: &Step, quiet: Duration, place: &Where) -> Result<(), Why> {
        let deadline = self.deadline(step);
        let cells = |screen: &Screen| -> Vec<Cell> { Area::of(place.region.as_ref(), screen).cells(screen).collect() };
        let mut before = cells(&self.machine(step).screen());
        let mut since = self.stage.now(step.session);
        loop {
            let still = self.stage.now(step.session).since(since);
            if still >= quiet {
                return Ok(());
            }
            let left = self.time_left(step, deadline)?;
            if left.is_zero() {
                return Err(Why::NotStable { quiet, within: step.timeout });
            }
            let span = left.min(quiet - still);
            if self.stage.run_slice_until(step.session, span, &mut |screen| cells(screen) != before) {
                before = cells(&self.machine(step).screen());
                since = self.stage.now(step.session);
            }
        }
    }

    fn wait_port(&mut self, step: &Step, port: u16, bytes: &PortBytes) -> Result<(), Why> {
        let wanted = self.port_bytes(step, bytes)?;
        let written = self.until(step, |performer| {
            let writes = performer.gather_port_writes(step.session);
            let end = end_of(writes, port, &wanted)?;
            // What has been waited for is not waited for again.
            writes.drain(..end);
            Some(())
        })?;
        written.ok_or(Why::NotWritten { port, within: step.timeout })
    }

    /// The bytes that must be written; any byte if there are none.
    fn port_bytes(&mut self, step: &Step, bytes: &PortBytes) -> Result<Vec<u8>, Why> {
        match bytes {
            PortBytes::Any => Ok(Vec::new()),
            PortBytes::Value(value) => Ok(vec![*value]),
            PortBytes::Text(text) => {
                let text = self.fill(text)?;
                let page = self.machine(step).screen().code_page;
                let unknown = |c| Why::Unusable(format!("`{c}` is not in {page}"));
                // Line ends and other control characters are themselves on a port.
                let code = |c: char| u8::try_from(c).ok().filter(u8::is_ascii_control).or_else(|| page.code(c));
                text.chars().map(|c| code(c).ok_or_else(|| unknown(c))).collect()
            }
        }
    }
}

/// How many of `writes` lie up to the end of `wanted` among those to `port`.
fn end_of(writes: &[(u16, u8)], port: u16, wanted: &[u8]) -> Option<usize> {
    let places: Vec<(usize, u8)> =
        writes.iter().enumerate().filter(|(_, (at, _))| *at == port).map(|(index, &(_, byte))| (index, byte)).collect();
    if wanted.is_empty() {
        return places.first().map(|&(index, _)| index + 1);
    }
    let matches = |window: &&[(usize, u8)]| window.iter().map(|&(_, byte)| byte).eq(wanted.iter().copied());
    places.windows(wanted.len()).find(matches).and_then(|window| window.last()).map(|&(index, _)| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_for_one_port_are_found_between_those_for_others() {
        let writes = [(0x80, b'O'), (0xE9, b'o'), (0x80, b'K'), (0xE9, b'k'), (0xE9, b'!')];
        assert_eq!(end_of(&writes, 0xE9, b"ok"), Some(4));
        assert_eq!(end_of(&writes, 0x80, b"OK"), Some(3));
        assert_eq!(end_of(&writes, 0x80, b""), Some(1));
        assert_eq!(end_of(&writes, 0xE9, b"OK"), None);
        assert_eq!(end_of(&writes, 0x378, b""), None);
    }
}
