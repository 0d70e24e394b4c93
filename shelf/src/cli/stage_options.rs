//! Each stage's own options in the command line of all: field `lang` of `ocr` is `--ocr-lang`.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use crate::registry::{Entry, Registry};
use crate::stage::ParsedOptions;

/// Adds the options of every stage to `command`, under a heading for each.
pub(super) fn add(command: Command, registry: &Registry) -> Command {
    registry.stages().iter().fold(command, |command, entry| add_own(command, entry))
}

fn add_own(command: Command, entry: &Entry) -> Command {
    let heading = format!("Options of the `{}` stage", entry.row.name);
    own(entry).fold(command, |command, arg| {
        let (id, long) = (id(entry, &arg), format!("{}-{}", entry.row.name.replace('_', "-"), long(&arg)));
        command.arg(arg.id(id).long(long).short(None).help_heading(heading.clone()))
    })
}

/// The options of every stage that were given.
pub(super) fn read(matches: &ArgMatches, registry: &Registry) -> Result<BTreeMap<String, ParsedOptions>, clap::Error> {
    let mut options = BTreeMap::new();
    for entry in registry.stages() {
        let mut given: Vec<OsString> = Vec::new();
        for arg in own(entry) {
            let id = id(entry, &arg);
            if matches!(matches.value_source(&id), Some(ValueSource::CommandLine | ValueSource::EnvVariable)) {
                given.extend(argv(&arg, matches.get_raw(&id).into_iter().flatten()));
            }
        }
        if !given.is_empty() {
            let matches = (entry.row.options.command)().try_get_matches_from(given)?;
            options.insert(entry.row.name.to_owned(), (entry.row.options.parse)(&matches)?);
        }
    }
    Ok(options)
}

/// A stage's option, as the command line of all has it.
pub(super) struct Described {
    /// `--ocr-lang <LANG>`.
    pub(super) flag: String,
    /// Its value where none is given; empty where it has none.
    pub(super) default: String,
    /// Its help.
    pub(super) help: String,
}

/// The options of one stage, for people.
pub(super) fn described(entry: &Entry) -> Vec<Described> {
    let mut command = add_own(Command::new("options").disable_help_flag(true), entry);
    command.build();
    command
        .get_arguments()
        .map(|arg| {
            let defaults = arg.get_default_values().iter().map(|value| value.to_string_lossy());
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            Described {
                flag: arg.to_string(),
                default: defaults.collect::<Vec<_>>().join(", "),
                help: help.lines().next().unwrap_or_default().to_owned(),
            }
        })
        .collect()
}

fn own(entry: &Entry) -> impl Iterator<Item = Arg> + use<> {
    (entry.row.options.command)().get_arguments().cloned().collect::<Vec<_>>().into_iter()
}

fn id(entry: &Entry, arg: &Arg) -> String {
    format!("{}.{}", entry.row.name, arg.get_id())
}

fn long(arg: &Arg) -> String {
    arg.get_long().map_or_else(|| arg.get_id().as_str().replace('_', "-"), ToOwned::to_owned)
}

fn argv<'a>(arg: &Arg, values: impl Iterator<Item = &'a std::ffi::OsStr>) -> Vec<OsString> {
    let flag = format!("--{}", long(arg));
    if !arg.get_action().takes_values() {
        return vec![flag.into()];
    }
    let with = |value: &std::ffi::OsStr| {
        let mut argument = OsString::from(format!("{flag}="));
        argument.push(value);
        argument
    };
    values.map(with).collect()
}
