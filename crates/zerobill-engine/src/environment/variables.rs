//! The variables that Lambda sets for a function.

use std::{ffi::OsString, net::SocketAddr, path::Path};

use zerobill_runtime_api::names::environment as names;

use crate::{
    log_settings::LogFormat,
    settings::{FunctionSettings, REGION},
    task,
};

/// The variables of environment `number` whose Runtime API is at `address` and whose temporary files are in `temporary`. Those that the process has and that a developer sets
/// on purpose (credentials, the region) stay as they are.
pub(super) fn of(
    settings: &FunctionSettings,
    address: SocketAddr,
    number: u64,
    temporary: &Path,
) -> Vec<(&'static str, OsString)> {
    let folder = settings
        .directory
        .clone()
        .or_else(|| std::env::current_dir().ok())
        .unwrap_or_default();
    let initialization = match settings.environment_concurrency {
        1 => "on-demand",
        _ => "lambda-managed-instances",
    };
    let stream = format!("{}/[$LATEST]{number:032x}", task::day(task::epoch_ms()));
    let mut variables: Vec<(&'static str, OsString)> = vec![
        (names::RUNTIME_API, address.to_string().into()),
        (names::FUNCTION_NAME, settings.name.clone().into()),
        (names::FUNCTION_MEMORY_SIZE, settings.memory_mb.to_string().into()),
        (names::FUNCTION_VERSION, "$LATEST".into()),
        (names::INITIALIZATION_TYPE, initialization.into()),
        (names::LOG_GROUP_NAME, format!("/aws/lambda/{}", settings.name).into()),
        (names::LOG_STREAM_NAME, stream.into()),
        (names::TASK_ROOT, folder.clone().into_os_string()),
        (names::RUNTIME_DIR, folder.into_os_string()),
        (names::XRAY_DAEMON_ADDRESS, "127.0.0.1:2000".into()),
        (names::XRAY_CONTEXT_MISSING, "LOG_ERROR".into()),
        (names::TIME_ZONE, ":UTC".into()),
        (names::TEMPORARY_FOLDER, temporary.as_os_str().to_owned()),
    ];
    if settings.log.format == LogFormat::Json {
        variables.push((names::LOG_FORMAT, "JSON".into()));
        variables.push((names::LOG_LEVEL, settings.log.application_level.name().into()));
    }
    if settings.environment_concurrency > 1 {
        variables.push((
            names::MAX_CONCURRENCY,
            settings.environment_concurrency.to_string().into(),
        ));
    }
    let defaults = [
        (names::HANDLER, "bootstrap"),
        (names::EXECUTION_ENV, "AWS_Lambda_provided.al2023"),
        (names::REGION, REGION),
        (names::DEFAULT_REGION, REGION),
        (names::ACCESS_KEY_ID, "local"),
        (names::SECRET_ACCESS_KEY, "local"),
        (names::SESSION_TOKEN, "local"),
        (names::LANG, "en_US.UTF-8"),
        (names::PATH, "/usr/local/bin:/usr/bin:/bin"),
    ];
    let has_profile = is_set("AWS_PROFILE");
    for (name, value) in defaults {
        let credential = [names::ACCESS_KEY_ID, names::SECRET_ACCESS_KEY, names::SESSION_TOKEN].contains(&name);
        // Half a set of credentials is none: a session token that belongs to no key breaks every call.
        let given = if credential {
            has_profile || is_set(names::ACCESS_KEY_ID)
        } else {
            is_set(name)
        };
        if !given {
            variables.push((name, value.into()));
        }
    }
    variables
}

#[expect(
    clippy::disallowed_methods,
    reason = "a child inherits this process's variables, so these are the ones to look at"
)]
fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}
