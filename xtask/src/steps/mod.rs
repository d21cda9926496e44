//! `cargo xtask test`: every check of the project, one step after the other, to the end even when one fails.

mod cargo;
pub(crate) mod real_clients;
mod secrets;

use std::fs::{self, File, TryLockError};
use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;

use crate::environment::Stopwatch;
use crate::report::{Tally, say};
use crate::workspace::Workspace;

/// One step of the test run.
struct Step {
    /// What `--skip` and `--only` take.
    name: &'static str,
    /// What holds when the step passes.
    about: &'static str,
    /// Makes the checks and counts them; an error is one failed check.
    run: fn(&Workspace, &str) -> Result<Tally>,
}

/// All steps, in the order they run: the cheapest findings first, the search for secrets after all that may print one.
const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        about: "the code is formatted",
        run: cargo::fmt,
    },
    Step {
        name: "clippy",
        about: "no lint complains",
        run: cargo::clippy,
    },
    Step {
        name: "test",
        about: "unit and integration tests pass",
        run: cargo::test,
    },
    Step {
        name: "features",
        about: "each cargo feature builds alone, and what is not built in says so",
        run: cargo::features,
    },
    Step {
        name: "doctest",
        about: "examples in the documentation run",
        run: cargo::doctest,
    },
    Step {
        name: "doc",
        about: "the documentation builds without warnings",
        run: cargo::doc,
    },
    Step {
        name: "deny",
        about: "licences, bans and sources of dependencies",
        run: cargo::deny,
    },
    Step {
        name: "python-client",
        about: "the official Python client runs under the local Lambda, called by boto3",
        run: real_clients::python_client,
    },
    Step {
        name: "extension",
        about: "an external extension on the official Rust crate runs under the local Lambda",
        run: real_clients::extension,
    },
    Step {
        name: "dashboard",
        about: "the dashboard shows in Chromium what the local Lambda does, and its buttons work",
        run: real_clients::dashboard,
    },
    Step {
        name: "metering",
        about: "our extension meters a Python function to the millisecond, stops it, and is small",
        run: real_clients::metering,
    },
    Step {
        name: "axum-function",
        about: "an axum function on lambda_http runs under the local Lambda",
        run: real_clients::axum_function,
    },
    Step {
        name: "event-fixtures",
        about: "every event that `aws_lambda_events` knows is answered",
        run: real_clients::event_fixtures,
    },
    Step {
        name: "cargo-lambda",
        about: "our bootstrap answers `cargo lambda invoke` under `cargo lambda watch`",
        run: real_clients::cargo_lambda,
    },
    Step {
        name: "home-assistant",
        about: "our bootstrap answers Alexa for a real Home Assistant, whatever happens to it",
        run: real_clients::home_assistant,
    },
    Step {
        name: "package",
        about: "the zip files for Lambda hold a program that runs",
        run: real_clients::package,
    },
    Step {
        name: "cfn-lint",
        about: "the templates in `deploy/` are right, and cost nothing within the limits that the audit names",
        run: real_clients::cfn_lint,
    },
    Step {
        name: "wheel",
        about: "the command installs from a wheel into a clean Python, and works",
        run: real_clients::wheel,
    },
    Step {
        name: "github-action",
        about: "the GitHub Action says on a pull request what it adds to the bill",
        run: real_clients::github_action,
    },
    Step {
        name: "tokens",
        about: "tokens and ciphertexts of another implementation are taken by ours, and the wrong ones are not",
        run: real_clients::tokens,
    },
    Step {
        name: "powertools",
        about: "metrics and log lines are those of Powertools for AWS Lambda",
        run: real_clients::powertools,
    },
    Step {
        name: "aws",
        about: "settings, circuit breakers, cached values and budgets are shared through moto, a stand-in for AWS",
        run: real_clients::aws,
    },
    Step {
        name: "game-day",
        about: "the guard stops a flood in one of three functions, keeps it stopped over a deployment, and releases it",
        run: real_clients::game_day,
    },
    Step {
        name: "secrets",
        about: "no secret of a test was printed",
        run: secrets::search,
    },
];

/// Which steps to run.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// Leaves a step out; it is counted as skipped.
    #[arg(long, value_name = "NAME")]
    skip: Vec<String>,
    /// Runs this step and no other; may be given more than once.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Lists the steps.
    #[arg(long)]
    list: bool,
}

impl Selection {
    fn check(&self) -> Result<()> {
        for name in self.skip.iter().chain(&self.only) {
            if !STEPS.iter().any(|step| step.name == name) {
                bail!("no step is called `{name}`; `cargo xtask test --list` shows them");
            }
        }
        Ok(())
    }

