use std::any::Any;
use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::StageOptions;
use crate::failure::Failure;

/// The row entry of a stage whose pages are made in worker processes: `#[stage(…, isolated)]`.
#[derive(Clone, Copy)]
pub struct Isolated {
    /// Whether the worker processes read only their book and the system's files, write nothing and open no socket.
    pub(crate) is_confined: bool,
    options: fn(Value) -> Result<Arc<dyn Any + Send + Sync>, Failure>,
}

/// Options that can be sent to a worker process: they can be deserialised.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent to a worker process, where an `isolated` stage runs",
    label = "not options that can be deserialized",
    note = "derive `Deserialize` for it, beside `clap::Args` and `Serialize`"
)]
pub trait IsolatedOptions: StageOptions {
    /// Deserialises them.
    fn read(serialised: Value) -> serde_json::Result<Self>
    where
        Self: Sized;
}

#[diagnostic::do_not_recommend]
impl<O: StageOptions + DeserializeOwned> IsolatedOptions for O {
    fn read(serialised: Value) -> serde_json::Result<Self> {
        serde_json::from_value(serialised)
    }
}

/// The row entry of `isolated` and `confined`, for the options' type. Called by the expansion of `#[stage]`.
#[must_use]
pub const fn isolated<O: IsolatedOptions>(is_confined: bool) -> Option<Isolated> {
    Some(Isolated { is_confined, options: |serialised| Ok(Arc::new(O::read(serialised)?)) })
}

impl Isolated {
    /// The stage's options, deserialised.
    pub(crate) fn options(self, serialised: Value) -> Result<Arc<dyn Any + Send + Sync>, Failure> {
        (self.options)(serialised)
    }
}

impl fmt::Debug for Isolated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Isolated").finish_non_exhaustive()
    }
}
