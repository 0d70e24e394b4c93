use std::collections::BTreeMap;

use shelf_pages::edits::{EditChange, StoredEdit, all_edits};
use shelf_pages::{CorrectedPage, OcrPage};
use shelf_runtime::book::PageNumber;
use shelf_runtime::inspect::look;
use shelf_runtime::page::Page;
use shelf_runtime::registry::Entry;
use shelf_runtime::report;
use shelf_runtime::store::{BookPath, Store};

use super::placed_proposal::PlacedProposal;
use crate::editing::MergedBook;
use crate::error::Result;

/// Something that a person has to decide.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) page: PageNumber,
    pub(crate) kind: ItemKind,
    /// How many errors a decision corrects, as far as can be expected.
    pub(crate) expected: f64,
}

#[derive(Debug, Clone)]
pub(crate) enum ItemKind {
    /// A correction that was proposed.
    Proposal(Box<PlacedProposal>),
    /// A page that reports flag: the stages and their flags.
    Flagged(Vec<(String, Vec<String>)>),
}

/// What needs a decision: proposals, then flagged pages, each with the greatest expected gain first.
pub(crate) fn queue(book: &MergedBook<'_>) -> Result<Vec<Item>> {
    let edits = all_edits(&book.context.store, &book.id)?;
    let mut proposals = proposals(book, &edits)?;
    let mut flagged = flagged(book, &edits)?;
    for items in [&mut proposals, &mut flagged] {
        // In the order of the pages where nothing else decides.
        items.sort_by(|one, other| other.expected.total_cmp(&one.expected).then(one.page.cmp(&other.page)));
    }
    proposals.append(&mut flagged);
    Ok(proposals)
}

type Edits = BTreeMap<PageNumber, Vec<StoredEdit>>;

fn changes(edits: &Edits, page: PageNumber) -> impl Iterator<Item = &EditChange> {
    edits.get(&page).into_iter().flatten().map(|stored| &stored.edit.change)
}

/// The proposals that nobody has decided on, in their place on pages that are merged.
fn proposals(book: &MergedBook<'_>, edits: &Edits) -> Result<Vec<Item>> {
    let Some(corrected) = dependency(book, |entry| entry.row.output.is::<CorrectedPage>()) else {
        return Ok(Vec::new());
    };
    let recognised = dependency(book, |entry| entry.row.output.is::<OcrPage>());
    let mut items = Vec::new();
    for file in book.context.store.list(&book.id, corrected.row.name)? {
        let Some(page) = PageNumber::of_page_file(&file) else { continue };
        let proposals = stored::<CorrectedPage>(book, corrected, page)?.map(|page| page.proposals).unwrap_or_default();
        if proposals.is_empty() {
            continue;
        }
        // One that was modified by hand or is not merged has its own message in `shelf status`.
        let Ok(open) = book.page(page) else { continue };
        let ocr = match recognised {
            Some(entry) => stored::<OcrPage>(book, entry, page)?,
            None => None,
        };
        for proposal in &proposals {
            let is_rejected = |change: &EditChange| {
                matches!(change, EditChange::Rejected { block, paragraph, read, proposed }
                    if (*block, *paragraph) == (proposal.block_num, proposal.par_num)
                        && (read, proposed) == (&proposal.read, &proposal.proposed))
            };
            if changes(edits, page).any(is_rejected) {
                continue;
            }
            if let Some(placed) = PlacedProposal::find(proposal, &open.page, ocr.as_ref()) {
                let expected = placed.expected_corrections();
                items.push(Item { page, kind: ItemKind::Proposal(Box::new(placed)), expected });
            }
        }
    }
    Ok(items)
}

/// The pages that reports flag, and that nobody has found to be right since.
fn flagged(book: &MergedBook<'_>, edits: &Edits) -> Result<Vec<Item>> {
    let state = look(&book.context.store, &book.context.registry, &book.id)?;
    let mut by_page: BTreeMap<PageNumber, Vec<(String, Vec<String>)>> = BTreeMap::new();
    for entry in book.context.registry.stages().iter().filter(|entry| !entry.row.book) {
        let report = report::of(&state, entry);
        for row in &report.rows {
            let flags: Vec<String> = report.flags(row).into_iter().map(ToOwned::to_owned).collect();
            let Some(page) = row.unit.page().filter(|_| !flags.is_empty()) else { continue };
            let is_checked = |change: &EditChange| {
                matches!(change, EditChange::Checked { stage, flags: checked }
                    if stage == report.stage && flags.iter().all(|flag| checked.contains(flag)))
            };
            if !changes(edits, page).any(is_checked) {
                by_page.entry(page).or_default().push((report.stage.to_owned(), flags));
            }
        }
    }
    let recognised = dependency(book, |entry| entry.row.output.is::<OcrPage>());
    let mut items = Vec::new();
    for (page, flags) in by_page {
        let ocr = match recognised {
            Some(entry) => stored::<OcrPage>(book, entry, page)?,
            None => None,
        };
        let expected = ocr.as_ref().and_then(expected_errors).unwrap_or_default();
        items.push(Item { page, kind: ItemKind::Flagged(flags), expected });
    }
    Ok(items)
}

/// How many characters of a page are probably wrong.
fn expected_errors(page: &OcrPage) -> Option<f64> {
    let texts = page.blocks.iter().flat_map(|block| &block.paragraphs).map(|paragraph| &paragraph.text);
    let chars: usize = texts.map(|text| text.chars().count()).sum();
    page.expected_cer.map(|rate| rate * chars as f64)
}

/// The stage of this kind that merged pages are made from.
pub(super) fn dependency<'b>(book: &MergedBook<'b>, is_meant: fn(&Entry) -> bool) -> Option<&'b Entry> {
    let registry = &book.context.registry;
    let mut deps = book.stage.row.deps.iter().filter_map(|dep| registry.get(dep.row.name));
    deps.find(|entry| is_meant(entry)).map(AsRef::as_ref)
}

/// A page of a stage; `None` if it is not made or not valid.
fn stored<T: Page>(book: &MergedBook<'_>, entry: &Entry, page: PageNumber) -> Result<Option<T>> {
    let bytes = book.context.store.read(&BookPath::page(&book.id, entry.row.name, page))?;
    let found = bytes.and_then(|bytes| entry.page_type.read(&bytes).ok());
    Ok(found.and_then(|found| T::from_json(&found.output).ok()))
}
