//! Files that are there whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::CliError;

/// Puts `bytes` in the place of a file. After a crash the file is the old one or the new one, never a part;
/// when this returns the new one is durable.
///
/// # Errors
/// When the file, or one beside it, cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    // A link is followed; what is no regular file, such as a pipe, has no whole or part.
    let target = path.canonicalize();
    let path = target.as_deref().unwrap_or(path);
    if path.metadata().is_ok_and(|data| !data.is_file()) {
        return std::fs::write(path, bytes).map_err(|error| CliError::file(path, &error));
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let beside = path.with_file_name(format!("{}.part", name.unwrap_or_default()));
    let written = write(&beside, bytes).and_then(|()| std::fs::rename(&beside, path));
    if let Err(error) = written {
        drop(std::fs::remove_file(&beside));
        return Err(CliError::file(path, &error));
    }
    sync_folder(path)
}

/// Makes it durable that a file is in its folder.
///
/// # Errors
/// When the folder cannot be opened.
pub fn sync_folder(path: &Path) -> Result<(), CliError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    // Where folders cannot be opened as files, renaming is all there is.
    if cfg!(unix) {
        std::fs::File::open(&folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| CliError::file(&folder, &error))?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
