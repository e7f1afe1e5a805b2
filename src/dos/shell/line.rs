//! Command lines taken apart: pipes, redirection, the command's name, its words and switches.

/// A command with where it reads from and writes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) text: Vec<u8>,
    pub(super) input: Option<Vec<u8>>,
    pub(super) output: Option<Output>,
}

/// Where a command writes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) name: Vec<u8>,
    /// Behind what is there already.
    pub(super) append: bool,
}

/// A line that makes no sense: a pipe or a redirection to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nonsense;

/// The commands of a line, each of which reads what the one before it writes.
///
/// What FOR runs has pipes and redirections of its own, each time anew.
pub(super) fn commands(line: &[u8]) -> Result<Vec<Command>, Nonsense> {
    if is_for(line) {
        return Ok(vec![Command { text: line.to_vec(), ..Command::default() }]);
    }
    let mut commands = vec![Command::default()];
    let mut quoted = false;
    let mut rest = line;
    while let [byte, behind @ ..] = rest {
        rest = behind;
        let Some(command) = commands.last_mut() else { break };
        match byte {
            b'"' => {
                quoted = !quoted;
                command.text.push(b'"');
            }
            b'|' if !quoted => commands.push(Command::default()),
            b'<' if !quoted => {
                let (name, behind) = target(rest)?;
                (command.input, rest) = (Some(name), behind);
            }
            b'>' if !quoted => {
                let append = rest.first() == Some(&b'>');
                let (name, behind) = target(&rest[usize::from(append)..])?;
                (command.output, rest) = (Some(Output { name, append }), behind);
            }
            &byte => command.text.push(byte),
        }
    }
    let piped = commands.len() > 1;
    if piped && commands.iter().any(|command| command.text.iter().all(|&byte| is_separator(byte))) {
        return Err(Nonsense);
    }
    Ok(commands)
}

fn is_for(line: &[u8]) -> bool {
    let line = skip_separators(line);
    internal_word(line.strip_prefix(b"@").unwrap_or(line)).0 == b"FOR"
}

/// The name behind a redirection, and what follows it.
fn target(text: &[u8]) -> Result<(Vec<u8>, &[u8]), Nonsense> {
    let text = skip_separators(text);
    let ends = |&byte: &u8| is_separator(byte) || matches!(byte, b'<' | b'>' | b'|');
    let end = text.iter().position(ends).unwrap_or(text.len());
    if end == 0 { Err(Nonsense) } else { Ok((text[..end].to_vec(), &text[end..])) }
}

/// What separates words. Source: MS-DOS 5 User's Guide; RBIL, INT 21h/AH=29h.
pub(super) fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b',' | b';' | b'=')
}

/// `text` without the separators that it begins with.
pub(super) fn skip_separators(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|&byte| !is_separator(byte)).unwrap_or(text.len());
    &text[start..]
}

/// `text` without blanks at either end.
pub(super) fn trimmed(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}

/// The first word of a command, and all behind it.
pub(super) fn first_word(text: &[u8]) -> (&[u8], &[u8]) {
    let text = skip_separators(text);
    let ends = |&byte: &u8| is_separator(byte) || byte == b'/';
    text.split_at(text.iter().position(ends).unwrap_or(text.len()))
}

/// The name that an internal command has to have to be meant by `text`, and what is behind it.
///
/// `CD..`, `CD\`, `DIR/W` and `ECHO.` are such commands; `DIR.COM` is a program.
pub(super) fn internal_word(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let text = skip_separators(text);
    let end = text.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let name = name.to_ascii_uppercase();
    let means_it = match rest {
        [] => true,
        [b'.', next, ..] => name == b"ECHO" || matches!(next, b'.' | b'\\' | b' '),
        [next, ..] => is_separator(*next) || matches!(next, b'.' | b'\\' | b'/' | b':' | b'"' | b'+' | b'['),
    };
    if means_it { (name, rest) } else { (Vec::new(), rest) }
}

/// Names and switches behind a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::dos) struct Words {
    pub(in crate::dos) names: Vec<Vec<u8>>,
    /// In capitals, without their slashes.
    pub(in crate::dos) switches: Vec<Vec<u8>>,
}

impl Words {
    /// The words of `text`.
    pub(in crate::dos) fn of(text: &[u8]) -> Words {
        let mut words = Words::default();
        let mut rest = skip_separators(text);
        while let Some(&first) = rest.first() {
            let (word, behind) = word(rest);
            match first {
                b'/' => words.switches.push(word[1..].to_ascii_uppercase()),
                _ => words.names.push(word.into_iter().filter(|&byte| byte != b'"').collect()),
            }
            rest = skip_separators(behind);
        }
        words
    }
}

/// The word that `text` begins with, and what is behind it.
fn word(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut quoted = false;
    for (index, &byte) in text.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'/' if index > 0 && !quoted => return (text[..index].to_vec(), &text[index..]),
            byte if is_separator(byte) && !quoted => return (text[..index].to_vec(), &text[index..]),
            _ => {}
        }
    }
    (text.to_vec(), &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        let commands = commands(line.as_bytes()).unwrap();
        commands.into_iter().map(|command| String::from_utf8(command.text).unwrap()).collect()
    }

    #[test]
    fn a_pipe_separates_commands_unless_it_is_quoted() {
        assert_eq!(texts("dir|sort /r"), ["dir", "sort /r"]);
        assert_eq!(texts("find \"|\""), ["find \"|\""]);
        assert_eq!(commands(b"dir |"), Err(Nonsense));
        assert_eq!(commands(b"| sort"), Err(Nonsense));
    }

    #[test]
    fn redirections_are_taken_out_of_a_command() {
        let command = commands(b"sort <in.txt /r >> out.txt").unwrap().remove(0);
        assert_eq!(command.text, b"sort  /r ");
        assert_eq!(command.input, Some(b"in.txt".to_vec()));
        assert_eq!(command.output, Some(Output { name: b"out.txt".to_vec(), append: true }));
        assert_eq!(commands(b"dir >"), Err(Nonsense));
    }

    #[test]
    fn what_for_runs_keeps_its_pipes_and_redirections() {
        assert_eq!(texts("@for %a in (x) do type %a | sort > b"), ["@for %a in (x) do type %a | sort > b"]);
    }

    #[test]
    fn an_internal_command_needs_no_blank_behind_it() {
        let name = |text: &str| String::from_utf8(internal_word(text.as_bytes()).0).unwrap();
        assert_eq!([name("cd.."), name("cd\\x"), name("dir/w"), name("echo.x")], ["CD", "CD", "DIR", "ECHO"]);
        assert_eq!([name("dir.com"), name("cd2"), name("sort.exe /r")], ["", "", ""]);
    }

    #[test]
    fn switches_may_stand_anywhere() {
        let words = Words::of(b" a.txt/p /W \"b,c\"");
        assert_eq!(words.names, [b"a.txt".to_vec(), b"b,c".to_vec()]);
        assert_eq!(words.switches, [b"P".to_vec(), b"W".to_vec()]);
    }
}
