//! What is on the demo drive: help, batch files, and a program made by this project.

mod life;

use super::drive::DosName;

/// The text files, as the repository has them.
const TEXTS: [(&str, &str); 3] = [
    ("AUTOEXEC.BAT", include_str!("AUTOEXEC.BAT")),
    ("HELLO.BAT", include_str!("HELLO.BAT")),
    ("README.TXT", include_str!("README.TXT")),
];
const LIFE: &str = "LIFE.COM";

/// Names and contents of the files.
#[must_use]
pub fn files() -> Vec<(&'static str, Vec<u8>)> {
    let texts = TEXTS.map(|(name, text)| (name, dos_lines(text)));
    texts.into_iter().chain([(LIFE, life::program())]).collect()
}

/// The same for a drive that is in the program.
#[must_use]
pub fn dos_files() -> Vec<(DosName, Vec<u8>)> {
    files().into_iter().filter_map(|(name, bytes)| Some((DosName::parse(name.as_bytes())?, bytes))).collect()
}

/// Lines that end as DOS's do.
fn dos_lines(text: &str) -> Vec<u8> {
    text.lines().flat_map(|line| [line.as_bytes(), b"\r\n"].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_texts_fit_on_a_dos_screen() {
        for (name, text) in TEXTS {
            assert!(text.is_ascii(), "{name}");
            assert!(text.lines().all(|line| line.len() < 80), "{name}");
        }
        assert_eq!(dos_lines("a\nb\r\n"), b"a\r\nb\r\n");
    }

    #[test]
    fn every_file_has_a_dos_name() {
        assert_eq!(dos_files().len(), files().len());
    }
}
