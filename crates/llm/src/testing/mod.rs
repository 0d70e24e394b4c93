//! For tests of stages that ask a model.

mod scripted_model;
mod test_ledger;

pub use scripted_model::{Asked, Says, ScriptedModel};
pub use test_ledger::TestLedger;
