//! Names of DOS: eight characters and three, and the host's names as such.
//!
//! A host name that fits is itself in capitals. Any other gets a short form: up to four of its
//! characters, a tilde, and three characters of a hash of the whole name, with the first three
//! characters of its extension. The short form depends on the host name alone, so that it stays as it
//! is whatever else is in the directory; where two names of one directory come to the same form, the
//! later one in byte order takes the next hash.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::OsStrExt;

use crate::screen::CodePage;

/// Characters that no name has. Source: RBIL, INT 21h/AH=29h; MS-DOS 5 reference, "file names".
const FORBIDDEN: &[u8] = b"\"*+,./:;<=>?[\\]|";
/// Names that are devices in every directory.
const DEVICES: &[&str] =
    &["CON", "NUL", "AUX", "PRN", "CLOCK$", "COM1", "COM2", "COM3", "COM4", "LPT1", "LPT2", "LPT3"];
/// What every short form has.
pub(super) const SHORT_FORM_MARK: u8 = b'~';
/// Characters of a short form before its tilde, and of the hash behind it.
const STEM_CHARS: usize = 4;
const HASH_CHARS: u32 = 3;
const HASHES: u32 = 36 * 36 * 36;

/// A name as directories hold it: capitals in the session's code page, padded with blanks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DosName(pub [u8; 11]);

impl DosName {
    /// The name that `text` is: up to eight characters, and up to three behind a dot. `None` if there
    /// is no such name.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<DosName> {
        let mut parts = text.splitn(2, |&byte| byte == b'.');
        let (stem, extension) = (parts.next()?, parts.next().unwrap_or_default());
        let fits = |part: &[u8], room: usize| part.len() <= room && part.iter().all(|&byte| is_allowed(byte));
        let blank_end = stem.ends_with(b" ") || extension.ends_with(b" ");
        if stem.is_empty() || blank_end || !fits(stem, 8) || !fits(extension, 3) {
            return None;
        }
        let mut name = [b' '; 11];
        name[..stem.len()].copy_from_slice(stem);
        name[8..8 + extension.len()].copy_from_slice(extension);
        Some(DosName(name))
    }

    /// The eight characters, without blanks at their end.
    #[must_use]
    pub fn stem(&self) -> &[u8] {
        trimmed(&self.0[..8])
    }

    /// The three characters, without blanks at their end.
    #[must_use]
    pub fn extension(&self) -> &[u8] {
        trimmed(&self.0[8..])
    }

    /// The name with its dot, if it needs one.
    #[must_use]
    pub fn dotted(&self) -> Vec<u8> {
        let mut text = self.stem().to_vec();
        if !self.extension().is_empty() {
            text.push(b'.');
            text.extend(self.extension());
        }
        text
    }

    /// True if this is a device's name, with whatever extension.
    #[must_use]
    pub fn is_device(&self) -> bool {
        is_device(self.stem())
    }

    /// A host name for a new file of this name: in small letters.
    #[must_use]
    pub fn to_host(self, page: CodePage) -> OsString {
        let text: String = self.dotted().into_iter().flat_map(|byte| page.char(byte).to_lowercase()).collect();
        OsString::from(text)
    }
}

impl fmt::Debug for DosName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DosName({})", String::from_utf8_lossy(&self.dotted()))
    }
}

/// True if this, in capitals and without an extension, is a device's name.
pub(super) fn is_device(stem: &[u8]) -> bool {
    DEVICES.iter().any(|device| device.as_bytes() == stem)
}

fn is_allowed(byte: u8) -> bool {
    byte >= b' ' && !byte.is_ascii_lowercase() && byte != 0x7F && !FORBIDDEN.contains(&byte)
}

fn trimmed(part: &[u8]) -> &[u8] {
    let end = part.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
    &part[..end]
}

/// The host name `host` in capitals of `page`, if that is a name of DOS and no device's.
#[must_use]
pub fn plain(host: &OsStr, page: CodePage) -> Option<DosName> {
    let text: Option<Vec<u8>> = host.to_str()?.chars().map(|c| capital(c, page)).collect();
    DosName::parse(&text?).filter(|name| !name.is_device())
}

/// The short form of `host`, the `turn`th.
#[must_use]
pub fn short_form(host: &OsStr, turn: u32, page: CodePage) -> DosName {
    let text = host.to_string_lossy();
    let (stem, extension) = match text.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, extension),
        _ => (text.as_ref(), ""),
    };
    let mut name = [b' '; 11];
    let kept: Vec<u8> = usable(stem, page).take(STEM_CHARS).collect();
    name[..kept.len()].copy_from_slice(&kept);
    name[kept.len()] = SHORT_FORM_MARK;
    let hash = (hash(host.as_bytes()) % HASHES + turn) % HASHES;
    for place in 0..HASH_CHARS {
        let digit = hash / 36u32.pow(HASH_CHARS - 1 - place) % 36;
        name[kept.len() + 1 + place as usize] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit as usize];
    }
    for (place, byte) in name[8..].iter_mut().zip(usable(extension, page)) {
        *place = byte;
    }
    DosName(name)
}

/// The characters of `text` that a name may have, in capitals.
fn usable(text: &str, page: CodePage) -> impl Iterator<Item = u8> {
    text.chars().filter_map(move |c| capital(c, page)).filter(|&byte| is_allowed(byte) && byte != b' ')
}

