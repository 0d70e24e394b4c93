use serde_json::{Value, json};
use shelf_pages::edits::{EditChange, StoredEdit, all_edits, edits_of_page};
use shelf_pages::{EditOutcome, EditState, MergedPage};
use shelf_runtime::book::PageNumber;
use shelf_runtime::page::Page as _;
use shelf_runtime::store::{BookPath, Store};

use super::MergedBook;
use crate::Exit;
use crate::error::Result;
use crate::numbers::count;
use crate::terminal;

/// How much of a text is shown, columns.
const TEXT_COLUMNS: usize = 60;

/// Lists the edits of a book, or of one page, with what became of each.
pub(crate) fn list(book: &MergedBook<'_>, only: Option<PageNumber>) -> Result<Exit> {
    if let Some(page) = only {
        book.check_page(page)?;
    }
    let out = book.context.out;
    let mut all = all_edits(&book.context.store, &book.id)?;
    all.retain(|page, _| only.is_none_or(|only| only == *page));
    let mut values = Vec::new();
    let (mut conflicts, mut number) = (0, 0);
    for (page, edits) in all {
        let outcomes = outcomes(book, page)?;
        for stored in &edits {
            number += 1;
            let outcome = outcomes.iter().flatten().find(|outcome| outcome.edit == stored.id);
            let is_applied = stored.edit.change.is_applied();
            conflicts += usize::from(outcome.is_some_and(EditOutcome::is_conflict));
            if out.json {
                let mut value = json_of_edit(page, stored);
                if is_applied {
                    let state = match outcome.map(|outcome| outcome.state) {
                        Some(EditState::Applied) => "applied",
                        Some(EditState::Conflict) => "conflict",
                        None => "pending",
                    };
                    value["state"] = json!(state);
                    value["problem"] = json!(outcome.and_then(|outcome| outcome.problem.clone()));
                }
                values.push(value);
                continue;
            }
            out.line(line_of_edit(page, stored))?;
            let why = stored.edit.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            let when = stored.edit.when.strftime("%Y-%m-%d %H:%M");
            out.line(format_args!("    {}, {when}{why}; id {}", stored.edit.by, stored.id))?;
            match outcome {
                Some(EditOutcome { problem: Some(problem), .. }) => {
                    out.line(format_args!("    CONFLICT: {problem}"))?;
                }
                None if is_applied => out.line(format_args!("    not applied yet: `shelf process {}`", book.id))?,
                Some(_) | None => {}
            }
        }
    }
    if out.json {
        out.json(&values)?;
        return Ok(Exit::Done);
    }
    if number == 0 {
        out.note(format_args!("{}: no edits", book.id));
    }
    if conflicts > 0 {
        out.note(format_args!(
            "{} in conflict: edit the text again, then remove the old edit with `shelf edit {} --undo ID`",
            count(conflicts, "edit"),
            book.id
        ));
    }
    Ok(Exit::Done)
}

/// The edits of a page that change it, each with who made it and, if it is in conflict, why.
pub(crate) fn edits_of(book: &MergedBook<'_>, page: PageNumber) -> Result<Vec<String>> {
    let outcomes = outcomes(book, page)?.unwrap_or_default();
    let edits = edits_of_page(&book.context.store, &book.id, page)?;
    let line = |stored: &StoredEdit| {
        let problem = outcomes.iter().find(|outcome| outcome.edit == stored.id).and_then(|found| found.problem.clone());
        let conflict = problem.map_or_else(String::new, |problem| format!(": in conflict, {problem}"));
        format!("edit by {}: {}{conflict}", stored.edit.by, line_of_edit(page, stored))
    };
    Ok(edits.iter().filter(|stored| stored.edit.change.is_applied()).map(line).collect())
}

/// What became of the edits of a page when it was merged; `None` if it is not.
fn outcomes(book: &MergedBook<'_>, page: PageNumber) -> Result<Option<Vec<EditOutcome>>> {
    let path = BookPath::page(&book.id, book.stage.row.name, page);
    let found = book.context.store.read(&path)?.and_then(|bytes| book.stage.page_type.read(&bytes).ok());
    Ok(found.and_then(|found| MergedPage::from_json(&found.output).ok()).map(|page| page.edits))
}

