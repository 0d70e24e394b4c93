use clap::Args;
use serde::Serialize;

use crate::engine::Engine;

/// What `corrected` can be told on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Serialize)]
pub struct CorrectedOptions {
    /// What corrects the pages
    #[arg(long, value_enum, value_name = "ENGINE", default_value_t)]
    pub engine: Engine,
}
