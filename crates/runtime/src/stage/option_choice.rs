use std::any::TypeId;

use clap::Command;
use serde_json::{Map, Value};

use super::ExternalInput;

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

/// Declares that with a value of an option type, the stage does not read one of its external inputs: that input is then not part of a page's
/// fingerprint. A crate registers it with `inventory::submit!`; it applies to every option of that type.
pub struct UnreadInput {
    /// The type of the option's value, as clap parses it.
    pub of: fn() -> TypeId,
    /// The value.
    pub value: &'static str,
    /// The input that is not read.
    pub input: ExternalInput,
}

inventory::collect!(UnreadInput);

/// The options of one stage that choose how it works, by name.
pub(crate) struct OptionChoices {
    choices: Vec<(String, &'static OptionChoice)>,
    unread: Vec<(String, &'static UnreadInput)>,
}

impl OptionChoices {
    pub(crate) fn of(command: &Command) -> Self {
        Self {
            choices: declared(command, |choice: &OptionChoice| choice.of),
            unread: declared(command, |unread: &UnreadInput| unread.of),
        }
    }

    /// Whether a stage with these options uses no provider.
    pub(crate) fn without_provider(&self, options: &Map<String, Value>) -> bool {
        self.choices
            .iter()
            .any(|(name, choice)| options.get(name).and_then(Value::as_str) == Some(choice.without_provider))
    }

    /// Whether a change of option `name` to `value` leaves pages as they are.
    pub(crate) fn is_either(&self, name: &str, value: &Value) -> bool {
        self.choices.iter().any(|(option, choice)| option == name && value.as_str() == Some(choice.either))
    }

    /// Whether a stage with these options reads this input.
    pub(crate) fn reads(&self, input: ExternalInput, options: &Map<String, Value>) -> bool {
        let is_unread = |(name, unread): &(String, &UnreadInput)| {
            unread.input == input && options.get(name).and_then(Value::as_str) == Some(unread.value)
        };
        !self.unread.iter().any(is_unread)
    }
}

/// What is declared of the options of a command, by their names.
fn declared<T: inventory::Collect>(command: &Command, of: fn(&T) -> fn() -> TypeId) -> Vec<(String, &'static T)> {
    let of_argument = |arg: &clap::Arg| {
        let (name, value_type) = (arg.get_id().as_str().to_owned(), arg.get_value_parser().type_id());
        let declared = inventory::iter::<T>().filter(move |declared| value_type == of(declared)());
        declared.map(|declared| (name.clone(), declared)).collect::<Vec<_>>()
    };
    command.get_arguments().flat_map(of_argument).collect()
}
