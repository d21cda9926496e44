//! The folder for temporary files that each environment has for itself, as `/tmp` is on Lambda.

use std::{
    fs, io,
    path::Path,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use tempfile::TempDir;

use super::{LOOK_AGAIN, paced::Paced};

/// A folder that is removed with its environment.
#[derive(Debug)]
pub(super) struct TemporaryFolder {
    folder: TempDir,
    bytes: AtomicU64,
    paced: Paced,
}

impl TemporaryFolder {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            folder: tempfile::Builder::new().prefix("zerobill-").tempdir()?,
            bytes: AtomicU64::new(0),
            paced: Paced::new(LOOK_AGAIN),
        })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// How much its files hold, in bytes. It may be as old as [`LOOK_AGAIN`].
    pub(super) fn bytes(&self) -> u64 {
        if self.paced.is_due() {
            self.bytes.store(bytes_of(self.path()), Relaxed);
        }
        self.bytes.load(Relaxed)
    }
}

fn bytes_of(folder: &Path) -> u64 {
    // What goes away while it is counted does not count.
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let kind = entry.file_type().ok()?;
            // A link holds nothing, wherever it leads.
            if kind.is_dir() {
                Some(bytes_of(&entry.path()))
            } else {
                entry.metadata().ok().map(|metadata| metadata.len())
            }
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_counted_wherever_they_are_and_links_are_not_followed() {
        let folder = TemporaryFolder::new().unwrap();
        assert_eq!(bytes_of(folder.path()), 0);
        fs::write(folder.path().join("one"), [0; 1_000]).unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        fs::write(folder.path().join("a/b/two"), [0; 500]).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/", folder.path().join("a/root")).unwrap();
        let bytes = bytes_of(folder.path());
        assert!((1_500..1_600).contains(&bytes), "{bytes}");
        let path = folder.path().to_path_buf();
        drop(folder);
        assert!(!path.exists());
    }
}
