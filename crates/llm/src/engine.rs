use std::any::TypeId;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use shelf_runtime::__private::inventory;
use shelf_runtime::stage::OptionChoice;

use super::Llm;

/// Who does the work of a stage that can be done by rules or by a language model: `engine` among a stage's options, `--engine` on the
/// command line. The runtime knows what an option of this type declares: what is done by rules costs nothing, and a change to `auto` makes no
/// page stale, so that none is made again because a key has appeared.
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
    /// Whether a model is to be asked.
    #[must_use]
    pub fn asks(self, llm: &Llm) -> bool {
        match self {
            Self::Auto => llm.is_configured(),
            Self::Rules => false,
            Self::Llm => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_the_command_line_spell_it_alike() {
        for engine in Engine::value_variants() {
            let name = engine.to_possible_value().unwrap().get_name().to_owned();
            assert_eq!(serde_json::to_value(engine).unwrap(), name);
        }
    }
}
