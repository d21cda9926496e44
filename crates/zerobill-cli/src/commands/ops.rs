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
            read_only: operation.read_only,
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
                .map(|row| json!({ "name": row.name, "doc": row.doc, "read_only": row.read_only, "parameters": row.schema }))
                .collect();
            printer::data(&format!("{:#}", serde_json::Value::Array(rows)));
        }
        Format::Table => {
            let width = rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
            for row in rows {
                let marks = if row.read_only { "reads " } else { "changes" };
                printer::data(&format!("{:width$}  {marks:7}  {}", row.name, row.doc));
                for field in row.fields {
                    let optional = if field.required { "" } else { ", optional" };
                    let (name, kind, doc) = (field.name, field.kind.as_str(), field.doc);
                    printer::data(&format!("{:width$}           {name}: {kind}{optional}: {doc}", ""));
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

struct Row {
    name: String,
    doc: &'static str,
    read_only: bool,
    fields: &'static [Field],
    schema: serde_json::Value,
}
