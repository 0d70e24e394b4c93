//! What the tests that cross crates share with the programs that they start.

pub mod bench;
pub mod calibration;
mod command;
mod drawn;
mod folder_watch;
pub mod guard;
mod hooked_store;
pub mod isolated_stages;
pub mod killed_run;
pub mod quality;
pub mod tokens;
pub mod typeset;
pub mod worker_tasks;

pub use command::{Ended, Shelf};
pub use drawn::page_of_text;
pub use folder_watch::FolderWatch;
pub use hooked_store::HookedStore;
