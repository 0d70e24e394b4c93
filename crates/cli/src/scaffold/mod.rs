//! Writes the file of a new stage with its test, or a new crate: the implementation of `shelf new-stage`.

mod dependency;
mod error;
mod example_page;
mod home;
mod mod_line;
mod name;
mod new_crate;
mod new_stage;
mod stage_text;

pub use error::ScaffoldError;
pub use home::{Home, Layout};
pub use new_crate::NewCrate;
pub use new_stage::NewStage;
