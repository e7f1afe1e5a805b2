//! EDIT: a full-screen editor.
//!
//! | module | what it is |
//! | --- | --- |
//! | `text` | lines, and changes that can be taken back: pure |
//! | `editing` | the text with cursor, selection and clipboard: pure |
//! | `view` | which part of it is on the screen: pure |
//! | `command` | keys and menus, as tables |
//! | `dialog` | menus, questions, lines to be typed |
//! | `pointer`, `clicks` | the mouse: what it did, and what that does |
//! | `canvas` | cells in display memory |
//! | `file` | texts from files and back |
//!
//! It draws, waits for a key in INT 16h (or, with a mouse, looks at both by turns), and does what that says;
//! between two keys it costs nothing.

mod canvas;
mod clicks;
mod command;
mod dialog;
mod editing;
mod file;
mod pointer;
mod text;
mod view;

use std::collections::VecDeque;

use super::super::Dos;
use super::super::app::{Answer, Call, Request, tail};
use super::super::shell::Words;
use super::STDERR;
use crate::types::SegOff;
use canvas::{Canvas, Style};
use command::{Command, Key, MENUS};
use dialog::{Dialog, Field, Outcome, Question};
use editing::{Editing, Full};
use file::File;
use pointer::Pointer;
use text::{Place, Text};
use view::screen_column;

const INT_VIDEO: u8 = 0x10;
const INT_KEYBOARD: u8 = 0x16;
const READ_KEY: u16 = 0x1000;
const LOOK_FOR_KEY: u16 = 0x1100;
const SET_SHAPE: u16 = 0x0100;
const SET_CURSOR: u16 = 0x0200;
const SET_TEXT_MODE: u16 = 0x0003;
/// Cursor shapes: a line, half a block, none. Source: RBIL, INT 10h/AH=01h.
const LINE_SHAPE: u16 = 0x0607;
const BLOCK_SHAPE: u16 = 0x0307;
const NO_SHAPE: u16 = 0x2000;
/// BIOS data area: shift keys, and the bits of both; the page, and the cursor of page 0.
const SHIFT_FLAGS: SegOff = SegOff { seg: 0x40, off: 0x17 };
const SHIFT_KEYS: u8 = 0x03;
const PAGE: SegOff = SegOff { seg: 0x40, off: 0x62 };
const CURSORS: SegOff = SegOff { seg: 0x40, off: 0x50 };
/// Rows of the screen that are not text: the bar, the title, the status line.
const OTHER_ROWS: usize = 3;
const FIRST_ROW: usize = 2;

const KEYS: &str = "\
Arrows, PgUp, PgDn, Home, End   move; with Shift they select
Ctrl+Left, Ctrl+Right           word by word
Ctrl+Home, Ctrl+End             start and end of the text
Ctrl+X  Ctrl+C  Ctrl+V          cut, copy, paste
Ctrl+Z  Ctrl+Y                  undo, redo
Ctrl+K  Ctrl+T                  cut the line, delete the word
Ctrl+F  F3  Ctrl+R              find, find again, change
Ctrl+G                          go to a line
Ctrl+N  Ctrl+O  Ctrl+S          new, open, save
Alt+F, E, S, H or F10           menus
Ins                             insert or overwrite
Alt+X or Ctrl+Q                 exit";

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(in crate::dos) struct Edit {
    editing: Editing,
    file: File,
    canvas: Canvas,
    dialog: Option<Dialog>,
    /// What is done once the text is saved.
    then: Option<Command>,
    wanted: Vec<u8>,
    /// What is done before the next key.
    work: VecDeque<Work>,
    pointer: Pointer,
    /// The button went down in the text.
    selects: bool,
    /// The cursor as it was when EDIT began.
    cursor: u16,
    state: State,
    code: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// A text mode has to be set first.
    #[default]
    Beginning,
    FindingMouse,
    Drawing,
    /// With a mouse: is there a key?
    LookingForKey,
    /// What did the mouse do? The function of INT 33h.
    LookingAtMouse(u16),
    WaitingForKey,
    Ending,
}

/// A step of drawing.
#[derive(Clone, Copy, Debug)]
enum Work {
    Interrupt(u8, Call),
    /// Cells that changed go to display memory.
    Show,
}

impl Edit {
    pub(in crate::dos) const HELP: &'static str = "\
Starts the editor, which creates and changes text files.

EDIT [[drive:][path]filename]

F1 in the editor shows its keys; Alt with F, E, S or H opens its menus.
";

