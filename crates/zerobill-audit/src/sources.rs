//! All files of an audit, read in parallel and put together: nested templates with their parameters, Terraform by folder.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    thread,
};

use crate::{
    node::Entry,
    resource::{Contents, Nested, Unknown},
    source::{self, Parsed, SourceFile, terraform},
    suppression::Suppressions,
    syntax::Fault,
};

/// How many nested templates are read; each can deploy others several times.
const MOST_USES: usize = 1_000;

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

    /// What the files come to.
    pub(crate) fn contents(&mut self, load: impl Fn(&str) -> Option<Vec<u8>>) -> Contents {
        let mut by_file = self.deployed(load);
        by_file.extend(self.modules());
        let mut all = Contents::default();
        for (path, contents) in by_file {
            self.suppressions.place(&path, &contents);
            all.append(contents);
        }
        all.unknown.append(&mut self.unread);
        all
    }

    /// Each file with its contents. A template that others deploy is read with the parameters of each, as often as they do.
    fn deployed(&mut self, load: impl Fn(&str) -> Option<Vec<u8>>) -> BTreeMap<Arc<str>, Contents> {
        let mut by_file = std::mem::take(&mut self.plain);
        let inner: HashSet<Arc<str>> = by_file
            .iter()
            .flat_map(|(path, contents)| uses(path, contents))
            .map(|(inner, _)| inner)
            .collect();
        // Those that nothing deploys come first; what is left then are circles.
        let (roots, others): (Vec<_>, Vec<_>) = by_file.keys().cloned().partition(|path| !inner.contains(path));
        let (mut used, mut left) = (HashSet::new(), MOST_USES);
        for start in roots.into_iter().chain(others) {
            if used.contains(&start) {
                continue;
            }
            let above = vec![start.clone()];
            let mut waiting: Vec<_> = uses(&start, &by_file[&start])
                .into_iter()
                .map(|(inner, by)| (inner, by, above.clone()))
                .collect();
            while let Some((inner, by, above)) = waiting.pop() {
                if above.contains(&inner) {
                    continue;
                }
                if left == 0 {
                    self.unread
                        .push(Unknown::of(&by.resource, "it is one of too many nested templates"));
                    break;
                }
                left -= 1;
                self.load(&inner, &load);
                let Some(parsed) = self.parsed.get(&inner) else {
                    let reason = format!("the template it deploys, `{}`, cannot be read", by.path);
                    self.unread.push(Unknown::of(&by.resource, reason));
                    continue;
                };
                let contents = source::read(parsed, &inner, Some(&by.parameters));
                let above = [above, vec![inner.clone()]].concat();
                waiting.extend(
                    uses(&inner, &contents)
                        .into_iter()
                        .map(|(inner, by)| (inner, by, above.clone())),
                );
                if used.insert(inner.clone()) {
                    by_file.insert(inner, contents);
                } else {
                    by_file.entry(inner).or_default().append(contents);
                }
            }
        }
        by_file
    }

    /// Reads a file that another one deploys, unless it is there already.
    fn load(&mut self, path: &Arc<str>, load: impl Fn(&str) -> Option<Vec<u8>>) {
        if self.parsed.contains_key(path) {
            return;
        }
        if let Some(bytes) = load(path) {
            let (path, named) = (path.clone(), true);
            let file = SourceFile { path, bytes, named };
            let read = read(&file);
            self.add(file, read);
        }
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

/// The templates that a file deploys with it.
fn uses(path: &Arc<str>, contents: &Contents) -> Vec<(Arc<str>, Nested)> {
    let inner = |nested: &Nested| (beside(path, &nested.path).into(), nested.clone());
    contents.nested.iter().map(inner).collect()
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
