//! The command line: the only place that prints, reads the environment and chooses exit codes.

mod changes;
mod command;
mod config_file;
mod consent;
mod context;
mod entry;
mod error;
mod exit;
mod export_progress;
mod flagged;
mod global;
mod key_use;
mod languages;
mod llm_options;
mod llm_table;
mod nearest;
mod numbers;
mod option_args;
mod out;
mod page_log;
mod pager;
mod printable;
mod progress;
mod reading;
mod reporter;
pub mod scaffold;
mod selection;
mod server_address;
mod stage_options;
mod table;
mod terminal;
mod verbs;
mod word_diff;
mod workers;

pub use entry::main;
pub use exit::Exit;
