use super::out::print_error;
use std::fmt::Debug;
use std::fmt::Write;
use tracing::Event;
use tracing::Subscriber;
use tracing::field::Field;
use tracing::field::Visit;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// A layer for `tracing` that prints what a stage logs about a page: `warn: few words, words=3`.
pub(super) struct PageLog;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for PageLog {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if context.lookup_current().is_none() {
            return;
        }
        let mut line = Line::default();
        event.record(&mut line);
        let level = event.metadata().level().to_string().to_lowercase();
        print_error(format_args!("{level}: {}{}", line.message, line.fields));
    }
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing to a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, ", {name}={value:?}"),
        };
    }
}
