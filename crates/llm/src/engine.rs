use std::any::TypeId;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use shelf_runtime::__private::inventory;
use shelf_runtime::failure::Failure;
use shelf_runtime::stage::OptionChoice;

use crate::handle::Llm;

/// Whether a stage that supports both uses rules or a language model: the option `engine` of such a stage, `--engine` on the command
/// line. The type declares to the runtime that rules cost nothing, and that a change to `auto` makes no page stale, so no page is made again
/// because a key was added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// A language model where one is configured, else rules
    #[default]
    Auto,
    /// Rules: deterministic, offline, free
    Rules,
    /// A language model
    Llm,
}

inventory::submit! {
    OptionChoice { of: TypeId::of::<Engine>, without_provider: "rules", either: "auto" }
}

impl Engine {
    /// Whether to ask a model.
    #[must_use]
    pub fn asks(self, llm: &Llm) -> bool {
        match self {
            Self::Auto => llm.is_configured(),
            Self::Rules => false,
            Self::Llm => true,
        }
    }

    /// The outcome of asking a model. A page for which no model gives a usable reply keeps what rules made of it: the outcome is `T::default()`, and the
    /// page's record says why. If the models could not be asked, the next run asks them.
    ///
    /// # Errors
    /// As `asked`: with `llm` and `--strict-model`, and if something other than the models failed.
    pub fn or_rules<T: Default>(self, llm: &Llm, asked: Result<T, Failure>) -> Result<T, Failure> {
        match asked {
            Err(failure) if (self == Self::Auto || !llm.is_strict()) && llm.is_unanswered() => {
                tracing::warn!(%failure, "rules make the page instead of a model");
                llm.do_without_model(&failure);
                Ok(T::default())
            }
            asked => asked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serde_and_clap_use_the_same_names() {
        for engine in Engine::value_variants() {
            let name = engine.to_possible_value().unwrap().get_name().to_owned();
            assert_eq!(serde_json::to_value(engine).unwrap(), name);
        }
    }
}
