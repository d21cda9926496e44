//! A `tracing` layer: what any crate logs with `tracing` becomes a line here.

use std::{
    error::Error as StdError,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use serde::Serialize;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer,
    layer::Context,
    registry::{LookupSpan, Scope},
};

use super::{
    fields::{FieldWriter, Fields as _},
    json::PANICKED,
    level::Level,
};
use crate::{gateway::Gateway, invocation::Invocation};

/// A layer for `tracing_subscriber` that writes events as lines of the running invocation's gateway.
///
/// Outside an invocation it is the process's default gateway. The fields of the spans around an event stand in its line,
/// the inner span's winning.
///
/// ```
/// use tracing_subscriber::prelude::*;
/// tracing_subscriber::registry().with(zerobill::logging::layer()).init();
/// tracing::info!(order = 7, "order placed");
/// ```
pub fn layer() -> LogLayer {
    LogLayer { gateway: None }
}

/// Made by [`layer`].
#[derive(Clone, Debug)]
pub struct LogLayer {
    gateway: Option<Gateway>,
}

impl LogLayer {
    /// Writes to `gateway` where no invocation is running.
    #[must_use]
    pub fn gateway(mut self, gateway: Gateway) -> Self {
        self.gateway = Some(gateway);
        self
    }

    fn with_gateway<R>(&self, with: impl FnOnce(&Gateway) -> R) -> R {
        match (Invocation::current(), &self.gateway) {
            (Some(invocation), _) => with(invocation.gateway()),
            (None, Some(gateway)) => with(gateway),
            (None, None) => with(crate::free::default_or_fallback()),
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for LogLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let (fields, _) = record(|visitor| attributes.record(visitor));
        // Replaces, because a second layer of ours in one subscriber finds the fields of the first.
        span.extensions_mut().replace(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        // Before the span is locked: a value's `Debug` may log, and that reads the span.
        let (new, _) = record(|visitor| values.record(visitor));
        if let Some(fields) = span.extensions_mut().get_mut::<FieldWriter>() {
            new.write(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let level = Level::from(*event.metadata().level());
        self.with_gateway(|gateway| {
            gateway.interfaces().logging().write_with(level, || {
                // An event that no line comes of is no use of the interface.
                gateway.logging();
                let mut visitor = Visitor::default();
                for span in context.event_scope(event).into_iter().flat_map(Scope::from_root) {
                    if let Some(outer) = span.extensions().get::<FieldWriter>() {
                        outer.write(&mut visitor.fields);
                    }
                }
                event.record(&mut visitor);
                (visitor.message, visitor.fields)
            });
        });
    }
}

/// The fields that `visit` hands over, and the message among them.
fn record(visit: impl FnOnce(&mut Visitor)) -> (FieldWriter, String) {
    let mut visitor = Visitor::default();
    visit(&mut visitor);
    (visitor.fields, visitor.message)
}

/// Turns fields into JSON; the field `message` is the line's message.
#[derive(Default)]
struct Visitor {
    fields: FieldWriter,
    message: String,
}

impl Visitor {
    fn value<T: Serialize + fmt::Display>(&mut self, field: &Field, value: T) {
        if field.name() == "message" {
            self.message = value.to_string();
        } else {
            self.fields.field(field.name(), &value);
        }
    }
}

impl Visit for Visitor {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.value(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.value(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.value(field, value);
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.value(field, value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.value(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.value(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.value(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn StdError + 'static)) {
        self.fields.error(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Formatting runs the value's own code, which may panic.
        let text = catch_unwind(AssertUnwindSafe(|| format!("{value:?}")));
        match text {
            Ok(message) if field.name() == "message" => self.message = message,
            text => self.value(field, text.as_deref().unwrap_or(PANICKED)),
        }
    }
}
