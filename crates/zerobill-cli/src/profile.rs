//! What the files of the AWS CLI say of a profile, where the variables do not: keys, a command that prints keys, and the region.
//!
//! Logins (SSO) and roles that a profile assumes are left to the AWS CLI, which exports their keys.

use std::process::{Command, Stdio};

use aws_runtime::env_config::{
    file::EnvConfigFiles,
    section::{EnvConfigSections, Profile},
    source,
};
use aws_types::os_shim_internal::{Env, Fs};
use serde::Deserialize;
use zerobill::environment::{
    AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, Environment, REGION, Variable,
};

use crate::failure::Failure;

/// How the keys of any profile come into the variables.
pub(crate) const EXPORT: &str =
    r#"`eval "$(aws configure export-credentials --format env)"` exports those of a profile or a login"#;

/// The variable that names the region for the AWS CLI alone.
const DEFAULT_REGION: &str = "AWS_DEFAULT_REGION";
const PROFILE: &str = "AWS_PROFILE";

/// Settings by which a profile gets its keys otherwise.
const ELSEWHERE: &[&str] = &[
    "sso_session",
    "sso_start_url",
    "role_arn",
    "web_identity_token_file",
    "login_session",
];

/// What a `credential_process` prints.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Keys {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
}

/// The process's variables, and what the profile has of those that are missing. Both keys are from one place.
///
/// # Errors
/// If a profile is named that is not there, or whose keys are not in the files.
pub(crate) async fn environment() -> Result<Environment, Failure> {
    let process = Environment::process();
    let is_set = |variable: &Variable| process.read(variable).is_some();
    let has_keys = is_set(&AWS_ACCESS_KEY_ID) && is_set(&AWS_SECRET_ACCESS_KEY);
    if has_keys && is_set(&REGION) {
        return Ok(process);
    }
    let profile = selected(&process).await?;
    let mut found = Vec::new();
    let of_profile = profile.as_ref().and_then(|profile| profile.get("region"));
    let region = process.get(DEFAULT_REGION).or(of_profile);
    if let Some(region) = region.filter(|_| !is_set(&REGION)) {
        found.push((&REGION, region.to_owned()));
    }
    if let Some(profile) = profile.filter(|_| !has_keys)
        && let Some(keys) = keys(&profile)?
    {
        found.push((&AWS_ACCESS_KEY_ID, keys.access_key_id));
        found.push((&AWS_SECRET_ACCESS_KEY, keys.secret_access_key));
        // Without one, that of other keys must not go with these.
        found.push((&AWS_SESSION_TOKEN, keys.session_token.unwrap_or_default()));
    }
    let found = found
        .into_iter()
        .map(|(variable, value)| (variable.names[0].to_owned(), value));
    Ok(Environment::from_pairs(pairs(&process).chain(found)))
}

fn pairs(environment: &Environment) -> impl Iterator<Item = (String, String)> {
    let value = |name: &str| Some((name.to_owned(), environment.get(name)?.to_owned()));
    environment.names().filter_map(value)
}

/// The profile that `AWS_PROFILE` names, or the default one if there is one.
async fn selected(environment: &Environment) -> Result<Option<Profile>, Failure> {
    let variables: Vec<_> = pairs(environment).collect();
    let variables: Vec<_> = variables
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let files = EnvConfigFiles::default();
    let source = source::load(&Env::from_slice(&variables), &Fs::real(), &files).await;
    let sections = EnvConfigSections::parse(source.map_err(Failure::usage)?).map_err(Failure::usage)?;
    let name = sections.selected_profile();
    match sections.get_profile(name) {
        None if environment.get(PROFILE).is_some() => {
            let known: Vec<_> = sections.profiles().map(|name| format!("`{name}`")).collect();
            let hint = if known.is_empty() {
                "neither `~/.aws/config` nor `~/.aws/credentials` has any".to_owned()
            } else {
                format!("there are {}", known.join(", "))
            };
            Err(Failure::usage(format!("there is no AWS profile `{name}`, which `{PROFILE}` names")).hint(hint))
        }
        profile => Ok(profile.cloned()),
    }
}

/// The keys of a profile; none if it says nothing of any.
fn keys(profile: &Profile) -> Result<Option<Keys>, Failure> {
    // First, as the AWS CLI does: keys beside it are what a role is assumed with, maybe in another account.
    if let Some(setting) = ELSEWHERE.iter().find(|name| profile.get(name).is_some()) {
        return Err(Failure::usage(format!(
            "the AWS profile `{}` gets its keys by `{setting}`, which only the AWS CLI does",
            profile.name()
        ))
        .hint(EXPORT));
    }
    if let (Some(id), Some(secret)) = (profile.get("aws_access_key_id"), profile.get("aws_secret_access_key")) {
        return Ok(Some(Keys {
            access_key_id: id.to_owned(),
            secret_access_key: secret.to_owned(),
            session_token: profile.get("aws_session_token").map(str::to_owned),
        }));
    }
    if let Some(command) = profile.get("credential_process") {
        return printed(command, profile.name()).map(Some);
    }
    Ok(None)
}

/// The keys that a command prints. What it prints is shown to nobody.
fn printed(command: &str, profile: &str) -> Result<Keys, Failure> {
    let failed = |problem: String| {
        Failure::user(format!(
            "the `credential_process` of the AWS profile `{profile}` {problem}"
        ))
    };
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut process = Command::new(shell);
    process
        .args([option, command])
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit());
    let output = process
        .output()
        .map_err(|error| failed(format!("cannot be started: {error}")))?;
    if !output.status.success() {
        return Err(failed(format!("failed ({})", output.status)));
    }
    serde_json::from_slice(&output.stdout).map_err(|_| failed("did not print keys as JSON".to_owned()))
}
