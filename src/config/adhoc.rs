//! Sessions made from the names of images and folders alone, as `dosmux boot IMAGE...` wants them.

use std::path::{Path, PathBuf};

use super::sessions::parse_source;
use super::{BootDrive, DriveSource, HostDriveSpec, ImageSpec, MAX_NAME_CHARS, SessionSpec};
use crate::disk::{ImageSource, WritePolicy};
use crate::pointer::MouseSupport;

/// Size of the largest floppy; a larger image is a hard disk. *Units*: bytes.
const LARGEST_FLOPPY_BYTES: u64 = 2880 * 1024;

/// Why an image named on the command line gives no session.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The file cannot be looked at.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the host says.
        source: std::io::Error,
    },
    /// The name is that of something that is neither file nor folder.
    #[error("{} is neither a file nor a folder", .0.display())]
    NoFile(PathBuf),
    /// No built-in image has that name.
    #[error("{0}")]
    UnknownBuiltIn(String),
    /// The built-in image cannot be written to.
    #[error("{0} is part of the program and cannot be written to; use writes `overlay` or `none`")]
    BuiltInIsReadOnly(&'static str),
}

/// A session for each image, named after it, that boots it: from A: if its size is a floppy's,
/// else as a hard disk. A folder gives a session of the built-in DOS with it as drive C:, which the policy
/// `none` makes read-only. Paths are relative to the current folder.
pub fn sessions_of_images(images: &[String], writes: WritePolicy) -> Result<Vec<SessionSpec>, ImageError> {
    let mut specs: Vec<SessionSpec> = Vec::new();
    for image in images {
        let source = parse_source(image, Path::new("")).map_err(ImageError::UnknownBuiltIn)?;
        if source == ImageSource::Tour && writes == WritePolicy::Image {
            return Err(ImageError::BuiltInIsReadOnly(super::BUILTIN_TOUR));
        }
        let mut spec = match folder_of(&source) {
            Some(folder) => session_of_folder(folder, writes == WritePolicy::None),
            None => {
                let drive = drive_for(&source)?;
                session_of_image(ImageSpec { source, writes }, drive)
            }
        };
        spec.name = free_name(&spec.name, |name| specs.iter().all(|spec| spec.name != name));
        specs.push(spec);
    }
    Ok(specs)
}

/// A session named after `image` that boots it from `drive`.
#[must_use]
pub fn session_of_image(image: ImageSpec, drive: BootDrive) -> SessionSpec {
    let mut spec = SessionSpec { boot: drive, ..SessionSpec::new(&base_name(&image.source)) };
    match drive {
        BootDrive::Floppy => spec.floppies.push(image),
        BootDrive::Disk => spec.disks.push(image),
        // It has no images.
        BootDrive::Dos => {}
    }
    spec
}

/// A session of the built-in DOS, named after the folder that is its drive C:.
#[must_use]
pub fn session_of_folder(folder: &Path, read_only: bool) -> SessionSpec {
    // `.` and `..` are no names.
    let full = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = full.file_name().map_or_else(|| "dos".into(), |name| name.to_string_lossy());
    session_of_drive(DriveSource::Directory(folder.to_owned()), &name, read_only)
}

/// A session of the built-in DOS on the demo drive.
#[must_use]
pub fn session_of_demo() -> SessionSpec {
    session_of_drive(DriveSource::Demo, "demo", false)
}

fn session_of_drive(source: DriveSource, name: &str, read_only: bool) -> SessionSpec {
    let drives = vec![HostDriveSpec { letter: 'C', source, read_only }];
    let boot = BootDrive::Dos;
    SessionSpec { drives, boot, mouse: boot.usual_mouse(), ..SessionSpec::new(&session_name(name)) }
}

/// The folder, if `source` is one.
fn folder_of(source: &ImageSource) -> Option<&Path> {
    match source {
        ImageSource::File(path) if path.is_dir() => Some(path),
        _ => None,
    }
}

/// The kind of drive that takes an image.
fn drive_for(source: &ImageSource) -> Result<BootDrive, ImageError> {
    let ImageSource::File(path) = source else { return Ok(BootDrive::Floppy) };
    let read_error = |source| ImageError::Read { path: path.clone(), source };
    let metadata = std::fs::metadata(path).map_err(read_error)?;
    if !metadata.is_file() {
        return Err(ImageError::NoFile(path.clone()));
    }
    Ok(BootDrive::for_size(metadata.len()))
}

