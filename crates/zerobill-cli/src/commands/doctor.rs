//! `zerobill doctor`: examines a deployment's settings from here, as the function itself does with `{"zerobill":"doctor"}`.

use std::{fs, path::Path, process::ExitCode, time::Duration};

use serde_json::Value;
use zerobill_engine::{Engine, InvokeRequest, LogLine};

use super::{FUNCTION_NAME, built_in, not_started};
use crate::{
    cli::{Doctor, Format, variable},
    failure::Failure,
    printer, samples,
};

/// As long as a function that is set up well.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) async fn run(arguments: Doctor) -> Result<ExitCode, Failure> {
    let mut settings = built_in()?;
    if let Some(file) = &arguments.env_file {
        settings.environment.extend(variables(file)?);
    }
    settings.environment.extend(arguments.environment);
    settings.timeout = TIMEOUT;
    let engine = Engine::builder().function(settings).log_sink(|line: LogLine<'_>| {
        // The lines of the function itself, such as warnings about settings; what the engine adds is of no use here.
        if line.text.starts_with('{') {
            printer::note(line.text);
        }
    });
    let engine = engine.start().await.map_err(not_started)?;
    printer::note(
        "looking from this machine; `{\"zerobill\":\"doctor\"}` as a test event looks from AWS, with the function's own limits",
    );
    let reply = ask(&engine).await;
    engine.shutdown().await;
    let reply = reply?;
    let well = reply["ok"] == true;
    match arguments.format {
        Format::Json => printer::data(&reply.to_string()),
        Format::Table => {
            let lines = reply["report"].as_array().into_iter().flatten();
            for line in lines.chain([&reply["verdict"]]).filter_map(Value::as_str) {
                printer::data(line);
            }
        }
    }
    Ok(ExitCode::from(u8::from(!well)))
}

async fn ask(engine: &Engine) -> Result<Value, Failure> {
    let event = samples::find("doctor").map_err(Failure::usage)?.event;
    let reply = engine.invoke(FUNCTION_NAME, InvokeRequest::new(event)).await;
    let payload = reply
        .map_err(Failure::user)?
        .payload
        .collect()
        .await
        .map_err(Failure::user)?;
    let reply: Value = serde_json::from_slice(&payload).map_err(Failure::user)?;
    match reply["errorMessage"].as_str() {
        Some(error) => Err(Failure::user(error)),
        None => Ok(reply),
    }
}

/// The variables of a file with lines such as `BASE_URL=https://home.example.org`; quotes around a value are taken off.
fn variables(file: &Path) -> Result<Vec<(String, String)>, Failure> {
    let place = file.display();
    let text = fs::read_to_string(file).map_err(|error| Failure::usage(format!("cannot read `{place}`: {error}")))?;
    let mut variables = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // The line is not shown: it may hold a secret.
        let wrong = |problem| Failure::usage(format!("line {} of `{place}` is {problem}", number + 1));
        let (name, value) = variable(line).map_err(wrong)?;
        let bare = ['"', '\'']
            .into_iter()
            .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
        variables.push((name, bare.unwrap_or(&value).to_owned()));
    }
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_variables_is_read_as_shells_write_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("house.env");
        let text = "# comment\n\nBASE_URL=https://home.example\nexport DEBUG='true'\nTOKEN=\"a=b\"\n  HOST=  \n";
        fs::write(&file, text).unwrap();
        let found = variables(&file).unwrap();
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let expected = [
            ("BASE_URL", "https://home.example"),
            ("DEBUG", "true"),
            ("TOKEN", "a=b"),
            ("HOST", ""),
        ];
        assert_eq!(found, expected);
        fs::write(&file, "A=1\nzbsecret-without-a-name\n").unwrap();
        let error = variables(&file).unwrap_err().error.to_string();
        assert_eq!(
            error,
            format!("line 2 of `{}` is not of the form NAME=VALUE", file.display())
        );
    }
}
