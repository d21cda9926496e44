//! The variables that Lambda sets.

use super::Variable;

/// The Runtime API's address.
pub const RUNTIME_API: Variable = Variable::new(
    &["AWS_LAMBDA_RUNTIME_API"],
    "Host and port of the Lambda Runtime API; set by Lambda and by `zerobill dev`.",
);
/// The function's name.
pub const FUNCTION_NAME: Variable = Variable::new(&["AWS_LAMBDA_FUNCTION_NAME"], "The function's name; set by Lambda.");
/// The function's memory.
pub const FUNCTION_MEMORY: Variable = Variable::new(
    &["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
    "The function's memory in MB; set by Lambda.",
);
/// The function's version.
pub const FUNCTION_VERSION: Variable = Variable::new(
    &["AWS_LAMBDA_FUNCTION_VERSION"],
    "The function's version; set by Lambda.",
);
/// The function's folder.
pub const TASK_ROOT: Variable = Variable::new(
    &["LAMBDA_TASK_ROOT"],
    "The folder with the function's own files; set by Lambda.",
);
/// The region.
pub const REGION: Variable = Variable::new(&["AWS_REGION"], "The region in which the function runs; set by Lambda.");
/// How many invocations share one execution environment.
pub const MAX_CONCURRENCY: Variable = Variable::new(
    &["AWS_LAMBDA_MAX_CONCURRENCY"],
    "How many invocations one execution environment serves at once; set by Lambda Managed Instances.",
);
