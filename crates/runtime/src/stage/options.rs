use std::any::Any;
use std::sync::Arc;

use clap::{Arg, ArgMatches, Args, Command};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A stage's command-line options: a `clap::Args` that implements `Serialize`, since its values are part of a page's fingerprint.
///
/// The derived traits are not supertraits, so that a missing derive is one error: this one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the options of a stage",
    label = "not a set of options",
    note = "derive `clap::Args` and `Serialize` for it"
)]
pub trait StageOptions: Send + Sync + 'static {
    /// Adds them to a command.
    fn augment(command: Command) -> Command
    where
        Self: Sized;

    /// Reads them from the matches of that command.
    fn parse(matches: &ArgMatches) -> Result<ParsedOptions, clap::Error>
    where
        Self: Sized;

    /// As if they had been read from a command line.
    fn parsed(self) -> serde_json::Result<ParsedOptions>
    where
        Self: Sized;
}

#[diagnostic::do_not_recommend]
impl<T: Args + Serialize + Send + Sync + 'static> StageOptions for T {
    fn augment(command: Command) -> Command {
        T::augment_args(command)
    }

    fn parse(matches: &ArgMatches) -> Result<ParsedOptions, clap::Error> {
        let options = T::from_arg_matches(matches)?;
        options.parsed().map_err(|error| clap::Error::raw(clap::error::ErrorKind::Io, error))
    }

    fn parsed(self) -> serde_json::Result<ParsedOptions> {
        let json = serde_json::to_value(&self)?;
        Ok(ParsedOptions { value: Arc::new(self), json })
    }
}

/// The options of a stage that has none.
#[derive(Debug, Clone, Copy, Args, Serialize, Deserialize)]
pub struct NoOptions {}

/// Implemented for equal types only, so that `&MyOptions` is a parameter only with `options = MyOptions`.
#[diagnostic::on_unimplemented(
    message = "`&{T}` does not match the `options` of this stage",
    label = "not the options of this stage",
    note = "name the type in the attribute: `#[stage(…, options = {T})]`"
)]
pub trait SameAs<T: ?Sized> {}

impl<T: ?Sized> SameAs<T> for T {}

/// Options in the registry, with their type erased.
#[derive(Clone, Copy)]
pub struct OptionsRow {
    /// A command that has just these arguments.
    pub command: fn() -> Command,
    /// Reads them from the matches of that command.
    pub parse: fn(&ArgMatches) -> Result<ParsedOptions, clap::Error>,
}

/// A stage's options as given on the command line.
#[derive(Clone)]
pub struct ParsedOptions {
    /// The options themselves.
    pub value: Arc<dyn Any + Send + Sync>,
    /// Their values, as in a fingerprint.
    pub json: Value,
}

impl ParsedOptions {
    /// The options when none is given, with a change.
    ///
    /// # Errors
    /// An option has no default, or the options cannot be serialised.
    pub fn changed<O: StageOptions>(change: impl FnOnce(&mut O)) -> Result<Self, clap::Error> {
        let defaults = OptionsRow::of::<O>().defaults()?.value.downcast::<O>().ok().and_then(Arc::into_inner);
        let mut options = defaults.expect("the row of a type reads values of that type");
        change(&mut options);
        options.parsed().map_err(|error| clap::Error::raw(clap::error::ErrorKind::Io, error))
    }
}

impl OptionsRow {
    pub(super) const fn of<O: StageOptions>() -> Self {
        Self {
            command: || {
                let bare = Command::new("options").no_binary_name(true).disable_help_flag(true);
                O::augment(bare).mut_args(with_long)
            },
            parse: O::parse,
        }
    }

    /// The options when none is given.
    pub fn defaults(&self) -> Result<ParsedOptions, clap::Error> {
        (self.parse)(&(self.command)().try_get_matches_from(std::iter::empty::<&str>())?)
    }
}

/// Makes every option a `--long` one, so that fields need no `#[arg(long)]`.
fn with_long(arg: Arg) -> Arg {
    let named = arg.get_long().is_some() || arg.get_id() == "help";
    let long = arg.get_id().as_str().replace('_', "-");
    if named { arg } else { arg.long(long) }
}
