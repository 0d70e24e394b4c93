use super::numbers::parse_bytes;
use super::numbers::parse_time;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// The hidden subcommand that worker processes are started with.
pub(super) const WORKER: &str = "__worker";

/// Options that every subcommand takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// Library folder [default: `~/Documents/book_scans`]
    #[arg(long, global = true, value_name = "DIR", env = "SHELF_LIBRARY", hide_env_values = true)]
    pub(super) library: Option<PathBuf>,
    /// Print data as JSON
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Print only the result
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    /// Show all columns of a table, however wide it gets
    #[arg(long, global = true)]
    pub(super) wide: bool,
    /// Limit the memory of each worker process
    #[arg(long, global = true, value_name = "SIZE", default_value = "1400M", alias = "child-memory", value_parser = parse_bytes, hide_short_help = true)]
    pub(super) worker_memory: u64,
    /// Limit the time that a worker process may spend on a page of ordinary size
    #[arg(long, global = true, value_name = "TIME", default_value = "60s", alias = "child-time", value_parser = parse_time, hide_short_help = true)]
    pub(super) worker_time: Duration,
}
