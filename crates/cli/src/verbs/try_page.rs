use super::show::page_number;
use crate::Exit;
use crate::config_file::ConfigFile;
use crate::consent::SpendArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::llm_options::LlmArgs;
use crate::numbers::time;
use crate::out::print_error;
use crate::page_log::PageLog;
use crate::selection::with_upstream;
use crate::stage_options;
use clap::ArgMatches;
use clap::Args;
use serde_json::Value;
use serde_json::json;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::PageSet;
use shelf_runtime::book::ScanId;
use shelf_runtime::failure::Failure;
use shelf_runtime::plan::Request;
use shelf_runtime::run;
use shelf_runtime::run::Runtime;
use shelf_runtime::run::Stored;
use shelf_runtime::run::Tried;
use shelf_runtime::run::TriedFile;
use shelf_runtime::run::TriedPage;
use shelf_runtime::run::TryError;
use shelf_runtime::worker::WorkerPool;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Make one page and show it, without writing anything
///
/// Runs on one thread of this process, for debuggers and `println!` in a stage. Prints the page, the stage's log messages,
/// and the differences from the page in the library. Does not call hooks or lock the book. Model calls are real
/// and are recorded in the ledger.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf try florida --stage ocr --page 7
  shelf try florida --stage ocr --page 7 --ocr-psm 6   see what another setting changes
  shelf try florida --stage ocr --page 7 --json | jq .output.blocks
  OMP_THREAD_LIMIT=1 rust-gdb --args shelf try florida --stage ocr --page 7")]
pub(crate) struct Try {
    /// The book
    #[arg(value_name = "BOOK")]
    id: ScanId,
    /// Run this stage
    #[arg(long, value_name = "STAGE")]
    stage: String,
    /// Make this page; omit it for a stage that runs once per book
    #[arg(long, value_name = "PAGE", value_parser = page_number)]
    page: Option<PageNumber>,
    #[command(flatten)]
    llm: LlmArgs,
    #[command(flatten)]
    spend: SpendArgs,
}

pub(crate) fn try_page(context: &Context, args: &Try, given: &ArgMatches) -> Result<Exit> {
    let stage = context.registry.get(&args.stage).expect("clap takes the names of stages only");
    let file = ConfigFile::read(context.store.root(), &context.registry)?;
    let options = stage_options::read(given, &context.registry, &file).map_err(|error| {
        CliError::refused(error.to_string().trim_start_matches("error: ").trim_end()).exit(Exit::Usage)
    })?;
    tracing_subscriber::registry().with(PageLog).with(tracing_subscriber::filter::LevelFilter::INFO).init();
    // What looks at the book in parallel does so in this thread, too.
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
    alone.map_err(CliError::failed)?;
    let mut said = args.llm.said(&file.llm, context.store.root());
    let withheld = said.withheld.take();
    let llm = args.spend.dispatcher(said)?;
    let mut request = Request::default();
    request.options = options;
    let mut only_this = Request::of_stages([&args.stage]).redo("a page that is only tried");
    only_this.pages = args.page.map(PageSet::from);
    only_this.options = request.options.clone();
    args.spend.consent(context, (&llm, withheld.as_ref()), std::slice::from_ref(&args.id), &only_this)?;
    let runtime = Runtime { worker_pool: WorkerPool::in_process(), ..context.runtime(1, llm)? };
    let tried = run::try_page(&runtime, &args.id, stage, args.page, &request)?;
    if context.out.json {
        context.out.json(&json_of(&tried))?;
    } else {
        match &tried.made {
            Ok(page) => print(context, args, &tried, page)?,
            Err(failure) => print_failure(&tried, failure),
        }
    }
    Ok(if tried.made.is_ok() { Exit::Done } else { Exit::SomePages })
}

