//! A local AWS Lambda for any program that speaks the Runtime API: environments that are started, reused, ended at their limit
//! and replaced; the Invoke API and a Function URL in front; REPORT lines and free-tier figures for every invocation.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use zerobill_engine::{Engine, FunctionSettings, InvokeRequest};
//!
//! let function = FunctionSettings::new("hello", "./bootstrap");
//! let engine = Engine::builder().function(function).listen("127.0.0.1:9000").start().await?;
//! let reply = engine.invoke("hello", InvokeRequest::new("{}")).await?;
//! println!("{:?}, billed {} ms", reply.payload, reply.report.billed_ms);
//! engine.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod build;
mod builder;
mod counters;
mod dashboard;
mod engine;
mod environment;
mod error;
mod front;
mod function;
mod invocation;
mod later;
mod log;
mod log_settings;
mod outcome;
mod platform;
mod pool;
mod queue;
mod run;
mod schedule;
mod settings;
mod task;
mod trips;

pub use self::{
    build::Build,
    builder::Builder,
    counters::{Allowance, FreeTier, FunctionState, State},
    engine::Engine,
    error::{EngineError, InvokeError},
    invocation::{InvokeReply, InvokeRequest, Payload, StreamFault},
    log::{LineKind, LogLine, LogSink},
    log_settings::{LogFormat, LogLevel, LogSettings},
    queue::QueueSettings,
    schedule::{Schedule, ScheduleError},
    settings::FunctionSettings,
    trips::{Trip, TripConcurrency, Trips, TripsFuture},
};
