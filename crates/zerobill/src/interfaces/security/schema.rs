//! JSON Schemas, compiled once by the name their caller gives them.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use jsonschema::{PatternOptions, ValidationError, Validator, error::ValidationErrorKind};
use serde_json::Value;

use super::error::SecurityError;
use crate::redact::sanitize;

/// So many schemas are kept. A function has a handful; more come of names made up at run time.
const MAX_SCHEMAS: usize = 128;

/// So many problems are named.
const MAX_PROBLEMS: usize = 8;

/// So much of a path is shown.
const MAX_PATH: usize = 120;

/// The compiled schemas.
#[derive(Debug, Default)]
pub(super) struct Schemas(RwLock<HashMap<String, Arc<Compiled>>>);

#[derive(Debug)]
struct Compiled {
    /// What it was compiled from: another text under the same name is another schema.
    schema: Value,
    validator: Validator,
}

impl Schemas {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Whether `body` keeps `schema`.
    pub(super) fn check(&self, name: &str, schema: &Value, body: &Value) -> Result<(), SecurityError> {
        let compiled = self.compiled(name, schema)?;
        if compiled.validator.is_valid(body) {
            return Ok(());
        }
        let errors = compiled.validator.iter_errors(body);
        Err(SecurityError::InvalidRequest {
            name: name.to_owned(),
            problems: errors.take(MAX_PROBLEMS).map(|error| problem(&error)).collect(),
        })
    }

    fn compiled(&self, name: &str, schema: &Value) -> Result<Arc<Compiled>, SecurityError> {
        {
            let schemas = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(compiled) = schemas.get(name).filter(|compiled| compiled.schema == *schema) {
                return Ok(Arc::clone(compiled));
            }
        }
        // The expressions of `regex` take linear time, whatever the text they are held against.
        let options = jsonschema::options().with_pattern_options(PatternOptions::regex());
        let validator = options.build(schema).map_err(|error| SecurityError::InvalidSchema {
            name: name.to_owned(),
            problem: error.to_string(),
        })?;
        let compiled = Arc::new(Compiled {
            schema: schema.clone(),
            validator,
        });
        let mut schemas = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if schemas.len() >= MAX_SCHEMAS && !schemas.contains_key(name) {
            schemas.clear();
        }
        schemas.insert(name.to_owned(), Arc::clone(&compiled));
        Ok(compiled)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// Where, and which rule of the schema is broken. What the body says there may be a secret, and is not shown.
fn problem(error: &ValidationError<'_>) -> String {
    let path = error.instance_path().to_string();
    let shown: String = path.chars().take(MAX_PATH).collect();
    let place = if path.is_empty() {
        "the body".to_owned()
    } else {
        format!("`{}`", sanitize(&shown))
    };
    match error.kind() {
        ValidationErrorKind::Required { property } => format!("{place} lacks {property}"),
        kind => format!("{place} breaks the schema's `{}`", kind.keyword()),
    }
}
