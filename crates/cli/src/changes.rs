use super::numbers::ranges;
use shelf_runtime::book::PageNumber;
use shelf_runtime::record::Change;
use shelf_runtime::record::Input;

/// Why something is stale, in one line. Pages of a stage that changed in the same way are one reason: `ocr pages 5-19 changed`.
pub(super) fn reasons(changes: &[Change]) -> String {
    let mut reasons: Vec<Reason<'_>> = Vec::new();
    for change in changes {
        let reason = Reason::of(change);
        match (reasons.last_mut(), reason) {
            (Some(Reason::Pages(stage, how, pages)), Reason::Pages(its_stage, its_how, page))
                if (*stage, *how) == (its_stage, its_how) =>
            {
                pages.extend(page);
            }
            (_, reason) => reasons.push(reason),
        }
    }
    reasons.iter().map(Reason::shown).collect::<Vec<_>>().join(", ")
}

enum Reason<'c> {
    /// Pages of a stage, and what happened to them.
    Pages(&'c str, &'static str, Vec<PageNumber>),
    Other(&'c Change),
}

impl<'c> Reason<'c> {
    fn of(change: &'c Change) -> Self {
        let (how, input) = match change {
            Change::Input(input) => ("changed", input),
            Change::NewInput(input) => ("new", input),
            Change::LostInput(input) | Change::Unread(input) => ("no longer read", input),
            _ => return Self::Other(change),
        };
        match input {
            Input::Page { stage, page } => Self::Pages(stage, how, PageNumber::new(*page).into_iter().collect()),
            _ => Self::Other(change),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Pages(stage, how, pages) => {
                let (noun, verb) = if pages.len() == 1 { ("page", "is") } else { ("pages", "are") };
                let how = if *how == "changed" { (*how).to_owned() } else { format!("{verb} {how}") };
                format!("{stage} {noun} {} {how}", ranges(pages.iter().copied()))
            }
            Self::Other(change) => change.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_changed_in_one_way_are_one_reason() {
        let page = |stage: &str, page| Input::Page { stage: stage.to_owned(), page };
        let mut changes = vec![Change::Version(1, 2)];
        changes.extend((5..=19).map(|number| Change::Input(page("ocr", number))));
        changes.extend([Change::Input(page("labels", 5)), Change::NewInput(page("labels", 6))]);
        changes.extend([1, 3].map(|number| Change::LostInput(page("ocr", number))));
        changes.push(Change::Input(Input::Scan));
        assert_eq!(
            reasons(&changes),
            "version 1 → 2, ocr pages 5-19 changed, labels page 5 changed, labels page 6 is new, \
             ocr pages 1, 3 are no longer read, the scan changed"
        );
    }
}
