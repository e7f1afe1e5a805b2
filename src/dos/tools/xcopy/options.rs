//! What XCOPY is told.

use super::super::super::shell::Words;

/// Names and switches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) source: Vec<u8>,
    pub(super) target: Vec<u8>,
    /// Only files with the archive attribute; it is taken away.
    pub(super) archive: bool,
    pub(super) take_archive: bool,
    /// Only files written on this day or later, as in a directory.
    pub(super) since: Option<u16>,
    pub(super) empty: bool,
    pub(super) hidden: bool,
    /// A target that is not there is a directory.
    pub(super) folder: bool,
    pub(super) keep_attributes: bool,
    pub(super) prompt: bool,
    pub(super) quiet: bool,
    pub(super) over_read_only: bool,
    pub(super) within: bool,
    pub(super) wait: bool,
    /// Asks before a file is replaced.
    pub(super) careful: bool,
}

impl Options {
    /// *Errors*: what is wrong.
    pub(super) fn parse(tail: &[u8]) -> Result<Options, Vec<u8>> {
        let words = Words::of(tail);
        let mut options = Options::default();
        for switch in &words.switches {
            options.switch(switch).ok_or_else(|| [b"Invalid switch - /", switch.as_slice(), b"\r\n"].concat())?;
        }
        let mut names = words.names.into_iter();
        options.source = names.next().ok_or(b"Invalid number of parameters\r\n")?;
        options.target = names.next().unwrap_or_default();
        if names.next().is_some() {
            return Err(b"Invalid number of parameters\r\n".to_vec());
        }
        Ok(options)
    }

    fn switch(&mut self, switch: &[u8]) -> Option<()> {
        match switch {
            b"A" => self.archive = true,
            b"M" => (self.archive, self.take_archive) = (true, true),
            b"E" => (self.empty, self.within) = (true, true),
            b"H" => self.hidden = true,
            b"I" => self.folder = true,
            b"K" => self.keep_attributes = true,
            b"P" => self.prompt = true,
            b"Q" => self.quiet = true,
            b"R" => self.over_read_only = true,
            b"S" => self.within = true,
            // What is written to a host directory is not read back.
            b"V" => {}
            b"W" => self.wait = true,
            b"Y" => self.careful = false,
            b"-Y" => self.careful = true,
            [b'D', b':', date @ ..] => self.since = Some(day(date)?),
            _ => return None,
        }
        Some(())
    }
}

/// `mm-dd-yy` as a directory has it. Source: RBIL, INT 21h/AX=5700h.
fn day(text: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(text).ok()?;
    let parts: Vec<u16> = text.split(['-', '/', '.']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let &[month @ 1..=12, day @ 1..=31, year] = parts.as_slice() else { return None };
    let years = match year {
        0..=79 => year + 20,
        80..=99 => year - 80,
        year => year.checked_sub(1980).filter(|&years| years < 128)?,
    };
    Some(years << 9 | month << 5 | day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_switches_come_in_any_order() {
        let options = Options::parse(b" /s a:*.txt/e b: /d:12-31-99 /-y").unwrap();
        assert_eq!((options.source.as_slice(), options.target.as_slice()), (b"a:*.txt".as_slice(), b"b:".as_slice()));
        assert!(options.within && options.empty && options.careful);
        assert_eq!(options.since, Some(19 << 9 | 12 << 5 | 31));
    }

    #[test]
    fn nonsense_is_refused() {
        for tail in ["", "a b c", "a /x", "a /d:13-1-99", "a /d:1-1"] {
            assert!(Options::parse(tail.as_bytes()).is_err(), "{tail}");
        }
    }
}
