//! Steps that do something to a session.

use std::time::Duration;

use super::performer::Performer;
use super::sight::Sight;
use super::{Artifact, Why};
use crate::config::Text;
use crate::keys::{Key, KeyEvent};
use crate::pointer::CellPlace;
use crate::screen::Screen;
use crate::screen::picture::Picture;
use crate::script::ast::{Act, Look, MouseStep, Step, Stroke};
use crate::script::machine::Machine;
use crate::script::stage::Power;

impl<M: Machine> Performer<'_, M> {
    /// Acts.
    pub(super) fn act(&mut self, step: &Step, act: &Act) -> Result<(), Why> {
        match act {
            Act::Type(text) => self.type_text(step, text),
            Act::Paste(text) => self.paste(step, text),
            Act::Keys(strokes) => self.strike_all(step, strokes),
            Act::Mouse(mouse) => self.mouse(step, *mouse),
            Act::Sleep(span) => self.pass(step, *span),
            Act::Insert { drive, image } => match self.options.host {
                Some(host) => self.machine(step).insert(*drive, image, host).map_err(Why::Unusable),
                None => Err(Why::Unusable("there is nothing to open images with".to_owned())),
            },
            Act::Eject(drive) => self.machine(step).eject(*drive).map_err(Why::Unusable),
            Act::Put { file, to } => self.put(step, file, to),
            Act::Get { file, to } => self.get(step, file, to),
            Act::Reset => self.reset(step),
            Act::PowerOff => self.power(step, Power::Off),
            Act::Pause => self.power(step, Power::Paused),
            Act::Resume => self.power(step, Power::On),
            Act::Set(settings) => {
                self.machine(step).set(settings);
                Ok(())
            }
            Act::Screenshot { name, format } => {
                let bytes = Picture::from(&self.machine(step).screen()).encode(*format);
                self.keep_file(Artifact { name: name.clone(), bytes })
            }
            Act::Capture(look) => self.capture(step, look),
            Act::Log(text) => {
                let line = self.fill(text)?;
                self.log(line)
            }
        }
    }

    fn type_text(&mut self, step: &Step, text: &Text) -> Result<(), Why> {
        let text = self.fill(text)?;
        self.begin_input(step)?;
        let left_out = self.machine(step).type_text(&text);
        match left_out.first() {
            Some(c) => Err(Why::Unusable(format!("`{}` cannot be typed", c.escape_debug()))),
            None => self.wait_for_input(step),
        }
    }

    /// Control characters are commands of whoever wrote the text; a guest does not get them.
    fn paste(&mut self, step: &Step, text: &Text) -> Result<(), Why> {
        let text = self.fill(text)?.replace("\r\n", "\n").replace('\r', "\n");
        let visible: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        self.begin_input(step)?;
        self.machine(step).type_text(&visible);
        self.wait_for_input(step)
    }

    fn mouse(&mut self, step: &Step, MouseStep { row, col, act }: MouseStep) -> Result<(), Why> {
        let Screen { rows, cols, .. } = self.machine(step).screen();
        let cell = |at: i32, length: u16| {
            let from_start = if at < 0 { i32::from(length).saturating_add(at) } else { at };
            u16::try_from(from_start).ok().filter(|&at| at < length)
        };
        let (Some(row), Some(col)) = (cell(row, rows), cell(col, cols)) else {
            return Err(Why::Unusable(format!("the screen has {rows} rows and {cols} columns")));
        };
        self.begin_input(step)?;
        self.machine(step).point(CellPlace { col, row }, act).map_err(Why::Unusable)?;
        self.wait_for_input(step)
    }

    fn strike_all(&mut self, step: &Step, strokes: &[Stroke]) -> Result<(), Why> {
        self.begin_input(step)?;
        for stroke in strokes {
            match stroke {
                Stroke::Chord(keys) => {
                    self.machine(step).strike(keys);
                    self.wait_for_input(step)?;
                }
                Stroke::Down(key) => self.press(step, *key, true),
                Stroke::Up(key) => self.press(step, *key, false),
                Stroke::Hold(keys, span) => self.hold(step, keys, *span)?,
                Stroke::Wait(span) => self.pass(step, *span)?,
            }
        }
        Ok(())
    }

    fn hold(&mut self, step: &Step, keys: &[Key], span: Duration) -> Result<(), Why> {
        keys.iter().for_each(|&key| self.press(step, key, true));
        self.pass(step, span)?;
        keys.iter().rev().for_each(|&key| self.press(step, key, false));
        Ok(())
    }

    fn press(&mut self, step: &Step, key: Key, down: bool) {
        self.machine(step).press(KeyEvent { key, down });
    }

    /// From here on what the guest does is an answer to this step.
    fn begin_input(&mut self, step: &Step) -> Result<(), Why> {
        if self.stage.power(step.session) == Power::Off {
            return Err(Why::Off);
        }
        self.gather_port_writes(step.session).clear();
        self.forget_exits(step);
        Ok(())
    }

    /// Runs until the guest has read everything that was typed.
    fn wait_for_input(&mut self, step: &Step) -> Result<(), Why> {
        let read = self.until(step, |performer| performer.machine(step).input_done().then_some(()))?;
        read.ok_or(Why::NotRead(step.timeout))
    }

    fn reset(&mut self, step: &Step) -> Result<(), Why> {
        let was = self.stage.power(step.session);
        self.stage.set_power(step.session, Power::On);
        match was {
            Power::Off => self.machine(step).power_cycle(),
            Power::On | Power::Paused => self.machine(step).reset(),
        }
        Ok(())
    }

    /// Lets a machine stand still or go on; one that is off stays off.
    fn power(&mut self, step: &Step, power: Power) -> Result<(), Why> {
        if self.stage.power(step.session) == Power::Off {
            return Err(Why::Off);
        }
        self.stage.set_power(step.session, power);
        Ok(())
    }

    fn capture(&mut self, step: &Step, look: &Look) -> Result<(), Why> {
        let sight = Sight::new(look, &self.variables)?;
        let mut groups = None;
        let found = self.until_screen(step, &mut |screen| {
            groups = sight.find(screen).map(|found| found.groups);
            groups.is_some()
        })?;
        if !found {
            return Err(Why::NotOnScreen(step.timeout));
        }
        self.variables.extend(groups.into_iter().flatten());
        Ok(())
    }
}
