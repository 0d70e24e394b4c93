use super::show::page_number;
use crate::Exit;
use crate::changes::reasons;
use crate::config_file::ConfigFile;
use crate::context::Context;
use crate::editing::{self, MergedBook};
use crate::error::CliError;
use crate::error::Result;
use crate::llm_options::LlmArgs;
use crate::numbers;
use crate::numbers::count;
use crate::numbers::thousands;
use crate::selection::selected;
use crate::stage_options;
use crate::terminal;
use clap::ArgMatches;
use clap::Args;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use shelf_llm::Dispatcher;
use shelf_pages::TextPage;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::ScanId;
use shelf_runtime::book::Unit;
use shelf_runtime::events::PageOf;
use shelf_runtime::inspect::BookState;
use shelf_runtime::inspect::Scan;
use shelf_runtime::inspect::look;
use shelf_runtime::plan::Plan;
use shelf_runtime::plan::PlanError;
use shelf_runtime::plan::Request;
use shelf_runtime::plan::Settled;
use shelf_runtime::plan::Why as Reason;
use shelf_runtime::plan::plan;
use shelf_runtime::provide::Providers;
use shelf_runtime::record::Input;
use shelf_runtime::record::PageRecord;
use shelf_runtime::registry::Entry;
use shelf_runtime::store::BookPath;
use shelf_runtime::store::Store;
use std::collections::BTreeMap;

/// Show where a page's text comes from, and why it is up to date or stale
///
/// For the scan and for each stage that the text was made by: version, options, model and prompt, cost, attempts and time, what it was
/// made from, and what has changed since.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf why florida 12
  shelf why florida 12 --stage labels    another stage than the last with a text
  shelf why florida 12 --json            with all options and inputs")]
pub(crate) struct Why {
    /// The book
    #[arg(value_name = "BOOK")]
    id: ScanId,
    /// The page
    #[arg(value_parser = page_number)]
    page: PageNumber,
    /// Explain this stage, with all it is made from [default: the last stage that has a text of the page]
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,
    #[command(flatten)]
    llm: LlmArgs,
}

/// What is known of a page's output of a stage.
struct Origin<'a> {
    entry: &'a Entry,
    standing: Standing,
    record: Option<PageRecord>,
}

/// Whether an output is up to date, in words.
struct Standing {
    state: &'static str,
    why: Option<String>,
}

pub(crate) fn why(context: &Context, args: &Why, given: &ArgMatches) -> Result<Exit> {
    let file = ConfigFile::read(context.store.root(), &context.registry)?;
    let said = args.llm.said(&file.llm, context.store.root());
    let llm = said.configured().map(Dispatcher::start).transpose().map_err(CliError::failed)?;
    let providers = llm.map(|llm| Providers::default().with(llm)).unwrap_or_default();
    let book = look(&context.store, &context.registry, &args.id).map_err(CliError::from)?;
    if !book.pages.contains(&args.page) {
        return Err(PlanError::NoPages { total: book.pages.len(), missing: vec![args.page.get()] }.into());
    }
    let stage = match &args.stage {
        Some(stage) => stage.clone(),
        None => last_text(context, &book, args.page)?,
    };
    let names = selected(&context.registry, &[format!("+{stage}")])?;
    let mut request = Request::of_stages(names.iter().cloned());
    request.options = stage_options::read(given, &context.registry, &file)?;
    let plan = plan(&context.registry, &book, &request, &providers)?;
    let mut origins = Vec::new();
    for entry in context.registry.stages().iter().filter(|entry| names.iter().any(|name| name == entry.row.name)) {
        let unit = if entry.row.book { Unit::Book } else { Unit::Page(args.page) };
        let bytes = context.store.read(&BookPath::output(&args.id, entry.row.name, unit))?;
        let record = bytes.and_then(|bytes| entry.page_type.read(&bytes).ok()).and_then(|found| found.record);
        let standing = Standing::of(&plan, &book, PageOf { stage: entry.row.name, unit });
        origins.push(Origin { entry, standing, record });
    }
    if context.out.json {
        let stages: Vec<Value> = origins.iter().map(Origin::json).collect();
        let scan = book.scans.get(&args.page).map(scan_json);
        context
            .out
            .json(&json!({ "book": args.id, "page": args.page, "stage": stage, "scan": scan, "stages": stages }))?;
        return Ok(Exit::Done);
    }
    print(context, args, &stage, &book, &origins)?;
    Ok(Exit::Done)
}

