use std::collections::BTreeMap;

use crate::registry::{Entry, Registry};
use crate::stage::{Dep, Parallelism, Reach, Row};

/// What shards divide among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Division {
    /// The pages of each book.
    Pages,
    /// The books of the library.
    Books,
}

/// Stages that each shard can run without waiting for another, if the phases before have ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// The stages, dependencies before dependants.
    pub stages: Vec<&'static str>,
    /// Whether they may ask language models.
    pub asks_models: bool,
    /// Whether it begins when all shards have ended the phase before; if not, each shard begins it when it has ended that phase itself.
    pub waits_for_all: bool,
}

impl Phase {
    /// Whether stages of both phases may run together: nothing that is made in the first is needed by other shards in the second.
    fn can_join(&self, next: &Self) -> bool {
        !next.waits_for_all && self.asks_models == next.asks_models
    }
}

/// The phases in which shards run stages (all for `None`): a schedule for machines that start jobs after others.
#[must_use]
pub fn phases(registry: &Registry, stages: Option<&[String]>, division: Division) -> Vec<Phase> {
    let is_wanted = |row: &Row| stages.is_none_or(|stages| stages.iter().any(|name| name == row.name));
    let wanted: Vec<&Entry> =
        registry.stages().iter().map(AsRef::as_ref).filter(|entry| is_wanted(entry.row)).collect();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in &wanted {
        let of_dep = |dep: &Dep| {
            let steps = usize::from(crosses(dep, entry.row, division) || asks(dep.row.get()) != asks(entry.row));
            Some(places.get(dep.row.name)? + steps)
        };
        let place = entry.row.deps.iter().filter_map(of_dep).max().unwrap_or(0);
        places.insert(entry.row.name, place);
    }
    let mut groups: BTreeMap<(usize, bool), Vec<&Row>> = BTreeMap::new();
    for entry in &wanted {
        groups.entry((places[entry.row.name], asks(entry.row))).or_default().push(entry.row);
    }
    let groups: Vec<(bool, Vec<&Row>)> = groups.into_iter().map(|((_, asks), rows)| (asks, rows)).collect();
    let mut phases: Vec<Phase> = Vec::new();
    // The first phase of which not all shards are known to have ended.
    let mut open = 0;
    for (number, (asks_models, rows)) in groups.iter().enumerate() {
        let is_open = |name: &str| groups[open..number].iter().any(|(_, rows)| rows.iter().any(|row| row.name == name));
        let needs_others = |row: &&Row| row.deps.iter().any(|dep| crosses(dep, row, division) && is_open(dep.row.name));
        let waits_for_all = rows.iter().any(needs_others);
        if waits_for_all {
            open = number;
        }
        let stages = rows.iter().map(|row| row.name).collect();
        phases.push(Phase { stages, asks_models: *asks_models, waits_for_all });
    }
    joined(phases)
}

/// Joins phases with the ones before them where nothing is gained by ending one first.
fn joined(phases: Vec<Phase>) -> Vec<Phase> {
    let mut joined: Vec<Phase> = Vec::new();
    for phase in phases {
        match joined.last_mut() {
            Some(last) if last.can_join(&phase) => last.stages.extend(phase.stages),
            _ => joined.push(phase),
        }
    }
    joined
}

fn asks(row: &Row) -> bool {
    row.parallelism == Parallelism::Llm
}

/// Whether a page may be made from a dependency's page of another shard.
fn crosses(dep: &Dep, row: &Row, division: Division) -> bool {
    division == Division::Pages
        && match dep.reach {
            Reach::Same => false,
            // All book stages of a book belong to one shard.
            Reach::Book => !row.book,
            Reach::Part | Reach::Around(_) | Reach::All => true,
        }
}
