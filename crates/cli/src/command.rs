use super::extension;
use super::global::Global;
use super::selection::SelectorParser;
use super::stage_options;
use super::verbs;
use clap::Command;
use clap::CommandFactory;
use clap::Parser;
use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use shelf_runtime::registry::Registry;

/// Turn scanned books into digital ones
#[derive(Debug, Parser)]
#[command(
    name = "shelf",
    bin_name = "shelf",
    version,
    max_term_width = 110,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "\
Start with:
  shelf demo                see it work on a small book that it draws itself
  shelf add book.pdf        add a scanned book to the library
  shelf process book        read it
  shelf show book           read the text
  shelf export book -f epub write it for an e-reader
  shelf status book         see its progress

Exit codes:
  0  done                              4  refused; nothing was changed
  1  failed                            5  stopped by budget or time, work left
  2  invalid command line              6  the book is in use
  3  some pages failed or are blocked  130  interrupted
Several books that ended differently give 3, or 5 if work is left."
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Add(verbs::Add),
    List(verbs::List),
    Show(verbs::Show),
    Export(verbs::Export),
    Edit(verbs::Edit),
    Review(verbs::Review),
    Set(verbs::Set),
    Page(verbs::Page),
    Status(verbs::Status),
    Why(verbs::Why),
    Diff(verbs::Diff),
    Process(verbs::Process),
    Shards(verbs::Shards),
    Plan(verbs::Plan),
    Try(verbs::Try),
    Stages(verbs::Stages),
    NewStage(verbs::NewStage),
    Report(verbs::Report),
    Stats(verbs::Stats),
    Eval(verbs::Eval),
    Verify(verbs::Verify),
    Clean(verbs::Clean),
    Delete(verbs::Delete),
    Trash(verbs::Trash),
    Config(verbs::Config),
    Doctor(verbs::Doctor),
    Demo(verbs::Demo),
    Completions(verbs::Completions),
}

/// The command line with the registered stages: their names as values, their options as flags.
pub(super) fn command(registry: &Registry) -> Command {
    let names: Vec<&'static str> = registry.names().collect();
    let mut command = Cli::command();
    let global: Vec<String> = command.get_arguments().filter_map(|arg| arg.get_long()).map(ToOwned::to_owned).collect();
    let taken: Vec<&str> = global.iter().map(String::as_str).chain(["help", "version"]).collect();
    let is_new = |command: &Command, verb: &&extension::Verb| command.find_subcommand(verb.name()).is_none();
    let linked: Vec<_> = extension::linked().into_iter().filter(|verb| is_new(&command, verb)).collect();
    for verb in &linked {
        let own = verb.command();
        command = command.subcommand(if verb.is_processing() { extension::add_arguments(own) } else { own });
    }
    let processing: Vec<&str> = linked.iter().filter(|verb| verb.is_processing()).map(|verb| verb.name()).collect();
    for verb in ["process", "plan", "try", "config", "status", "why"].into_iter().chain(processing.iter().copied()) {
        command = command.mut_subcommand(verb, |verb| stage_options::add(verb, registry, &taken));
    }
    // These verbs take the options from the environment, as `process` does.
    for verb in ["status", "why"] {
        command = command.mut_subcommand(verb, |verb| {
            verb.mut_args(|arg| if arg.get_help_heading().is_some() { arg.hide(true) } else { arg })
        });
    }
    for verb in [
        "process",
        "plan",
        "status",
        "why",
        "diff",
        "try",
        "report",
        "stats",
        "eval",
        "clean",
        "show",
        "stages",
        "new-stage",
    ]
    .into_iter()
    .chain(processing.iter().copied())
    {
        let stages = PossibleValuesParser::new(names.clone());
        let selectors = match verb {
            "clean" => SelectorParser::downstream_only(&names),
            _ => SelectorParser::new(&names),
        };
        let verb_selects = ["process", "plan", "status", "clean"].contains(&verb) || processing.contains(&verb);
        command = command.mut_subcommand(verb, |verb| {
            verb.mut_args(|arg| match arg.get_id().as_str() {
                _ if !arg.get_action().takes_values() => arg,
                "stage" | "stages" if verb_selects => arg.value_parser(selectors.clone()),
                "stage" | "stages" | "against" | "explain" | "schema" | "deps" => arg.value_parser(stages.clone()),
                _ => arg,
            })
        });
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_has_an_example_in_its_help() {
        let command = Cli::command();
        command.clone().debug_assert();
        for verb in command.get_subcommands() {
            let help = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(
                help.contains("Example") && help.contains(&format!("shelf {}", verb.get_name())),
                "{}",
                verb.get_name()
            );
        }
    }
}
