//! What calls cost: prices, budget, ledger, and the usage of a page.

mod budget;
mod ledger;
mod ledger_totals;
mod model_list;
mod price;
mod spent;
mod usage;

pub(crate) use budget::Budget;
pub use budget::{SharedLimit, Spending};
pub use ledger::{AttemptId, CostBasis, LedgerEntry, ledger};
pub(crate) use ledger::{SENT, append_ended, settle_unfinished};
pub use ledger_totals::spent_on_all;
pub use model_list::ModelList;
pub use price::Price;
pub use spent::Spent;
pub(crate) use usage::UsageCounter;
