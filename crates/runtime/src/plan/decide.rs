use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::job::PlannedStage;
use super::shard_plan::divide;
use super::{Job, OtherShards, Plan, PlanError, Request, Settled, Why};
use crate::book::{PageNumber, Unit};
use crate::events::{Blocker, PageOf};
use crate::failure::Failure;
use crate::inspect::{BookState, PageState, PageSummary};
use crate::provide::{AskedModel, Providers};
use crate::record::{Change, Fingerprint, Hash, Input, OutputHash, RedoMarker};
use crate::registry::{Entry, Registry};
use crate::stage::{ExternalInput, KeptInput, Parallelism, ParsedOptions, Reach, ResourceContext, Resources, Row};

/// Plans a request: decides for every page of every requested stage whether it is made, and why.
pub fn plan(
    registry: &Registry,
    book: &BookState,
    request: &Request,
    providers: &Providers,
) -> Result<Plan, PlanError> {
    let entries = request.stages(registry)?;
    if request.shard.is_some() && request.redo.is_some() {
        return Err(PlanError::RedoOfShard);
    }
    if let Some(set) = &request.pages {
        let missing = set.outside(&book.pages.iter().copied().collect());
        if !missing.is_empty() {
            return Err(PlanError::NoPages { total: book.pages.len(), missing });
        }
    }
    let paid = paid(book);
    let resources = providers.resources();
    let mut planning = Planning {
        resources: &resources,
        book,
        request,
        providers,
        paid: &paid,
        jobs: BTreeMap::new(),
        settled: BTreeMap::new(),
        earlier_release: BTreeMap::new(),
    };
    let mut stages = Vec::new();
    for entry in entries {
        stages.push(planning.stage(entry));
    }
    let order: BTreeMap<&str, usize> = stages.iter().enumerate().map(|(i, stage)| (stage.entry.row.name, i)).collect();
    let mut jobs: Vec<Job> = planning.jobs.into_values().collect();
    jobs.sort_by_key(|job| (job.page.unit, order[job.page.stage]));
    let Planning { settled, earlier_release, .. } = planning;
    let other_shards = OtherShards::default();
    let plan = Plan { book: book.id.clone(), stages, jobs, settled, earlier_release, paid, other_shards };
    Ok(match request.shard {
        Some(shard) => divide(plan, shard),
        None => plan,
    })
}

struct Planning<'a> {
    resources: &'a Resources,
    book: &'a BookState,
    request: &'a Request,
    providers: &'a Providers,
    /// Paid pages, and all pages they were made from.
    paid: &'a BTreeSet<PageOf>,
    jobs: BTreeMap<PageOf, Job>,
    settled: BTreeMap<PageOf, Settled>,
    /// Settled pages that are kept although a release has changed how they are made, and what it has changed.
    earlier_release: BTreeMap<PageOf, Vec<Change>>,
}

