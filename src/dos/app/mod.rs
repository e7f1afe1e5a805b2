//! Programs of DOS's own: written in Rust, run as processes like any other.
//!
//! Such a program is a .COM file on drive Z: that jumps to a stub. Behind the stub a plain value takes
//! an `Answer` and gives the next `Request`: an interrupt, most of all INT 21h, executed by the
//! guest on the program's own stack. So its input and output can be redirected, programs that hook
//! interrupts see it work, and what it starts has a true parent.

mod command;
mod request;

pub(super) use request::{Answer, Call, Request, Running};

use super::drive::DosName;
use super::process::End;
use super::rom::Entry;
use super::shell::Shell;
use super::tools::{Attrib, Choice, Edit, Find, Help, Mem, More, Sort, Tree, Unix, Xcopy};
use super::{Dos, Outcome, psp};
use crate::types::SegOff;

/// Paragraphs that a program keeps of the memory it is loaded into.
const PARAGRAPHS: u16 = 0x400;
/// Its stack, its buffer, and how much that holds.
const STACK: u16 = PARAGRAPHS * 16 - 2;
pub(super) const BUFFER: u16 = 0x200;
const BUFFER_BYTES: usize = 0x3000;
/// Where its file says which program it is: behind the jump.
const NUMBER: u16 = 0x105;

/// A program, and where in it we are.
#[derive(Clone, Debug)]
pub(super) enum App {
    Shell(Box<Shell>),
    Attrib(Attrib),
    Choice(Choice),
    Edit(Box<Edit>),
    Find(Find),
    /// Any of them, asked for help.
    Help(Help),
    Mem(Mem),
    More(More),
    Sort(Sort),
    Tree(Tree),
    Unix(Unix),
    Xcopy(Box<Xcopy>),
}

/// A program's file on drive Z:, what `/?` says of it, and how it begins.
struct Program {
    name: &'static [u8; 11],
    help: &'static str,
    new: fn() -> App,
}

/// The shell's name.
const SHELL: &[u8; 11] = b"COMMAND COM";

/// Every program. The shell looks at its parameters itself: behind `/C` they are a command's.
const PROGRAMS: [Program; 11] = [
    Program { name: SHELL, help: "", new: || App::Shell(Box::default()) },
    Program { name: b"ATTRIB  COM", help: Attrib::HELP, new: || App::Attrib(Attrib::default()) },
    Program { name: b"CHOICE  COM", help: Choice::HELP, new: || App::Choice(Choice::default()) },
    Program { name: b"EDIT    COM", help: Edit::HELP, new: || App::Edit(Box::default()) },
    Program { name: b"FIND    COM", help: Find::HELP, new: || App::Find(Find::default()) },
    Program { name: b"MEM     COM", help: Mem::HELP, new: || App::Mem(Mem::default()) },
    Program { name: b"MORE    COM", help: More::HELP, new: || App::More(More::default()) },
    Program { name: b"SORT    COM", help: Sort::HELP, new: || App::Sort(Sort::default()) },
    Program { name: b"TREE    COM", help: Tree::HELP, new: || App::Tree(Tree::default()) },
    Program { name: b"UNIX    COM", help: Unix::HELP, new: || App::Unix(Unix::default()) },
    Program { name: b"XCOPY   COM", help: Xcopy::HELP, new: || App::Xcopy(Box::default()) },
];

impl Program {
    fn begin(&self, tail: &[u8]) -> App {
        let asked = !self.help.is_empty() && wants_help(tail);
        if asked { App::Help(Help::new(self.help)) } else { (self.new)() }
    }
}

/// True if `tail` has a `/?` that is not quoted.
pub(super) fn wants_help(tail: &[u8]) -> bool {
    tail.split(|&byte| byte == b'"').step_by(2).any(|part| part.windows(2).any(|pair| pair == b"/?"))
}

impl App {
    fn go_on(&mut self, dos: &mut Dos<'_>, answer: Answer) -> Request {
        match self {
            App::Shell(shell) => shell.go_on(dos, answer),
            App::Attrib(attrib) => attrib.go_on(dos, answer),
            App::Choice(choice) => choice.go_on(dos, answer),
            App::Edit(edit) => edit.go_on(dos, &answer),
            App::Find(find) => find.go_on(dos, answer),
            App::Help(help) => help.go_on(&answer),
            App::Mem(mem) => mem.go_on(dos, &answer),
            App::More(more) => more.go_on(dos, answer),
            App::Sort(sort) => sort.go_on(dos, answer),
            App::Tree(tree) => tree.go_on(dos, &answer),
            App::Unix(unix) => unix.go_on(dos, answer),
            App::Xcopy(xcopy) => xcopy.go_on(dos, answer),
        }
    }
}

