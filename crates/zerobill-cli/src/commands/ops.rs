//! `zerobill ops`: the operations and their parameters, from the table that also dispatches them.

use std::process::ExitCode;

use serde_json::json;
use zerobill::{CATALOGUE, operation::Field};

use crate::{
    cli::{Format, Ops},
    failure::Failure,
    printer,
};

pub(crate) fn run(arguments: &Ops) -> Result<ExitCode, Failure> {
    let rows: Vec<Row> = CATALOGUE
        .iter()
        .flat_map(|interface| {
            interface
                .operations
                .iter()
                .map(move |operation| (interface.name, operation.description()))
        })
        .map(|(interface, operation)| Row {
            name: format!("{interface}.{}", operation.name),
            doc: operation.doc,
            effect: if operation.read_only { "reads" } else { "changes" },
            exposed_by_star: operation.exposed_by_star,
            fields: operation.fields,
            schema: operation.schema(),
        })
        .filter(|row| {
            arguments
                .pattern
                .as_deref()
                .is_none_or(|pattern| row.name.contains(pattern))
        })
        .collect();
    if rows.is_empty() {
        let pattern = arguments.pattern.as_deref().unwrap_or_default();
        return Err(Failure::user(format!("no operation's name holds `{pattern}`")).hint("`zerobill ops` lists all"));
    }
    match arguments.format {
        Format::Json => {
            let rows: Vec<_> = rows
                .iter()
                .map(|row| {
                    json!({ "name": row.name, "doc": row.doc, "effect": row.effect,
                    "exposed_by_star": row.exposed_by_star, "parameters": row.schema })
                })
                .collect();
            printer::data(&format!("{:#}", serde_json::Value::Array(rows)));
        }
        Format::Table => {
            let width = rows.iter().map(|row| row.name.len()).max().unwrap_or_default().max(9);
            printer::data(&format!("{:width$}  effect   expose   what it does", "operation"));
            for row in rows {
                let exposed = if row.exposed_by_star { "name, *" } else { "name" };
                printer::data(&format!(
                    "{:width$}  {:7}  {exposed:7}  {}",
                    row.name, row.effect, row.doc
                ));
                for field in row.fields {
                    let optional = if field.required { "" } else { ", optional" };
                    let (name, kind, doc) = (field.name, field.kind.as_str(), field.doc);
                    printer::data(&format!(
                        "{:width$}                    {name}: {kind}{optional}: {doc}",
                        ""
                    ));
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

struct Row {
    name: String,
    doc: &'static str,
    effect: &'static str,
    exposed_by_star: bool,
    fields: &'static [Field],
    schema: serde_json::Value,
}