impl Planning<'_> {
    fn stage(&mut self, entry: Arc<Entry>) -> PlannedStage {
        let row = entry.row;
        let options = self
            .request
            .options
            .get(row.name)
            .cloned()
            .unwrap_or_else(|| row.options.defaults().expect("the registry has tried the defaults"));
        let values = options.json.as_object().cloned().unwrap_or_default();
        let model = self.model(&entry, &values);
        let resources = self.resources(row, &options);
        let common = Asked { options: &values, model: model.as_ref(), resources: &resources };
        let asked: Vec<Unit> = match (row.book, &self.request.pages) {
            (true, _) => vec![Unit::Book],
            (false, None) => self.book.pages.iter().copied().map(Unit::Page).collect(),
            (false, Some(set)) => {
                self.book.pages.iter().copied().filter(|page| set.contains(*page)).map(Unit::Page).collect()
            }
        };
        let redo = self.redo(row, &asked);
        for unit in &asked {
            self.page(&entry, common, PageOf { stage: row.name, unit: *unit }, redo.as_ref());
        }
        let tokens = tokens(row);
        let edited = |unit: &&Unit| {
            let here = PageOf { stage: row.name, unit: **unit };
            matches!(self.settled.get(&here), Some(Settled::Kept))
                && self.book.record(here).is_some_and(|record| record.is_edited_since(&tokens, row.site.version))
        };
        let is_own = |unit: Unit| self.request.shard.is_none_or(|shard| shard.owns(&self.book.id, unit));
        let edited_since = asked.iter().filter(|unit| is_own(**unit)).filter(edited).count();
        let of_stage = self.earlier_release.keys().filter(|page| page.stage == row.name);
        let earlier_release = of_stage.filter(|page| is_own(page.unit)).count();
        PlannedStage { entry, options, model, resources, edited_since, earlier_release, redo }
    }

    /// The fingerprints of the resources that a stage takes.
    fn resources(&self, row: &Row, options: &ParsedOptions) -> BTreeMap<Input, Hash> {
        let context = ResourceContext::new(self.book.shared(), &*options.value, self.resources);
        let hash = |input: &ExternalInput| match input {
            ExternalInput::Resource(resource) => {
                let name = resource.name().to_owned();
                Some((Input::Resource { name }, self.resources.hash(*resource, &context)?))
            }
            _ => None,
        };
        row.inputs.iter().filter_map(hash).collect()
    }

    /// The model that a stage asks first, if it asks any.
    fn model(&self, entry: &Entry, options: &Map<String, Value>) -> Option<AskedModel> {
        let unaided = entry.option_choices.without_provider(options);
        if unaided { None } else { self.providers.model(entry, options) }
    }

    /// The active `--redo`: an interrupted one continues, unless none of the requested pages is left.
    fn redo(&self, row: &Row, asked: &[Unit]) -> Option<RedoMarker> {
        let state = self.book.stage(row.name);
        let unfinished = state.redo.clone().filter(|marker| asked.iter().any(|unit| self.to_redo(row, *unit, marker)));
        match (unfinished, self.request.redo.as_ref().filter(|_| self.request.names(row))) {
            (Some(marker), _) => Some(marker),
            (None, Some(id)) => Some(RedoMarker { id: id.clone(), pages: asked.to_vec() }),
            (None, None) => None,
        }
    }

    fn to_redo(&self, row: &Row, unit: Unit, marker: &RedoMarker) -> bool {
        let state = self.book.stage(row.name);
        let record = self.book.record(PageOf { stage: row.name, unit });
        let made = record.is_some_and(|record| record.redo() == Some(&marker.id));
        let failed = state.failed.get(&unit).is_some_and(|failed| failed.redo.as_ref() == Some(&marker.id));
        marker.asks_for(unit) && !made && !failed
    }

    fn page(&mut self, entry: &Entry, asked: Asked<'_>, here: PageOf, redo: Option<&RedoMarker>) {
        let row = entry.row;
        let state = self.book.stage(row.name);
        let needs = needs(row, here.unit, &self.book.pages);
        let upstream: Vec<Need> = needs.iter().copied().filter(|need| self.jobs.contains_key(&need.page)).collect();
        let redoing = redo.is_some_and(|marker| self.to_redo(row, here.unit, marker));
        let blocker = self.blocker(row, here.unit, &needs);
        let found = state.pages.get(&here.unit);
        let is_edited = has_kept_files(self.book, row, here.unit);
        let why = match (found, &blocker) {
            // Not even `--redo` overwrites what a person has written.
            (Some(PageState::Modified(_)), _) => {
                return self.settle(here, Settled::Blocked(Blocker::Modified(here)));
            }
            // A page of the original tool counts as done, whatever became of its inputs, unless somebody has edited it since.
            (Some(PageState::Valid(PageSummary { record: None, .. })), _) if !redoing && !is_edited => {
                return self.settle(here, Settled::Kept);
            }
            (_, Some(blocker)) => return self.settle(here, Settled::Blocked(blocker.clone())),
            _ if redoing => Why::Redo,
            (found, None) => {
                let first = upstream.iter().find(|need| self.may_change(here, need)).map(|need| need.page);
                let now = (upstream.is_empty() || found.is_some() && first.is_none())
                    .then(|| fingerprint(entry, asked, self.book, here.unit, &|input| self.book.hash(input)));
                match self.why(entry, here, found, now.as_ref(), first) {
                    Ok(why) => why,
                    Err(settled) => return self.settle(here, settled),
                }
            }
        };
        self.jobs.insert(here, Job { page: here, why, needs: upstream });
    }

    /// Whether a page may become stale by what is made of this need: not if its record lacks inputs of that kind, since they count as unchanged.
    fn may_change(&self, here: PageOf, need: &Need) -> bool {
        self.book.record(here).is_none_or(|record| record.fingerprint().reads_like(&need.input()))
    }

    /// Why a page that is not blocked is to be made, or how it is settled. `now` is its fingerprint, if already known.
    fn why(
        &mut self,
        entry: &Entry,
        here: PageOf,
        found: Option<&PageState>,
        now: Option<&Fingerprint>,
        upstream: Option<PageOf>,
    ) -> Result<Why, Settled> {
        let failed = self.book.stage(here.stage).failed.get(&here.unit);
        if let (Some(failed), Some(now)) = (failed, now)
            && failed
                .fingerprint
                .as_ref()
                .is_some_and(|then| now.changes_since(then, &entry.option_defaults).is_empty())
        {
            return if failed.failure.transient || self.request.retry_failed {
                Ok(Why::Failed(failed.failure.to_string()))
            } else if failed.skipped {
                Err(Settled::Skipped(failed.failure.clone()))
            } else {
                Err(Settled::Failed(failed.failure.clone()))
            };
        }
        match (found, now, upstream) {
            (None, ..) => Ok(failed.map_or(Why::Missing, |failed| Why::Failed(failed.failure.to_string()))),
            (Some(PageState::Damaged(problem) | PageState::Modified(problem)), ..) => Ok(Why::Damaged(problem.clone())),
            (Some(PageState::Valid(_)), _, Some(_)) if self.request.only_missing => Err(Settled::Kept),
            (Some(PageState::Valid(_)), _, Some(upstream)) => Ok(Why::Upstream(upstream)),
            (Some(PageState::Valid(PageSummary { record: Some(record), .. })), Some(now), None) => {
                let mut changes = changes(entry, now, &record.fingerprint());
                if is_kept(&changes, self.paid.contains(&here)) {
                    self.earlier_release.insert(here, std::mem::take(&mut changes));
                }
                let again = |failure: &&Failure| failure.transient || self.request.retry_failed;
                match (changes.is_empty(), self.request.only_missing) {
                    (true, false) if let Some(failure) = record.substituted().filter(again) => {
                        Ok(Why::Failed(failure.to_string()))
                    }
                    (true, _) => Err(Settled::Kept),
                    (false, true) => Err(Settled::LeftStale(changes)),
                    (false, false) => Ok(Why::Stale(changes)),
                }
            }
            // A page of the original tool, for which files are kept.
            (Some(PageState::Valid(PageSummary { record: None, .. })), Some(now), None) => {
                let kept = now.inputs.keys().filter(|input| matches!(input, Input::Kept { .. }));
                let changes: Vec<Change> = kept.cloned().map(Change::NewInput).collect();
                if self.request.only_missing { Err(Settled::LeftStale(changes)) } else { Ok(Why::Stale(changes)) }
            }
            (Some(PageState::Valid(_)), None, None) => Err(Settled::Kept),
        }
    }

    fn settle(&mut self, here: PageOf, settled: Settled) {
        self.settled.insert(here, settled);
    }

    /// What blocks a page before anything has run.
    fn blocker(&self, row: &Row, unit: Unit, needs: &[Need]) -> Option<Blocker> {
        if let Unit::Page(page) = unit
            && row.inputs.contains(&ExternalInput::Scan)
            && !self.book.scans.contains_key(&page)
        {
            return Some(match self.book.unreadable.get(&page) {
                Some(failure) => {
                    let hint = failure.hint.as_ref().map_or_else(String::new, |hint| format!(" (hint: {hint})"));
                    Blocker::UnreadableScan(page, format!("{failure}{hint}"))
                }
                None => Blocker::NoScan(page),
            });
        }
        // It is not left out either: the page would lose what the person has written.
        let is_modified = |need: &&Need| {
            matches!(self.book.stage(need.page.stage).pages.get(&need.page.unit), Some(PageState::Modified(_)))
        };
        if let Some(need) = needs.iter().find(is_modified) {
            return Some(Blocker::Modified(need.page));
        }
        let missing = |need: &&Need| !self.jobs.contains_key(&need.page);
        if !needs.is_empty()
            && needs.iter().all(|need| {
                need.if_missing == IfMissing::LeaveOut && missing(&need) && self.book.hash(need.page).is_none()
            })
        {
            return Some(Blocker::Missing(needs[0].page));
        }
        needs.iter().filter(|need| need.is_required()).filter(missing).map(|need| need.page).find_map(|need| {
            let state = self.book.stage(need.stage);
            match (self.settled.get(&need), state.pages.get(&need.unit)) {
                (Some(Settled::Skipped(_)), _) => Some(Blocker::Skipped(need)),
                (Some(Settled::Blocked(Blocker::Skipped(first))), _) => Some(Blocker::Skipped(*first)),
                (Some(Settled::Blocked(_)), _) => Some(Blocker::Blocked(need)),
                (Some(Settled::Failed(_)), _) => Some(Blocker::Failed(need)),
                (_, Some(PageState::Modified(_))) => Some(Blocker::Modified(need)),
                (_, Some(PageState::Damaged(_))) => Some(Blocker::Damaged(need)),
                (_, None) => Some(match state.failed.get(&need.unit) {
                    Some(failed) if failed.skipped => Blocker::Skipped(need),
                    Some(_) => Blocker::Failed(need),
                    None => Blocker::Missing(need),
                }),
                (_, Some(PageState::Valid(_))) => None,
            }
        })
    }
}

