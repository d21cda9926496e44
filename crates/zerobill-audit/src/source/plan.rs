//! A Terraform plan as JSON (`terraform show -json`): everything is resolved there.

use std::sync::Arc;

use super::terraform::convert;
use crate::{node::Node, resource::Contents};

pub(super) fn is_plan(root: &Node) -> bool {
    root.get("format_version").is_some() && root.get("planned_values").is_some()
}

pub(super) fn read(root: &Node, file: &Arc<str>) -> Contents {
    let mut contents = Contents::default();
    let module = root.get("planned_values").and_then(|values| values.get("root_module"));
    if let Some(module) = module {
        read_module(&mut contents, module, file);
    }
    contents
}

fn read_module(contents: &mut Contents, module: &Node, file: &Arc<str>) {
    for resource in module.get("resources").map(Node::items).unwrap_or_default() {
        let part = |key| resource.get(key).and_then(Node::as_text);
        if part("mode") == Some("data") {
            continue;
        }
        let (Some(address), Some(kind)) = (part("address"), part("type")) else {
            contents.cannot_judge(file, resource.line, "a resource of the plan has no address or no type");
            continue;
        };
        let values = resource
            .get("values")
            .cloned()
            .unwrap_or(Node::new(resource.line, crate::node::Value::Null));
        convert::add(
            contents,
            convert::Written {
                address,
                kind,
                line: resource.line,
                values,
                count: 1,
                file,
                scope: file,
            },
        );
    }
    for child in module.get("child_modules").map(Node::items).unwrap_or_default() {
        read_module(contents, child, file);
    }
}