/// The last stage that has a text of the page; the last that makes texts, where none has yet.
fn last_text(context: &Context, book: &BookState, page: PageNumber) -> Result<String> {
    let texts = || context.registry.stages().iter().rev().filter(|entry| TextPage::is_made_by(entry));
    let is_made =
        |entry: &&std::sync::Arc<Entry>| book.page(PageOf { stage: entry.row.name, unit: Unit::Page(page) }).is_some();
    let entry = texts().find(is_made).or_else(|| texts().next());
    entry.map(|entry| entry.row.name.to_owned()).ok_or_else(|| {
        CliError::refused("no stage of this program makes texts").hint("name a stage with `--stage`").exit(Exit::Usage)
    })
}

impl Standing {
    fn of(plan: &Plan, book: &BookState, page: PageOf) -> Self {
        let new = |state, why: String| Self { state, why: Some(why) };
        match (plan.settled.get(&page), plan.jobs.iter().find(|job| job.page == page)) {
            (Some(Settled::Kept), _) => match plan.earlier_release.get(&page) {
                Some(changes) => {
                    new("up to date", format!("made by an earlier release ({}), kept until `--redo`", reasons(changes)))
                }
                None if book.record(page).is_none() => {
                    new("up to date", "made by another program, which recorded nothing".to_owned())
                }
                None => Self { state: "up to date", why: None },
            },
            (Some(Settled::LeftStale(changes)), _) => new("stale", reasons(changes)),
            (Some(Settled::Failed(failure)), _) => new("failed", failure.to_string()),
            (Some(Settled::Skipped(failure)), _) => new("skipped", failure.to_string()),
            (Some(Settled::Blocked(by)), _) => new("blocked", by.to_string()),
            (None, Some(job)) => match &job.why {
                Reason::Stale(changes) => new("stale", reasons(changes)),
                Reason::Upstream(first) if book.hash(page).is_some() => {
                    new("may change", format!("{first} is to be made first"))
                }
                Reason::Upstream(first) => new("not made yet", format!("{first} comes first")),
                Reason::Missing => Self { state: "not made yet", why: None },
                Reason::Damaged(problem) => new("damaged", format!("its file {problem}")),
                Reason::Failed(error) => new("failed", format!("{error}; the next run tries again")),
                Reason::Redo => new("stale", "`--redo` is unfinished".to_owned()),
            },
            (None, None) => Self { state: "not made yet", why: None },
        }
    }
}

fn print(context: &Context, args: &Why, stage: &str, book: &BookState, origins: &[Origin<'_>]) -> Result<()> {
    let out = context.out;
    let width = terminal::width().unwrap_or(usize::MAX);
    let names = origins.iter().map(|origin| origin.entry.row.name).chain(["scan"]);
    let margin = names.map(str::len).max().unwrap_or_default() + 2;
    let indented = |name: &str, lines: Vec<String>| -> Result<()> {
        let wrapped = lines.iter().flat_map(|line| terminal::wrap(line, width.saturating_sub(margin)));
        for (nth, line) in wrapped.enumerate() {
            out.line(format_args!("{:margin$}{line}", if nth == 0 { name } else { "" }))?;
        }
        Ok(())
    };
    out.line(format_args!("{} page {}: {stage} and what it is made from", args.id, args.page))?;
    let scan = match (book.scans.get(&args.page), book.unreadable.get(&args.page)) {
        (Some(scan), _) => scan_lines(scan),
        (None, Some(failure)) => vec![format!("could not be read: {failure}")],
        (None, None) => vec!["missing".to_owned()],
    };
    indented("scan", scan)?;
    let edited = MergedBook::open(context, &args.id).ok();
    for origin in origins {
        let name = origin.entry.row.name;
        let mut lines = origin.lines();
        if let Some(edited) = edited.as_ref().filter(|edited| edited.stage.row.name == name) {
            lines.extend(editing::edits_of(edited, args.page)?);
        }
        indented(name, lines)?;
    }
    Ok(())
}

fn scan_lines(scan: &Scan) -> Vec<String> {
    let hash = format!("BLAKE3 {}…", &scan.hash.as_str()[..16]);
    let Some(page) = &scan.page else {
        return vec![format!("source/{}, {hash}", scan.image)];
    };
    let estimated = if page.resolution.estimated { " (estimated)" } else { "" };
    let size = format!("{} × {} px, {} dpi{estimated}", page.width, page.height, numbers::short(page.resolution.dpi));
    vec![format!("source/{}, {size}, {hash}", scan.image), format!("from {}", origin_of(page))]
}

/// `florida.pdf, page 12, left half`.
fn origin_of(page: &shelf_runtime::book::ScanMetadata) -> String {
    let number = page.origin.page.map_or_else(String::new, |number| format!(", page {number}"));
    let half = page.origin.half.map_or("", |half| match half {
        shelf_runtime::book::Half::Left => ", left half",
        shelf_runtime::book::Half::Right => ", right half",
    });
    format!("{}{number}{half}", page.origin.file)
}

fn scan_json(scan: &Scan) -> Value {
    json!({ "file": format!("source/{}", scan.image), "hash": scan.hash, "metadata": scan.page })
}

impl Origin<'_> {
    fn lines(&self) -> Vec<String> {
        let Standing { state, why } = &self.standing;
        let mut lines = vec![match why {
            Some(why) => format!("{state}: {why}"),
            None => (*state).to_owned(),
        }];
        let Some(record) = &self.record else { return lines };
        lines.push(made(record));
        lines.extend(asked(record));
        let options = self.options(record);
        if !options.is_empty() {
            lines.push(format!("options: {}", options.join(", ")));
        } else if !record.fingerprint.options.is_empty() {
            lines.push("default options".to_owned());
        }
        lines.push(format!("made from {}", inputs(record)));
        lines
    }

    /// The options that are not at their defaults.
    fn options(&self, record: &PageRecord) -> Vec<String> {
        let defaults = &self.entry.option_defaults;
        let options = record.fingerprint.options.iter().filter(|(name, value)| defaults.get(*name) != Some(value));
        let shown = |(name, value): (&String, &Value)| match value {
            Value::String(text) => format!("{name} {text}"),
            Value::Null => format!("{name} (none)"),
            value => format!("{name} {value}"),
        };
        options.map(shown).collect()
    }

    fn json(&self) -> Value {
        let record = self.record.as_ref().map(|record| {
            json!({
                "version": record.fingerprint.version, "shelf": record.shelf, "made": record.operation.finished,
                "seconds": record.operation.processing_time_seconds, "attempts": record.operation.attempts,
                "cost_usd": record.operation.cost_usd, "model": record.operation.model_use,
                "without_model": record.without_model, "copied": record.copied,
                "prompt": record.fingerprint.prompt, "own_prompt": record.fingerprint.own_prompt,
                "options": record.fingerprint.options, "set": record.fingerprint.set, "inputs": inputs_json(record),
                "hash": record.output, "warnings": record.warnings,
            })
        });
        json!({ "stage": self.entry.row.name, "state": self.standing.state, "why": self.standing.why, "record": record })
    }
}