/// `c` as a capital of `page`.
fn capital(c: char, page: CodePage) -> Option<u8> {
    if c.is_ascii() {
        // The same in every code page, but for control characters, which no name has.
        return u8::try_from(c.to_ascii_uppercase()).ok();
    }
    let mut capitals = c.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) => page.code(capital).or_else(|| page.code(c)),
        _ => page.code(c),
    }
}

/// FNV-1a: the same on every host.
pub(super) fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811C_9DC5u32, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The names that a directory's host names have, in the order of the host names.
///
/// Of several that would be the same name in capitals, the one in small letters has it, else the
/// first in byte order; the others get short forms.
#[must_use]
pub fn assign(mut hosts: Vec<OsString>, page: CodePage) -> Vec<(DosName, OsString)> {
    hosts.sort();
    let mut taken: BTreeMap<DosName, usize> = BTreeMap::new();
    for (index, host) in hosts.iter().enumerate() {
        let Some(name) = plain(host, page) else { continue };
        let preferred = name.to_host(page) == *host;
        if preferred || !taken.contains_key(&name) {
            taken.insert(name, index);
        }
    }
    let mut names: BTreeMap<usize, DosName> = taken.iter().map(|(&name, &index)| (index, name)).collect();
    for (index, host) in hosts.iter().enumerate() {
        if names.contains_key(&index) {
            continue;
        }
        let free = (0..HASHES).map(|turn| short_form(host, turn, page)).find(|name| !taken.contains_key(name));
        // A directory with more names than hashes for one stem: the rest cannot be reached from DOS.
        let Some(name) = free else { continue };
        taken.insert(name, index);
        names.insert(index, name);
    }
    names.into_iter().map(|(index, name)| (name, std::mem::take(&mut hosts[index]))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> DosName {
        DosName::parse(text.as_bytes()).unwrap()
    }

    fn assigned(hosts: &[&str]) -> Vec<(String, String)> {
        let hosts = hosts.iter().map(OsString::from).collect();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let pairs = assign(hosts, CodePage::US);
        pairs.into_iter().map(|(dos, host)| (text(dos.dotted()), host.into_string().unwrap())).collect()
    }

    #[test]
    fn a_name_has_eight_characters_and_three() {
        assert_eq!(name("AUTOEXEC.BAT").0, *b"AUTOEXECBAT");
        assert_eq!(name("A").dotted(), b"A");
        for wrong in ["", ".TXT", "TOOLONGNAME", "A.LONG", "A.B.C", "a.txt", "A B ", "A*", "A?.C"] {
            assert_eq!(DosName::parse(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn a_host_name_that_fits_is_itself_in_capitals() {
        assert_eq!(
            assigned(&["readme.txt", "Makefile", "X"]),
            [
                ("MAKEFILE".into(), "Makefile".into()),
                ("X".into(), "X".into()),
                ("README.TXT".into(), "readme.txt".into()),
            ]
        );
    }

    #[test]
    fn national_letters_are_those_of_the_code_page() {
        let page = CodePage::new(850).unwrap();
        // ß has no capital of one letter.
        assert_eq!(plain(OsStr::new("aß"), page).map(|name| name.0[1]), page.code('ß'));
        assert_eq!(plain(OsStr::new("für.txt"), page).map(|name| name.0[1]), page.code('Ü'));
    }

    #[test]
    fn of_names_that_differ_in_case_the_small_one_has_the_plain_name() {
        let names = assigned(&["README", "readme", "Readme"]);
        let plain: Vec<_> = names.iter().filter(|(dos, _)| dos == "README").collect();
        assert_eq!(plain, [&("README".to_owned(), "readme".to_owned())]);
        assert_eq!(names.len(), 3);
    }

    #[test]
    fn a_device_name_is_never_a_plain_one() {
        for device in ["con", "NUL.txt", "prn", "com1", "aux.c"] {
            assert_eq!(plain(OsStr::new(device), CodePage::US), None, "{device}");
        }
        assert!(!short_form(OsStr::new("con"), 0, CodePage::US).is_device());
    }

    #[test]
    fn a_short_form_depends_on_its_name_alone() {
        let alone = assigned(&["a long name.text"]);
        let among = assigned(&["another", "a long name.text", "a long name.txt", ".git"]);
        assert!(among.contains(&alone[0]));
        assert!(alone[0].0.starts_with("ALON~") && alone[0].0.ends_with(".TEX"), "{}", alone[0].0);
    }

    proptest! {
        /// Whatever a directory holds: every name is a name of DOS, and no two are the same.
        #[test]
        fn names_are_valid_and_different(hosts in prop::collection::btree_set("[ -~äéß€]{1,14}", 0..40)) {
            let hosts: Vec<OsString> = hosts.into_iter().filter(|host| !host.contains('/')).map(OsString::from).collect();
            let names = assign(hosts.clone(), CodePage::US);
            prop_assert_eq!(names.len(), hosts.len());
            let mut seen = std::collections::BTreeSet::new();
            for (dos, _) in names {
                prop_assert_eq!(DosName::parse(&dos.dotted()), Some(dos));
                prop_assert!(!dos.is_device());
                prop_assert!(seen.insert(dos));
            }
        }
    }
}
