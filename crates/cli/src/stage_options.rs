//! The options of stages: field `lang` of `ocr` is set by `--ocr-lang` on the command line, else `SHELF_OCR_LANG` in the environment, else
//! `lang` under `[ocr]` in `shelf.toml`. `--lang` sets it for every stage that has such a field.

use super::config_file::ConfigFile;
use super::option_args::{argv, long, own};
use clap::Arg;
use clap::ArgMatches;
use clap::Command;
use clap::parser::ValueSource;
use shelf_runtime::registry::Entry;
use shelf_runtime::registry::Registry;
use shelf_runtime::stage::ParsedOptions;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ffi::OsString;

/// Adds the options of every stage to `command`, with a heading for each stage, and the options of several stages once more for all of
/// them. `taken` are the flags of the command line itself, which take precedence.
pub(super) fn add(command: Command, registry: &Registry, taken: &[&str]) -> Command {
    let mut command = command;
    let own_flags = command.get_arguments().flat_map(flags_of).map(ToOwned::to_owned);
    let taken: BTreeSet<String> = own_flags.chain(taken.iter().map(|flag| (*flag).to_owned())).collect();
    let mut all: BTreeMap<String, Vec<(&Entry, Arg)>> = BTreeMap::new();
    for entry in registry.stages() {
        for arg in own(entry) {
            all.entry(long(&arg)).or_default().push((entry, arg));
        }
    }
    all.retain(|name, _| !taken.contains(name));
    for entry in registry.stages() {
        let only_one_has = |arg: &Arg| all.get(&long(arg)).is_some_and(|having| having.len() == 1);
        command = add_own(command, entry, &only_one_has);
    }
    for (name, having) in all {
        let alike =
            having.iter().all(|(_, arg)| arg.get_action().takes_values() == having[0].1.get_action().takes_values());
        if let [(_, first), _, ..] = having.as_slice()
            && alike
        {
            let stages: Vec<String> = having.iter().map(|(entry, _)| format!("`{}`", entry.row.name)).collect();
            let help = first.get_help().map(ToString::to_string).unwrap_or_default();
            let help = format!("{help} ({})", stages.join(", "));
            let shared = first.clone().id(shared_id(first)).long(name).short(None).help(help);
            command = command.arg(shared.help_heading("Options of several stages"));
        }
    }
    command
}

/// The long names of a flag, aliases included.
fn flags_of(arg: &Arg) -> impl Iterator<Item = &str> {
    arg.get_long().into_iter().chain(arg.get_visible_aliases().into_iter().flatten())
}

/// `unique`: no other stage has an option of this name, so the flag works without the stage's prefix.
fn add_own(command: Command, entry: &Entry, unique: &dyn Fn(&Arg) -> bool) -> Command {
    let heading = format!("Options of the `{}` stage", entry.row.name);
    own(entry).into_iter().fold(command, |command, arg| {
        let (id, full, variable) = (id(entry, &arg), flag(entry, &arg), variable(entry, &arg));
        let brief = Some(long(&arg)).filter(|brief| unique(&arg) && *brief != full);
        let arg = arg.env(variable).hide_env_values(true);
        let arg = arg.id(id).long(full).short(None).help_heading(heading.clone());
        command.arg(match brief {
            Some(brief) => arg.visible_alias(brief),
            None => arg,
        })
    })
}

/// Where an option's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// This flag of the stage.
    Flag(String),
    /// This flag of several stages.
    SharedFlag(String),
    /// This variable of the environment.
    Environment(String),
    /// `shelf.toml`.
    File,
    /// The default.
    Default,
}

/// The options of every stage that has values set.
pub(super) fn read(
    matches: &ArgMatches,
    registry: &Registry,
    file: &ConfigFile,
) -> Result<BTreeMap<String, ParsedOptions>, clap::Error> {
    let mut options = BTreeMap::new();
    for entry in registry.stages() {
        let mut given: Vec<OsString> = Vec::new();
        for arg in own(entry) {
            match source(matches, entry, &arg, file) {
                Source::SharedFlag(_) => {
                    given.extend(argv(&arg, matches.get_raw(&shared_id(&arg)).into_iter().flatten()));
                }
                Source::Flag(_) | Source::Environment(_) => {
                    given.extend(argv(&arg, matches.get_raw(&id(entry, &arg)).into_iter().flatten()));
                }
                Source::File => {
                    let values = file.get(entry.row.name, arg.get_id().as_str()).unwrap_or_default();
                    given.extend(argv(&arg, values.iter().map(OsString::as_os_str)));
                }
                Source::Default => {}
            }
        }
        if !given.is_empty() {
            let matches = (entry.row.options.command)().try_get_matches_from(given)?;
            options.insert(entry.row.name.to_owned(), (entry.row.options.parse)(&matches)?);
        }
    }
    Ok(options)
}

/// Where an option's value comes from.
pub(super) fn source(matches: &ArgMatches, entry: &Entry, arg: &Arg, file: &ConfigFile) -> Source {
    let shared = shared_id(arg);
    let is_shared = matches.ids().any(|id| id.as_str() == shared);
    match matches.value_source(&id(entry, arg)) {
        Some(ValueSource::CommandLine) => Source::Flag(format!("--{}", flag(entry, arg))),
        _ if is_shared && matches.value_source(&shared) == Some(ValueSource::CommandLine) => {
            Source::SharedFlag(format!("--{}", long(arg)))
        }
        Some(ValueSource::EnvVariable) => Source::Environment(variable(entry, arg)),
        _ if file.get(entry.row.name, arg.get_id().as_str()).is_some() => Source::File,
        _ => Source::Default,
    }
}

/// A stage's option on the command line.
pub(super) struct Described {
    /// `--ocr-lang <LANG>`.
    pub(super) flag: String,
    /// Its default; empty if it has none.
    pub(super) default: String,
    /// Its help.
    pub(super) help: String,
}

/// The options of one stage, for people.
pub(super) fn described(entry: &Entry) -> Vec<Described> {
    let mut command = add_own(Command::new("options").disable_help_flag(true), entry, &|_| false);
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

/// `SHELF_OCR_LANG`.
fn variable(entry: &Entry, arg: &Arg) -> String {
    format!("SHELF_{}_{}", entry.row.name, arg.get_id()).to_uppercase()
}

/// `ocr-lang`. An option whose own flag begins with the name of its stage keeps it.
fn flag(entry: &Entry, arg: &Arg) -> String {
    let (prefix, long) = (format!("{}-", entry.row.name.replace('_', "-")), long(arg));
    if long.starts_with(&prefix) { long } else { prefix + &long }
}

fn id(entry: &Entry, arg: &Arg) -> String {
    format!("{}.{}", entry.row.name, arg.get_id())
}

/// The id of the flag that sets an option for all stages that have it.
fn shared_id(arg: &Arg) -> String {
    format!("*.{}", long(arg))
}
