use clap::Args;
use serde::Serialize;
use shelf::llm::Engine;

/// Options of `catalogue`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Serialize)]
pub struct CatalogueOptions {
    /// Use rules, a model, or whichever is available
    #[arg(long, value_enum, value_name = "ENGINE", default_value_t)]
    pub engine: Engine,
}
