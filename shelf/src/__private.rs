//! What the expansions of shelf's macros name. No interface: it changes with the macros.

pub use inventory;

pub use crate::metrics::{Column, Field, Flag, Kind, Metric, MetricsRow, NoMetrics, PageMetrics, Report};
pub use crate::stage::{
    Book, Cpu, Cx, Dep, EachPage, Failure, Fixed, FromPage, FromStage, Hook, Io, LlmPool, Made, NoOptions, OptionsRow,
    OutputRow, Parallelism, Reads, Row, Run, Site, Stage, made, measured,
};

/// A stage that its crate registers.
pub struct Registered(pub &'static Row);

inventory::collect!(Registered);
