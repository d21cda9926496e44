//! Which external extensions there are: every file of the folder is one, and its name is the extension's.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::registry::MAX_EXTENSIONS;

/// The programs in `folder` and their names, in the order of these. Folders in it are not looked at.
///
/// # Errors
/// The folder cannot be read, or there are more than Lambda starts.
pub(crate) fn programs(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut programs = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            programs.push((name, std::path::absolute(path)?));
        }
    }
    if programs.len() > MAX_EXTENSIONS {
        let found = programs.len();
        return Err(io::Error::other(format!(
            "{found} extensions are more than the {MAX_EXTENSIONS} that Lambda starts"
        )));
    }
    programs.sort();
    Ok(programs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_extensions_and_folders_are_not() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("lib")).unwrap();
        for name in ["b", "a.sh"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let names: Vec<_> = programs(folder.path())
            .unwrap()
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["a.sh", "b"]);
    }

    #[test]
    fn more_than_ten_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..11 {
            std::fs::write(folder.path().join(number.to_string()), "").unwrap();
        }
        let error = programs(folder.path()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "11 extensions are more than the 10 that Lambda starts"
        );
    }
}
