//! From files to resources: which file is what is decided by what stands in it.

pub(crate) mod cloudformation;
mod packages;
mod plan;
mod serverless;
pub(crate) mod terraform;
pub(crate) mod walk;

use std::sync::Arc;

use hcl_edit::structure::Body;

use crate::{
    node::Node,
    resource::Contents,
    syntax::{self, Document, Fault, Lines},
};

/// A file to be audited.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its path, as findings name it.
    pub path: Arc<str>,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it was named itself, not found in a folder: then it must be something that can be audited.
    pub named: bool,
}

/// What a file turned out to be.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// A template of CloudFormation or SAM.
    Template(Document),
    /// A `serverless.yml`.
    Serverless(Document),
    /// `terraform show -json` of a plan.
    Plan(Document),
    /// A part of a Terraform module, with the lines of its text.
    Terraform(Box<Body>, Lines),
    /// A list of dependencies.
    Packages(Contents),
    /// Nothing that is audited.
    Nothing,
}

/// Reads a file. A file that looks like nothing that is audited is [`Parsed::Nothing`], or a fault if it was named.
pub(crate) fn parse(file: &SourceFile) -> Result<Parsed, Fault> {
    let text = match syntax::decode(&file.bytes) {
        Ok(text) => text,
        // A picture in a folder is none of ours; a template in another encoding is.
        Err(_) if !file.named && !is_candidate(&String::from_utf8_lossy(&file.bytes)) => return Ok(Parsed::Nothing),
        Err(fault) => return Err(fault),
    };
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    if let Some(contents) = packages::read(name, text, &file.path) {
        return contents.map(Parsed::Packages);
    }
    let terraform =
        |read: Result<(Body, Lines), Fault>| read.map(|(body, lines)| Parsed::Terraform(Box::new(body), lines));
    if name.ends_with(".tf.json") {
        return terraform(syntax::hcl::parse_json(text, false));
    }
    if name.ends_with(".tfvars.json") && (file.named || walk::is_loaded(name)) {
        return terraform(syntax::hcl::parse_json(text, true));
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    if ["tf", "tfvars"].map(Some).contains(&extension) || (file.named && terraform::looks_like(text)) {
        return terraform(syntax::hcl::parse(text));
    }
    if !is_candidate(text) && !file.named {
        return Ok(Parsed::Nothing);
    }
    let document = syntax::parse(text, extension == Some("json"))?;
    let found = document.roots.iter().any(|root| !root.entries().is_empty());
    let is = |test: fn(&Node) -> bool| document.roots.iter().any(test);
    let parsed = match () {
        () if is(plan::is_plan) => Parsed::Plan(document),
        () if is(serverless::is_service) => Parsed::Serverless(document),
        () if is(cloudformation::is_template) => Parsed::Template(document),
        () if !file.named => Parsed::Nothing,
        () if text.trim().is_empty() => return Err(Fault::new(0, "the file is empty")),
        () if !found => return Err(Fault::new(1, "the file holds no names and values")),
        () => {
            let message = "not a template of CloudFormation, SAM, Serverless or Terraform, nor a list of dependencies";
            return Err(Fault::new(0, message));
        }
    };
    Ok(parsed)
}

/// Whether a text could be a template at all, so that other YAML and JSON is not even read.
fn is_candidate(text: &str) -> bool {
    let has = |word| text.contains(word);
    (has("Resources") && has("Type"))
        || (has("Modules") && has("Source"))
        || has("AWSTemplateFormatVersion")
        || has("planned_values")
        || (has("provider") && has("aws") && (has("functions") || has("service")))
}

/// The resources of a file that stands for itself.
pub(crate) fn read(parsed: &Parsed, path: &Arc<str>, given: Option<&Node>) -> Contents {
    let document = match parsed {
        Parsed::Template(document) | Parsed::Serverless(document) | Parsed::Plan(document) => document,
        Parsed::Packages(contents) => return contents.clone(),
        Parsed::Terraform(..) | Parsed::Nothing => return Contents::default(),
    };
    let mut all = Contents::default();
    for root in &document.roots {
        all.append(match parsed {
            Parsed::Serverless(_) => serverless::read(root, path),
            Parsed::Plan(_) => plan::read(root, path),
            _ => cloudformation::read(root, path, given),
        });
    }
    for fault in &document.faults {
        all.cannot_judge(path, fault.line, fault.message.clone());
    }
    all
}