    fn takes(&self, step: &Step) -> bool {
        let named = |names: &[String]| names.iter().any(|name| name == step.name);
        !named(&self.skip) && (self.only.is_empty() || named(&self.only))
    }
}

/// Runs the selected steps; says whether all passed.
pub(crate) fn test(workspace: &Workspace, selection: &Selection) -> Result<bool> {
    selection.check()?;
    if selection.list {
        for step in STEPS {
            say(&format!("{:16}{}", step.name, step.about));
        }
        return Ok(true);
    }
    let _alone = alone(&workspace.output)?;
    if workspace.output.exists() {
        fs::remove_dir_all(&workspace.output)?;
    }
    fs::create_dir_all(&workspace.output)?;
    let started = Stopwatch::start();
    let mut total = Tally::default();
    let mut failed = Vec::new();
    for step in STEPS {
        let tally = one(workspace, selection, step);
        if tally.failed > 0 {
            failed.push(step.name);
        }
        total += tally;
    }
    if !failed.is_empty() {
        say(&format!("failed: {}", failed.join(", ")));
    }
    say(&format!("{:.1} s in all", started.elapsed().as_secs_f64()));
    say(&total.to_string());
    Ok(total.failed == 0)
}

/// Held while a run keeps its output there: another one would take it away.
fn alone(output: &Path) -> Result<File> {
    if let Some(folder) = output.parent() {
        fs::create_dir_all(folder)?;
    }
    let lock = File::create(output.with_extension("lock"))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => bail!(
            "another `cargo xtask test` keeps its output in `{}`; wait for it, or set `CARGO_TARGET_DIR` to another folder",
            output.display()
        ),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn one(workspace: &Workspace, selection: &Selection, step: &Step) -> Tally {
    if !selection.takes(step) {
        say(&format!("-- {}: skipped as asked", step.name));
        return Tally::SKIPPED;
    }
    say(&format!("== {}: {}", step.name, step.about));
    let started = Stopwatch::start();
    let (tally, error) = match (step.run)(workspace, step.name) {
        Ok(tally) if tally == Tally::default() => (Tally::of(false), Some("nothing was checked".to_owned())),
        Ok(tally) => (tally, None),
        Err(error) => (Tally::of(false), Some(format!("{error:#}"))),
    };
    if tally.failed > 0 {
        let log = workspace.log(step.name);
        say(&fs::read_to_string(&log).unwrap_or_else(|error| format!("no output in `{}`: {error}", log.display())));
    }
    if let Some(error) = error {
        say(&format!("error: {}: {error}", step.name));
    }
    say(&format!(
        "   {}: {tally} ({:.1} s)",
        step.name,
        started.elapsed().as_secs_f64()
    ));
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(skip: &[&str], only: &[&str]) -> Selection {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Selection {
            skip: owned(skip),
            only: owned(only),
            list: false,
        }
    }

    fn taken(selection: &Selection) -> Vec<&'static str> {
        STEPS
            .iter()
            .filter(|step| selection.takes(step))
            .map(|step| step.name)
            .collect()
    }

    #[test]
    fn nothing_named_runs_everything() {
        assert_eq!(taken(&selection(&[], &[])).len(), STEPS.len());
    }

    #[test]
    fn steps_are_left_out_and_singled_out_by_name() {
        assert!(!taken(&selection(&["deny"], &[])).contains(&"deny"));
        assert_eq!(taken(&selection(&[], &["fmt", "doc"])), ["fmt", "doc"]);
        assert_eq!(taken(&selection(&["doc"], &["fmt", "doc"])), ["fmt"]);
    }

    #[test]
    fn an_unknown_step_is_refused() {
        let error = selection(&["clipy"], &[]).check().unwrap_err();
        assert_eq!(
            error.to_string(),
            "no step is called `clipy`; `cargo xtask test --list` shows them"
        );
        selection(&["clippy"], &["fmt"]).check().unwrap();
    }

    #[test]
    fn of_two_runs_in_one_target_folder_the_second_is_refused() {
        let target = tempfile::tempdir().unwrap();
        let output = target.path().join("test-output");
        let first = alone(&output).unwrap();
        let refused = alone(&output).unwrap_err().to_string();
        assert!(
            refused.starts_with("another `cargo xtask test` keeps its output in "),
            "{refused}"
        );
        drop(first);
        alone(&output).unwrap();
    }

    #[test]
    fn secrets_are_searched_last() {
        assert_eq!(STEPS.last().unwrap().name, "secrets");
    }
}