/// A page that another page is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// The page.
    pub page: PageOf,
    /// The page whose part of it is taken; `None` if it is taken as a whole.
    pub part: Option<PageNumber>,
    /// The effect on the other page if it is missing. A page made without it becomes stale once it is made.
    pub if_missing: IfMissing,
}

/// The effect of a missing page on a page made from it. If several apply, the last one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IfMissing {
    /// It is left out: a neighbour, or a single page of a book. At least one must exist.
    LeaveOut,
    /// It is taken as `None`.
    TakeNone,
    /// The other page is blocked.
    Block,
}

impl Need {
    /// Whether the other page cannot be made without it.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.if_missing == IfMissing::Block
    }

    /// Its name in a fingerprint.
    fn input(&self) -> Input {
        let stage = self.page.stage.to_owned();
        match (self.page.unit, self.part) {
            (Unit::Page(page), _) => Input::Page { stage, page: page.get() },
            (Unit::Book, Some(page)) => Input::Part { stage, page: page.get() },
            (Unit::Book, None) => Input::Book { stage },
        }
    }
}

/// The pages of other stages that a page is made from, without duplicates.
fn needs(row: &Row, unit: Unit, pages: &[PageNumber]) -> Vec<Need> {
    let mut needs = BTreeMap::new();
    let mut add = |stage: &'static str, unit: Unit, part: Option<PageNumber>, if_missing: IfMissing| {
        let known = needs.entry((PageOf { stage, unit }, part)).or_insert(if_missing);
        *known = if_missing.max(*known);
    };
    for dep in row.deps {
        let stage = dep.row.name;
        let here = if dep.is_optional { IfMissing::TakeNone } else { IfMissing::Block };
        match (dep.reach, unit) {
            (Reach::Same, unit) => add(stage, unit, None, here),
            (Reach::Book, _) => add(stage, Unit::Book, None, here),
            (Reach::Part, unit) => add(stage, Unit::Book, unit.page(), here),
            (Reach::Around(width), Unit::Page(page)) => {
                let here = pages.partition_point(|other| *other < page);
                let width = width as usize;
                for near in &pages[here.saturating_sub(width)..pages.len().min(here + width + 1)] {
                    let near_by = if *near == page { IfMissing::Block } else { IfMissing::LeaveOut };
                    add(stage, Unit::Page(*near), None, near_by);
                }
            }
            (Reach::All | Reach::Around(_), _) => {
                for page in pages {
                    add(stage, Unit::Page(*page), None, IfMissing::LeaveOut);
                }
            }
        }
    }
    needs.into_iter().map(|((page, part), if_missing)| Need { page, part, if_missing }).collect()
}

