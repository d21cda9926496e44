//! `zerobill dev --watch`: files that change, the build that follows, and the environments that it replaces.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher, event::ModifyKind};
use tokio::{process::Command, sync::mpsc, time::timeout};
use zerobill_engine::Engine;

use crate::{
    failure::{Failure, Kind},
    printer,
};

/// How long nothing may change before a build begins: editors and version control write several files.
const QUIET: Duration = Duration::from_millis(150);

/// How many changes may wait; more say nothing new.
const WAITING: usize = 1_024;

/// Folders that hold what tools make.
const MADE: &[&str] = &["target", "node_modules", "__pycache__", "dist", "venv"];

/// Folders that are watched.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    changes: mpsc::Receiver<PathBuf>,
    command: Option<String>,
}

impl Watch {
    /// Watches `folders` with all that is in them but what is hidden or made by tools; `command` builds what they hold.
    pub(crate) fn start(folders: &[PathBuf], command: Option<String>) -> Result<Self, Failure> {
        let (changed, changes) = mpsc::channel(WAITING);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let paths = event
                .ok()
                .filter(|event| is_change(event.kind))
                .map(|event| event.paths);
            for path in paths.into_iter().flatten().filter(|path| !is_ignored(path)) {
                // Where so many wait already, a build follows in any case.
                _ = changed.try_send(path);
            }
        });
        let watcher = watcher.map_err(|error| Failure::new(Kind::User, error))?;
        let mut watch = Self {
            watcher,
            changes,
            command,
        };
        for folder in folders {
            if !folder.is_dir() {
                return Err(Failure::usage(format!(
                    "`{}` is not a folder to watch",
                    folder.display()
                )));
            }
            watch.add(folder).map_err(|error| {
                Failure::user(format!("cannot watch `{}`: {error}", folder.display()))
                    .hint("`--watch FOLDER` watches less")
            })?;
        }
        Ok(watch)
    }

    /// What it does, for the banner.
    pub(crate) fn describe(&self) -> String {
        match &self.command {
            Some(command) => format!("what changes is built by `{command}`"),
            None => "what changes starts new environments".to_owned(),
        }
    }

    /// Builds at once, where there is something to build, and after each change until it is dropped.
    pub(crate) async fn run(mut self, engine: &Engine) {
        if self.command.is_some() {
            self.build(engine).await;
        }
        while let Some(first) = self.changes.recv().await {
            let mut paths = vec![first];
            while let Ok(Some(path)) = timeout(QUIET, self.changes.recv()).await {
                paths.push(path);
            }
            for folder in paths.iter().filter(|path| path.is_dir()) {
                // One that is gone again needs no watch.
                _ = self.add(folder);
            }
            printer::note(&format!("changed: {}", shown(&paths[0])));
            self.build(engine).await;
        }
    }

    /// Watches a folder and those in it. One by one: what tools make may be large.
    fn add(&mut self, folder: &Path) -> notify::Result<()> {
        self.watcher.watch(folder, RecursiveMode::NonRecursive)?;
        let entries = folder.read_dir().into_iter().flatten().flatten();
        // A link may lead back to where it is.
        let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        for entry in folders.filter(|entry| !is_ignored(&entry.path())) {
            self.add(&entry.path())?;
        }
        Ok(())
    }

    async fn build(&self, engine: &Engine) {
        let Some(command) = &self.command else {
            return engine.build("restart").succeeded().await;
        };
        let build = engine.build(command);
        match run(command).await {
            Ok(()) => {
                build.succeeded().await;
                printer::note("built; the next event starts a new environment");
            }
            Err(output) => {
                build.failed(&output);
                printer::note(output.trim_end());
                printer::note(&format!("error: `{command}` failed; what was built before goes on"));
            }
        }
    }
}

/// Runs the command in a shell; gives all that it printed if it fails.
async fn run(command: &str) -> Result<(), String> {
    let child = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = child.await.map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    Err(if printed.trim().is_empty() {
        output.status.to_string()
    } else {
        printed
    })
}

/// Whether something in a file is another now; that it was read is no change.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Create(_) | EventKind::Remove(_) => true,
        EventKind::Modify(what) => !matches!(what, ModifyKind::Metadata(_)),
        _ => false,
    }
}

/// Hidden files, copies that editors keep, and what tools make.
fn is_ignored(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.starts_with('.') || name.ends_with('~') || MADE.contains(&&*name)
}

/// The path from here, if it is below.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(here).unwrap_or(path);
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}
