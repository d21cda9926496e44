//! A `tracing` layer: what any crate logs with `tracing` becomes a line here.

use std::{error::Error as StdError, fmt};

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

use super::{fields::FieldWriter, level::Level};
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
        let mut fields = FieldWriter::default();
        attributes.record(&mut Visitor {
            fields: &mut fields,
            message: None,
        });
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<FieldWriter>() {
            values.record(&mut Visitor { fields, message: None });
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let level = Level::from(*event.metadata().level());
        self.with_gateway(|gateway| {
            if !gateway.logging().keeps(level) {
                return;
            }
            let mut fields = FieldWriter::default();
            for span in context.event_scope(event).into_iter().flat_map(Scope::from_root) {
                if let Some(outer) = span.extensions().get::<FieldWriter>() {
                    super::Fields::write(outer, &mut fields);
                }
            }
            let mut visitor = Visitor {
                fields: &mut fields,
                message: None,
            };
            event.record(&mut visitor);
            let message = visitor.message.unwrap_or_default();
            gateway.logging().write(level, &message, &fields);
        });
    }
}

/// Turns an event's fields into JSON; the field `message` is the line's message.
struct Visitor<'a> {
    fields: &'a mut FieldWriter,
    message: Option<String>,
}

impl Visit for Visitor<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.fields.field(field.name(), &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.fields.field(field.name(), &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.fields.field(field.name(), &value);
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.fields.field(field.name(), &value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.fields.field(field.name(), &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.fields.field(field.name(), &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message = Some(value.to_owned());
        } else {
            self.fields.field(field.name(), value);
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn StdError + 'static)) {
        self.fields.error(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        if field.name() == "message" {
            self.message = Some(text);
        } else {
            self.fields.field(field.name(), text.as_str());
        }
    }
}