    pub(in crate::dos) fn go_on(&mut self, dos: &mut Dos<'_>, answer: &Answer) -> Request {
        match (self.state, answer) {
            (_, Answer::Begin) => self.begin(dos),
            (State::Beginning, _) => self.find_mouse(dos),
            (State::FindingMouse, Answer::Returned(got)) => {
                self.pointer = Pointer::of(got);
                self.begin_drawing(dos)
            }
            (State::LookingForKey, Answer::Returned(got)) if !got.zero() => self.read_key(),
            (State::LookingForKey, Answer::Returned(_)) => self.ask_mouse(Pointer::look()),
            (State::LookingAtMouse(asked), Answer::Returned(got)) => self.looked_at_mouse(dos, asked, got),
            (State::WaitingForKey, Answer::Returned(got)) => {
                let [character, scan] = got.ax.to_le_bytes();
                let shift = dos.mem.read_u8(SHIFT_FLAGS) & SHIFT_KEYS != 0;
                self.key(dos, Key { character, scan, shift });
                self.draw(dos)
            }
            (State::Drawing | State::Ending, _) => self.next(dos),
            _ => Request::Exit(self.code),
        }
    }

    fn begin(&mut self, dos: &mut Dos<'_>) -> Request {
        match Canvas::of(dos) {
            Some(_) => self.find_mouse(dos),
            None => Request::Interrupt(INT_VIDEO, Call { ax: SET_TEXT_MODE, ..Call::default() }),
        }
    }

    fn begin_drawing(&mut self, dos: &mut Dos<'_>) -> Request {
        let Some(canvas) = Canvas::of(dos) else {
            (self.state, self.code) = (State::Ending, 1);
            return Request::Write(STDERR, b"EDIT: the screen is too small\r\n".to_vec());
        };
        self.canvas = canvas;
        self.cursor = dos.mem.read_u16(CURSORS.offset(u16::from(dos.mem.read_u8(PAGE) & 7) * 2));
        self.editing.view.rows = self.canvas.rows - OTHER_ROWS;
        self.editing.view.columns = self.canvas.columns;
        if let Some(name) = Words::of(&tail(dos)).names.first() {
            self.load(dos, name);
        }
        self.draw(dos)
    }

    /// The next interrupt; then a key or the mouse is waited for, or it is the end.
    fn next(&mut self, dos: &mut Dos<'_>) -> Request {
        while let Some(work) = self.work.pop_front() {
            match work {
                Work::Interrupt(vector, call) => return Request::Interrupt(vector, call),
                Work::Show => self.canvas.show(dos),
            }
        }
        match self.state {
            State::Ending => Request::Exit(self.code),
            _ if self.pointer.is_there() => self.look_for_key(),
            _ => self.read_key(),
        }
    }

    fn read_key(&mut self) -> Request {
        self.state = State::WaitingForKey;
        Request::Interrupt(INT_KEYBOARD, Call { ax: READ_KEY, ..Call::default() })
    }

    fn look_for_key(&mut self) -> Request {
        self.state = State::LookingForKey;
        Request::Interrupt(INT_KEYBOARD, Call { ax: LOOK_FOR_KEY, ..Call::default() })
    }

    fn key(&mut self, dos: &mut Dos<'_>, key: Key) {
        let Some(dialog) = self.dialog.take() else {
            if let Some(command) = key.command() {
                self.command(dos, command, key.shift);
            }
            return;
        };
        match dialog.key(key) {
            Outcome::Open(dialog) => self.dialog = Some(dialog),
            Outcome::Closed => self.then = None,
            Outcome::Command(command) => self.command(dos, command, false),
            Outcome::Line(field, text) => self.line(dos, field, &text),
            Outcome::Answer(question, yes) => self.answer(dos, question, yes),
        }
    }

    fn command(&mut self, dos: &mut Dos<'_>, command: Command, shift: bool) {
        let done = match command {
            Command::New | Command::Open | Command::Exit if self.editing.text.is_changed() => {
                self.dialog = Some(Dialog::Ask(Question::Save(command)));
                Ok(())
            }
            Command::New | Command::Open | Command::Exit => {
                self.leave(dos, command);
                Ok(())
            }
            Command::Save => {
                self.save(dos);
                Ok(())
            }
            Command::Move(way) => {
                self.editing.go(way, shift);
                Ok(())
            }
            command => self.change(command).unwrap_or_else(|| {
                self.dialog = self.dialog_of(command);
                Ok(())
            }),
        };
        if done.is_err() {
            self.dialog = Some(Dialog::say("The text is as long as it can be"));
        }
    }

    /// Commands that work on the text; `None` of any other.
    fn change(&mut self, command: Command) -> Option<Result<(), Full>> {
        let editing = &mut self.editing;
        Some(match command {
            Command::Insert(byte) => editing.typed(byte),
            Command::NewLine => editing.new_line(),
            Command::Backspace => editing.backspace(),
            Command::Delete | Command::Clear => editing.delete(),
            Command::DeleteWord => editing.delete_word(),
            Command::Cut => editing.cut(),
            Command::CutLine => editing.cut_line(),
            Command::Paste => editing.paste(),
            command => {
                match command {
                    Command::Copy => editing.copy(),
                    Command::Undo => editing.undo(),
                    Command::Redo => editing.redo(),
                    Command::SelectAll => editing.select(Place::default(), editing.text.end()),
                    Command::ToggleInsert => editing.overwriting = !editing.overwriting,
                    Command::Cancel => editing.anchor = None,
                    Command::FindAgain if !self.wanted.is_empty() => self.find(),
                    _ => return None,
                }
                Ok(())
            }
        })
    }

