//! Sessions as the tables of a config file or a script.

use std::fmt::Write;
use std::path::{Component, Path, PathBuf};

use super::explain::{key_name, value};
use super::fields::FIELDS;
use super::{DriveSource, ImageSpec, SessionSpec};
use crate::disk::ImageSource;

/// The `[sessions.NAME]` table of a session: what differs from the defaults. Paths become relative to
/// `folder`, which is where the file will be; both are taken from the current folder if relative.
///
/// ```
/// use std::path::Path;
/// use dosmux::config::{SessionSpec, session_table};
/// let spec = SessionSpec { fpu: false, ..SessionSpec::new("a b") };
/// assert_eq!(session_table(&spec, Path::new("")), "[sessions.\"a b\"]\nfpu = false\n");
/// ```
#[must_use]
pub fn session_table(spec: &SessionSpec, folder: &Path) -> String {
    let mut spec = spec.clone();
    for ImageSpec { source, .. } in spec.floppies.iter_mut().chain(&mut spec.disks) {
        if let ImageSource::File(path) = source {
            *path = relative(path, folder);
        }
    }
    spec.log = spec.log.map(|path| relative(&path, folder));
    for drive in &mut spec.drives {
        if let DriveSource::Directory(path) = &mut drive.source {
            *path = relative(path, folder);
        }
    }
    spec.debug_port = spec.debug_port.map(|path| relative(&path, folder));
    let default = SessionSpec { mouse: spec.boot.usual_mouse(), ..SessionSpec::new(&spec.name) };
    let mut out = format!("[sessions.{}]\n", key_name(&spec.name));
    for key in FIELDS.iter().map(|field| field.name) {
        if let Some(value) = value(&spec, key).filter(|setting| Some(setting) != value(&default, key).as_ref()) {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{key} = {value}");
        }
    }
    out
}

/// `path` as seen from `folder`. A path that cannot be made relative stays as it is.
fn relative(path: &Path, folder: &Path) -> PathBuf {
    let absolute = |path: &Path| std::path::absolute(if path.as_os_str().is_empty() { Path::new(".") } else { path });
    let (Ok(full), Ok(folder)) = (absolute(path), absolute(folder)) else { return path.to_owned() };
    let same = full.components().zip(folder.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(same);
    // Without a common root, as with two drives, or with links behind `..`, the whole path is safe.
    if same == 0 || up.clone().any(|part| part == Component::ParentDir) {
        return full;
    }
    up.map(|_| Component::ParentDir).chain(full.components().skip(same)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::WritePolicy;

    #[test]
    fn paths_are_relative_to_the_folder_of_the_file() {
        assert_eq!(relative(Path::new("/a/b/c.img"), Path::new("/a/x/y")), Path::new("../../b/c.img"));
        assert_eq!(relative(Path::new("/a/b/c.img"), Path::new("/a")), Path::new("b/c.img"));
        assert_eq!(relative(Path::new("c.img"), Path::new("")), Path::new("c.img"));
        assert_eq!(relative(Path::new("c.img"), Path::new("out")), Path::new("../c.img"));
    }

    #[test]
    fn a_table_says_what_differs_from_the_defaults() {
        let image = ImageSpec { source: ImageSource::File("/i/a.img".into()), writes: WritePolicy::None };
        let spec = SessionSpec { floppies: vec![image], memory_bytes: 4 << 20, ..SessionSpec::new("a") };
        let expected = "[sessions.a]\nfloppies = [{ image = \"../i/a.img\", writes = \"none\" }]\nmemory = \"4 MiB\"\n";
        assert_eq!(session_table(&spec, Path::new("/s")), expected);
        assert_eq!(super::super::parse(Path::new("/s/c.toml"), expected).unwrap().sessions.len(), 1);
    }
}