/// What was asked of a model, or why none was.
fn asked(record: &PageRecord) -> Vec<String> {
    let operation = &record.operation;
    let mut lines = Vec::new();
    if let Some(used) = &operation.model_use {
        let model = used.model_used.as_deref().unwrap_or("a model");
        let provider = used.provider.as_ref().map_or_else(String::new, |provider| format!(" at {provider}"));
        let cost = operation.cost_usd.map_or_else(|| "unknown cost".to_owned(), |cost| cost.to_string());
        let calls = count(operation.attempts as usize, "call");
        lines.push(format!("asked {model}{provider}: {calls}, {} tokens, {cost}", thousands(used.tokens_total)));
    }
    if let Some(failure) = &record.without_model {
        lines.push(format!("made by rules, because no model gave a usable reply: {failure}"));
    }
    if let Some(copied) = &record.copied {
        lines.push(format!("copied from {}, because the stage failed: {}", copied.from, copied.failure));
    }
    if let Some(prompt) = &record.fingerprint.prompt {
        let whose = if record.fingerprint.own_prompt { "the book's own prompt" } else { "prompt" };
        let unasked = if lines.is_empty() { "no model was asked; " } else { "" };
        lines.push(format!("{unasked}{whose} {}…", &prompt.as_str()[..16]));
    }
    lines
}

fn inputs_json(record: &PageRecord) -> Map<String, Value> {
    let inputs = record.fingerprint.inputs.iter();
    inputs.map(|(input, hash)| (String::from(input.clone()), json!(hash))).collect()
}

/// `version 5, 2026-11-28 17:05, in 1.2 s, 2 attempts`.
fn made(record: &PageRecord) -> String {
    let operation = &record.operation;
    let when = operation.finished.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M");
    let time = numbers::time(operation.processing_time_seconds);
    let attempts = match (&operation.model_use, operation.attempts) {
        (None, attempts @ 2..) => format!(", {attempts} attempts"),
        _ => String::new(),
    };
    format!("made {when} by version {} (shelf {}) in {time}{attempts}", record.fingerprint.version, record.shelf)
}

/// What an output was made from, pages of one stage together: `the scan, ocr pages 11-13`.
fn inputs(record: &PageRecord) -> String {
    let mut pages: BTreeMap<&str, Vec<PageNumber>> = BTreeMap::new();
    let mut others = Vec::new();
    for input in record.fingerprint.inputs.keys() {
        match input {
            Input::Page { stage, page } => pages.entry(stage).or_default().extend(PageNumber::new(*page)),
            other => others.push(other.to_string()),
        }
    }
    let of_stage = pages.into_iter().map(|(stage, pages)| format!("{stage} {}", numbers::pages(pages)));
    let all: Vec<String> = others.into_iter().chain(of_stage).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}
