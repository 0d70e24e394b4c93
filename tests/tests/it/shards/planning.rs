//! What each shard does, waits for and counts, run after run.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use shelf::book::Shard;
use shelf::plan::Request;
use shelf::prelude::*;
use shelf::run::{StageSummary, Summary};
use shelf::stage::{Row, Stage};
use shelf::testing::TestBook;

/// A page of a test.
#[page]
struct Sum {
    sum: u32,
}

#[stage(name = "single", parallelism = cpu)]
fn single(page: PageNumber) -> Result<Sum> {
    Ok(Sum { sum: page.get() })
}

#[stage(name = "near", deps = [single], parallelism = cpu, after = count)]
fn near(single: Window<Sum>) -> Result<Sum> {
    let near = [single.previous(), Some(&single.page), single.next()];
    Ok(Sum { sum: near.into_iter().flatten().map(|page| page.sum).sum() })
}

static COUNTED: AtomicUsize = AtomicUsize::new(0);

#[expect(clippy::unnecessary_wraps, reason = "a hook returns a result")]
fn count(run: &mut StageRun) -> Result<()> {
    COUNTED.fetch_add(1, Ordering::SeqCst);
    run.metadata.status = Some(format!("{} pages", run.done));
    Ok(())
}

#[stage(name = "total", scope = book, deps = [near], parallelism = cpu)]
fn total(near: Pages<Sum>) -> Result<Sum> {
    Ok(Sum { sum: near.iter().map(|page| page.map(|(_, page)| page.sum)).sum::<Result<u32>>()? })
}

#[stage(name = "shares", deps = [total], parallelism = cpu)]
fn shares(page: PageNumber, total: Sum) -> Result<Sum> {
    Ok(Sum { sum: total.sum / page.get() })
}

const ROWS: [&Row; 4] = [single::ROW, near::ROW, total::ROW, shares::ROW];

fn asked(summary: &Summary) -> BTreeMap<&'static str, usize> {
    for stage in &summary.stages {
        let StageSummary { done, kept, left_stale, failed, skipped, blocked, left, .. } = stage;
        let sum = done + kept + left_stale + failed.len() + skipped.len() + blocked.len() + left;
        assert_eq!(sum, stage.asked, "{stage:?}");
    }
    summary.stages.iter().map(|stage| (stage.stage, stage.asked)).collect()
}

#[test]
fn shards_share_the_pages_out_and_meet_at_the_book_stages() {
    let alone = TestBook::of_pages(7);
    alone.process(&ROWS, &Request::default());
    let book = TestBook::of_pages(7);
    let shards: Vec<Shard> = (1..=3).filter_map(|number| Shard::new(number, 3)).collect();
    let mut made: Vec<String> = Vec::new();
    let mut rounds = 0;
    COUNTED.store(0, Ordering::SeqCst);
    loop {
        rounds += 1;
        let mut sums: BTreeMap<&str, usize> = BTreeMap::new();
        let mut is_complete = true;
        for shard in &shards {
            let run = book.process(&ROWS, &Request::default().shard(*shard));
            for (stage, asked) in asked(&run.summary) {
                *sums.entry(stage).or_default() += asked;
            }
            made.extend(run.events.into_iter().filter(|event| event.ends_with(": done")));
            is_complete &= run.summary.complete();
        }
        assert_eq!(sums, BTreeMap::from([("single", 7), ("near", 7), ("total", 1), ("shares", 7)]));
        if is_complete {
            break;
        }
    }
    // In each round the last shards use what the first have made.
    assert!((2..=4).contains(&rounds), "{rounds}");
    let number = made.len();
    made.sort();
    made.dedup();
    assert_eq!((number, made.len()), (22, 22), "no page is made twice");
    assert_eq!(COUNTED.load(Ordering::SeqCst), 1, "one shard calls the hook, once");
    assert_eq!(book.metadata().status.as_deref(), Some("7 pages"));
    assert_eq!((book.book_output::<total>().sum, alone.book_output::<total>().sum), (76, 76));
    for page in 1..=7 {
        assert_eq!(book.page::<shares>(page).sum, alone.page::<shares>(page).sum);
    }
    let again = book.process(&ROWS, &Request::default());
    assert_eq!(again.events, Vec::<String>::new(), "nothing is stale for a run without shards");
}

#[test]
fn a_shard_waits_only_for_what_others_have_yet_to_make() {
    let book = TestBook::of_pages(4);
    book.run::<single>();
    let half = |number| Shard::new(number, 2).unwrap();
    let summary = book.process(&ROWS, &Request::default().shard(half(1))).summary;
    let of = |name: &str| summary.stages.iter().find(|stage| stage.stage == name).unwrap().clone();
    assert_eq!((of("near").done, of("near").waiting_for_shards()), (2, 0));
    assert_eq!((of("shares").waiting_for_shards(), of("shares").is_blocked()), (2, false));
    let why: Vec<String> = of("shares").blocked.iter().map(|(_, by)| by.to_string()).collect();
    assert!(
        why.iter().all(|why| why.starts_with("near page ") || why.starts_with("total is left to shard ")),
        "{why:?}"
    );
}