fn print(context: &Context, args: &Try, tried: &Tried, page: &TriedPage) -> Result<()> {
    let out = context.out;
    out.line(serde_json::to_string_pretty(&page.output)?)?;
    if !page.metrics.is_empty() {
        out.line("\nMetrics")?;
        let width = page.metrics.keys().map(String::len).max().unwrap_or_default();
        for (name, value) in &page.metrics {
            out.line(format_args!("  {name:<width$}  {value}"))?;
        }
    }
    if !page.files.is_empty() {
        out.line("\nFiles")?;
        for file in &page.files {
            out.line(format_args!("  {}  {} bytes{}", file.path.relative(), file.bytes, beside(file)))?;
        }
    }
    out.line("\nCompared with the page in the library")?;
    match &page.stored {
        Stored::Missing => out.line("  not there yet")?,
        Stored::Damaged(problem) => out.line(format_args!("  its file {problem}"))?,
        Stored::Whole { stale, output, metrics } => {
            if !stale.is_empty() {
                let why: Vec<String> = stale.iter().map(ToString::to_string).collect();
                out.line(format_args!("  stale: {}", why.join(", ")))?;
            }
            for difference in output {
                out.line(format_args!("  {difference}"))?;
            }
            for difference in metrics {
                out.line(format_args!("  metric {difference}"))?;
            }
            if output.is_empty() && metrics.is_empty() {
                out.line("  no difference")?;
            }
        }
    }
    out.note(format_args!("{} of {} in {}; nothing was written", tried.page, args.id, time(tried.time.as_secs_f64())));
    Ok(())
}

fn beside(file: &TriedFile) -> &'static str {
    match file.same {
        None => "",
        Some(true) => ", unchanged",
        Some(false) => ", changed",
    }
}

/// Prints a failure with its causes, hint and backtrace.
fn print_failure(tried: &Tried, failure: &Failure) {
    print_error(format_args!("error: {} failed: {}", tried.page, failure.error));
    for cause in &failure.causes {
        print_error(format_args!("  caused by: {cause}"));
    }
    match (&failure.backtrace, &failure.hint) {
        (Some(backtrace), _) => print_error(format_args!("{}", backtrace.trim_end())),
        (None, Some(hint)) => print_error(format_args!("hint: {hint}")),
        (None, None) => {}
    }
}

fn json_of(tried: &Tried) -> Value {
    let mut value = json!({
        "stage": tried.page.stage,
        "page": tried.page.unit.page(),
        "seconds": tried.time.as_secs_f64(),
    });
    match &tried.made {
        Err(failure) => value["failure"] = json!(failure),
        Ok(page) => {
            let files = page
                .files
                .iter()
                .map(|file| json!({ "path": file.path.relative(), "bytes": file.bytes, "same": file.same }));
            value["output"] = page.output.clone();
            value["metrics"] = Value::Object(page.metrics.clone());
            value["files"] = files.collect();
            value["stored"] = stored(&page.stored);
        }
    }
    value
}

fn stored(stored: &Stored) -> Value {
    match stored {
        Stored::Missing => Value::Null,
        Stored::Damaged(problem) => json!({ "damaged": problem }),
        Stored::Whole { stale, output, metrics } => json!({
            "stale": stale.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "output": output,
            "metrics": metrics,
        }),
    }
}

impl From<TryError> for CliError {
    fn from(error: TryError) -> Self {
        match error {
            TryError::Look(error) => error.into(),
            TryError::Plan(error) => error.into(),
            TryError::Store(error) => error.into(),
            TryError::Scan(error) => error.into(),
            TryError::WhichPage(stage) => {
                Self::failed(error).exit(Exit::Usage).hint(format!("name one: `--stage {stage} --page 1`"))
            }
            TryError::OnceABook { .. } => Self::failed(error).exit(Exit::Usage).hint("leave `--page` out"),
            TryError::Blocked { page, .. } => {
                let hint = with_upstream(&"BOOK", page.stage);
                Self::failed(error).exit(Exit::SomePages).hint(hint)
            }
            other => Self::failed(other),
        }
    }
}
