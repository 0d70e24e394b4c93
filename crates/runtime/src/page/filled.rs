//! Output fields for when, at what cost and by which model a page was made. The runtime fills them in and ignores them
//! when it compares two pages: the same page made again tomorrow makes nothing stale.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The content of a filled-in field; marked in the schema as `x-filled`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// When the page was made.
    Timestamp,
    /// What it cost, USD.
    Cost,
    /// The model that made it.
    Model,
}

impl Filled {
    pub(crate) const KEY: &'static str = "x-filled";

    pub(crate) fn of_mark(mark: &str) -> Option<Self> {
        match mark {
            "timestamp" => Some(Self::Timestamp),
            "cost" => Some(Self::Cost),
            "model" => Some(Self::Model),
            _ => None,
        }
    }
}

macro_rules! filled {
    ($(#[$doc:meta])* $name:ident($inner:ty), $schema:tt) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Option<$inner>);

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

filled!(
    /// When a page was made, ISO 8601 in UTC. Left at its default, the runtime fills it in.
    Timestamp(String),
    { "type": ["string", "null"], "format": "date-time", "x-filled": "timestamp" }
);
filled!(
    /// What a page cost, all attempts, USD. Left at its default, the runtime fills it in.
    ProcessingCost(f64),
    { "type": ["number", "null"], "x-filled": "cost" }
);
filled!(
    /// The model (or engine) that made a page. Left at its default, the runtime fills in the model that was asked.
    Model(String),
    { "type": ["string", "null"], "x-filled": "model" }
);
