//! What a server and a model accept beside the messages: from the server's list of models, from a table of profiles, and from what the
//! server has refused.

mod left_out;
mod parameters;
mod profile;

pub(crate) use left_out::LeftOut;
pub(crate) use parameters::{Choices, Parameters};
pub use profile::Profile;
pub(crate) use profile::{ReasoningField, ReplyFormat, TokenLimit};
