//! Who does the work of a stage that can be done by rules or by a language model.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What `--engine` says: the value of an option of every stage that has rules and may have a model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Rules, wherever no model is configured
    #[default]
    Auto,
    /// Rules: deterministic, offline, free
    Rules,
    /// A language model
    Llm,
}

/// An engine was asked for that the stage does not have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EngineError {
    /// The stage works by rules only.
    #[error("`{stage}` has no model engine: use `--{stage}-engine rules` or `auto`")]
    NoModel {
        /// The stage that was to ask a model.
        stage: &'static str,
    },
}

impl Engine {
    /// Checks that `stage`, which has rules and no model, can do as it is told.
    ///
    /// # Errors
    /// A model was asked for.
    pub fn check_rules_only(self, stage: &'static str) -> Result<(), EngineError> {
        match self {
            Self::Auto | Self::Rules => Ok(()),
            Self::Llm => Err(EngineError::NoModel { stage }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_refused_where_there_is_none() {
        assert_eq!(Engine::default().check_rules_only("labels"), Ok(()));
        assert_eq!(Engine::Rules.check_rules_only("labels"), Ok(()));
        let refusal = Engine::Llm.check_rules_only("labels").unwrap_err();
        assert_eq!(refusal.to_string(), "`labels` has no model engine: use `--labels-engine rules` or `auto`");
    }

    #[test]
    fn records_and_the_command_line_spell_it_alike() {
        for engine in Engine::value_variants() {
            let name = engine.to_possible_value().unwrap().get_name().to_owned();
            assert_eq!(serde_json::to_value(engine).unwrap(), name);
        }
    }
}
