//! The files under the paths of an audit. Symbolic links are not followed, and what others made is left out.

use std::{
    collections::HashSet,
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
pub(crate) fn collect(paths: &[PathBuf]) -> Result<Found, WalkError> {
    let mut walk = Found::default();
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
    Ok(walk)
}

/// One file beside those that are audited, such as a nested template; `None` if it cannot be read.
pub(crate) fn load(path: &str) -> Option<Vec<u8>> {
    let metadata = fs::metadata(path).ok()?;
    (metadata.is_file() && metadata.len() <= LARGEST).then(|| fs::read(path).ok())?
}

/// What is under the paths.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) files: Vec<SourceFile>,
    /// What is there and could not be read, with the reason.
    pub(crate) unread: Vec<(Arc<str>, String)>,
    paths: HashSet<Arc<str>>,
    seen: usize,
}

impl Found {
    fn folder(&mut self, folder: &Path, depth: usize) -> Result<(), WalkError> {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(source) if depth == 0 => {
                let path = folder.display().to_string();
                return Err(WalkError::Unreadable { path, source });
            }
            Err(error) => {
                self.skip(folder, error.to_string());
                return Ok(());
            }
        };
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
            if kind.is_dir() && is_ours(&name) {
                if depth < DEEPEST {
                    self.folder(&path, depth + 1)?;
                } else {
                    self.skip(&path, format!("folders are nested deeper than {DEEPEST} levels"));
                }
            } else if kind.is_file() && can_hold_something(&name) && !is_double(&path, &name) {
                self.file(&path);
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) {
        match fs::metadata(path).map(|metadata| metadata.len()) {
            Ok(length) if length > LARGEST => {
                self.skip(path, format!("the file has more than {} MB", LARGEST / 1024 / 1024));
            }
            Ok(_) => match fs::read(path) {
                Ok(bytes) => self.add(path, bytes, false),
                Err(error) => self.skip(path, error.to_string()),
            },
            Err(error) => self.skip(path, error.to_string()),
        }
    }

    fn skip(&mut self, path: &Path, reason: String) {
        self.unread.push((path.display().to_string().into(), reason));
    }

    fn add(&mut self, path: &Path, bytes: Vec<u8>, named: bool) {
        let path = path.display().to_string();
        let path: Arc<str> = path.strip_prefix("./").unwrap_or(&path).into();
        // A file may be named beside the folder that holds it.
        if self.paths.insert(path.clone()) {
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
pub(super) fn is_loaded(name: &str) -> bool {
    let name = name.strip_suffix(".json").unwrap_or(name);
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
