use super::Exit;
use super::command;
use super::command::Cli;
use super::command::Verb;
use super::context::Context;
use super::context::MissingLibrary;
use super::error::CliError;
use super::error::Result;
use super::extension;
use super::extension::Session;
use super::global;
use super::global::Global;
use super::out::print_error;
use super::verbs;
use clap::FromArgMatches;
use clap::Subcommand;
use shelf_runtime::logs::StageLogs;
use shelf_runtime::registry::Registry;
use shelf_runtime::registry::RegistryError;
use shelf_runtime::run::Stop;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The `shelf` command, with the stages of all linked crates. A `main` is one call:
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     shelf::main()
/// }
/// ```
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    // A worker runs tasks by name and needs no table of stages.
    if arguments.get(1).is_some_and(|verb| verb == global::WORKER) {
        return match shelf_runtime::worker::serve() {
            Ok(()) => Exit::Done.into(),
            Err(error) => {
                print_error(CliError::failed(error).render());
                Exit::Failed.into()
            }
        };
    }
    let (registry, faults) = Registry::linked_valid();
    let registry = Arc::new(registry);
    let ended = match command::command(&registry).try_get_matches_from(arguments) {
        Ok(matches) => run(&matches, &registry, faults),
        Err(error) => help_or_usage(&error, faults),
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(error) if error.is_broken_pipe() => Exit::Done.into(),
        Err(error) => {
            print_error(error.render());
            error.exit.into()
        }
    }
}

/// Prints help, or what is wrong with the command line. While some stages do not fit together, the command line lacks their names, so that
/// their fault is the first thing to correct.
fn help_or_usage(error: &clap::Error, faults: Vec<RegistryError>) -> Result<Exit> {
    if error.use_stderr() {
        refuse(faults)?;
        error.print()?;
        return Ok(Exit::Usage);
    }
    error.print()?;
    warn_of(&faults);
    Ok(Exit::Done)
}

/// The first fault, if there is one.
fn refuse(faults: Vec<RegistryError>) -> Result<()> {
    faults.into_iter().next().map_or(Ok(()), |fault| Err(fault.into()))
}

fn warn_of(faults: &[RegistryError]) {
    for fault in faults {
        print_error(format_args!("warning: {}", fault.with_hint()));
    }
}

/// Whether a verb does its work without the stages, or with those that fit together.
fn needs_all_stages(verb: &Verb) -> bool {
    !matches!(
        verb,
        Verb::Add(_)
            | Verb::List(_)
            | Verb::Show(_)
            | Verb::Set(_)
            | Verb::Delete(_)
            | Verb::Trash(_)
            | Verb::Doctor(_)
    )
}

