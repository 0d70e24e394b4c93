use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::Llm;

/// Who does the work of a stage that can be done by rules or by a language model: `engine` among a stage's options, `--engine` on the
/// command line. The runtime understands an option of this name: what is done by rules costs nothing, and pages are not stale for a change to
/// `auto`, so that none is made again because a key has appeared.
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

impl Engine {
    /// The name of the option.
    pub(crate) const OPTION: &str = "engine";

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
