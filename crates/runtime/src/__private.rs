//! Items that the expansions of shelf's macros refer to. Not a public interface: it changes with the macros.

pub use inventory;
pub use serde_json::Value;

pub use crate::metrics::{Columns, Discrete, Fields, Flag, Kind, Metric, NoMetrics, PageMetrics, Report, Values};
pub use crate::page::PlaceholderOutput;
pub use crate::stage::{
    Book, Cpu, CycleSearch, Dep, EachPage, Fixed, Io, LlmPool, MaxFailed, NoOptions, Parallelism, Policy, Reach, Row,
    Run, Scope, Site, Stage, conserves, hook, input, isolated, shared, to_json, to_json_with_metrics,
};
pub use crate::{register, site};

/// A stage registered by its crate.
pub struct Registered(pub &'static Row);

inventory::collect!(Registered);

/// Registers a stage in every binary that links its crate.
#[doc(hidden)]
#[macro_export]
macro_rules! register {
    ($stage:ident) => {
        $crate::__private::inventory::submit! {
            $crate::__private::Registered(<$stage as $crate::__private::Stage>::ROW)
        }
    };
}

/// The location of the attribute that this is an expansion of.
#[doc(hidden)]
#[macro_export]
macro_rules! site {
    () => {
        $crate::__private::Site {
            krate: ::core::env!("CARGO_PKG_NAME"),
            version: ::core::env!("CARGO_PKG_VERSION"),
            file: ::core::file!(),
            line: ::core::line!(),
        }
    };
}
