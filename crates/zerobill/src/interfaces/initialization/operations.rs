//! The operations of `initialization`.

use std::time::Duration;

use serde::Deserialize;

use crate::{
    error::Error,
    operation::{Field, Kind, Nothing, Operation, Parameters, op_async, op_value},
};

/// The rows.
pub(crate) const OPERATIONS: &[&dyn Operation] = &[
    &op_value(
        "run",
        "Builds what is named to be built ahead and returns the timeline.",
        |g, _: Nothing| g.initialization().run(g),
    ),
    &op_async(
        "connect",
        "Opens the connections of what is built ahead and returns the timeline.",
        |g, _: Nothing| Box::pin(async { Ok::<_, Error>(g.initialization().connect(g).await) }),
    ),
    &op_value(
        "record_stage",
        "Adds a stage that ends now and says whether there was room.",
        |g, p: RecordStage| {
            g.initialization()
                .record_stage(&p.name, Duration::from_micros(p.took_us))
        },
    )
    .example(r#"{"name":"read the catalogue","took_us":1500}"#),
    &op_value(
        "report",
        "Returns the timeline of INIT in microseconds.",
        |g, _: Nothing| g.initialization().report(),
    )
    .read_only(),
    &op_value("status", "Says how far INIT is.", |g, _: Nothing| {
        g.initialization().status()
    })
    .read_only(),
    &op_value(
        "preload",
        "Builds interfaces now and says of each whether it is built.",
        |g, p: Preload| g.initialization().preload(g, p.names),
    )
    .example(r#"{"names":["cache"]}"#),
];

#[derive(Debug, Deserialize)]
struct RecordStage {
    name: String,
    took_us: u64,
}

impl Parameters for RecordStage {
    const FIELDS: &'static [Field] = &[
        Field::required("name", Kind::String, "the stage's name"),
        Field::required("took_us", Kind::Integer, "how long it took, in microseconds"),
    ];
}

#[derive(Debug, Deserialize)]
struct Preload {
    names: Vec<String>,
}

impl Parameters for Preload {
    const FIELDS: &'static [Field] = &[Field::required("names", Kind::Array, "the interfaces' names")];
}
