//! Reads what deploys to AWS and says what of it will be billed, what is free only within a limit, and what is free until
//! something small goes wrong: templates of CloudFormation and SAM, `cdk.out/`, Serverless, Terraform, and lists of dependencies.
//!
//! ```
//! use zerobill_audit::{Options, SourceFile, audit_files};
//!
//! let template = "Resources:\n  Gateway:\n    Type: AWS::EC2::NatGateway\n    Properties: {SubnetId: s, AllocationId: a}\n";
//! let file = SourceFile { path: "template.yaml".into(), bytes: template.into(), named: true };
//! let report = audit_files(vec![file], &Options::default(), |_| None);
//! let finding = &report.findings[0];
//! assert_eq!((finding.rule.id, finding.line), ("nat-gateway", 2));
//! assert_eq!(finding.monthly.unwrap().in_cents(), "$32.85");
//! ```
//!
//! What cannot be judged is never passed in silence: it stands in [`Report::unknown`].

mod audit;
pub mod classes;
mod finding;
pub mod node;
pub mod page;
mod report;
mod resource;
pub mod rules;
mod run;
mod source;
mod sources;
mod suppression;
mod syntax;

pub use self::{
    audit::{Options, audit_files, audit_paths},
    finding::{Finding, Severity},
    report::{Baseline, Difference, Report},
    resource::{Resource, Unknown},
    rules::Rule,
    source::{SourceFile, walk::WalkError},
};
