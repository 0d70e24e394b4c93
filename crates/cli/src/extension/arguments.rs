//! The options of a run as arguments, so that another process can parse them.

use clap::Arg;
use clap::ArgMatches;
use clap::parser::ValueSource;

/// Those of these options that the user has set, on the command line or in the environment.
pub(super) fn written(options: &[Arg], given: &ArgMatches) -> Vec<String> {
    options.iter().filter(|arg| is_set(arg, given)).flat_map(|arg| words(arg, given)).collect()
}

fn is_set(arg: &Arg, given: &ArgMatches) -> bool {
    let id = arg.get_id().as_str();
    given.ids().any(|set| set.as_str() == id)
        && matches!(given.value_source(id), Some(ValueSource::CommandLine | ValueSource::EnvVariable))
}

fn words(arg: &Arg, given: &ArgMatches) -> Vec<String> {
    let id = arg.get_id().as_str();
    let Some(long) = arg.get_long() else { return Vec::new() };
    if !arg.get_action().takes_values() {
        let is_given = given.try_get_one::<bool>(id).ok().flatten().copied().unwrap_or(true);
        return if is_given { vec![format!("--{long}")] } else { Vec::new() };
    }
    let values = given.get_raw(id).into_iter().flatten().map(|value| value.to_string_lossy().into_owned());
    match arg.get_value_delimiter() {
        Some(delimiter) => vec![format!("--{long}={}", values.collect::<Vec<_>>().join(&delimiter.to_string()))],
        None => values.map(|value| format!("--{long}={value}")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ArgAction;
    use clap::Command;

    #[test]
    fn options_are_written_as_they_were_given() {
        let command = Command::new("submit")
            .arg(Arg::new("stages").long("stages").value_delimiter(',').action(ArgAction::Append))
            .arg(Arg::new("ocr.lang").long("ocr-lang"))
            .arg(Arg::new("only_missing").long("only-missing").action(ArgAction::SetTrue))
            .arg(Arg::new("retry").long("retry").action(ArgAction::SetTrue))
            .arg(Arg::new("psm").long("psm").default_value("3"));
        let options: Vec<Arg> = command.get_arguments().cloned().collect();
        let written =
            |words: &[&str]| written(&options, &command.clone().get_matches_from(["submit"].iter().chain(words)));
        assert!(written(&[]).is_empty());
        let given = ["--stages", "+b,c", "--ocr-lang", "a b", "--only-missing"];
        assert_eq!(written(&given), ["--stages=+b,c", "--ocr-lang=a b", "--only-missing"]);
        // Parsed again, they are the same.
        let again = written(&given);
        assert_eq!(written(&again.iter().map(String::as_str).collect::<Vec<_>>()), again);
    }
}