impl BootDrive {
    /// The kind of drive for an image of `bytes`, as far as the size tells.
    #[must_use]
    pub fn for_size(bytes: u64) -> BootDrive {
        if bytes <= LARGEST_FLOPPY_BYTES { BootDrive::Floppy } else { BootDrive::Disk }
    }

    /// What there is of a mouse unless the settings say otherwise: with the built-in DOS a driver, since
    /// none can be loaded there; programs that do not ask for it see nothing of it.
    #[must_use]
    pub fn usual_mouse(self) -> MouseSupport {
        if self == BootDrive::Dos { MouseSupport::Driver } else { MouseSupport::None }
    }
}

/// The image's file name without folder and extension, control characters and excess length.
fn base_name(source: &ImageSource) -> String {
    let ImageSource::File(path) = source else { return "tour".to_owned() };
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    session_name(&stem)
}

/// `name` without control characters and excess length.
fn session_name(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS).collect();
    if name.trim().is_empty() { "image".to_owned() } else { name }
}

/// `name`, or `name-2`, `name-3`... if `is_free` says that it is taken.
///
/// *Panics* if no name is free.
pub fn free_name(name: &str, is_free: impl Fn(&str) -> bool) -> String {
    if is_free(name) {
        return name.to_owned();
    }
    (2u64..)
        .map(|number| {
            let suffix = format!("-{number}");
            let head: String = name.chars().take(MAX_NAME_CHARS - suffix.len()).collect();
            head + &suffix
        })
        .find(|name| is_free(name))
        .expect("there are more numbers than sessions")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(folder: &tempfile::TempDir, name: &str, bytes: u64) -> String {
        let path = folder.path().join(name);
        std::fs::File::create(&path).unwrap().set_len(bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn the_size_decides_between_floppy_and_hard_disk() {
        let folder = tempfile::tempdir().unwrap();
        let images = [image(&folder, "a.img", 2880 * 1024), image(&folder, "c.img", 2880 * 1024 + 512)];
        let specs = sessions_of_images(&images, WritePolicy::None).unwrap();
        assert_eq!((specs[0].boot, specs[0].floppies.len(), specs[0].disks.len()), (BootDrive::Floppy, 1, 0));
        assert_eq!((specs[1].boot, specs[1].floppies.len(), specs[1].disks.len()), (BootDrive::Disk, 0, 1));
        assert_eq!(specs[1].disks[0].writes, WritePolicy::None);
    }

    #[test]
    fn sessions_of_one_image_get_different_names_of_bounded_length() {
        let folder = tempfile::tempdir().unwrap();
        let name = image(&folder, &format!("{}.img", "x".repeat(60)), 512);
        let specs = sessions_of_images(&[name.clone(), name.clone(), name], WritePolicy::Overlay).unwrap();
        let names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
        assert_eq!(names, ["x".repeat(32), "x".repeat(30) + "-2", "x".repeat(30) + "-3"]);
    }

    #[test]
    fn the_built_in_floppy_needs_no_file() {
        let specs = sessions_of_images(&["builtin:tour".to_owned()], WritePolicy::Overlay).unwrap();
        assert_eq!(specs[0].floppies[0].source, ImageSource::Tour);
        assert_eq!(specs[0].name, "tour");
    }

    #[test]
    fn a_folder_is_a_drive_of_the_built_in_dos() {
        let specs = sessions_of_images(&["src/dos".to_owned(), ".".to_owned()], WritePolicy::None).unwrap();
        let drive = HostDriveSpec { letter: 'C', source: DriveSource::Directory("src/dos".into()), read_only: true };
        assert_eq!((specs[0].name.as_str(), &specs[0].drives), ("dos", &vec![drive]));
        assert_eq!((specs[0].boot, specs[0].mouse), (BootDrive::Dos, MouseSupport::Driver));
        assert_ne!(specs[1].name, ".");
    }

    #[test]
    fn errors_name_the_image() {
        let error = |name: &str, writes| sessions_of_images(&[name.to_owned()], writes).unwrap_err().to_string();
        assert_eq!(error("nowhere.img", WritePolicy::Overlay), "cannot read nowhere.img");
        assert_eq!(error("/dev/null", WritePolicy::Overlay), "/dev/null is neither a file nor a folder");
        assert_eq!(
            error("builtin:dos", WritePolicy::Overlay),
            "no image is called `builtin:dos`; valid built-in images are \"builtin:tour\""
        );
        assert_eq!(
            error("builtin:tour", WritePolicy::Image),
            "builtin:tour is part of the program and cannot be written to; use writes `overlay` or `none`"
        );
    }
}
