//! Language models: asked well, paid once, never trusted blindly.
//!
//! A stage with `parallelism = llm` takes an [`Llm`] and asks: `llm.ask().system(…).user(…).image(&image).reply::<T>().await`.
//! The [`Dispatcher`] sends what all stages ask, and it alone owns the rate, the places and the budget.
//!
//! * A request is an immutable value; the body is made from it for every attempt, so that no attempt is larger than the one before.
//! * A reply counts only if the model was done (`stop`), and its JSON is whole, of the asked type, within its bounds, no runaway, and
//!   right by the stage's own rules. Else the model may mend it twice, then the next model is asked.
//! * Every attempt stands in the book's ledger before the page is written. A reply that was paid is kept before it is looked into, and
//!   used again after a crash.

mod api_key;
mod ask;
mod attempt;
mod background;
mod budget;
mod caller;
mod checkup;
mod conversation;
mod desk;
mod dispatcher;
mod engine;
mod error;
mod estimate;
mod excerpt;
mod halt;
mod handle;
mod judge;
mod ledger;
mod pace;
mod picture;
mod prices;
mod provider;
mod rehearsal;
mod rehearse;
mod replies;
mod reply;
mod request;
mod schema;
mod settings;
mod sse;
mod start_error;
mod tally;
mod tape;
pub mod testing;
mod transport;
mod wire;

pub use api_key::ApiKey;
pub use ask::{Answer, Ask};
pub use checkup::check_up;
pub use dispatcher::Dispatcher;
pub use engine::Engine;
pub use error::{CallError, LONGEST_WAIT, Phase};
pub use estimate::{Estimate, Range, Rehearsed, estimate};
pub use excerpt::{Excerpt, Region};
pub use halt::Halt;
pub use handle::{Llm, RunLlm};
pub use judge::Fault;
pub use ledger::{CostBasis, LedgerEntry, Spent, ledger};
pub use picture::Picture;
pub use prices::{Models, Price};
pub use rehearsal::{About, Question};
pub use rehearse::rehearse;
pub use reply::Reply;
pub use request::{Message, Request, Role};
pub use schema::{ReplySchema, SchemaError};
pub use settings::{LlmSettings, PictureSettings, Retry, Spending, TapeSettings, Timeouts};
pub use shelf_runtime::usd::{Usd, UsdError};
pub use start_error::StartError;
pub use tape::TapeError;
pub use transport::TransportError;

pub(crate) use caller::Caller;
pub(crate) use rehearsal::Rehearsal;
pub(crate) use tally::Tally;