/// Why a page with this fingerprint is stale. A page made by rules does not become stale because a model is configured, nor a page made by a model
/// because none is; `auto` keeps the pages of either engine.
pub(crate) fn changes(entry: &Entry, now: &Fingerprint, made: &Fingerprint) -> Vec<Change> {
    let mut changes = now.changes_since(made, &entry.option_defaults);
    if entry.row.parallelism == Parallelism::Llm {
        let asked_both_times = now.model.is_some() && made.model.is_some();
        changes.retain(|change| match change {
            Change::Model(..) | Change::Prompt | Change::OwnPrompt => asked_both_times,
            Change::Option(name, _, to) | Change::Default(name, _, to) => !entry.option_choices.is_either(name, to),
            _ => true,
        });
    }
    changes
}

/// Whether a page with these changes is kept until `--redo`: a release caused them, and the page, or one made from it, was paid for.
pub(crate) fn is_kept(changes: &[Change], is_paid: bool) -> bool {
    is_paid && !changes.is_empty() && changes.iter().all(Change::is_of_release)
}

/// Paid pages, and all pages they were made from.
fn paid(book: &BookState) -> BTreeSet<PageOf> {
    let all =
        book.stages.iter().flat_map(|(stage, state)| state.pages.keys().map(|unit| PageOf { stage, unit: *unit }));
    let mut open: Vec<PageOf> =
        all.filter(|page| book.record(*page).is_some_and(crate::inspect::RecordSummary::is_paid)).collect();
    let mut found = BTreeSet::new();
    while let Some(page) = open.pop() {
        if found.insert(page) {
            let inputs = book.record(page).map(|record| record.fingerprint().inputs).unwrap_or_default();
            open.extend(inputs.keys().filter_map(|input| made_by(book, input)));
        }
    }
    found
}

