use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::fingerprint::{Asked, fingerprint, has_kept_files, tokens};
use super::job::PlannedStage;
use super::need::{IfMissing, Need, needs};
use super::shard_plan::divide;
use super::staleness::{changes, is_kept, paid};
use super::{Job, OtherShards, Plan, PlanError, Request, Settled, Why};
use crate::book::Unit;
use crate::events::{Blocker, PageOf};
use crate::failure::Failure;
use crate::inspect::{BookState, PageState, PageSummary};
use crate::provide::{AskedModel, Providers};
use crate::record::{Change, Fingerprint, Hash, Input, RedoMarker};
use crate::registry::{Entry, Registry};
use crate::stage::{ExternalInput, ParsedOptions, ResourceContext, Resources, Row};

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
