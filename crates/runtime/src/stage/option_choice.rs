use std::any::TypeId;

use clap::Command;
use serde_json::{Map, Value};

/// Declares the meaning of an option type's values, for options that choose how a stage works. A crate registers it with
/// `inventory::submit!`; it applies to every option of that type.
pub struct OptionChoice {
    /// The type of the option's value, as clap parses it.
    pub of: fn() -> TypeId,
    /// With this value the stage uses no provider, so its pages cost nothing.
    pub without_provider: &'static str,
    /// With this value either way is fine: a change to it makes no page stale.
    pub either: &'static str,
}

inventory::collect!(OptionChoice);

/// The options of one stage that choose how it works, by name.
pub(crate) struct OptionChoices(Vec<(String, &'static OptionChoice)>);

impl OptionChoices {
    pub(crate) fn of(command: &Command) -> Self {
        let declared = command.get_arguments().flat_map(|arg| {
            let value_type = arg.get_value_parser().type_id();
            let declared = inventory::iter::<OptionChoice>().filter(move |choice| value_type == (choice.of)());
            declared.map(|choice| (arg.get_id().as_str().to_owned(), choice))
        });
        Self(declared.collect())
    }

    /// Whether a stage with these options uses no provider.
    pub(crate) fn without_provider(&self, options: &Map<String, Value>) -> bool {
        self.0.iter().any(|(name, choice)| options.get(name).and_then(Value::as_str) == Some(choice.without_provider))
    }

    /// Whether a change of option `name` to `value` leaves pages as they are.
    pub(crate) fn is_either(&self, name: &str, value: &Value) -> bool {
        self.0.iter().any(|(option, choice)| option == name && value.as_str() == Some(choice.either))
    }
}
