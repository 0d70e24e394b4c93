use std::collections::{BTreeMap, BTreeSet};

use super::{Job, OtherShards, Plan, Settled};
use crate::book::Shard;
use crate::events::{Blocker, PageOf};

/// Takes the pages of other shards out of a plan. Pages that are made from one that another shard has yet to make, however indirectly, are
/// blocked by it: also those that only use it if it exists, since they would become stale once it is made.
pub(super) fn divide(plan: Plan, shard: Shard) -> Plan {
    let book = plan.book.clone();
    let owner = |page: PageOf| shard.owner(&book, page.unit);
    let order: BTreeMap<&str, usize> =
        plan.stages.iter().enumerate().map(|(place, stage)| (stage.entry.row.name, place)).collect();
    let mut jobs = plan.jobs;
    // Dependencies first.
    jobs.sort_by_key(|job| (order[job.page.stage], job.page.unit));
    let (mut own, mut others): (Vec<Job>, BTreeSet<PageOf>) = (Vec::new(), BTreeSet::new());
    let mut waiting: BTreeMap<PageOf, Blocker> = BTreeMap::new();
    for job in jobs {
        if owner(job.page) != shard {
            others.insert(job.page);
            continue;
        }
        let first = job.needs.iter().find_map(|need| match waiting.get(&need.page) {
            Some(blocker) => Some(blocker.clone()),
            None => others.contains(&need.page).then(|| Blocker::OtherShard(need.page, owner(need.page))),
        });
        match first {
            Some(blocker) => drop(waiting.insert(job.page, blocker)),
            None => own.push(job),
        }
    }
    own.sort_by_key(|job| (job.page.unit, order[job.page.stage]));
    let (mut settled, settled_by_others): (BTreeMap<_, _>, _) =
        plan.settled.into_iter().partition(|(page, _)| owner(*page) == shard);
    settled.extend(waiting.into_iter().map(|(page, blocker)| (page, Settled::Blocked(blocker))));
    let earlier_release = plan.earlier_release.into_iter().filter(|(page, _)| owner(*page) == shard).collect();
    let other_shards = OtherShards { shard: Some(shard), jobs: others, settled: settled_by_others };
    Plan { jobs: own, settled, earlier_release, other_shards, ..plan }
}
