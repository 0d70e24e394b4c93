//! Each stage's own options in the command line of all: field `lang` of `ocr` is `--ocr-lang`.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use crate::registry::{Entry, Registry};
use crate::stage::ParsedOptions;

/// Adds the options of every stage to `command`, under a heading for each.
pub(super) fn add(command: Command, registry: &Registry) -> Command {
    registry.stages().iter().fold(command, |command, entry| {
        let heading = format!("Options of the `{}` stage", entry.row.name);
        own(entry).fold(command, |command, arg| {
            let (id, long) = (id(entry, &arg), format!("{}-{}", entry.row.name.replace('_', "-"), long(&arg)));
            command.arg(arg.id(id).long(long).short(None).help_heading(heading.clone()))
        })
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