    fn dialog_of(&self, command: Command) -> Option<Dialog> {
        Some(match command {
            Command::SaveAs => Dialog::line(Field::SaveAs, self.file.name.clone()),
            Command::Find | Command::FindAgain => Dialog::line(Field::Find, self.selected_word()),
            Command::Replace => Dialog::line(Field::Change, self.selected_word()),
            Command::GoToLine => Dialog::line(Field::GoToLine, Vec::new()),
            Command::Menu(menu) => Dialog::menu(menu),
            Command::Help => Dialog::say(KEYS),
            Command::About => Dialog::say("The editor of dosmux's built-in DOS"),
            _ => return None,
        })
    }

    /// What is selected within a line; else what was looked for last.
    fn selected_word(&self) -> Vec<u8> {
        match self.editing.selection() {
            Some((from, to)) if from.line == to.line => self.editing.text.between(from, to),
            _ => self.wanted.clone(),
        }
    }

    /// NEW, OPEN or EXIT, with nothing that could be lost.
    fn leave(&mut self, dos: &mut Dos<'_>, command: Command) {
        match command {
            Command::New => {
                self.file = File::default();
                self.editing.open(Text::default());
            }
            Command::Open => self.dialog = Some(Dialog::line(Field::Open, Vec::new())),
            _ => self.end(dos),
        }
    }

    fn line(&mut self, dos: &mut Dos<'_>, field: Field, text: &[u8]) {
        if text.is_empty() && !matches!(field, Field::ChangeTo(_)) {
            self.then = None;
            return;
        }
        match field {
            Field::Open => self.load(dos, text),
            Field::SaveAs => self.save_as(dos, text),
            Field::Find => {
                self.wanted = text.to_vec();
                self.find();
            }
            Field::Change => self.dialog = Some(Dialog::line(Field::ChangeTo(text.to_vec()), Vec::new())),
            Field::ChangeTo(wanted) => {
                let told = match self.editing.replace_all(&wanted, text) {
                    Ok(0) => "Match not found".to_owned(),
                    Ok(count) => format!("{count} changed"),
                    Err(Full) => "The text is as long as it can be".to_owned(),
                };
                self.wanted = wanted;
                self.dialog = Some(Dialog::say(&told));
            }
            Field::GoToLine => {
                let line = std::str::from_utf8(text).ok().and_then(|text| text.trim().parse::<usize>().ok());
                self.editing.anchor = None;
                self.editing.go_to(Place::new(line.unwrap_or(1).saturating_sub(1), 0));
            }
        }
    }

    fn answer(&mut self, dos: &mut Dos<'_>, question: Question, yes: bool) {
        match (question, yes) {
            (Question::Save(command), true) => {
                self.then = Some(command);
                self.save(dos);
            }
            (Question::Save(command), false) => self.leave(dos, command),
            (Question::Overwrite(name), true) => self.save_to(dos, name),
            (Question::Overwrite(_), false) => self.then = None,
        }
    }

    fn find(&mut self) {
        let wanted = self.wanted.clone();
        if !self.editing.find(&wanted) {
            self.dialog = Some(Dialog::say("Match not found"));
        }
    }

    fn load(&mut self, dos: &Dos<'_>, name: &[u8]) {
        match file::load(dos, name) {
            Ok((text, file)) => {
                self.file = file;
                self.editing.open(text);
            }
            Err(why) => self.dialog = Some(Dialog::say(&why)),
        }
    }

    fn save(&mut self, dos: &mut Dos<'_>) {
        if self.file.name.is_empty() {
            self.dialog = Some(Dialog::line(Field::SaveAs, Vec::new()));
            return;
        }
        self.save_to(dos, self.file.name.clone());
    }

    fn save_as(&mut self, dos: &mut Dos<'_>, name: &[u8]) {
        match file::look_up(dos, name) {
            Ok((name, true)) if name != self.file.name => self.dialog = Some(Dialog::Ask(Question::Overwrite(name))),
            Ok((name, _)) => self.save_to(dos, name),
            Err(why) => self.dialog = Some(Dialog::say(&why)),
        }
    }

