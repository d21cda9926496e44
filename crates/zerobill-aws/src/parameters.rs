//! Settings from Parameter Store.

use aws_sdk_ssm::types::ParameterType;
use zerobill::config::{Config, Parameter, Source, SourceError, SourceFuture};

use crate::{client::Aws, problem};

/// As many parameters as a page may have.
const PAGE: i32 = 10;

/// So many pages are read: a function whose settings need more has the wrong path.
const MAX_PAGES: usize = 50;

/// Reads the settings below the path that the setting `config.ssm_path` names; without one it asks nothing.
///
/// Below `/shop/prod`, the parameter `/shop/prod/logging/level` is the setting `logging.level`. The value of a `SecureString` is
/// decrypted, and never shown whatever its name.
#[derive(Clone, Debug)]
pub struct ParameterStore {
    aws: Aws,
}

impl ParameterStore {
    /// Parameter Store as `aws` reaches it.
    pub fn new(aws: Aws) -> Self {
        Self { aws }
    }

    async fn read(&self, path: &str) -> Result<Vec<Parameter>, String> {
        if !path.starts_with('/') {
            return Err(format!(
                "the setting `config.ssm_path` is `{path}`, which does not begin with `/`"
            ));
        }
        let (client, folder) = (self.aws.ssm()?, path.trim_end_matches('/'));
        let (mut parameters, mut next) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let page = client
                .get_parameters_by_path()
                .path(if folder.is_empty() { "/" } else { folder })
                .recursive(true)
                .with_decryption(true)
                .max_results(PAGE)
                .set_next_token(next)
                .send()
                .await
                .map_err(|error| {
                    let thing = format!("the parameters below `{path}`");
                    problem::of(&error, "ssm:GetParametersByPath", &thing, "create one")
                })?;
            parameters.extend(page.parameters().iter().filter_map(|found| parameter(folder, found)));
            next = page.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(parameters);
            }
        }
        let most = MAX_PAGES * usize::try_from(PAGE).unwrap_or_default();
        Err(format!(
            "there are more than {most} parameters below `{path}`; name a longer path"
        ))
    }
}

/// The setting that a parameter below `folder` is.
fn parameter(folder: &str, found: &aws_sdk_ssm::types::Parameter) -> Option<Parameter> {
    let name = found.name()?;
    let key = name.strip_prefix(folder)?.trim_matches('/').replace('/', ".");
    let secret = found.r#type() == Some(&ParameterType::SecureString);
    Some(Parameter::new(key, found.value()?, format!("parameter `{name}`")).secret(secret))
}

impl Source for ParameterStore {
    fn fetch<'a>(&'a self, config: &'a Config) -> SourceFuture<'a> {
        Box::pin(async move {
            let path = config.get::<String>("config.ssm_path").ok().flatten();
            match path.filter(|path| !path.is_empty()) {
                Some(path) => self.read(&path).await.map_err(SourceError),
                None => Ok(Vec::new()),
            }
        })
    }
}
