//! The functions that `zerobill.toml` describes: `[functions.NAME]`.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, de::IgnoredAny};
use zerobill_engine::{FunctionSettings, QueueSettings};

use super::{FUNCTION_NAME, built_in};
use crate::{cli::Function, failure::Failure, nearest::suggestion};

/// The file where none is named.
const FILE_NAME: &str = "zerobill.toml";

/// What of the file matters here.
#[derive(Debug, Deserialize)]
struct File {
    #[serde(default)]
    functions: BTreeMap<String, FunctionTable>,
    /// The function itself reads these.
    #[serde(rename = "settings")]
    _settings: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FunctionTable {
    command: Option<Vec<String>>,
    directory: Option<PathBuf>,
    memory: Option<u32>,
    cpu_share: Option<bool>,
    /// Seconds.
    timeout: Option<f64>,
    /// MB of temporary files.
    temporary: Option<u32>,
    concurrency: Option<usize>,
    per_environment: Option<usize>,
    /// Seconds that an environment waits for an event.
    idle: Option<f64>,
    #[serde(default)]
    environment: BTreeMap<String, Value>,
    url: Option<String>,
    #[serde(default)]
    schedule: OneOrMore<String>,
    #[serde(default)]
    sqs: OneOrMore<QueueTable>,
    dead_letter: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct QueueTable {
    queue: String,
    batch_size: Option<usize>,
    /// Seconds.
    window: Option<f64>,
    partial_failures: Option<bool>,
    /// Seconds.
    visibility: Option<f64>,
    max_receives: Option<u32>,
    dead_letter: Option<PathBuf>,
}

/// A value, or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore<T> {
    One(T),
    More(Vec<T>),
}

impl<T> Default for OneOrMore<T> {
    fn default() -> Self {
        Self::More(Vec::new())
    }
}

impl<T> OneOrMore<T> {
    fn all(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::More(more) => more,
        }
    }
}

/// A variable's value, as it is or as it is written.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Number(i64),
    Fraction(f64),
    Flag(bool),
}

impl Value {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
            Self::Fraction(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
        }
    }
}

/// The functions of the file that is named, or of the one that is there; none where there is no file or it has none. What a function
/// does not say is as `defaults` has it.
pub(super) fn read(
    named: Option<&Path>,
    defaults: &Function,
    concurrency: usize,
) -> Result<Vec<FunctionSettings>, Failure> {
    let (path, must_exist) = path(named);
    let shown = path.display();
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_exist => return Ok(Vec::new()),
        Err(error) => return Err(Failure::usage(format!("`{shown}` cannot be read: {error}"))),
    };
    let file: File = toml::from_str(&text).map_err(|error| {
        // Without the line itself, which may hold a secret.
        let start = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = 1 + text[..start].matches('\n').count();
        Failure::usage(format!("`{shown}`, line {line}: {}", error.message()))
            .hint("`docs/local-lambda.md` has all that `[functions.NAME]` can hold")
    })?;
    if named.is_some() && file.functions.is_empty() {
        return Err(Failure::usage(format!("`{shown}` has no `[functions.NAME]`")));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let functions = file.functions.into_iter();
    let functions = functions.map(|(name, table)| {
        let wrong = |problem: String| Failure::usage(format!("`{shown}`: function `{name}`: {problem}"));
        table
            .settings(&name, folder, defaults, concurrency)
            .map_err(|fault| match fault {
                Fault::Wrong(problem) => wrong(problem),
                Fault::Failed(failure) => failure,
            })
    });
    let mut functions = functions.collect::<Result<Vec<_>, _>>()?;
    // The first one has the paths that are no other's.
    functions.sort_by_key(|function| function.url_path.as_deref() != Some("/"));
    Ok(functions)
}

/// The function called `name`, or the only one there is; none where no name is given and there is no function.
pub(super) fn find(
    name: Option<&str>,
    named: Option<&Path>,
    defaults: &Function,
) -> Result<Option<FunctionSettings>, Failure> {
    let mut functions = read(named, defaults, 1)?;
    let found = match name {
        // Without a file this is the built-in one.
        Some(FUNCTION_NAME) if functions.is_empty() => return Ok(None),
        Some(name) => functions.iter().position(|function| function.name == name),
        None if functions.len() > 1 => None,
        None => return Ok(functions.pop()),
    };
    if let Some(found) = found {
        return Ok(Some(functions.swap_remove(found)));
    }
    let (path, _) = path(named);
    let names = || functions.iter().map(|function| function.name.as_str());
    let problem = match name {
        Some(name) => {
            let suggestion = suggestion(name, names());
            format!("`{}` has no function `{name}`{suggestion}", path.display())
        }
        None => format!("`{}` has several functions", path.display()),
    };
    let all = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let hint = match all.as_str() {
        "" => "there is none; `[functions.NAME]` describes one".to_owned(),
        all => format!("`--function NAME` takes one of {all}"),
    };
    Err(Failure::usage(problem).hint(hint))
}

