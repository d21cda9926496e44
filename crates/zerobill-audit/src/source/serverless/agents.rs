//! The section `ai`: agents, their memory, gateways, browsers and interpreters, as resources of Bedrock `AgentCore`.

use std::sync::Arc;

use super::{capital, made};
use crate::{
    node::{Entry, Node, Value},
    resource::{Contents, Resource},
};

/// What each entry of a part of the section is deployed as.
const PARTS: &[(&str, &str)] = &[
    ("agents", "Runtime"),
    ("gateways", "Gateway"),
    ("browsers", "BrowserCustom"),
    ("codeInterpreters", "CodeInterpreterCustom"),
];

/// Tools are reached by gateways: by one that the framework makes, where none is named.
const TOOLS: &str = "tools";

pub(super) fn read(contents: &mut Contents, root: &Node, file: &Arc<str>) {
    let Some(section) = root.get("ai") else { return };
    for part in section.entries() {
        let kind = PARTS.iter().find(|(name, _)| *name == part.key).map(|(_, kind)| *kind);
        match kind {
            Some(kind) => {
                for entry in part.value.entries() {
                    add(contents, kind, entry, file);
                    memory(contents, entry, file);
                }
            }
            None if part.key == TOOLS && section.get("gateways").is_some() => {}
            None if part.key == TOOLS => add(contents, "Gateway", part, file),
            None => {
                let why = format!(
                    "`ai.{}` is not read; `serverless package` writes what it makes to `.serverless/`",
                    part.key
                );
                contents.cannot_judge(file, part.line, why);
            }
        }
    }
}

/// The memory that an agent has of its own; a text names another's.
fn memory(contents: &mut Contents, agent: &Entry, file: &Arc<str>) {
    let own = agent.value.entry("memory");
    if let Some(memory) = own.filter(|memory| matches!(memory.value.value, Value::Map(_))) {
        let named = Entry {
            key: agent.key.clone(),
            ..memory.clone()
        };
        add(contents, "Memory", &named, file);
    }
}

fn add(contents: &mut Contents, kind: &str, entry: &Entry, file: &Arc<str>) {
    contents.blocks.push(entry.line);
    contents.resources.push(Resource {
        id: format!("{}{kind}", capital(&entry.key)),
        ..made(&format!("AWS::BedrockAgentCore::{kind}"), entry.line, Vec::new(), file)
    });
}
