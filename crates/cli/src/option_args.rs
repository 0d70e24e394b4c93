//! The options of a stage as clap declares them.

use clap::Arg;
use shelf_runtime::registry::Entry;
use std::ffi::OsString;

/// The options that a stage declares.
pub(super) fn own(entry: &Entry) -> Vec<Arg> {
    (entry.row.options.command)().get_arguments().cloned().collect()
}

/// The long name of an option: `psm` for the field `psm`.
pub(super) fn long(arg: &Arg) -> String {
    arg.get_long().map_or_else(|| arg.get_id().as_str().replace('_', "-"), ToOwned::to_owned)
}

/// An option's values as arguments of its stage alone.
pub(super) fn argv<'a>(arg: &Arg, mut values: impl Iterator<Item = &'a std::ffi::OsStr>) -> Vec<OsString> {
    let flag = format!("--{}", long(arg));
    if !arg.get_action().takes_values() {
        return if values.any(|value| value == "false") { Vec::new() } else { vec![flag.into()] };
    }
    let with = |value: &std::ffi::OsStr| {
        let mut argument = OsString::from(format!("{flag}="));
        argument.push(value);
        argument
    };
    values.map(with).collect()
}
