//! Reserved concurrency: 0 refuses each invocation with 429.

use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use zerobill::brake::Concurrency;

use super::account::{Account, is_gone, problem_with};

impl Account {
    /// The reserved concurrency of `function`; none if there is no such function.
    pub(super) async fn concurrency(&self, function: &str) -> Result<Option<Concurrency>, String> {
        let request = self.lambda()?.get_function_concurrency().function_name(function);
        match request.send().await {
            Ok(answer) => {
                let reserved = answer
                    .reserved_concurrent_executions()
                    .and_then(|number| u32::try_from(number).ok());
                Ok(Some(reserved.map_or(Concurrency::Unreserved, Concurrency::Reserved)))
            }
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(problem_with(&error, "lambda:GetFunctionConcurrency", function)),
        }
    }

    /// Sets it, or takes it back.
    pub(super) async fn set_concurrency(&self, function: &str, concurrency: Concurrency) -> Result<(), String> {
        match concurrency {
            Concurrency::Untouched => Ok(()),
            Concurrency::Unreserved => {
                let request = self.lambda()?.delete_function_concurrency().function_name(function);
                match request.send().await {
                    Err(error) if !is_gone(&error) => {
                        Err(problem_with(&error, "lambda:DeleteFunctionConcurrency", function))
                    }
                    _ => Ok(()),
                }
            }
            Concurrency::Reserved(number) => self.reserve(function, number).await,
        }
    }

    async fn reserve(&self, function: &str, number: u32) -> Result<(), String> {
        let request = self.lambda()?.put_function_concurrency().function_name(function);
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        let Err(error) = request.reserved_concurrent_executions(number).send().await else {
            return Ok(());
        };
        let message = error
            .as_service_error()
            .and_then(|error| error.message())
            .unwrap_or_default();
        if message.contains("UnreservedConcurrentExecution") {
            let message = message.trim_end_matches('.').to_owned();
            return Err(self.refusal(function, &message).await);
        }
        Err(problem_with(&error, "lambda:PutFunctionConcurrency", function))
    }

    /// What it means that the account keeps all its concurrency unreserved.
    async fn refusal(&self, function: &str, message: &str) -> String {
        let limits = match self.limits().await {
            Ok(limits) => format!(
                "the account may run {} at once, {} of them unreserved",
                limits.concurrent, limits.unreserved
            ),
            Err(problem) => problem,
        };
        format!(
            "the account refuses to reserve concurrency for function `{function}`: {message}; {limits}; its triggers \
             are disabled instead, and whoever invokes it directly gets through; ask AWS for a higher limit"
        )
    }
}
