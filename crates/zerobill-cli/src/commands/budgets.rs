//! Where the functions of `zerobill dev` add up what they use of their budgets, and keep who was stopped: a folder of the project,
//! unless a function says otherwise.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use zerobill::{
    Gateway,
    brake::{Concurrency, FileTrips, Trips as _},
    environment::{CONFIG_FILE, Environment, METER_FOLDER},
    output::Output,
};
use zerobill_engine::{FunctionSettings, Trip, TripConcurrency, Trips, TripsFuture};

/// What belongs to a project and is not its source.
const PROJECT_FOLDER: &str = ".zerobill";

/// What the meter calls its file of who was stopped.
const TRIPS: &str = "trips.json";

/// The setting of the folder in `zerobill.toml`.
const SETTING: &str = "lambda.meter_folder";

/// The folders of the functions, by their names; functions that count alone have none.
#[derive(Debug, Default)]
pub(crate) struct Budgets(BTreeMap<String, PathBuf>);

/// The file of who was stopped in the project of the working directory.
pub(crate) fn project_trips() -> PathBuf {
    meter_folder(Path::new("")).join(TRIPS)
}

fn meter_folder(project: &Path) -> PathBuf {
    project.join(PROJECT_FOLDER).join("meter")
}

impl Budgets {
    /// Gives the folder of the project in the working directory to each function that has none of its own.
    pub(crate) fn of(functions: &mut [FunctionSettings]) -> io::Result<Self> {
        let here = std::env::current_dir()?;
        let mut folders = BTreeMap::new();
        for function in functions {
            let directory = here.join(function.directory.as_deref().unwrap_or(Path::new("")));
            let folder = match own(function, &directory) {
                Some(folder) if folder.is_empty() => continue,
                Some(folder) => directory.join(folder),
                None => {
                    make(&here)?;
                    let folder = meter_folder(&here);
                    let variable = METER_FOLDER.names[0].to_owned();
                    function.environment.push((variable, folder.display().to_string()));
                    folder
                }
            };
            folders.insert(function.name.clone(), folder);
        }
        Ok(Self(folders))
    }

    fn trips_of(&self, function: &str) -> Option<FileTrips> {
        Some(FileTrips::new(self.0.get(function)?.join(TRIPS)))
    }
}

/// The folder that a function names, in its variables, in ours, or in its file; an empty one is none on purpose.
fn own(function: &FunctionSettings, directory: &Path) -> Option<String> {
    let process = Environment::process();
    let inherited = process
        .names()
        .map(|name| (name, process.get(name).unwrap_or_default()));
    let given = function
        .environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    // The last one wins, as it does for the function.
    let variables: BTreeMap<&str, &str> = inherited.chain(given).collect();
    if let Some(folder) = METER_FOLDER.names.iter().find_map(|name| variables.get(name)) {
        return Some((*folder).to_owned());
    }
    let file = CONFIG_FILE.names.iter().find_map(|name| variables.get(name));
    let file = directory.join(file.filter(|file| !file.is_empty()).unwrap_or(&"zerobill.toml"));
    if !file.is_file() {
        return None;
    }
    // A file with faults is the function's to complain of.
    let (gateway, _) = Gateway::builder()
        .environment(Environment::default())
        .output(Output::captured())
        .config_file(file)
        .build_anyway();
    gateway
        .config()
        .get::<String>(SETTING)
        .ok()
        .flatten()
        .filter(|folder| !folder.is_empty())
}

/// Makes the project's folder, which its version control leaves alone.
fn make(project: &Path) -> io::Result<()> {
    let folder = project.join(PROJECT_FOLDER);
    fs::create_dir_all(&folder)?;
    let ignored = folder.join(".gitignore");
    if ignored.exists() {
        Ok(())
    } else {
        fs::write(ignored, "*\n")
    }
}

impl Trips for Budgets {
    fn list(&self) -> TripsFuture<'_, BTreeMap<String, Trip>> {
        Box::pin(async {
            let mut stopped = BTreeMap::new();
            for name in self.0.keys() {
                let Some(trips) = self.trips_of(name) else { continue };
                if let Some(trip) = trips.read(name).await.map_err(|error| error.to_string())? {
                    stopped.insert(name.clone(), shown(trip));
                }
            }
            Ok(stopped)
        })
    }

    fn clear<'a>(&'a self, function: &'a str) -> TripsFuture<'a, ()> {
        Box::pin(async move {
            let Some(trips) = self.trips_of(function) else {
                return Ok(());
            };
            let trip = trips.read(function).await.map_err(|error| error.to_string())?;
            let Some(trip) = trip else { return Ok(()) };
            match trips.clear(&trip).await {
                Ok(true) => Ok(()),
                Ok(false) => Err(format!("the trip of `{function}` has just changed; try again")),
                Err(error) => Err(error.to_string()),
            }
        })
    }
}

fn shown(trip: zerobill::brake::Trip) -> Trip {
    Trip {
        reason: trip.reason,
        since_ms: trip.since_ms,
        gaps: trip.gaps,
        concurrency: match trip.saved.concurrency {
            Concurrency::Untouched => TripConcurrency::Untouched,
            Concurrency::Unreserved => TripConcurrency::Was(None),
            Concurrency::Reserved(number) => TripConcurrency::Was(Some(number)),
        },
    }
}
