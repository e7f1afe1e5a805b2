//! SET, PATH, PROMPT, ECHO, BREAK, VERIFY and CHCP.

use super::super::super::memory_map::SDA;
use super::super::super::{Dos, sda};
use super::super::line::trimmed;
use super::super::text::{Complaint, Done};
use super::super::{STDOUT, Shell, variables};

/// SET: shows all variables, or sets one.
pub(super) fn set(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let rest = rest.trim_ascii_start();
    if rest.is_empty() {
        let lines = variables::all(dos).into_iter().flat_map(|string| [string.as_slice(), b"\r\n"].concat());
        shell.say(STDOUT, lines.collect());
        return Ok(());
    }
    let equals = rest.iter().position(|&byte| byte == b'=').ok_or_else(Complaint::syntax)?;
    if equals == 0 {
        return Err(Complaint::syntax());
    }
    variables::set(dos, &rest[..equals], &rest[equals + 1..])
}

/// PATH: shows or sets where programs are looked for.
pub(super) fn path(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let value = trimmed(rest);
    let value = value.strip_prefix(b"=").map_or(value, trimmed);
    match value {
        [] => {
            let line = match variables::get(dos, b"PATH") {
                Some(path) => [b"PATH=", path.as_slice(), b"\r\n"].concat(),
                None => b"No Path\r\n".to_vec(),
            };
            shell.say(STDOUT, line);
            Ok(())
        }
        b";" => variables::set(dos, b"PATH", b""),
        value => variables::set(dos, b"PATH", &value.to_ascii_uppercase()),
    }
}

/// PROMPT.
pub(super) fn prompt(_: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let value = rest.trim_ascii_start();
    variables::set(dos, b"PROMPT", value.strip_prefix(b"=").unwrap_or(value))
}

/// ECHO: text, ON or OFF; `ECHO.` is an empty line.
pub(super) fn echo(shell: &mut Shell, _: &mut Dos<'_>, rest: &[u8]) -> Done {
    match switch(rest) {
        Some(on) => shell.echo = on,
        None if trimmed(rest).is_empty() => {
            let state: &[u8] = if shell.echo { b"ECHO is on\r\n" } else { b"ECHO is off\r\n" };
            shell.say(STDOUT, state.to_vec());
        }
        // The character behind the command is no part of the text.
        None => shell.say(STDOUT, [&rest[1..], b"\r\n"].concat()),
    }
    Ok(())
}

/// BREAK: whether every call of DOS looks for Ctrl-C.
pub(super) fn break_(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let mut on = sda::BREAK_CHECK.get(&dos.mem, SDA) != 0;
    on_or_off(shell, rest, "BREAK", &mut on)?;
    sda::BREAK_CHECK.set(&mut dos.mem, SDA, on.into());
    Ok(())
}

/// VERIFY. What is written to a host directory is not read back, whatever it says.
pub(super) fn verify(shell: &mut Shell, _: &mut Dos<'_>, rest: &[u8]) -> Done {
    let mut on = shell.verify;
    on_or_off(shell, rest, "VERIFY", &mut on)?;
    shell.verify = on;
    Ok(())
}

/// CHCP: the code page is the session's; another one cannot be selected here.
pub(super) fn code_page(shell: &mut Shell, dos: &mut Dos<'_>, rest: &[u8]) -> Done {
    let number = dos.state.page.number();
    let wanted = std::str::from_utf8(trimmed(rest)).unwrap_or_default();
    if wanted.is_empty() {
        shell.say(STDOUT, format!("Active code page: {number}\r\n").into_bytes());
        return Ok(());
    }
    match wanted.parse::<u16>() {
        Ok(wanted) if wanted == number => Ok(()),
        Ok(_) => Err(Complaint::new("Code page not prepared")),
        Err(_) => Err(Complaint::new("Invalid code page")),
    }
}

fn on_or_off(shell: &mut Shell, rest: &[u8], name: &str, setting: &mut bool) -> Done {
    match switch(rest) {
        Some(on) => *setting = on,
        None if trimmed(rest).is_empty() => {
            let text = format!("{name} is {}\r\n", if *setting { "on" } else { "off" });
            shell.say(STDOUT, text.into_bytes());
        }
        None => return Err(Complaint::new("Must specify ON or OFF")),
    }
    Ok(())
}

fn switch(rest: &[u8]) -> Option<bool> {
    match trimmed(rest).to_ascii_uppercase().as_slice() {
        b"ON" => Some(true),
        b"OFF" => Some(false),
        _ => None,
    }
}
