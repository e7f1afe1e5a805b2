//! The demo drive: a folder among the user's data, made when it is first wanted, and never touched again.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::dos::demo;

/// Of the new folder, less the user's mask.
const FOLDER_MODE: u32 = 0o777;

/// Makes the folder with the files of the demo drive in it, if there is none.
///
/// It appears with all its files or not at all. Others may be doing the same.
pub(super) fn unpack(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let data = folder.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(data)?;
    let new =
        tempfile::Builder::new().prefix(".demo-").permissions(Permissions::from_mode(FOLDER_MODE)).tempdir_in(data)?;
    for (name, bytes) in demo::files() {
        fs::write(new.path().join(name.to_lowercase()), bytes)?;
    }
    match fs::rename(new.path(), folder) {
        // Nothing is there any more for it to remove.
        Ok(()) => {
            let _ = new.keep();
            Ok(())
        }
        Err(_) if folder.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once_and_left_alone_then() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("share/dosmux/demo");
        unpack(&folder).unwrap();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), demo::files().len());
        fs::remove_file(folder.join("readme.txt")).unwrap();
        fs::write(folder.join("hello.bat"), "mine").unwrap();
        unpack(&folder).unwrap();
        assert!(!folder.join("readme.txt").exists());
        assert_eq!(fs::read(folder.join("hello.bat")).unwrap(), b"mine");
        assert_eq!(fs::read_dir(folder.parent().unwrap()).unwrap().count(), 1, "nothing else was left behind");
    }

    #[test]
    fn many_at_once_make_one_folder() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("demo");
        std::thread::scope(|scope| {
            let makers: Vec<_> = (0..8).map(|_| scope.spawn(|| unpack(&folder))).collect();
            makers.into_iter().for_each(|maker| maker.join().unwrap().unwrap());
        });
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 1);
    }

    #[test]
    fn where_it_cannot_be_made_is_said() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join("file"), "").unwrap();
        assert!(unpack(&data.path().join("file/demo")).is_err());
    }
}
