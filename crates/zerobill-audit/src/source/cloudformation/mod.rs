//! CloudFormation and SAM: from a parsed template to its resources.

mod conditions;
mod loops;
mod resolve;
mod sam;
mod text;

use std::sync::Arc;

use self::resolve::Resolver;
use crate::{
    node::{Entry, Node, Value},
    resource::{Allowed, Contents, Nested, Resource, Unknown},
};

/// A module in a file beside the template, which packaging writes out.
const MODULE: &str = "LocalModule";

/// Whether a parsed file is a template: its resources have types, or its modules have sources.
pub(crate) fn is_template(root: &Node) -> bool {
    let any = |section: &str, test: fn(&Entry) -> bool| {
        root.get(section)
            .is_some_and(|section| section.entries().iter().any(test))
    };
    let is_loop = |entry: &Entry| entry.key.starts_with("Fn::ForEach::");
    let has_type = |entry: &Entry| entry.value.get("Type").and_then(Node::as_text).is_some();
    any("Resources", is_loop)
        || any("Resources", has_type)
        || any("Modules", |entry| entry.value.get("Source").is_some())
        || root.get("AWSTemplateFormatVersion").is_some()
}

/// The resources of a template. `given` has values for its parameters, where another template deploys it.
pub(crate) fn read(root: &Node, file: &Arc<str>, given: Option<&Node>) -> Contents {
    let mut contents = Contents::default();
    let root = &*sam::with_globals(root);
    let mut resolver = Resolver::new(root, given);
    let section = |name| root.get(name).map(Node::entries).unwrap_or_default();
    if section("Resources").is_empty() && section("Modules").is_empty() {
        contents.cannot_judge(file, 0, "the template has no `Resources`");
    }
    let resources = loops::expand(&mut resolver, section("Resources"));
    resolver.know(&resources);
    for entry in &resources {
        read_resource(&mut contents, &mut resolver, entry, file);
    }
    for entry in section("Modules") {
        let module = resource(&mut resolver, entry, MODULE, file);
        nested(&mut contents, &module, &entry.value);
    }
    allowed(&mut contents, None, root);
    unread_transforms(&mut contents, root, file);
    sam::expand(&mut contents, root, &mut resolver);
    for (line, reason) in resolver.faults() {
        contents.cannot_judge(file, line, reason);
    }
    if resolver.exhausted() {
        let reason = "the template is too large to resolve; a part of it was left out";
        contents.cannot_judge(file, 0, reason);
    }
    contents
}

fn read_resource(contents: &mut Contents, resolver: &mut Resolver<'_>, entry: &Entry, file: &Arc<str>) {
    if entry.key == "Fn::Transform" {
        contents.cannot_judge(file, entry.line, "what `Fn::Transform` brings in is not read");
        return;
    }
    let Some(kind) = entry.value.get("Type").and_then(Node::as_text) else {
        contents.cannot_judge(file, entry.line, format!("`{}` has no type", entry.key));
        return;
    };
    let resource = resource(resolver, entry, kind, file);
    let written = entry.value.get("Properties");
    let transformed = written.is_some_and(|written| written.get("Fn::Transform").is_some());
    if transformed || matches!(resource.properties.value, Value::Unknown) {
        let reason = "properties that a macro or another file brings in are not read";
        contents.unknown.push(Unknown::of(&resource, reason));
    }
    nested(contents, &resource, &entry.value);
    contents.blocks.push(entry.line);
    allowed(contents, Some(&entry.key), &entry.value);
    contents.resources.push(resource);
}

fn resource(resolver: &mut Resolver<'_>, entry: &Entry, kind: &str, file: &Arc<str>) -> Resource {
    let condition = entry.value.get("Condition").and_then(Node::as_text);
    let off_by = condition.filter(|name| resolver.condition(name) == Some(false));
    let properties = entry
        .value
        .get("Properties")
        .map(|properties| resolver.resolve(properties));
    Resource {
        id: entry.key.clone(),
        kind: kind.to_owned(),
        written_kind: kind.to_owned(),
        file: file.clone(),
        scope: file.clone(),
        line: entry.line,
        properties: properties.unwrap_or(Node::new(entry.line, Value::Map(Vec::new()))),
        count: 1,
        off_by: off_by.map(str::to_owned),
    }
}

/// Templates that this one deploys, or modules that it is made of, where they are files.
fn nested(contents: &mut Contents, resource: &Resource, written: &Node) {
    let (location, parameters) = match resource.kind.as_str() {
        "AWS::CloudFormation::Stack" => (resource.first("TemplateURL"), resource.properties.get("Parameters")),
        "AWS::Serverless::Application" => (resource.first("Location"), resource.properties.get("Parameters")),
        MODULE => (written.get("Source"), Some(&resource.properties)),
        _ => return,
    };
    // CDK deploys by address, and says in the metadata which file that was.
    let asset = written
        .get("Metadata")
        .and_then(|metadata| metadata.get("aws:asset:path"));
    match asset.or(location).and_then(Node::as_text) {
        Some(path) if !path.contains("://") && !path.contains("${") => contents.nested.push(Nested {
            path: path.to_owned(),
            parameters: parameters.cloned().unwrap_or(Node::new(0, Value::Null)),
            resource: resource.clone(),
        }),
        _ => contents.unknown.push(Unknown::of(
            resource,
            "the template it deploys is not named as a file; audit that file too",
        )),
    }
}

/// Suppressions: `Metadata: {zerobill: {allow: [{id, reason}]}}`.
fn allowed(contents: &mut Contents, resource: Option<&str>, owner: &Node) {
    let own = owner.get("Metadata").and_then(|metadata| metadata.get("zerobill"));
    for item in own
        .and_then(|own| own.get("allow"))
        .map(Node::items)
        .unwrap_or_default()
    {
        let part = |key| item.get(key).and_then(Node::as_text).unwrap_or_default().to_owned();
        contents.allowed.push(Allowed {
            resource: resource.map(str::to_owned),
            rule: part("id"),
            reason: part("reason"),
            line: item.line,
        });
    }
}

/// Macros of one's own can make anything of a template.
fn unread_transforms(contents: &mut Contents, root: &Node, file: &Arc<str>) {
    const READ: &[&str] = &[
        "AWS::Serverless-2016-10-31",
        "AWS::LanguageExtensions",
        "AWS::SecretsManager-2020-07-23",
        "AWS::SecretsManager-2024-09-16",
        "AWS::CodeDeployBlueGreen",
    ];
    let Some(transforms) = root.get("Transform") else {
        return;
    };
    for transform in transforms.items() {
        let name = transform
            .as_text()
            .or_else(|| transform.get("Name").and_then(Node::as_text));
        if !name.is_some_and(|name| READ.contains(&name)) {
            let name = name.unwrap_or("Transform");
            contents.cannot_judge(
                file,
                transform.line,
                format!("what the macro `{name}` brings in is not read"),
            );
        }
    }
}
