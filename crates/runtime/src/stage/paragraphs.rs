use std::any::Any;
use std::collections::BTreeMap;

use super::{Cx, Load};
use crate::failure::{Cause, Failure};
use crate::page::{Page, ParagraphId};

/// A page that can list its paragraphs, so that none is lost: see `conserves` in
/// [`#[stage]`](macro@crate::stage).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not list its paragraphs",
    label = "`conserves` compares the paragraphs of this type",
    note = "implement `shelf::stage::Paragraphs` for `{Self}`: its one function returns the ids of the paragraphs"
)]
pub trait Paragraphs {
    /// The ids of all paragraphs, in any order; a duplicate is listed twice.
    fn paragraphs(&self) -> Vec<ParagraphId>;
}

/// The guarantee of `conserves = …`: every paragraph of a dependency occurs in the output exactly once.
#[derive(Clone, Copy)]
pub struct Conserves {
    /// The dependency, by the name of its parameter.
    pub parameter: &'static str,
    before: fn(&Cx, &'static str) -> Result<Vec<ParagraphId>, Failure>,
    after: fn(&dyn Any) -> Vec<ParagraphId>,
}

/// The row entry of `conserves = ocr`, for the types of the dependency and the output. Called by the expansion of `#[stage]`.
#[must_use]
pub const fn conserves<In: Load + Paragraphs, Out: Page + Paragraphs>(parameter: &'static str) -> Option<Conserves> {
    Some(Conserves { parameter, before: before::<In>, after: after::<Out> })
}

impl Conserves {
    /// The paragraphs of an output returned by the stage's function.
    pub(super) fn paragraphs(&self, output: &dyn Any) -> Vec<ParagraphId> {
        (self.after)(output)
    }

    /// Compares the paragraphs of an output with those of its input.
    pub(crate) fn check(&self, cx: &Cx, after: &[ParagraphId]) -> Result<(), Failure> {
        compare(self.parameter, &(self.before)(cx, self.parameter)?, after)
    }
}

fn before<In: Load + Paragraphs>(cx: &Cx, parameter: &'static str) -> Result<Vec<ParagraphId>, Failure> {
    Ok(cx.load::<In>(parameter)?.paragraphs())
}

fn after<Out: Page + Paragraphs>(output: &dyn Any) -> Vec<ParagraphId> {
    output.downcast_ref::<Out>().expect("`#[stage]` writes the output's type into its row").paragraphs()
}

fn compare(stage: &str, before: &[ParagraphId], after: &[ParagraphId]) -> Result<(), Failure> {
    let mut balance: BTreeMap<ParagraphId, (usize, usize)> = BTreeMap::new();
    for id in before {
        balance.entry(*id).or_default().0 += 1;
    }
    for id in after {
        balance.entry(*id).or_default().1 += 1;
    }
    let those = |wanted: fn(usize, usize) -> bool| {
        let ids = balance.iter().filter(|(_, (before, after))| wanted(*before, *after));
        ids.map(|(id, _)| id.to_string()).collect::<Vec<_>>().join(", ")
    };
    let problems = [
        ("lost", those(|before, after| after < before)),
        ("doubled", those(|before, after| before > 0 && after > before)),
        ("made up", those(|before, _| before == 0)),
    ];
    let problems: Vec<String> =
        problems.iter().filter(|(_, ids)| !ids.is_empty()).map(|(what, ids)| format!("{what}: {ids}")).collect();
    if problems.is_empty() {
        return Ok(());
    }
    let problem =
        format!("the output does not contain the paragraphs of `{stage}` exactly once; {}", problems.join("; "));
    Err(Failure::of(Cause::Output, problem)
        .hint(format!("the stage says `conserves = {stage}`: hand on every paragraph with its own numbers, just once")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(before: &[(u32, u32)], after: &[(u32, u32)]) -> Result<(), String> {
        let ids = |pairs: &[(u32, u32)]| -> Vec<ParagraphId> {
            pairs.iter().map(|(block, paragraph)| ParagraphId { block: *block, paragraph: *paragraph }).collect()
        };
        compare("ocr", &ids(before), &ids(after)).map_err(|failure| failure.error)
    }

    #[test]
    fn another_order_loses_nothing() {
        assert_eq!(compared(&[(0, 0), (0, 1), (1, 0)], &[(1, 0), (0, 0), (0, 1)]), Ok(()));
        assert_eq!(compared(&[(0, 0), (0, 0)], &[(0, 0), (0, 0)]), Ok(()));
    }

    #[test]
    fn error_lists_lost_duplicate_and_unknown_paragraphs() {
        assert_eq!(
            compared(&[(0, 0), (0, 1), (1, 0)], &[(0, 1), (0, 1), (7, 2)]).unwrap_err(),
            "the output does not contain the paragraphs of `ocr` exactly once; lost: block 0 paragraph 0, block 1 paragraph 0; \
             doubled: block 0 paragraph 1; made up: block 7 paragraph 2"
        );
    }
}
