//! `--aws`: what AWS counts, asked of the account itself, once it is said what for and at which cost.

use std::io::{BufRead as _, IsTerminal as _};

use zerobill::{
    Clock,
    environment::{AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY},
};
use zerobill_aws::{Aws, FreeTierError};

use super::usage::Usage;
use crate::{
    commands::block_on,
    failure::{Failure, Kind},
    printer,
    profile::{self, EXPORT},
};

/// What is said before anything is asked.
const ANNOUNCEMENT: &str = r#"this calls `freetier:GetFreeTierUsage` in us-east-1, once for each 1,000 allowances in use: most likely once
AWS documents no charge for it; nothing else is called, neither Cost Explorer at $0.01 a request nor GetMetricData, which is never free
the credentials need this policy:
  {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"freetier:GetFreeTierUsage","Resource":"*"}]}"#;

/// What AWS counts of this month, asked for if `yes` or the person at the terminal says so.
pub(super) fn ask(yes: bool) -> Result<Vec<Usage>, Failure> {
    printer::note(ANNOUNCEMENT);
    let environment = block_on(profile::environment())?;
    for variable in [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY] {
        if environment.read(&variable).is_none() {
            let problem = format!(
                "there are no AWS credentials: the variable `{}` is not set, and no profile has keys",
                variable.names[0]
            );
            return Err(Failure::usage(problem).hint(EXPORT));
        }
    }
    if !yes {
        confirm()?;
    }
    let aws = Aws::new(&environment, Clock::system());
    let allowances = block_on(async { zerobill_aws::free_tier_usage(&aws).await.map_err(failure) })?;
    Ok(allowances.into_iter().map(Usage::from).collect())
}

fn confirm() -> Result<(), Failure> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return Err(Failure::usage("there is no terminal to ask on").hint("`--yes` asks AWS without"));
    }
    printer::note("ask AWS now? [y/N]");
    let mut answer = String::new();
    input
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::new(Kind::User, error))?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::user("nothing was asked of AWS")),
    }
}

fn failure(error: FreeTierError) -> Failure {
    let hint = match &error {
        FreeTierError::Credentials(_) => Some(EXPORT),
        FreeTierError::Denied(_) => Some(
            "give the user or the role the policy above; in a member of an organization it is the organization's policy that \
             denies it, or the management account that must be asked",
        ),
        FreeTierError::Throttled => Some("try again in a minute"),
        _ => None,
    };
    let failure = Failure::user(error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
