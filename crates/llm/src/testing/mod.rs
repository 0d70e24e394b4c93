//! For tests of stages that ask models.

mod received_request;
mod scripted_model;
mod scripted_reply;
mod test_ledger;

pub use received_request::ReceivedRequest;
pub use scripted_model::ScriptedModel;
pub use scripted_reply::ScriptedReply;
pub use test_ledger::TestLedger;
