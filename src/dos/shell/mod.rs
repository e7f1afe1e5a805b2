//! COMMAND.COM: the shell.
//!
//! | module | what it is |
//! | --- | --- |
//! | `line`, `expand` | command lines taken apart, percent signs: pure |
//! | `start` | the shell's own parameters, AUTOEXEC.BAT |
//! | `prompt`, `input` | the prompt; a line from whatever is standard input |
//! | `typing`, `editor`, `complete` | a line from the keyboard: shown, edited, names completed |
//! | `run` | a command line: pipes, redirection, what a command's name means |
//! | `redirect` | standard handles that lead elsewhere for a while |
//! | `exec` | programs |
//! | `batch`, `control` | batch files; IF, FOR, CALL, GOTO, SHIFT |
//! | `output` | text in pages, questions |
//! | `critical` | INT 24h is asked about a drive that failed |
//! | `command` | the internal commands, a file per group |
//!
//! What is being done is a stack of jobs, innermost last: the prompt, a batch file in it, a FOR in that,
//! a program that it runs. A job takes the answer to what it asked for and asks for the next thing,
//! leaves other jobs to be done first, or is done.

mod batch;
mod command;
mod complete;
mod control;
mod critical;
mod editor;
mod exec;
mod expand;
mod input;
mod line;
mod output;
mod prompt;
mod redirect;
mod run;
mod start;
mod text;
mod typing;
mod variables;

use super::Dos;
use super::app::{Answer, Call, Request};
pub(super) use command::{label_text, matching, renamed};
pub(super) use line::Words;
pub(super) use redirect::open;
use text::Complaint;

const STDOUT: u16 = 1;
const STDERR: u16 = 2;
/// Jobs within jobs at most: a batch file that calls itself comes to an end.
const MOST_JOBS: usize = 128;

/// See the module's text.
#[derive(Clone, Debug)]
pub(in crate::dos) struct Shell {
    /// What is being done, innermost last.
    jobs: Vec<Job>,
    /// Commands of batch files are shown.
    echo: bool,
    verify: bool,
    /// EXIT does not end it.
    permanent: bool,
    /// What the last program ended with.
    errorlevel: u8,
    /// It runs one command for the host, which is told by the exit code if that cannot be done.
    for_host: bool,
    /// The line before, for the editing keys of a console that is not the screen.
    template: Vec<u8>,
    /// Lines that were typed.
    history: editor::History,
}

impl Default for Shell {
    fn default() -> Shell {
        Shell {
            jobs: vec![Job::Start],
            echo: true,
            verify: false,
            permanent: false,
            errorlevel: 0,
            for_host: false,
            template: Vec::new(),
            history: editor::History::default(),
        }
    }
}

/// Something that is being done.
#[derive(Clone, Debug)]
enum Job {
    /// The shell begins.
    Start,
    Prompt(prompt::Prompt),
    Batch(batch::Batch),
    For(control::For),
    Run(run::Run),
    Pipe(run::Pipe),
    /// Handles go back to where they led.
    Restore(redirect::Saved),
    Exec(exec::Exec),
    Say(output::Say),
    Pages(output::Pages),
    Pause(output::Pause),
    Ask(output::Ask),
    Critical(critical::Critical),
    Screen(output::Screen),
    Type(command::Type),
    Copy(command::Copy),
    Clock(command::Clock),
}

/// How a job goes on.
#[derive(Debug)]
enum Step {
    /// It waits for the answer to this.
    Ask(Job, Request),
    /// It is done, or has left itself behind on the stack.
    Next,
}

/// True if `name` is a command of the shell itself.
pub(in crate::dos) fn has_command(name: &[u8]) -> bool {
    command::internal(&name.to_ascii_uppercase()).is_some()
}

impl Shell {
    /// A shell that executes one line and ends.
    pub(in crate::dos) fn for_line(line: Vec<u8>) -> Shell {
        Shell { jobs: vec![Job::Run(run::Run::new(line))], ..Shell::default() }
    }

    pub(in crate::dos) fn go_on(&mut self, dos: &mut Dos<'_>, answer: Answer) -> Request {
        let mut answer = answer;
        if answer == Answer::Break {
            self.break_off(dos);
            answer = Answer::Begin;
        }
        while let Some(job) = self.jobs.pop() {
            match job.go_on(self, dos, answer) {
                Step::Ask(job, request) => {
                    self.jobs.push(job);
                    return request;
                }
                Step::Next => answer = Answer::Begin,
            }
        }
        Request::Exit(self.errorlevel)
    }

