//! Files that are there whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::CliError;
use crate::lang::Said;

/// The bytes of a file of at most `most`.
///
/// # Errors
/// When it cannot be read, or is larger.
pub fn read(path: &Path, most: usize) -> Result<Vec<u8>, CliError> {
    let failed = |error| CliError::file(path, &error);
    let limit = u64::try_from(most).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(failed)?.take(limit.saturating_add(1));
    file.read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > most {
        let limit = vec![("limit", most.to_string().into())];
        let said = Said::message("detail-file-size", limit);
        return Err(CliError::unreadable(path.display().to_string(), said));
    }
    Ok(bytes)
}

/// Puts `bytes` in the place of a file. After a crash the file is the old one or the new one, never a part;
/// when this returns the new one is durable.
///
/// # Errors
/// When the file, or one beside it, cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let mut part = Part::create(path)?;
    part.write_all(bytes).map_err(|error| CliError::file(path, &error))?;
    part.keep()
}

/// What is being written to take the place of a file once it is whole; dropped before, it leaves nothing.
pub struct Part {
    file: BufWriter<File>,
    /// The file, with links followed.
    target: PathBuf,
    /// Where it is written until then; what is no regular file, such as a pipe, has no whole or part.
    beside: Option<PathBuf>,
}

impl Part {
    /// Begins.
    ///
    /// # Errors
    /// When the file, or one beside it, cannot be written.
    pub fn create(path: &Path) -> Result<Self, CliError> {
        let failed = |error| CliError::file(path, &error);
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if target.metadata().is_ok_and(|data| !data.is_file()) {
            let file = File::options().write(true).open(&target).map_err(failed)?;
            return Ok(Self { file: BufWriter::new(file), target, beside: None });
        }
        let name = target.file_name().map(|name| name.to_string_lossy().into_owned());
        let beside = target.with_file_name(format!("{}.part", name.unwrap_or_default()));
        let file = File::create(&beside).map_err(failed)?;
        Ok(Self { file: BufWriter::new(file), target, beside: Some(beside) })
    }

    /// The same of a file that nobody but its owner is to read.
    ///
    /// # Errors
    /// As for [`Self::create`].
    pub fn create_private(path: &Path) -> Result<Self, CliError> {
        let part = Self::create(path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // Nothing is in it yet.
            let owner = std::fs::Permissions::from_mode(0o600);
            let file = part.file.get_ref();
            file.set_permissions(owner).map_err(|error| CliError::file(path, &error))?;
        }
        Ok(part)
    }

    /// Puts it in the place of the file; when this returns it is durable.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(mut self) -> Result<(), CliError> {
        let target = self.target.clone();
        self.finish().map_err(|error| CliError::file(&target, &error))?;
        self.beside = None;
        sync_folder(&target)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.file.flush()?;
        let Some(beside) = &self.beside else { return Ok(()) };
        self.file.get_ref().sync_all()?;
        std::fs::rename(beside, &self.target)
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            drop(std::fs::remove_file(beside));
        }
    }
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
        File::open(&folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| CliError::file(&folder, &error))?;
    }
    Ok(())
}
