use super::show::page_number;
use crate::Exit;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::numbers::count;
use crate::selection::selected;
use crate::terminal;
use crate::word_diff::Segment;
use crate::word_diff::Style;
use crate::word_diff::changes;
use crate::word_diff::segments;
use clap::Args;
use serde_json::Value;
use serde_json::json;
use shelf_pages::MergedPage;
use shelf_pages::OcrPage;
use shelf_pages::TextPage;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::metadata;
use shelf_runtime::plan::PlanError;
use shelf_runtime::registry::Entry;
use std::collections::BTreeSet;
use std::io;

/// Show what changed in a page's text from stage to stage, word by word
///
/// Deleted words are red and inserted words green; without a terminal, or with `NO_COLOR`, `[-deleted-]` and `{+inserted+}`. The reasons that
/// were recorded for corrections follow the text.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf diff florida 12                                    the text as recognised, and the final text
  shelf diff florida 12 --stage ocr --stage corrected      other stages
  shelf diff florida 12 --json")]
pub(crate) struct Diff {
    /// The book
    #[arg(value_name = "BOOK")]
    id: ScanId,
    /// The page
    #[arg(value_parser = page_number)]
    page: PageNumber,
    /// Compare this stage with another: name both, the earlier first [default: the first and the last stage with a text]
    #[arg(long, value_name = "STAGE")]
    stage: Vec<String>,
}

/// Why a paragraph was corrected.
struct Reason<'a> {
    stage: &'a str,
    block: u32,
    paragraph: u32,
    notes: String,
}

pub(crate) fn diff(context: &Context, args: &Diff) -> Result<Exit> {
    let total = metadata(&context.store, &args.id)?.total_pages;
    if args.page.get() > total {
        return Err(PlanError::NoPages { total: total as usize, missing: vec![args.page.get()] }.into());
    }
    let (from, to) = stages(context, args)?;
    let (old, new) = (text(context, args, from)?, text(context, args, to)?);
    let segments = segments(&old.text(), &new.text());
    let reasons = reasons(context, args, from, to)?;
    let number = changes(&segments);
    if context.out.json {
        let segments: Vec<Value> = segments.iter().map(Segment::json).collect();
        let reasons: Vec<Value> = reasons
            .iter()
            .map(|reason| json!({ "stage": reason.stage, "block": reason.block, "paragraph": reason.paragraph, "notes": reason.notes }))
            .collect();
        context.out.json(&json!({
            "book": args.id, "page": args.page, "from": from.row.name, "to": to.row.name, "changes": number,
            "text": segments, "reasons": reasons,
        }))?;
        return Ok(Exit::Done);
    }
    let what = if number == 0 { "no difference".to_owned() } else { count(number, "change") };
    context.out.line(format_args!("{} page {}: {} → {}: {what}", args.id, args.page, from.row.name, to.row.name))?;
    if number > 0 {
        let style = if terminal::is_styled(&io::stdout()) { Style::Colours } else { Style::Marks };
        context.out.line(format_args!("\n{}", style.shown(&segments)))?;
    }
    if !reasons.is_empty() {
        context.out.line("")?;
    }
    for Reason { stage, block, paragraph, notes } in &reasons {
        context.out.line(format_args!("{stage}, block {block}, paragraph {paragraph}: {notes}"))?;
    }
    Ok(Exit::Done)
}

/// The two stages to compare.
fn stages<'c>(context: &'c Context, args: &Diff) -> Result<(&'c Entry, &'c Entry)> {
    let all = || context.registry.stages().iter().map(AsRef::as_ref);
    match args.stage.as_slice() {
        [] => {
            let first = all().find(|entry| entry.row.output.is::<OcrPage>());
            let last = all().rev().find(|entry| entry.row.output.is::<MergedPage>());
            first.zip(last).ok_or_else(|| {
                CliError::refused("this program lacks a stage that recognises texts, or one that merges them")
                    .hint("name two stages with `--stage`")
                    .exit(Exit::Usage)
            })
        }
        [from, to] => Ok((text_stage(context, from)?, text_stage(context, to)?)),
        _ => Err(CliError::refused("expected two stages, each with `--stage`, or none").exit(Exit::Usage)),
    }
}

fn text_stage<'c>(context: &'c Context, name: &str) -> Result<&'c Entry> {
    let entry = context.registry.stages().iter().map(AsRef::as_ref).find(|entry| entry.row.name == name);
    entry.filter(|entry| TextPage::is_made_by(entry)).ok_or_else(|| {
        let with_text = context.registry.stages().iter().filter(|entry| TextPage::is_made_by(entry));
        let with_text = with_text.map(|entry| entry.row.name).collect::<Vec<_>>().join(", ");
        CliError::refused(format!("the pages of `{name}` have no text"))
            .hint(format!("stages with a text: {with_text}"))
    })
}

fn text(context: &Context, args: &Diff, entry: &Entry) -> Result<TextPage> {
    let page = TextPage::read(&context.store, &context.registry, &args.id, entry, args.page)?;
    page.ok_or_else(|| {
        CliError::refused(format!("{} page {} has not been made yet", entry.row.name, args.page))
            .hint(format!("make it: `shelf process {} --stage +{} --pages {}`", args.id, entry.row.name, args.page))
    })
}

/// The reasons that the stages between the two recorded for their corrections.
fn reasons<'c>(context: &'c Context, args: &Diff, from: &Entry, to: &Entry) -> Result<Vec<Reason<'c>>> {
    let made_from = |entry: &Entry| -> Result<BTreeSet<String>> {
        Ok(selected(&context.registry, &[format!("+{}", entry.row.name)])?.into_iter().collect())
    };
    let (before, after) = (made_from(from)?, made_from(to)?);
    let mut reasons = Vec::new();
    for entry in context.registry.stages() {
        let stage = entry.row.name;
        if before.contains(stage) || !after.contains(stage) {
            continue;
        }
        let page = TextPage::read(&context.store, &context.registry, &args.id, entry, args.page)?;
        if let Some(TextPage::Corrected { corrected, .. }) = page {
            for block in corrected.blocks {
                for paragraph in block.paragraphs {
                    let notes = paragraph.notes.filter(|notes| !notes.is_empty());
                    let (block, paragraph) = (block.block_num, paragraph.par_num);
                    reasons.extend(notes.map(|notes| Reason { stage, block, paragraph, notes }));
                }
            }
        }
    }
    Ok(reasons)
}
