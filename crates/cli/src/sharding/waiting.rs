use crate::numbers::pages;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::Shard;
use shelf_runtime::events::Blocker;
use shelf_runtime::run::StageSummary;
use shelf_runtime::run::Summary;
use std::collections::BTreeSet;

/// What a stage's pages wait for: ``pages 3–7 wait for `vocabulary` of shard 2/4``, one line for each stage that they wait for.
pub(crate) fn waiting(stage: &StageSummary) -> Vec<String> {
    let mut ways: Vec<(&str, BTreeSet<Shard>, Vec<PageNumber>)> = Vec::new();
    for (page, by) in &stage.blocked {
        let Blocker::OtherShard(needed, shard) = by else { continue };
        match ways.iter_mut().find(|(stage, ..)| *stage == needed.stage) {
            Some((_, shards, pages)) => {
                shards.insert(*shard);
                pages.extend(page.unit.page());
            }
            None => ways.push((needed.stage, BTreeSet::from([*shard]), page.unit.page().into_iter().collect())),
        }
    }
    let line = |(needed, shards, waiting): (&str, BTreeSet<Shard>, Vec<PageNumber>)| {
        let who = match waiting.len() {
            0 => "book waits".to_owned(),
            1 => format!("{} waits", pages(waiting)),
            _ => format!("{} wait", pages(waiting)),
        };
        match (shards.len(), shards.first()) {
            (1, Some(shard)) => format!("{who} for `{needed}` of shard {shard}"),
            _ => format!("{who} for `{needed}` of other shards"),
        }
    };
    let mut lines: Vec<String> = ways.into_iter().map(line).collect();
    if stage.hook_waits {
        lines.push("its `after` hook waits for the pages of other shards".to_owned());
    }
    lines
}

/// What to do about pages that wait for other shards.
pub(crate) fn hint(summary: &Summary) -> Option<String> {
    let waits = |stage: &StageSummary| stage.waiting_for_shards() > 0 || stage.hook_waits;
    let is_waiting = summary.stages.iter().any(waits);
    is_waiting.then(|| "run the same command again when the other shards have made their pages".to_owned())
}
