use super::Result;
use super::arguments::written;
use crate::Exit;
use crate::config_file::ConfigFile;
use crate::consent::SpendArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::global::Global;
use crate::key_use::WithheldKey;
use crate::stage_options;
use crate::verbs::Selection;
use crate::workers::Workers;
use clap::Arg;
use clap::ArgMatches;
use clap::Args;
use clap::Command;
use clap::FromArgMatches;
use shelf_llm::Dispatcher;
use shelf_llm::LlmSettings;
use shelf_llm::SharedLimit;
use shelf_llm::Usd;
use shelf_runtime::book::ScanId;
use shelf_runtime::plan::Request;
use shelf_runtime::provide::Providers;
use shelf_runtime::registry::Entry;
use shelf_runtime::registry::Registry;
use shelf_runtime::run::Runtime;
use shelf_runtime::run::Settings;
use shelf_runtime::stage::Parallelism;
use shelf_runtime::worker::WorkerPool;
use std::num::NonZeroUsize;
use std::sync::Arc;

/// What a user asks other processes to do.
pub struct Submission {
    /// The books.
    pub books: Vec<ScanId>,
    /// The options, for [`Session::processing`](super::Session::processing) in another process. Without books, keys, addresses of servers,
    /// budget and `--redo`.
    pub arguments: Vec<String>,
    /// The request.
    pub request: Request,
    /// `--budget`.
    pub budget: Option<Usd>,
}

/// The options of a run, parsed as `shelf process` does: from arguments, environment and `shelf.toml`.
pub struct Processing {
    context: Arc<Context>,
    request: Request,
    settings: Settings,
    llm: Option<LlmSettings>,
    withheld: Option<WithheldKey>,
}

/// The part of a process's resources that one of several runs at the same time may use.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    /// The number of runs that share the limits of requests to language models.
    pub runs: NonZeroUsize,
    /// The limit of what all processes may spend together.
    pub limit: Option<SharedLimit>,
}

/// Arguments of `process` that a submission does not pass on: what is said per submission, and what the machine that runs it decides.
const NOT_PASSED_ON: [&str; 11] = [
    "ids",
    "all",
    "budget",
    "yes",
    "redo",
    "record",
    "replay",
    "llm_base_url",
    "insecure",
    "llm_in_flight",
    "llm_requests_per_minute",
];
/// Those of them that would be ignored.
const REFUSED: [(&str, &str); 6] = [
    ("record", "--record"),
    ("replay", "--replay"),
    ("llm_base_url", "--llm-base-url"),
    ("insecure", "--insecure"),
    ("llm_in_flight", "--llm-in-flight"),
    ("llm_requests_per_minute", "--llm-requests-per-minute"),
];

/// Adds the arguments that a [`Submission`] is read from.
pub(crate) fn add_arguments(command: Command) -> Command {
    SpendArgs::augment_args(Selection::augment_args(command))
}

impl Submission {
    pub(super) fn of(context: &Context, given: &ArgMatches) -> Result<Self> {
        let on_command_line = |id: &str| given.value_source(id) == Some(clap::parser::ValueSource::CommandLine);
        if let Some((_, flag)) = REFUSED.iter().find(|(id, _)| on_command_line(id)) {
            return Err(CliError::refused(format!("`{flag}` cannot be sent to other processes"))
                .exit(Exit::Usage)
                .hint("set it where they run: in their environment, or in `shelf.toml` of the library"));
        }
        let file = ConfigFile::read(context.store.root(), &context.registry)?;
        let selection = Selection::from_arg_matches(given)?;
        let spend = SpendArgs::from_arg_matches(given)?;
        let (request, mut said) = selection.request(context, &file, given)?;
        let books = selection.books(context)?;
        let withheld = said.withheld.take();
        let llm = spend.dispatcher(said)?;
        spend.consent(context, (&llm, withheld.as_ref()), &books, &request)?;
        let arguments = written(&passed_on(&context.registry), given);
        Ok(Self { books, arguments, request, budget: spend.budget() })
    }
}

impl Processing {
    pub(super) fn of(context: Arc<Context>, arguments: &[String]) -> Result<Self> {
        let words = ["process", "--all", "--yes"].into_iter().map(ToOwned::to_owned);
        let command = processing_command(&context.registry);
        let given = &command.try_get_matches_from(words.chain(arguments.iter().cloned()))?;
        let file = ConfigFile::read(context.store.root(), &context.registry)?;
        let selection = Selection::from_arg_matches(given)?;
        let spend = SpendArgs::from_arg_matches(given)?;
        let (request, mut said) = selection.request(&context, &file, given)?;
        let withheld = said.withheld.take();
        let settings = Workers::default().or(&file.workers).settings(&context.registry)?;
        Ok(Self { context, request, settings, llm: spend.settings(said), withheld })
    }

    /// The request, for all pages.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// How a run uses the machine.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The model that a stage asks first, if it may ask any.
    #[must_use]
    pub fn model(&self, stage: &Entry) -> Option<&str> {
        let asks = stage.row.parallelism == Parallelism::Llm;
        self.llm.as_ref().filter(|_| asks).map(|llm| llm.first_model(stage.row.model))
    }

    /// The resources of a run. With `may_ask`, an error if there is a key that must not be sent without asking the user.
    pub fn runtime(&self, worker_pool: WorkerPool, may_ask: bool, share: Share) -> Result<Runtime> {
        if let Some(withheld) = self.withheld.as_ref().filter(|_| may_ask) {
            return Err(withheld.refusal());
        }
        let llm = match self.llm.clone() {
            Some(mut llm) => {
                let runs = share.runs.get();
                llm.in_flight = (llm.in_flight / runs).max(1);
                if llm.requests_per_minute > 0 {
                    llm.requests_per_minute = (llm.requests_per_minute / runs as u32).max(1);
                }
                llm.spending.shared_run = share.limit;
                Dispatcher::start(llm).map_err(CliError::failed)?
            }
            None => Dispatcher::off(),
        };
        Ok(Runtime {
            store: Arc::new(self.context.store.clone()),
            registry: Arc::clone(&self.context.registry),
            worker_pool,
            providers: Providers::default().with(llm),
        })
    }
}

/// A command with the arguments that a [`Submission`] is read from, and the options of all stages.
fn processing_command(registry: &Registry) -> Command {
    let global = Global::augment_args(Command::new("global"));
    let taken: Vec<&str> = global.get_arguments().filter_map(Arg::get_long).chain(["help", "version"]).collect();
    stage_options::add(add_arguments(Command::new("process")), registry, &taken)
}

/// The arguments that a submission passes on.
fn passed_on(registry: &Registry) -> Vec<Arg> {
    let is_passed_on = |arg: &&Arg| !NOT_PASSED_ON.contains(&arg.get_id().as_str());
    processing_command(registry).get_arguments().filter(is_passed_on).cloned().collect()
}