/// The files of drive Z:.
#[must_use]
pub fn files() -> Vec<(DosName, Vec<u8>)> {
    let file = |(number, program): (u8, &Program)| {
        let to = Entry::App.stub();
        let mut file = vec![0xEA];
        file.extend(to.off.to_le_bytes());
        file.extend(to.seg.to_le_bytes());
        file.push(number);
        (DosName(*program.name), file)
    };
    (0u8..).zip(&PROGRAMS).map(file).collect()
}

/// The file of drive Z: called `name`; nothing if there is none.
fn file(name: &[u8; 11]) -> Option<Vec<u8>> {
    files().into_iter().find(|(found, _)| found.0 == *name).map(|(_, file)| file)
}

/// The shell's file.
pub(super) fn shell() -> Vec<u8> {
    file(SHELL).unwrap_or_default()
}

impl Dos<'_> {
    /// A program of DOS's own begins, or what it asked for is done.
    pub(super) fn app(&mut self) -> Outcome {
        let psp = self.psp();
        match self.state.apps.iter().rposition(|app| app.psp == psp) {
            Some(index) => {
                let running = self.state.apps.remove(index);
                self.app_goes_on(running)
            }
            None => self.app_begins(psp),
        }
    }

    fn app_begins(&mut self, psp: u16) -> Outcome {
        let number = usize::from(self.mem.read_u8(SegOff::new(psp, NUMBER)));
        let Some(program) = PROGRAMS.get(number) else {
            // A program jumped here that is none of ours.
            return self.end_process(End::Normal, 0xFF);
        };
        let chain = self.state.memory.chain;
        if chain.resize(&mut self.mem, psp, PARAGRAPHS).is_err() {
            return self.end_process(End::Normal, 0xFF);
        }
        let app = program.begin(&tail(self));
        self.app_asks(Running::new(psp, app), Answer::Begin)
    }

    /// Ctrl-C in a program without a handler of its own: the shell goes on, any other program ends.
    pub(super) fn int23(&mut self) -> Outcome {
        match self.break_off_shell(self.psp()) {
            Some(outcome) => outcome,
            None => self.end_by_break(),
        }
    }

    /// If process `psp` is a shell: it gives up what it does and goes on.
    pub(super) fn break_off_shell(&mut self, psp: u16) -> Option<Outcome> {
        let shell = |app: &Running| app.psp == psp && matches!(app.app, App::Shell(_));
        let index = self.state.apps.iter().rposition(shell)?;
        let running = self.state.apps.remove(index);
        self.forget_calls_of(psp);
        Some(self.app_asks(running, Answer::Break))
    }

    /// The interrupt that a program asked for has been executed.
    fn app_goes_on(&mut self, mut running: Running) -> Outcome {
        match running.after(self) {
            Some(answer) => self.app_asks(running, answer),
            None => self.app_interrupt(running),
        }
    }

    /// Hands the program an answer and begins what it asks for next.
    fn app_asks(&mut self, mut running: Running, answer: Answer) -> Outcome {
        match running.app.go_on(self, answer) {
            Request::Exit(code) => match &running.caller {
                Some(caller) => self.back_to_caller(running.psp, caller),
                None => self.end_process(End::Normal, code),
            },
            request => {
                running.begin(request);
                self.app_interrupt(running)
            }
        }
    }

    /// Lets the guest execute the next interrupt of what the program asked for.
    fn app_interrupt(&mut self, mut running: Running) -> Outcome {
        let (vector, call) = running.next(self);
        call.load(self.regs);
        self.regs.set_ss(running.psp);
        self.regs.set_sp(running.stack);
        self.state.apps.push(running);
        Outcome::Interrupt(vector, Entry::App)
    }

    /// A process has ended; it is no program of ours any more.
    pub(super) fn forget_app(&mut self, psp: u16) {
        self.state.apps.retain(|app| app.psp != psp);
    }
}

/// The command tail of process `psp`.
pub(super) fn tail(dos: &Dos<'_>) -> Vec<u8> {
    let at = psp::base(dos.psp());
    let mut tail = vec![0; usize::from(psp::TAIL.get(&dos.mem, at).min(126))];
    dos.mem.read_bytes(at.offset(0x81), &mut tail);
    tail
}
