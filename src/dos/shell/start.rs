//! The shell's parameters: `COMMAND [path] [/E:bytes] [/P] [/K command] [/C command]`, and how it begins.

use super::super::app::tail;
use super::super::drive::DosPath;
use super::super::path::{self, Place, text_of};
use super::super::{Dos, psp};
use super::batch::Batch;
use super::line::trimmed;
use super::prompt::Prompt;
use super::run::Run;
use super::{Job, STDOUT, Shell, Step, command, variables};

/// What the shell is told to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Parameters {
    /// Where COMMAND.COM is to be found again.
    folder: Option<Vec<u8>>,
    /// Room of the environment. *Units*: bytes.
    environment: Option<usize>,
    permanent: bool,
    /// A command to begin with.
    command: Option<Vec<u8>>,
    /// Nothing else than that command.
    only: bool,
}

impl Parameters {
    fn parse(tail: &[u8]) -> Parameters {
        let mut parameters = Parameters::default();
        let mut rest = tail;
        let first = tail.split(|&byte| byte == b'/').next().map_or(b"".as_slice(), trimmed);
        parameters.folder = Some(first.to_vec()).filter(|folder| !folder.is_empty());
        while let Some(slash) = rest.iter().position(|&byte| byte == b'/') {
            rest = &rest[slash + 1..];
            match rest.first().map(u8::to_ascii_uppercase) {
                Some(b'P') => parameters.permanent = true,
                Some(letter @ (b'C' | b'K')) => {
                    parameters.only = letter == b'C';
                    parameters.command = Some(trimmed(&rest[1..]).to_vec());
                    break;
                }
                Some(b'E') => parameters.environment = room(&rest[1..]),
                // /F, /MSG: answers and messages need no setting here.
                _ => {}
            }
        }
        parameters
    }
}

/// `:bytes` behind /E.
fn room(text: &[u8]) -> Option<usize> {
    let text = text.strip_prefix(b":")?;
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    std::str::from_utf8(&text[..end]).ok()?.parse().ok()
}

/// COMSPEC of a shell that is told where it comes from. A folder without it changes nothing.
fn set_comspec(dos: &mut Dos<'_>, folder: &[u8]) {
    let between: &[u8] = if folder.ends_with(b"\\") { b"" } else { b"\\" };
    let name = [folder, between, b"COMMAND.COM"].concat();
    let found = dos.place(&name).ok().filter(|place| dos.lookup(place).is_ok());
    if let Some(place) = found {
        let _ = variables::set(dos, b"COMSPEC", &text_of(place.drive, &place.path));
    }
}

/// The first job: leaves those that make up the shell.
pub(super) fn begin(shell: &mut Shell, dos: &mut Dos<'_>) -> Step {
    let parameters = Parameters::parse(&tail(dos));
    shell.permanent = parameters.permanent;
    shell.for_host = parameters.only && dos.state.has_job() && is_first(dos);
    if let Some(folder) = &parameters.folder {
        set_comspec(dos, folder);
    }
    if let Some(bytes) = parameters.environment
        && let Err(complaint) = variables::reserve(dos, bytes)
    {
        shell.complain(complaint);
    }
    if !parameters.only {
        shell.jobs.push(Job::Prompt(Prompt::default()));
    }
    if let Some(command) = parameters.command {
        shell.jobs.push(Job::Run(Run::new(command)));
    } else {
        if let Some(batch) = autoexec(dos).filter(|_| parameters.permanent) {
            shell.jobs.push(Job::Batch(batch));
        }
        shell.say(STDOUT, command::version_text(dos));
    }
    Step::Next
}

/// True if no other program has started this shell.
fn is_first(dos: &Dos<'_>) -> bool {
    let psp = dos.psp();
    psp::PARENT.get(&dos.mem, psp::base(psp)) == psp
}

/// AUTOEXEC.BAT of the first drive but Z:, where DOS's own programs are.
fn autoexec(dos: &Dos<'_>) -> Option<Batch> {
    let drive = (0..25).find(|&drive| dos.drive(drive).is_ok())?;
    let path = path::resolve(b"\\AUTOEXEC.BAT", &DosPath::default(), dos.state.page).ok()?;
    let place = Place { drive, path };
    dos.lookup(&place).ok()?;
    let name = text_of(place.drive, &place.path);
    Some(Batch::new(place, vec![name]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_behind_the_letter_of_a_command_is_the_command() {
        let parameters = Parameters::parse(b" /p /c dir /w");
        assert_eq!(parameters.command.as_deref(), Some(b"dir /w".as_slice()));
        assert_eq!((parameters.permanent, parameters.only), (true, true));
        assert!(!Parameters::parse(b"/k set").only);
        let parameters = Parameters::parse(b" c:\\dos /e:2048 /p");
        assert_eq!((parameters.folder.as_deref(), parameters.environment), (Some(b"c:\\dos".as_slice()), Some(2048)));
        assert_eq!(Parameters::parse(b" "), Parameters::default());
    }
}
