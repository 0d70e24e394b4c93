//! Consent to spending: a run that may cost money shows its price and asks first.

use super::context::Context;
use super::context::cores;
use super::error::CliError;
use super::error::Result;
use super::key_use::WithheldKey;
use super::llm_options::check_prices;
use super::llm_options::not_allowed;
use super::numbers::count;
use super::numbers::thousands;
use super::out::ask;
use super::server_address::origin;
use clap::Args;
use shelf_llm::CassetteSettings;
use shelf_llm::Dispatcher;
use shelf_llm::Estimate;
use shelf_llm::LlmSettings;
use shelf_llm::Range;
use shelf_llm::Usd;
use shelf_llm::dry_run;
use shelf_llm::estimate;
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::BookState;
use shelf_runtime::inspect::look;
use shelf_runtime::plan::Plan;
use shelf_runtime::plan::Request;
use shelf_runtime::plan::plan;
use shelf_runtime::provide::Providers;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a run may spend, and where replies are recorded or replayed.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Language models")]
pub(super) struct SpendArgs {
    /// Spend at most this much on models in this run, US dollars
    #[arg(long, value_name = "USD")]
    budget: Option<Usd>,
    /// Allow spending without being asked
    #[arg(long, short)]
    yes: bool,
    /// Record every reply of a model in this folder, for `--replay`
    #[arg(long, value_name = "DIR", conflicts_with = "replay", hide_short_help = true)]
    record: Option<PathBuf>,
    /// Replay the models' replies from this folder, without network or cost
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    replay: Option<PathBuf>,
}

impl SpendArgs {
    /// Whether the spending of this run has a limit of its own.
    pub(super) fn has_budget(&self) -> bool {
        self.budget.is_some()
    }

    /// The limit for the spending of this run.
    pub(super) fn budget(&self) -> Option<Usd> {
        self.budget
    }

    /// The model that this run asks.
    pub(super) fn dispatcher(&self, said: super::llm_options::LlmSaid) -> Result<Dispatcher> {
        match self.settings(said) {
            Some(settings) => Dispatcher::start(settings).map_err(CliError::failed),
            None => Ok(Dispatcher::off()),
        }
    }

    /// How this run asks models; `None` if no model is configured and nothing is replayed.
    pub(super) fn settings(&self, said: super::llm_options::LlmSaid) -> Option<LlmSettings> {
        if !said.configured && self.replay.is_none() {
            return None;
        }
        let mut settings = said.settings;
        settings.spending.run = self.budget;
        settings.spending.allowed = self.yes || self.budget.is_some() || self.replay.is_some();
        settings.cassette = match (&self.record, &self.replay) {
            (Some(folder), _) => Some(CassetteSettings::Record(folder.clone())),
            (None, Some(folder)) => Some(CassetteSettings::Replay(folder.clone())),
            (None, None) => None,
        };
        if self.replay.is_some() {
            // Replays are not rate limited.
            settings.requests_per_minute = 0;
        }
        Some(settings)
    }

    /// Shows what the run may cost and asks for consent, unless flags already allow it. Refuses without a terminal.
    pub(super) fn consent(
        &self,
        context: &Context,
        (llm, withheld): (&Dispatcher, Option<&WithheldKey>),
        books: &[ScanId],
        request: &Request,
    ) -> Result<Inspected> {
        let Some(settings) = llm.settings().filter(|_| self.replay.is_none()) else { return Ok(Inspected::new()) };
        let (mut estimates, mut inspected) = estimated(context, llm, books, request)?;
        if estimates.is_empty() {
            return Ok(inspected);
        }
        if let Some(withheld) = withheld {
            llm.use_key(withheld.confirm()?);
            // Now the server may tell its prices.
            (estimates, inspected) = estimated(context, llm, books, request)?;
        }
        let models: Vec<String> = estimates.iter().flat_map(|estimate| settings.models(&estimate.model)).collect();
        check_prices(settings, &|model| llm.price(model), &models)?;
        for estimate in &estimates {
            context.out.note(shown(estimate));
        }
        let free = models.iter().all(|model| llm.price(model).is_some_and(|price| price.is_free()));
        if free || settings.spending.allowed {
            return Ok(inspected);
        }
        match ask(&format!("ask these models at {}?", origin(&settings.base_url)))? {
            Some(true) => {
                llm.allow_spending();
                Ok(inspected)
            }
            Some(false) => Err(CliError::refused("no model was asked; nothing was changed")),
            None => Err(not_allowed("refusing to spend money without confirmation (no terminal)")),
        }
    }
}

