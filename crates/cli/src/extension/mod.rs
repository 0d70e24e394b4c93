//! Verbs of other crates: a crate that is linked (`use my_verbs as _;` in `main.rs`) adds its verbs to the same command line.
//!
//! ```
//! use clap::{ArgMatches, Command};
//! use shelf_cli::Exit;
//! use shelf_cli::extension::{Result, Session, Verb};
//!
//! fn count(session: &Session, _given: &ArgMatches) -> Result<Exit> {
//!     session.line(session.books(&[], true)?.len())?;
//!     Ok(Exit::Done)
//! }
//!
//! shelf_cli::verb!(Verb::new("count", || Command::new("count").about("Print the number of books"), count));
//! # fn main() {}
//! ```

mod arguments;
mod processing;
mod session;
mod verb;

pub use crate::error::{CliError, Result};
pub use processing::{Processing, Share, Submission};
pub use session::Session;
pub use verb::Verb;

pub(super) use processing::add_arguments;
pub(super) use verb::{find, linked};

#[doc(hidden)]
pub use inventory as __inventory;
