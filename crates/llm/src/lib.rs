//! Asks language models, validates what they reply, and pays for a reply once.
//!
//! A stage with `parallelism = llm` takes an [`Llm`] and asks: `llm.ask().system(…).user(…).image(&image).reply::<T>().await`.
//! One [`Dispatcher`] sends the requests of all stages and enforces rate limit, concurrency and budget.
//!
//! * A [`Request`] is immutable. Every attempt builds its body from it, so attempts never grow.
//! * A reply counts only if the model finished, its JSON is complete, it fits the schema and the bounds of the type, it does not
//!   run away, and it passes the stage's own rules. Otherwise the model may repair it twice; then the next model is asked.
//! * Every attempt is in the book's ledger before the page is written. A paid reply is stored before it is parsed, and reused after a crash.
//!
//! Each module may use only those above it:
//!
//! | module | purpose |
//! | --- | --- |
//! | `pictures` | which part of a scan a model sees, and the JPEG made from it |
//! | `chat` | requests, replies, their schema and validation |
//! | `error` | how a call fails, and what aborts the run |
//! | `cost`, `caller` | prices, budget, ledger, usage of a page; who asks |
//! | `profile` | what a server and a model accept |
//! | `transport` | HTTP, server-sent events, the wire format |
//! | `cassette` | recorded replies |
//! | `settings` | all settings |
//! | `dispatch` | concurrency, rate limit, retries |
//! | `handle` | what stages use: `Llm`, `Ask` |
//! | `engine`, `provider`, `estimates`, `doctor` | rules or model; the runtime's view; cost estimates; the check of `shelf doctor` |

mod caller;
mod cassette;
mod chat;
mod cost;
mod default_models;
mod dispatch;
mod doctor;
mod effort;
mod engine;
mod error;
mod estimates;
mod handle;
mod pictures;
mod provider;
mod server_profile;
mod settings;
#[doc(hidden)]
pub mod testing;
mod transport;

pub use cassette::{CassetteError, CassetteSettings};
pub use chat::{Answer, Message, Reply, ReplySchema, Request, Role, SchemaError, Violation};
pub use cost::{
    AttemptId, CostBasis, LedgerEntry, ModelList, Price, SharedLimit, Spending, Spent, ledger, spent_on_all,
};
pub use default_models::{DEFAULT_MODELS, DefaultModel, READ_ON};
pub use dispatch::{Dispatcher, RequestSize, StartError, Subject};
pub use doctor::check_model;
pub use effort::Effort;
pub use engine::Engine;
pub use error::{AbortReason, BudgetScope, CallError, MAX_RETRY_AFTER, Phase, Rejection};
pub use estimates::{Estimate, Range, StageRequests, dry_run, estimate};
pub use handle::{Ask, Llm, RunLlm};
pub use pictures::{Excerpt, Picture, PictureSettings, Region};
pub use server_profile::Profile;
pub use settings::{LlmSettings, Retry};
pub use shelf_runtime::usd::{Usd, UsdError};
pub use transport::{ApiKey, Proxy, Timeouts, TransportError};
