use std::fmt;
use std::time::Duration;

use shelf_runtime::failure::{Cause, Failure};
use shelf_runtime::usd::Usd;

/// Why no more requests are sent in this run. Pages that need a model stay to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AbortReason {
    /// The server rejects the request, and would reject it again.
    #[error("the model's server rejected the request ({status}): {message}")]
    Rejected {
        /// HTTP status.
        status: u16,
        /// The server's message.
        message: String,
        /// What it rejects.
        about: Rejection,
        /// Whether the request contained a picture.
        with_picture: bool,
    },
    /// One reply after another could not be used.
    #[error("the last {replies} replies could not be used; the last one: {why}")]
    Unusable {
        /// How many.
        replies: u32,
        /// What was wrong with the last one.
        why: String,
    },
    /// The server says to come back much later.
    #[error("the model's server ({status}) accepts no requests for another {} min: {message}", .wait.as_secs().div_ceil(60))]
    Later {
        /// HTTP status.
        status: u16,
        /// How long the server says to wait.
        wait: Duration,
        /// The server's message.
        message: String,
    },
    /// The budget does not cover another request.
    #[error("the budget {scope} is used up: {spent} of {cap} spent, and the next request may cost {next}")]
    Budget {
        /// Which budget.
        scope: BudgetScope,
        /// The limit.
        cap: Usd,
        /// Spent so far.
        spent: Usd,
        /// Worst-case cost of the next request.
        next: Usd,
    },
    /// There is a budget, but no price.
    #[error("a budget is set, but the price of model `{0}` is not known")]
    Unpriced(String),
    /// Spending money was not allowed.
    #[error("calling a language model may cost money, and spending was not allowed")]
    NotAllowed,
    /// No model is configured.
    #[error("no language model is configured")]
    NotConfigured,
    /// The run is stopping: calls in flight are finished, and no new ones begin.
    #[error("the run is stopping; no more requests are sent")]
    Stopping,
    /// The request is not in the replayed recording.
    #[error("{0}")]
    Unrecorded(String),
}

/// What a server rejects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The key.
    Key,
    /// A request that the account cannot pay for.
    Credit,
    /// The key's access to the model.
    Access,
    /// The model: the server does not have it.
    Model,
    /// Any request to this address.
    Other,
}

/// What a budget is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetScope {
    /// This run.
    Run,
    /// One book, in all runs.
    Book,
    /// The library, in a calendar month.
    Month,
}

impl fmt::Display for BudgetScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Run => "of this run",
            Self::Book => "of the book",
            Self::Month => "of the month",
        })
    }
}

impl AbortReason {
    /// Whether only the budget is used up.
    #[must_use]
    pub fn is_budget(&self) -> bool {
        matches!(self, Self::Budget { .. })
    }

    /// Whether it concerns the models, so that rules may do without them.
    pub(crate) fn is_of_models(&self) -> bool {
        matches!(self, Self::Rejected { .. } | Self::Unusable { .. } | Self::Later { .. } | Self::Budget { .. })
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Rejected { about: Rejection::Key, .. } => "the key is wrong or has expired: check `OPENROUTER_API_KEY` or `SHELF_LLM_API_KEY`",
            Self::Rejected { about: Rejection::Credit, .. } => "the account has no credit left: add some, then run the same command again",
            Self::Rejected { about: Rejection::Access, .. } => "the key does not give access to this model: choose another with `--llm-model`",
            Self::Rejected { .. } => "check `--llm-base-url` and `--llm-model`: `shelf config` shows both",
            Self::Unusable { .. } => "`shelf doctor --llm` tests the model; choose another with `--llm-model`, then run the same command again",
            Self::Later { .. } => "run the same command again after that time, or choose another model with `--llm-model`",
            Self::Budget { scope: BudgetScope::Run, .. } => "run it again with a higher `--budget`: finished pages are kept",
            Self::Budget { .. } => "raise the budget under `[llm]` in `shelf.toml`: finished pages are kept",
            Self::Unpriced(_) => "add its price to `shelf.toml`: `[llm.prices.\"model\"]` with `prompt` and `completion`, USD per million tokens; or run without a budget",
            Self::NotAllowed => "pass `--budget 3.00` or `--yes`",
            Self::NotConfigured => "set `OPENROUTER_API_KEY`, or `SHELF_LLM_BASE_URL` for your own server",
            Self::Stopping => "run the same command again to continue",
            Self::Unrecorded(_) => "record again with `--record DIR`",
        }
        .to_owned()
    }

    /// The failure of a page or run for this reason.
    #[must_use]
    pub fn into_failure(self) -> Failure {
        let hint = self.hint();
        Failure { transient: true, ..Failure::of(Cause::Aborted, self) }.hint(hint)
    }
}