/// The page of a stage that an input refers to.
fn made_by(book: &BookState, input: &Input) -> Option<PageOf> {
    let (stage, unit) = match input {
        Input::Page { stage, page } => (stage, Unit::Page(PageNumber::new(*page)?)),
        Input::Book { stage } | Input::Part { stage, .. } => (stage, Unit::Book),
        Input::Scan
        | Input::Languages
        | Input::Metadata
        | Input::Resource { .. }
        | Input::Kept { .. }
        | Input::ExistingText => return None,
    };
    book.stages.get_key_value(stage.as_str()).map(|(stage, _)| PageOf { stage, unit })
}

/// The parts of a fingerprint that all pages of a stage share.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) options: &'a Map<String, Value>,
    /// The model that it asks first.
    pub(crate) model: Option<&'a AskedModel>,
    /// The fingerprints of its resources.
    pub(crate) resources: &'a BTreeMap<Input, Hash>,
}

/// The fingerprint of a page. `hash` returns the current hashes of the pages it is made from.
pub(crate) fn fingerprint<'a>(
    entry: &Entry,
    Asked { options, model, resources }: Asked<'_>,
    book: &BookState,
    unit: Unit,
    hash: &dyn Fn(PageOf) -> Option<&'a OutputHash>,
) -> Fingerprint {
    let mut inputs = BTreeMap::new();
    for input in entry.row.inputs {
        match input {
            ExternalInput::None | ExternalInput::Resource(_) => {}
            ExternalInput::Scan => {
                let scan = unit.page().and_then(|page| book.scans.get(&page));
                inputs.extend(scan.map(|scan| (Input::Scan, scan.hash.clone())));
            }
            ExternalInput::Languages => {
                inputs.insert(Input::Languages, Hash::of_json(&Value::from(book.metadata.language.clone())));
            }
            ExternalInput::Metadata => {
                let metadata = serde_json::to_value(&book.metadata).unwrap_or_default();
                inputs.insert(Input::Metadata, Hash::of_json(&metadata));
            }
            ExternalInput::Kept(kept) => inputs.extend(kept_inputs(book, *kept, unit)),
            ExternalInput::ExistingText => {
                let scan = unit.page().and_then(|page| book.scans.get(&page)?.page.as_ref()?.existing_text.as_ref());
                let read = scan.filter(|_| entry.option_choices.reads(*input, options));
                inputs.extend(read.map(|text| (Input::ExistingText, Hash::known(&text.hash))));
            }
        }
    }
    inputs.extend(resources.iter().map(|(input, hash)| (input.clone(), hash.clone())));
    for need in needs(entry.row, unit, &book.pages) {
        // A part that the book's output lacks is an input as well, so that it is seen to be new when it is there.
        let found = hash(need.page).map(|hash| hash.of(need.part).cloned().unwrap_or_else(Hash::absent));
        let found = found.or_else(|| (need.if_missing == IfMissing::TakeNone).then(Hash::absent));
        inputs.extend(found.map(|hash| (need.input(), hash)));
    }
    let row = entry.row;
    let own_prompt = book.prompts.get(row.name);
    let prompt = own_prompt.map_or(row.prompt, String::as_str);
    let set = options.iter().filter(|(name, value)| entry.option_defaults.get(*name) != Some(*value));
    let own = (row.parallelism != Parallelism::Llm && !row.model.is_empty()).then_some(row.model);
    Fingerprint {
        version: row.version,
        schema: entry.page_type.shape.clone(),
        prompt: (!prompt.is_empty()).then(|| Hash::of(prompt.as_bytes())),
        own_prompt: own_prompt.is_some(),
        model: model.map(|model| model.name.as_str()).or(own).map(ToOwned::to_owned),
        is_default_model: model.is_some_and(|model| model.is_default),
        options: options.clone(),
        set: Some(set.map(|(name, _)| name.clone()).collect()),
        inputs,
    }
}

/// The files that are kept for a page and its neighbours, or for all pages of a book, as inputs.
fn kept_inputs(book: &BookState, kept: KeptInput, unit: Unit) -> Vec<(Input, Hash)> {
    let Some(by_page) = book.kept.get(kept.folder) else { return Vec::new() };
    let is_near = |page: PageNumber| unit.page().is_none_or(|here| page.get().abs_diff(here.get()) <= kept.around);
    let input = |page: PageNumber| Input::Kept { folder: kept.folder.to_owned(), page: page.get() };
    by_page.iter().filter(|(page, _)| is_near(**page)).map(|(page, hash)| (input(*page), hash.clone())).collect()
}

/// Whether files are kept for this very page that its stage reads.
fn has_kept_files(book: &BookState, row: &Row, unit: Unit) -> bool {
    let of_page = |kept: KeptInput| Some(book.kept.get(kept.folder)?.contains_key(&unit.page()?));
    row.inputs.iter().any(|input| matches!(input, ExternalInput::Kept(kept) if of_page(*kept) == Some(true)))
}

/// The hash of a stage function's tokens, as written in a record.
pub(crate) fn tokens(row: &Row) -> String {
    format!("{:016x}", row.tokens)
}