/// `15/2/1: "The modem ship" → "The modern ship"`.
pub(super) fn line_of_edit(page: PageNumber, stored: &StoredEdit) -> String {
    let quoted = |text: &str| {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("\"{}\"", terminal::truncate(&line, TEXT_COLUMNS))
    };
    let number = |number: &Option<String>| number.clone().unwrap_or_else(|| "(none)".to_owned());
    match &stored.edit.change {
        EditChange::Text { block, paragraph, before, after } => {
            let (before, after) = differing(before, after);
            format!("{page}/{block}/{paragraph}: {} → {}", quoted(&before), quoted(&after))
        }
        EditChange::Join { block, paragraph, previous, text } => {
            let previous =
                previous.as_deref().map_or_else(|| "the page before".to_owned(), |text| quoted(&ending(text)));
            format!("{page}/{block}/{paragraph}: joined {} with {previous}", quoted(&opening(text)))
        }
        EditChange::Split { block, paragraph, before, after } if before.is_empty() => {
            format!("{page}/{block}/{paragraph}: begins a paragraph: {}", quoted(&opening(after)))
        }
        EditChange::Split { block, paragraph, before, after } => {
            format!("{page}/{block}/{paragraph}: split: {} | {}", quoted(&ending(before)), quoted(&opening(after)))
        }
        EditChange::Delete { block, paragraph, text } => {
            format!("{page}/{block}/{paragraph}: deleted {}", quoted(text))
        }
        EditChange::Label { block, before, after, .. } => {
            format!("{page}/{block}: label {} → {}", before.name(), after.name())
        }
        EditChange::PageNumber { before, after } => {
            format!("{page}: page number {} → {}", number(before), number(after))
        }
        EditChange::Rejected { block, paragraph, read, proposed } => {
            format!("{page}/{block}/{paragraph}: keeps {}, not {}", quoted(read), quoted(proposed))
        }
        EditChange::Checked { stage, flags } => format!("{page}: checked; flagged by {stage}: {}", flags.join(", ")),
    }
}

/// How many words of a text are shown where two paragraphs meet.
const WORDS: usize = 5;

fn ending(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let from = words.len().saturating_sub(WORDS);
    format!("{}{}", if from > 0 { "… " } else { "" }, words[from..].join(" "))
}

fn opening(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let to = words.len().min(WORDS);
    format!("{}{}", words[..to].join(" "), if to < words.len() { " …" } else { "" })
}

/// Two texts without the words that both begin and end with, but for one on either side.
fn differing(before: &str, after: &str) -> (String, String) {
    let (one, other): (Vec<&str>, Vec<&str>) =
        (before.split_whitespace().collect(), after.split_whitespace().collect());
    let start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let most = one.len().min(other.len()) - start;
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count().min(most);
    let part = |words: &[&str]| {
        let (from, to) = (start.saturating_sub(1), (words.len() - end + 1).min(words.len()));
        let [head, tail] = [(from > 0, "… "), (to < words.len(), " …")].map(|(cut, mark)| if cut { mark } else { "" });
        format!("{head}{}{tail}", words[from..to].join(" "))
    };
    (part(&one), part(&other))
}

/// An edit for other programs.
pub(super) fn json_of_edit(page: PageNumber, stored: &StoredEdit) -> Value {
    let mut value = serde_json::to_value(&stored.edit).unwrap_or_default();
    value["page"] = json!(page);
    value["id"] = json!(stored.id);
    value
}

#[cfg(test)]
mod tests {
    use super::differing;

    #[test]
    fn only_words_that_differ_are_shown() {
        for (before, after, expected) in [
            ("the modem ship sails", "the modern ship sails", ("the modem ship …", "the modern ship …")),
            ("a b c d e", "a b c d f", ("… d e", "… d f")),
            ("a b", "a b c", ("… b", "… b c")),
            ("a a", "a", ("a a", "a")),
            ("x", "y", ("x", "y")),
        ] {
            let (one, other) = differing(before, after);
            assert_eq!((one.as_str(), other.as_str()), expected, "{before} {after}");
        }
    }
}