    /// Leaves `job` to be done next.
    fn push(&mut self, dos: &mut Dos<'_>, job: Job) {
        if self.jobs.len() < MOST_JOBS {
            self.jobs.push(job);
            return;
        }
        job.abandon(dos);
        self.unwind(dos, 1);
        self.say(STDERR, b"Batch files nested too deeply\r\n".to_vec());
    }

    /// Leaves text to be written next.
    fn say(&mut self, handle: u16, text: Vec<u8>) {
        if !text.is_empty() {
            self.jobs.push(Job::Say(output::Say { handle, text }));
        }
    }

    /// Says why something is not done.
    fn complain(&mut self, complaint: Complaint) {
        if self.for_host && !self.jobs.iter().any(|job| matches!(job, Job::Batch(_))) {
            self.errorlevel = 1;
        }
        self.say(STDERR, complaint.text());
    }

    /// Says why `job` cannot be done; if a drive failed, the user may have it tried again.
    fn fail(&mut self, dos: &mut Dos<'_>, complaint: Complaint, job: Job) {
        match complaint {
            Complaint::Critical(trouble) => self.push(dos, Job::Critical(critical::Critical::new(trouble, job))),
            complaint => {
                job.abandon(dos);
                self.complain(complaint);
            }
        }
    }

    /// Gives up all jobs but the `keep` outermost ones.
    fn unwind(&mut self, dos: &mut Dos<'_>, keep: usize) {
        while self.jobs.len() > keep {
            if let Some(job) = self.jobs.pop() {
                job.abandon(dos);
            }
        }
    }

    /// Ctrl-C: back to the prompt; a batch file may go on.
    fn break_off(&mut self, dos: &mut Dos<'_>) {
        match self.jobs.iter().rposition(|job| matches!(job, Job::Batch(_))) {
            Some(batch) => {
                self.unwind(dos, batch + 1);
                self.jobs.push(Job::Ask(output::Ask::new(output::Question::Terminate)));
            }
            None => {
                let outermost = usize::from(matches!(self.jobs.first(), Some(Job::Prompt(_))));
                self.unwind(dos, outermost);
                if let Some(Job::Prompt(prompt)) = self.jobs.first_mut() {
                    *prompt = prompt::Prompt::default();
                }
            }
        }
    }
}

impl Job {
    fn go_on(self, shell: &mut Shell, dos: &mut Dos<'_>, answer: Answer) -> Step {
        match self {
            Job::Start => start::begin(shell, dos),
            Job::Prompt(prompt) => prompt.go_on(shell, dos, answer),
            Job::Batch(batch) => batch.go_on(shell, dos),
            Job::For(each) => each.go_on(shell, dos),
            Job::Run(run) => run.go_on(shell, dos, &answer),
            Job::Pipe(pipe) => pipe.go_on(shell, dos),
            Job::Restore(saved) => {
                saved.restore(dos);
                Step::Next
            }
            Job::Exec(exec) => exec.go_on(shell, dos, &answer),
            Job::Say(say) => say.go_on(&answer),
            Job::Pages(pages) => pages.go_on(shell, dos, &answer),
            Job::Pause(pause) => pause.go_on(&answer),
            Job::Ask(ask) => ask.go_on(shell, dos, answer),
            Job::Critical(critical) => critical.go_on(shell, dos, &answer),
            Job::Screen(screen) => screen.go_on(),
            Job::Type(file) => file.go_on(shell, dos, answer),
            Job::Copy(copy) => copy.go_on(shell, dos, answer),
            Job::Clock(clock) => clock.go_on(shell, dos, answer),
        }
    }

    /// What has to be undone of a job that will not go on.
    fn abandon(self, dos: &mut Dos<'_>) {
        match self {
            Job::Restore(saved) => saved.restore(dos),
            Job::Pipe(pipe) => pipe.abandon(dos),
            Job::Type(file) => file.abandon(dos),
            Job::Copy(copy) => copy.abandon(dos),
            Job::Critical(critical) => critical.abandon(dos),
            _ => {}
        }
    }
}

/// INT 21h with AH = `function`.
fn call(function: u8) -> Request {
    int21(Call { ax: u16::from(function) << 8, ..Call::default() })
}

fn int21(call: Call) -> Request {
    Request::Interrupt(0x21, call)
}

#[cfg(test)]
mod tests;
