use clap::Args;
use serde::Serialize;
use shelf::llm::Engine;

/// What `catalogue` can be told on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Serialize)]
pub struct CatalogueOptions {
    /// Whether rules do the work or a model
    #[arg(long, value_enum, value_name = "ENGINE", default_value_t)]
    pub engine: Engine,
}
