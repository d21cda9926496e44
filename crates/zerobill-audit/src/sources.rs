//! All files of an audit, read in parallel and put together: nested templates with their parameters, Terraform by folder.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    thread,
};

use crate::{
    node::Entry,
    resource::{Contents, Unknown},
    source::{self, Parsed, SourceFile, terraform},
    suppression::Suppressions,
    syntax::Fault,
};

/// All that was read, by file and in order.
#[derive(Default)]
pub(crate) struct Sources {
    parsed: BTreeMap<Arc<str>, Parsed>,
    /// What each file comes to that stands for itself.
    plain: BTreeMap<Arc<str>, Contents>,
    unread: Vec<Unknown>,
    pub(crate) suppressions: Suppressions,
    /// How many files were audited.
    pub(crate) audited: usize,
}

/// What a file turned out to be, and what it comes to by itself.
type Read = Result<(Parsed, Contents), Fault>;

fn read(file: &SourceFile) -> Read {
    let parsed = source::parse(file)?;
    let contents = source::read(&parsed, &file.path, None);
    Ok((parsed, contents))
}

/// What a thread has to go down into values that are nested as deep as they may be.
const STACK: usize = 32 * 1024 * 1024;

/// Reads the files on all processors, in order.
fn read_all(files: &[SourceFile]) -> Vec<Read> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let part = files.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let start = |files| {
            let work = move |files: &[SourceFile]| files.iter().map(read).collect::<Vec<_>>();
            let thread = thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, move || work(files));
            // Where no thread can be had this one does the work.
            thread.map_err(|_| work(files))
        };
        let parts: Vec<_> = files.chunks(part).map(start).collect();
        let finished = parts
            .into_iter()
            .map(|part| match part.map(thread::ScopedJoinHandle::join) {
                Ok(Ok(read)) | Err(read) => read,
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
            });
        finished.flatten().collect()
    })
}

impl Sources {
    /// Reads these files.
    pub(crate) fn of(files: Vec<SourceFile>) -> Self {
        let mut sources = Self::default();
        let read = read_all(&files);
        for (file, read) in files.into_iter().zip(read) {
            sources.add(file, read);
        }
        sources
    }

    fn add(&mut self, file: SourceFile, read: Read) {
        match read {
            Ok((Parsed::Nothing, _)) => {}
            Ok((parsed, contents)) => {
                self.audited += 1;
                self.suppressions.read(&file);
                self.plain.insert(file.path.clone(), contents);
                self.parsed.insert(file.path, parsed);
            }
            Err(fault) => {
                self.audited += 1;
                self.unread.push(Unknown::unread(file.path, fault.line, fault.message));
            }
        }
    }

    /// What the files come to. A template that another one deploys gets its parameters from there.
    pub(crate) fn contents(&mut self, load: impl Fn(&str) -> Option<Vec<u8>>) -> Contents {
        let mut by_file = std::mem::take(&mut self.plain);
        let nested = |path: &Arc<str>, contents: &Contents| {
            let found = contents
                .nested
                .iter()
                .map(|nested| (beside(path, &nested.path), nested.clone()));
            found.collect::<Vec<_>>()
        };
        let mut waiting: Vec<_> = by_file
            .iter()
            .flat_map(|(path, contents)| nested(path, contents))
            .collect();
        // A template may deploy itself in a circle; each is read once with parameters.
        let mut deployed = HashSet::new();
        while let Some((inner, by)) = waiting.pop() {
            let inner: Arc<str> = inner.into();
            if !self.parsed.contains_key(&inner)
                && let Some(bytes) = load(&inner)
            {
                let (path, named) = (inner.clone(), true);
                let file = SourceFile { path, bytes, named };
                let read = read(&file);
                self.add(file, read);
            }
            match self.parsed.get(&inner) {
                Some(parsed) if deployed.insert(inner.clone()) => {
                    let contents = source::read(parsed, &inner, Some(&by.parameters));
                    waiting.extend(nested(&inner, &contents));
                    by_file.insert(inner, contents);
                }
                Some(_) => {}
                None => {
                    let reason = format!("the template it deploys, `{}`, cannot be read", by.path);
                    self.unread.push(Unknown::of(&by.resource, reason));
                }
            }
        }
        by_file.extend(self.modules());
        let mut all = Contents::default();
        for (path, contents) in by_file {
            self.suppressions.place(&path, &contents);
            all.append(contents);
        }
        all.unknown.append(&mut self.unread);
        all
    }

    /// The Terraform modules, a folder each. A module that another one uses gets its variables from there.
    fn modules(&self) -> Vec<(Arc<str>, Contents)> {
        let mut folders: BTreeMap<Arc<str>, Vec<terraform::Part<'_>>> = BTreeMap::new();
        for (file, parsed) in &self.parsed {
            if let Parsed::Terraform(body, lines) = parsed {
                let folder: Arc<str> = file.rsplit_once('/').map_or(".", |(folder, _)| folder).into();
                folders
                    .entry(folder)
                    .or_default()
                    .push(terraform::Part { file, body, lines });
            }
        }
        let mut given: HashMap<String, Vec<Entry>> = HashMap::new();
        for (folder, parts) in &folders {
            for (source, variables) in terraform::calls(parts) {
                given
                    .entry(beside(&format!("{folder}/-"), &source))
                    .or_insert(variables);
            }
        }
        let read = |(folder, parts): (&Arc<str>, &Vec<terraform::Part<'_>>)| {
            let variables = given.get(&**folder).map(Vec::as_slice).unwrap_or_default();
            let is_read = |source: &str| folders.contains_key(beside(&format!("{folder}/-"), source).as_str());
            terraform::read(folder, parts, variables, is_read)
        };
        let mut modules = Vec::new();
        for module in &folders {
            let contents = read(module);
            // By file, so that suppressions find their lines.
            for part in module.1 {
                let of = |file: &Arc<str>| file == part.file;
                modules.push((
                    part.file.clone(),
                    Contents {
                        resources: contents.resources.iter().filter(|one| of(&one.file)).cloned().collect(),
                        unknown: contents.unknown.iter().filter(|one| of(&one.file)).cloned().collect(),
                        ..Contents::default()
                    },
                ));
            }
        }
        modules
    }
}

/// The path of a file beside another one.
fn beside(file: &str, path: &str) -> String {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder
        .split('/')
        .filter(|part| !folder.is_empty() && *part != ".")
        .collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| !["..", ""].contains(last)) => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
