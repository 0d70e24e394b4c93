use super::Result;
use super::Session;
use crate::Exit;
use clap::ArgMatches;
use clap::Command;

/// A verb that a crate adds to the command line, registered with [`verb!`](crate::verb).
pub struct Verb {
    name: &'static str,
    command: fn() -> Command,
    run: fn(&Session, &ArgMatches) -> Result<Exit>,
    is_processing: bool,
}

inventory::collect!(Verb);

impl Verb {
    /// A verb of this name. `command` describes its arguments, and `run` does its work.
    #[must_use]
    pub const fn new(
        name: &'static str,
        command: fn() -> Command,
        run: fn(&Session, &ArgMatches) -> Result<Exit>,
    ) -> Self {
        Self { name, command, run, is_processing: false }
    }

    /// Adds the books, stages, pages, budget and options of `shelf process` to its arguments: see [`Session::submission`].
    #[must_use]
    pub const fn processing(self) -> Self {
        Self { is_processing: true, ..self }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn is_processing(&self) -> bool {
        self.is_processing
    }

    pub(crate) fn command(&self) -> Command {
        (self.command)().name(self.name)
    }

    pub(crate) fn run(&self, session: &Session, given: &ArgMatches) -> Result<Exit> {
        (self.run)(session, given)
    }
}

/// Adds a [`Verb`](crate::extension::Verb) to the command line of every program that links this crate. A verb of `shelf` itself takes
/// precedence over one of the same name.
#[macro_export]
macro_rules! verb {
    ($verb:expr) => {
        $crate::extension::__inventory::submit! { $verb }
    };
}

/// The verbs of all linked crates, by name. Of two of one name, the first that was linked is kept.
pub(crate) fn linked() -> Vec<&'static Verb> {
    let mut verbs: Vec<&'static Verb> = inventory::iter::<Verb>().collect();
    verbs.sort_by_key(|verb| verb.name);
    verbs.dedup_by_key(|verb| verb.name);
    verbs
}

/// The verb of this name.
pub(crate) fn find(name: &str) -> Option<&'static Verb> {
    linked().into_iter().find(|verb| verb.name == name)
}
