use super::Usd;
use shelf_runtime::failure::{Cause, Failure};

/// Why nothing more is asked in this run. The pages that ask stay to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Halt {
    /// The server refuses what is asked for, and would refuse it again.
    #[error("the model's server refuses to answer ({status}): {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What it says.
        message: String,
        /// Whether a picture was in the request.
        with_picture: bool,
    },
    /// What is allowed to be spent does not suffice for another request.
    #[error("the budget {of} is used up: {spent} of {cap} spent, and the next request may cost {next}")]
    Budget {
        /// `of this run`, `of the book`, `of the month`.
        of: &'static str,
        /// What may be spent.
        cap: Usd,
        /// What was spent.
        spent: Usd,
        /// What the next request may cost at most.
        next: Usd,
    },
    /// There is a budget, and nobody knows what the model costs.
    #[error("there is a budget, and the price of model `{0}` is not known")]
    Unpriced(String),
    /// Nobody has allowed to spend money.
    #[error("a model was to be asked, and nobody has allowed to spend money")]
    NotAllowed,
    /// No model is there to be asked.
    #[error("no language model is configured")]
    NotConfigured,
    /// The run was asked to stop: what is on its way is read to its end, and nothing more is asked.
    #[error("the run stops, and the model is not asked again")]
    Stopping,
    /// A replay has no such request.
    #[error("{0}")]
    Unrecorded(String),
}

impl Halt {
    /// Whether all that is wrong is that the budget is used up.
    #[must_use]
    pub fn is_budget(&self) -> bool {
        matches!(self, Self::Budget { .. })
    }

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Refused { status: 401, .. } => "the key is wrong or has expired: see `OPENROUTER_API_KEY` or `SHELF_LLM_API_KEY`",
            Self::Refused { status: 402, .. } => "the account has no credit left: add some, then run the same command again",
            Self::Refused { status: 403, .. } => "the key may not use this model: choose another with `--llm-model`",
            Self::Refused { status: 400 | 404 | 422, with_picture: true, .. } => "if the model takes no pictures, say `--vision never` or choose another with `--llm-model`; else see that `--llm-base-url` is right and that the model takes JSON schemas",
            Self::Refused { status: 404, .. } => "see that `--llm-base-url` and `--llm-model` are right: `shelf config` shows both",
            Self::Refused { .. } => "see that the model takes JSON schemas, or choose another with `--llm-model`",
            Self::Budget { of: "of this run", .. } => "run it again with a higher `--budget`: finished pages are kept",
            Self::Budget { .. } => "raise it under `[llm]` in `shelf.toml`: finished pages are kept",
            Self::Unpriced(_) => "write its price into `shelf.toml`, `[llm.prices.\"model\"]` with `prompt` and `completion` in USD a million tokens; or run without a budget",
            Self::NotAllowed => "say `--budget 3.00`, or `--yes`",
            Self::NotConfigured => "set `OPENROUTER_API_KEY`, or `SHELF_LLM_BASE_URL` for a server of your own",
            Self::Stopping => "run the same command again: it goes on where it was",
            Self::Unrecorded(_) => "record it anew: `--record DIR`",
        }
        .to_owned()
    }

    /// The failure that says so.
    #[must_use]
    pub fn into_failure(self) -> Failure {
        let hint = self.hint();
        Failure { transient: true, ..Failure::of(Cause::Halted, self) }.hint(hint)
    }
}