    fn save_to(&mut self, dos: &mut Dos<'_>, name: Vec<u8>) {
        let file = File { name, ..self.file.clone() };
        match file::save(dos, &self.editing.text, &file) {
            Ok(()) => {
                self.file = file;
                self.editing.text.mark_saved();
                if let Some(command) = self.then.take() {
                    self.leave(dos, command);
                }
            }
            Err(why) => {
                self.then = None;
                self.dialog = Some(Dialog::say(&why));
            }
        }
    }

    /// The screen is as it was.
    fn end(&mut self, dos: &mut Dos<'_>) {
        self.state = State::Ending;
        self.canvas.restore();
        let page = u16::from(dos.mem.read_u8(PAGE)) << 8;
        self.work = self.mouse(pointer::HIDE).into_iter().collect();
        self.work.extend([
            Work::Show,
            Work::Interrupt(INT_VIDEO, Call { ax: SET_SHAPE, cx: LINE_SHAPE, ..Call::default() }),
            Work::Interrupt(INT_VIDEO, Call { ax: SET_CURSOR, bx: page, dx: self.cursor, ..Call::default() }),
        ]);
    }

    fn draw(&mut self, dos: &mut Dos<'_>) -> Request {
        if self.state == State::Ending {
            return self.next(dos);
        }
        self.state = State::Drawing;
        self.draw_frame();
        self.draw_text();
        let cursor = match &self.dialog {
            Some(dialog) => dialog.draw(&mut self.canvas),
            None => Some(self.text_cursor()),
        };
        let page = u16::from(dos.mem.read_u8(PAGE)) << 8;
        let half = self.editing.overwriting && self.dialog.is_none();
        let shape = match cursor {
            None => NO_SHAPE,
            Some(_) if half => BLOCK_SHAPE,
            Some(_) => LINE_SHAPE,
        };
        let (row, column) = cursor.unwrap_or_default();
        let small = |number: usize| u8::try_from(number).unwrap_or(0);
        let dx = u16::from_le_bytes([small(column), small(row)]);
        // The mouse's own cursor is a cell that its driver changes.
        self.work = self.mouse(pointer::HIDE).into_iter().collect();
        self.work.extend([
            Work::Show,
            Work::Interrupt(INT_VIDEO, Call { ax: SET_SHAPE, cx: shape, ..Call::default() }),
            Work::Interrupt(INT_VIDEO, Call { ax: SET_CURSOR, bx: page, dx, ..Call::default() }),
        ]);
        self.work.extend(self.mouse(pointer::SHOW));
        self.next(dos)
    }

    /// The bar, the title and the status line.
    fn draw_frame(&mut self) {
        let (columns, last) = (self.canvas.columns, self.canvas.rows - 1);
        self.canvas.fill(0, 0, columns, b' ', Style::Bar);
        for (index, menu) in MENUS.iter().enumerate() {
            self.canvas.put(0, dialog::menu_column(index), menu.name.as_bytes(), Style::Bar);
            self.canvas.put(0, dialog::menu_column(index), &menu.name.as_bytes()[..1], Style::Letter);
        }
        let name: &[u8] = if self.file.name.is_empty() { b"Untitled" } else { &self.file.name };
        let mark: &[u8] = if self.editing.text.is_changed() { b"*" } else { b"" };
        let title = [b" ", name, mark, b" "].concat();
        self.canvas.fill(1, 0, columns, 0xC4, Style::Text);
        self.canvas.put(1, columns.saturating_sub(title.len()) / 2, &title, Style::Title);
        let cursor = self.editing.cursor;
        let column = screen_column(self.editing.text.line(cursor.line), cursor.column);
        let mode = if self.editing.overwriting { "OVR" } else { "INS" };
        let place = format!("{mode}  {:05}:{:03} ", cursor.line + 1, column + 1);
        self.canvas.fill(last, 0, columns, b' ', Style::Status);
        self.canvas.put(last, 1, clicks::STATUS.as_bytes(), Style::Status);
        self.canvas.put(last, columns.saturating_sub(place.len()), place.as_bytes(), Style::Status);
    }

    fn draw_text(&mut self) {
        let view = self.editing.view;
        let selection = self.editing.selection();
        for row in 0..view.rows {
            let line = view.top + row;
            self.canvas.fill(FIRST_ROW + row, 0, view.columns, b' ', Style::Text);
            for (column, (byte, index)) in view.cells(self.editing.text.line(line)).into_iter().enumerate() {
                let at = Place::new(line, index);
                let selected = selection.is_some_and(|(from, to)| from <= at && at < to);
                let style = if selected { Style::Selected } else { Style::Text };
                self.canvas.put(FIRST_ROW + row, column, &[byte], style);
            }
        }
    }

    fn text_cursor(&self) -> (usize, usize) {
        let (view, cursor) = (self.editing.view, self.editing.cursor);
        let column = screen_column(self.editing.text.line(cursor.line), cursor.column);
        (FIRST_ROW + cursor.line.saturating_sub(view.top), column.saturating_sub(view.left))
    }
}
