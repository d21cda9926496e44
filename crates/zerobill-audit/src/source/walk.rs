//! The files under the paths of an audit. Symbolic links are not followed, and what others made is left out.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::SourceFile;

/// Files larger than this are not read.
const LARGEST: u64 = 64 * 1024 * 1024;

/// How many files, and how deep, a folder is looked through.
const MOST_FILES: usize = 200_000;
const DEEPEST: usize = 64;

/// Folders of what others made, or of what is built.
const LEFT_OUT: &[&str] = &[
    "node_modules",
    "target",
    "__pycache__",
    "venv",
    "vendor",
    "site-packages",
];

/// Why the paths could not be looked through.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WalkError {
    /// A path is not there, or cannot be opened.
    #[error("cannot read `{path}`")]
    Unreadable {
        /// The path.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A named file is too large.
    #[error("`{path}` has more than {} MB", LARGEST / 1024 / 1024)]
    TooLarge {
        /// The path.
        path: String,
    },
    /// A folder holds too many files.
    #[error("`{path}` holds more than {MOST_FILES} files; name the folders that hold templates")]
    TooMany {
        /// The path.
        path: String,
    },
}

/// The files under these paths that can hold something to audit, in order.
///
/// # Errors
///
/// If a path cannot be read, or holds too much.
pub(crate) fn collect(paths: &[PathBuf]) -> Result<Vec<SourceFile>, WalkError> {
    let mut walk = Walk::default();
    for path in paths {
        let unreadable = |source| WalkError::Unreadable {
            path: path.display().to_string(),
            source,
        };
        let metadata = fs::metadata(path).map_err(unreadable)?;
        if metadata.is_dir() {
            walk.folder(path, 0)?;
        } else if metadata.len() > LARGEST {
            let path = path.display().to_string();
            return Err(WalkError::TooLarge { path });
        } else {
            let bytes = fs::read(path).map_err(unreadable)?;
            walk.add(path, bytes, true);
        }
    }
    Ok(walk.files)
}

/// One file beside those that are audited, such as a nested template; `None` if it cannot be read.
pub(crate) fn load(path: &str) -> Option<Vec<u8>> {
    let metadata = fs::metadata(path).ok()?;
    (metadata.is_file() && metadata.len() <= LARGEST).then(|| fs::read(path).ok())?
}

#[derive(Default)]
struct Walk {
    files: Vec<SourceFile>,
    seen: usize,
}

impl Walk {
    fn folder(&mut self, folder: &Path, depth: usize) -> Result<(), WalkError> {
        let unreadable = |source| WalkError::Unreadable {
            path: folder.display().to_string(),
            source,
        };
        let entries: io::Result<Vec<_>> = fs::read_dir(folder).map_err(unreadable)?.collect();
        let mut entries = entries.map_err(unreadable)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            self.seen += 1;
            if self.seen > MOST_FILES {
                let path = folder.display().to_string();
                return Err(WalkError::TooMany { path });
            }
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            // A link can lead anywhere, also back; what it leads to is audited where it lies.
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth < DEEPEST && is_ours(&name) {
                self.folder(&path, depth + 1)?;
            } else if kind.is_file() && can_hold_something(&name) && !is_double(&path, &name) {
                self.file(&path)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<(), WalkError> {
        let unreadable = |source| WalkError::Unreadable {
            path: path.display().to_string(),
            source,
        };
        if fs::metadata(path).map_err(unreadable)?.len() <= LARGEST {
            let bytes = fs::read(path).map_err(unreadable)?;
            self.add(path, bytes, false);
        }
        Ok(())
    }

    fn add(&mut self, path: &Path, bytes: Vec<u8>, named: bool) {
        let path: Arc<str> = path.display().to_string().into();
        if !self.files.iter().any(|file| named && file.path == path) {
            self.files.push(SourceFile { path, bytes, named });
        }
    }
}

/// Whether a folder is looked through: hidden ones are not, but for the output of `serverless package`.
fn is_ours(name: &str) -> bool {
    let hidden = name.starts_with('.') && name != ".serverless";
    // The assets of CDK are code, and their templates stand beside them.
    !hidden && !name.starts_with("asset.") && !LEFT_OUT.contains(&name)
}

fn can_hold_something(name: &str) -> bool {
    const EXTENSIONS: &[&str] = &["yaml", "yml", "json", "template", "tf", "cfn"];
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    let template = extension.is_some_and(|extension| EXTENSIONS.contains(&extension)) || is_loaded(name);
    template || name == "Cargo.lock" || (name.starts_with("requirements") && extension == Some("txt"))
}

/// Whether Terraform reads values from this file by itself.
fn is_loaded(name: &str) -> bool {
    name == "terraform.tfvars" || name.ends_with(".auto.tfvars")
}

/// Whether the same is said better in a file beside it, so that it is not counted twice.
fn is_double(path: &Path, name: &str) -> bool {
    const PACKAGED: &str = "cloudformation-template-update-stack.json";
    match name {
        "cloudformation-template-create-stack.json" => path.with_file_name(PACKAGED).is_file(),
        "serverless.yml" | "serverless.yaml" => path.with_file_name(".serverless").join(PACKAGED).is_file(),
        _ => false,
    }
}