fn run(matches: &clap::ArgMatches, registry: &Arc<Registry>, mut faults: Vec<RegistryError>) -> Result<Exit> {
    let usage = |error: clap::Error| CliError::failed(error).exit(Exit::Usage);
    if let Some((name, given)) = matches.subcommand()
        && let Some(verb) = extension::find(name)
        && !Verb::has_subcommand(name)
    {
        refuse(faults)?;
        let global = Global::from_arg_matches(matches).map_err(usage)?;
        let context =
            Context::open(global, Arc::clone(registry), Vec::new(), interruptible()?, MissingLibrary::Refuse)?;
        let context = Arc::new(context);
        // As for the verbs below.
        let _ = context.store.clean_up();
        record_logs(&context);
        return verb.run(&Session::new(Arc::clone(&context)), given).map_err(|error| context.near(error));
    }
    let cli = Cli::from_arg_matches(matches).map_err(usage)?;
    if needs_all_stages(&cli.verb) {
        refuse(std::mem::take(&mut faults))?;
    }
    let given = matches.subcommand().map_or(matches, |(_, given)| given);
    if let Verb::Completions(completions) = &cli.verb
        && let Some(printed) = completions.print_script(command::command(registry))
    {
        return printed;
    }
    if let Verb::NewStage(new_stage) = &cli.verb {
        return verbs::new_stage(&cli.global, new_stage, registry);
    }
    let missing = match &cli.verb {
        Verb::Add(_) | Verb::Demo(_) => MissingLibrary::Create,
        Verb::Report(report) if report.needs_no_book() => MissingLibrary::Ignore,
        Verb::Export(export) if export.needs_no_book() => MissingLibrary::Ignore,
        Verb::Completions(_) | Verb::Stages(_) | Verb::Config(_) | Verb::Doctor(_) => MissingLibrary::Ignore,
        _ => MissingLibrary::Refuse,
    };
    // A reader's Ctrl-C is for the pager.
    let stop = if matches!(cli.verb, Verb::Show(_)) { Stop::default() } else { interruptible()? };
    // `doctor` has them among its findings.
    if !matches!(cli.verb, Verb::Doctor(_)) {
        warn_of(&faults);
    }
    let context = Context::open(cli.global, Arc::clone(registry), faults, stop, missing)?;
    if !matches!(cli.verb, Verb::Completions(_)) {
        // What cannot be cleaned up, as in a library that is read-only, is in nobody's way.
        let _ = context.store.clean_up();
    }
    run_verb(cli.verb, &context, given).map_err(|error| context.near(error))
}

fn run_verb(verb: Verb, context: &Context, given: &clap::ArgMatches) -> Result<Exit> {
    if let Verb::Try(given_page) = &verb {
        return verbs::try_page(context, given_page, given);
    }
    record_logs(context);
    match verb {
        Verb::Process(process) => verbs::process(context, &process, given),
        Verb::Shards(shards) => verbs::shards(context, &shards),
        Verb::Plan(plan) => verbs::plan(context, &plan, given),
        Verb::Add(add) => verbs::add(context, &add),
        Verb::List(list) => verbs::list(context, &list),
        Verb::Show(show) => verbs::show(context, &show),
        Verb::Export(export) => verbs::export(context, &export),
        Verb::Page(change) => verbs::page(context, &change),
        Verb::Edit(edit) => verbs::edit(context, &edit),
        Verb::Review(review) => verbs::review(context, &review),
        Verb::Set(set) => verbs::set(context, &set),
        Verb::Status(status) => verbs::status(context, &status, given),
        Verb::Why(why) => verbs::why(context, &why, given),
        Verb::Diff(diff) => verbs::diff(context, &diff),
        Verb::Stages(stages) => verbs::stages(context, &stages),
        Verb::Report(report) => verbs::report(context, &report),
        Verb::Eval(eval) => verbs::eval(context, &eval),
        Verb::Stats(stats) => verbs::stats(context, &stats),
        Verb::Clean(clean) => verbs::clean(context, &clean),
        Verb::Delete(delete) => verbs::delete(context, &delete),
        Verb::Trash(trash) => verbs::trash(context, &trash),
        Verb::Verify(verify) => verbs::verify(context, &verify),
        Verb::Config(config) => verbs::config(context, &config, given),
        Verb::Doctor(doctor) => verbs::doctor(context, &doctor),
        Verb::Demo(demo) => verbs::demo(context, &demo),
        Verb::Completions(completions) => verbs::books(context, &completions),
        Verb::NewStage(_) | Verb::Try(_) => Ok(Exit::Done),
    }
}

/// Keeps what stages log in the logs of their books.
fn record_logs(context: &Context) {
    let logs = StageLogs::new(Arc::new(context.store.clone()));
    tracing_subscriber::registry().with(logs).with(tracing_subscriber::filter::LevelFilter::INFO).init();
}

/// The first Ctrl-C (or SIGTERM) asks the run to stop; the second ends the process immediately.
fn interruptible() -> Result<Stop> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, Exit::Interrupted as i32, Arc::clone(&asked))?;
        signal_hook::flag::register(signal, Arc::clone(&asked))?;
    }
    Ok(Stop::by_flag(asked))
}
