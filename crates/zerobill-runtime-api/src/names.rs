//! Names and limits of the Runtime API and the Invoke API.

/// The version in the Runtime API's paths.
pub const RUNTIME_API_VERSION: &str = "2018-06-01";
/// The version in the Extensions API's paths.
pub const EXTENSIONS_API_VERSION: &str = "2020-01-01";
/// The version in the Telemetry API's paths.
pub const TELEMETRY_API_VERSION: &str = "2022-07-01";
/// The version in the Invoke API's paths.
pub const INVOKE_API_VERSION: &str = "2015-03-31";

/// The most bytes that a request or a buffered reply may have: 6 MB and the room that Lambda adds.
pub const MAX_SYNC_BYTES: usize = 6_291_556;
/// The most bytes that an asynchronous request may have.
pub const MAX_ASYNC_BYTES: usize = 1_048_576;
/// How much of the log a caller can ask for.
pub const MAX_TAIL_BYTES: usize = 4_096;
/// What separates the prelude of a streamed reply from its body.
pub const STREAM_SEPARATOR: [u8; 8] = [0; 8];
/// How long INIT may take, in seconds.
pub const INIT_LIMIT_SECONDS: u64 = 10;

/// The content type that says a streamed reply begins with a prelude.
pub const HTTP_INTEGRATION: &str = "application/vnd.awslambda.http-integration-response";

/// Headers of the Runtime API, in lower case.
pub mod runtime {
    /// The request id of the invocation.
    pub const REQUEST_ID: &str = "lambda-runtime-aws-request-id";
    /// The id of this attempt, echoed with the reply.
    pub const INVOCATION_ID: &str = "lambda-runtime-invocation-id";
    /// The deadline in milliseconds since 1970.
    pub const DEADLINE_MS: &str = "lambda-runtime-deadline-ms";
    /// The ARN with which the function was invoked.
    pub const FUNCTION_ARN: &str = "lambda-runtime-invoked-function-arn";
    /// The X-Ray trace header.
    pub const TRACE_ID: &str = "lambda-runtime-trace-id";
    /// The client context, JSON.
    pub const CLIENT_CONTEXT: &str = "lambda-runtime-client-context";
    /// The Cognito identity, JSON.
    pub const COGNITO_IDENTITY: &str = "lambda-runtime-cognito-identity";
    /// The tenant.
    pub const TENANT_ID: &str = "lambda-runtime-aws-tenant-id";
    /// The error's type in an error report.
    pub const ERROR_TYPE: &str = "lambda-runtime-function-error-type";
    /// `streaming` where the reply comes in parts.
    pub const RESPONSE_MODE: &str = "lambda-runtime-function-response-mode";
}

/// Headers of the Extensions API, in lower case.
pub mod extension {
    /// The extension's name: that of its file, where it has a process of its own.
    pub const NAME: &str = "lambda-extension-name";
    /// What a registered extension shows with each call.
    pub const IDENTIFIER: &str = "lambda-extension-identifier";
    /// What the extension wants to know when it registers, such as `accountId`.
    pub const ACCEPT_FEATURE: &str = "lambda-extension-accept-feature";
    /// The id of an event.
    pub const EVENT_IDENTIFIER: &str = "lambda-extension-event-identifier";
    /// The error's type in an error report.
    pub const ERROR_TYPE: &str = "lambda-extension-function-error-type";
}

/// Headers of the Invoke API, in lower case.
pub mod invoke {
    /// `RequestResponse`, `Event` or `DryRun`.
    pub const INVOCATION_TYPE: &str = "x-amz-invocation-type";
    /// `Tail` to get the end of the log.
    pub const LOG_TYPE: &str = "x-amz-log-type";
    /// The end of the log, base64.
    pub const LOG_RESULT: &str = "x-amz-log-result";
    /// `Unhandled` where the function failed.
    pub const FUNCTION_ERROR: &str = "x-amz-function-error";
    /// The version that ran.
    pub const EXECUTED_VERSION: &str = "x-amz-executed-version";
    /// The client context, base64.
    pub const CLIENT_CONTEXT: &str = "x-amz-client-context";
    /// The tenant.
    pub const TENANT_ID: &str = "x-amz-tenant-id";
    /// The X-Ray trace header.
    pub const TRACE_ID: &str = "x-amzn-trace-id";
    /// The request id.
    pub const REQUEST_ID: &str = "x-amzn-requestid";
    /// The class of an error that the service itself answers.
    pub const ERROR_TYPE: &str = "x-amzn-errortype";
}

/// The variables that Lambda sets for a function.
pub mod environment {
    /// Host and port of the Runtime API.
    pub const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";
    /// The function's name.
    pub const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";
    /// The function's memory in MB.
    pub const FUNCTION_MEMORY_SIZE: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";
    /// The function's version.
    pub const FUNCTION_VERSION: &str = "AWS_LAMBDA_FUNCTION_VERSION";
    /// How the execution environment came to be.
    pub const INITIALIZATION_TYPE: &str = "AWS_LAMBDA_INITIALIZATION_TYPE";
    /// How many invocations the execution environment serves at once, where that may be more than one.
    pub const MAX_CONCURRENCY: &str = "AWS_LAMBDA_MAX_CONCURRENCY";
    /// The log group.
    pub const LOG_GROUP_NAME: &str = "AWS_LAMBDA_LOG_GROUP_NAME";
    /// The log stream.
    pub const LOG_STREAM_NAME: &str = "AWS_LAMBDA_LOG_STREAM_NAME";
    /// `JSON` where Lambda writes its own lines so.
    pub const LOG_FORMAT: &str = "AWS_LAMBDA_LOG_FORMAT";
    /// The least level of the function's lines, where the format is JSON.
    pub const LOG_LEVEL: &str = "AWS_LAMBDA_LOG_LEVEL";
    /// The region.
    pub const REGION: &str = "AWS_REGION";
    /// The region, for older SDKs.
    pub const DEFAULT_REGION: &str = "AWS_DEFAULT_REGION";
    /// The kind of runtime.
    pub const EXECUTION_ENV: &str = "AWS_EXECUTION_ENV";
    /// The handler's name.
    pub const HANDLER: &str = "_HANDLER";
    /// The folder with the function's own files.
    pub const TASK_ROOT: &str = "LAMBDA_TASK_ROOT";
    /// The folder with the runtime's files.
    pub const RUNTIME_DIR: &str = "LAMBDA_RUNTIME_DIR";
    /// Credentials: the key's id.
    pub const ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
    /// Credentials: the key.
    pub const SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";
    /// Credentials: the session.
    pub const SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";
    /// Where the X-Ray daemon listens.
    pub const XRAY_DAEMON_ADDRESS: &str = "AWS_XRAY_DAEMON_ADDRESS";
    /// What X-Ray does without a trace.
    pub const XRAY_CONTEXT_MISSING: &str = "AWS_XRAY_CONTEXT_MISSING";
    /// The locale.
    pub const LANG: &str = "LANG";
    /// Where programs are looked for.
    pub const PATH: &str = "PATH";
    /// The folder for temporary files, which on Lambda is not set and means `/tmp`.
    pub const TEMPORARY_FOLDER: &str = "TMPDIR";
    /// The time zone, which on Lambda is UTC.
    pub const TIME_ZONE: &str = "TZ";
}