/// The estimated questions of a plan's stages.
pub(super) fn estimates_of(
    context: &Context,
    llm: &Dispatcher,
    state: &BookState,
    plan: &Plan,
) -> Result<Vec<Estimate>> {
    let Some(settings) = llm.settings() else { return Ok(Vec::new()) };
    let requests = dry_run(&context.runtime(cores(), llm.clone())?, llm, state, plan);
    Ok(estimate(plan, state, settings, &|model| llm.price(model), &requests))
}

/// The states of books as they were inspected for the estimate, before the books were locked.
pub(super) type Inspected = BTreeMap<ScanId, BookState>;

/// Number of pages, over all stages, whose inspection is kept (about 60 MiB). Books beyond it are inspected again when they are processed.
const MAX_INSPECTED_PAGES: usize = 40_000;

/// The estimated questions for all books. A book that cannot be inspected counts as none; its error is reported later.
fn estimated(
    context: &Context,
    llm: &Dispatcher,
    books: &[ScanId],
    request: &Request,
) -> Result<(Vec<Estimate>, Inspected)> {
    let mut together: Vec<Estimate> = Vec::new();
    let mut inspected = Inspected::new();
    let mut kept_pages = 0;
    for book in books {
        let Ok(state) = look(&context.store, &context.registry, book) else { continue };
        let providers = Providers::default().with(llm.clone());
        let Ok(plan) = plan(&context.registry, &state, request, &providers) else { continue };
        for one in estimates_of(context, llm, &state, &plan)? {
            match together.iter_mut().find(|known| known.stage == one.stage) {
                Some(known) => known.add(one),
                None => together.push(one),
            }
        }
        let pages: usize = state.stages.values().map(|stage| stage.pages.len()).sum();
        if kept_pages + pages <= MAX_INSPECTED_PAGES {
            kept_pages += pages;
            inspected.insert(book.clone(), state);
        }
    }
    Ok((together, inspected))
}

/// ``corrected: 14 of 20 pages by `m` about 31 paragraphs; 9,200 to 14,000 tokens in, 280 to 57,344 out: $0.30 to $4.10``.
pub(super) fn shown(estimate: &Estimate) -> String {
    let Estimate { stage, model, known_pages, asking_pages, guessed_pages, tokens_in, tokens_out, .. } = estimate;
    let noun = if estimate.per_book { "book" } else { "page" };
    let mut who = Vec::new();
    if asking_pages == known_pages && *asking_pages > 0 {
        who.push(count(*asking_pages, noun));
    } else if *known_pages > 0 {
        who.push(format!("{asking_pages} of {}", count(*known_pages, noun)));
    }
    if *guessed_pages > 0 {
        let others = if who.is_empty() { "up to" } else { "and up to" };
        who.push(format!("{others} {} not known yet", count(*guessed_pages, noun)));
    }
    let about: Vec<String> = estimate.about.iter().map(|(noun, number)| count(*number, noun)).collect();
    let about = if about.is_empty() { String::new() } else { format!(" about {}", about.join(" and ")) };
    let cost = estimate.cost.map_or_else(|| "at an unknown price".to_owned(), |cost| cost.usd());
    let (who, tokens_in, tokens_out) = (who.join(" "), tokens(*tokens_in), tokens(*tokens_out));
    format!("{stage}: {who} by `{model}`{about}; {tokens_in} tokens in, {tokens_out} out: {cost}")
}

/// `9,200 to 14,000`.
fn tokens(range: Range) -> String {
    format!("{} to {}", thousands(range.low as u64), thousands(range.high as u64))
}
