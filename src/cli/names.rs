//! `dosmux names`: what the files of a directory are called in DOS.

use std::path::Path;

use anyhow::anyhow;

use super::exit::Trouble;
use crate::config::printable;
use crate::dos::drive::{DosPath, HostDrive, Zone};
use crate::screen::CodePage;

/// A line for each name: DOS's, and the host's.
pub(super) fn names(folder: &Path) -> Result<String, Trouble> {
    let page = CodePage::US;
    let drive = HostDrive::open(folder, page, Zone::universal(), true).map_err(|error| {
        Trouble::bad_input(anyhow::Error::new(error).context(format!("cannot open the directory {}", folder.display())))
    })?;
    let names = drive
        .names(&DosPath::default())
        .map_err(|error| Trouble::bad_input(anyhow!("cannot read the directory {}: {error}", folder.display())))?;
    let line = |(dos, host): (crate::dos::drive::DosName, std::ffi::OsString)| {
        let dos: String = dos.dotted().into_iter().map(|byte| page.char(byte)).collect();
        let host: String = host.to_string_lossy().chars().flat_map(printable).collect();
        format!("{dos:<12}  {host}\n")
    };
    Ok(names.into_iter().map(line).collect())
}
