//! A JSON file that any number of processes share: locked for each change, and replaced as a whole.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};

/// How often the lock is asked for, and the pause in between: together 200 ms at most, since an invocation waits for it.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(2);

/// The file; it and its folder are made by the first change.
///
/// The lock is that of a file beside it, whose name ends in `.lock`. A process that is killed leaves the file as it was.
#[derive(Clone, Debug)]
pub(crate) struct LockedFile(PathBuf);

impl LockedFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// What it holds; nothing if it is not there.
    pub(crate) fn load<T: DeserializeOwned + Default>(&self) -> io::Result<T> {
        match fs::read(&self.0) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| io::Error::other(format!("it does not decode ({error}); move it away to begin anew"))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(T::default()),
            Err(error) => Err(error),
        }
    }

    /// Lets `change` work on what it holds; `change` gives an answer, and whether the file is to be replaced.
    pub(crate) fn change<T, R>(&self, change: impl FnOnce(&mut T) -> (R, bool)) -> io::Result<R>
    where
        T: DeserializeOwned + Default + Serialize,
    {
        let _lock = self.lock()?;
        let mut held = self.load()?;
        let (answer, changed) = change(&mut held);
        if changed {
            let new = self.beside(".new");
            fs::write(&new, serde_json::to_vec_pretty(&held)?)?;
            fs::rename(&new, &self.0)?;
        }
        Ok(answer)
    }

    fn lock(&self) -> io::Result<File> {
        if let Some(folder) = self.0.parent() {
            fs::create_dir_all(folder)?;
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.beside(".lock"))?;
        for _ in 0..TRIES {
            match lock.try_lock() {
                Ok(()) => return Ok(lock),
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Err(io::Error::other("another process holds its lock"))
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut path = OsString::from(&self.0);
        path.push(ending);
        path.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes 0.2 s.
    #[test]
    fn who_finds_it_locked_is_told_so_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let file = LockedFile::new(folder.path().join("a/b.json"));
        let held = file.lock().unwrap();
        let add = |numbers: &mut Vec<u8>| (numbers.push(1), true);
        let refused = file.change(add);
        assert_eq!(refused.unwrap_err().to_string(), "another process holds its lock");
        drop(held);
        file.change(add).unwrap();
        file.change(|numbers: &mut Vec<u8>| (numbers.clear(), false)).unwrap();
        assert_eq!(file.load::<Vec<u8>>().unwrap(), [1]);
    }
}