/// The file, and whether there must be one.
fn path(named: Option<&Path>) -> (PathBuf, bool) {
    let environment = zerobill::environment::Environment::process();
    let set = environment.read(&zerobill::environment::CONFIG_FILE);
    match named.map(Path::to_path_buf).or(set.map(|(_, path)| path.into())) {
        Some(path) => (path, true),
        None => (FILE_NAME.into(), false),
    }
}

/// Why a table is no function.
enum Fault {
    Wrong(String),
    Failed(Failure),
}

impl FunctionTable {
    fn settings(
        self,
        name: &str,
        folder: &Path,
        defaults: &Function,
        concurrency: usize,
    ) -> Result<FunctionSettings, Fault> {
        let directory = folder.join(self.directory.unwrap_or_default());
        let mut command = self.command.unwrap_or_default().into_iter();
        let mut settings = match command.next() {
            Some(program) => FunctionSettings::new(name, located(program, &directory)),
            None => FunctionSettings {
                name: name.to_owned(),
                ..built_in().map_err(Fault::Failed)?
            },
        };
        settings.arguments.extend(command.map(OsString::from));
        settings.directory = Some(directory).filter(|directory| !directory.as_os_str().is_empty());
        settings.memory_mb = self.memory.unwrap_or(defaults.memory);
        settings.cpu_share = self.cpu_share.unwrap_or(defaults.cpu_share);
        settings.concurrency = self.concurrency.unwrap_or(concurrency);
        settings.environment_concurrency = self.per_environment.unwrap_or(defaults.per_environment);
        settings.timeout = defaults.timeout;
        for (place, value) in [
            (&mut settings.timeout, self.timeout),
            (&mut settings.idle_limit, self.idle),
        ] {
            if let Some(value) = value {
                *place = seconds(value)?;
            }
        }
        settings.extensions.clone_from(&defaults.extensions);
        settings.log.format = defaults.log_format;
        settings.log.application_level = defaults.log_level;
        settings.log.system_level = defaults.system_log_level;
        settings.temporary_mb = self.temporary.unwrap_or(settings.temporary_mb);
        settings.environment.extend(defaults.environment.iter().cloned());
        let environment = self.environment.into_iter();
        settings
            .environment
            .extend(environment.map(|(name, value)| (name, value.text())));
        settings.url_path = self.url;
        settings.dead_letter = self.dead_letter.map(|file| folder.join(file));
        for schedule in self.schedule.all() {
            let schedule = schedule
                .parse()
                .map_err(|error: zerobill_engine::ScheduleError| Fault::Wrong(error.to_string()))?;
            settings.schedules.push(schedule);
        }
        for table in self.sqs.all() {
            settings.queues.push(table.settings(folder)?);
        }
        Ok(settings)
    }
}

impl QueueTable {
    fn settings(self, folder: &Path) -> Result<QueueSettings, Fault> {
        let mut queue = QueueSettings::new(self.queue);
        queue.batch_size = self.batch_size.unwrap_or(queue.batch_size);
        queue.partial_failures = self.partial_failures.unwrap_or(queue.partial_failures);
        queue.max_receives = self.max_receives.unwrap_or(queue.max_receives);
        queue.dead_letter = self.dead_letter.map(|file| folder.join(file));
        for (place, value) in [
            (&mut queue.window, self.window),
            (&mut queue.visibility, self.visibility),
        ] {
            if let Some(value) = value {
                *place = seconds(value)?;
            }
        }
        Ok(queue)
    }
}

fn seconds(value: f64) -> Result<Duration, Fault> {
    Duration::try_from_secs_f64(value).map_err(|_| Fault::Wrong(format!("{value} is no number of seconds")))
}

/// A program that is named by a relative path is looked for where the function runs, whatever the system would do.
fn located(program: String, directory: &Path) -> OsString {
    let path = Path::new(&program);
    if path.is_relative() && path.components().count() > 1 || program.starts_with("./") {
        let located = directory.join(path);
        // It is started from another folder than this one.
        fs::canonicalize(&located).unwrap_or(located).into_os_string()
    } else {
        program.into()
    }
}
