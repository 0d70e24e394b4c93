use std::collections::BTreeMap;

use crate::book::{PageNumber, Unit};
use crate::events::PageOf;
use crate::record::Input;
use crate::stage::{Reach, Row};

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
    pub(super) fn input(&self) -> Input {
        let stage = self.page.stage.to_owned();
        match (self.page.unit, self.part) {
            (Unit::Page(page), _) => Input::Page { stage, page: page.get() },
            (Unit::Book, Some(page)) => Input::Part { stage, page: page.get() },
            (Unit::Book, None) => Input::Book { stage },
        }
    }
}

/// The pages of other stages that a page is made from, without duplicates.
pub(super) fn needs(row: &Row, unit: Unit, pages: &[PageNumber]) -> Vec<Need> {
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
