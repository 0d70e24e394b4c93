//! What calls cost: prices, budget, ledger, and the usage of a page.

mod budget;
mod ledger;
mod model_list;
mod price;
mod spent;
mod usage;

pub use budget::Spending;
pub(crate) use budget::{Budget, Reservation};
pub use ledger::{AttemptId, CostBasis, LedgerEntry, ledger};
pub(crate) use ledger::{SENT, append_ended, append_sent, settle_unfinished, spent_before};
pub use model_list::ModelList;
pub use price::Price;
pub use spent::Spent;
pub(crate) use usage::UsageCounter;
