use super::folio::Folio;
use super::solver::SolvedNumber;

/// Successive scans with successive page numbers, which are not where these pages belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MisplacedLeaf {
    /// Its first and last scan.
    pub(super) scans: (u32, u32),
    /// The numbers of its first and last page.
    pages: (Folio, Folio),
    /// The scans between which it belongs.
    between: (u32, u32),
}

impl MisplacedLeaf {
    /// Whether a scan is part of it.
    pub(super) fn contains(&self, scan: u32) -> bool {
        (self.scans.0..=self.scans.1).contains(&scan)
    }

    /// Whether a page is part of it.
    pub(super) fn has_page(&self, folio: Folio) -> bool {
        (self.pages.0..=self.pages.1).contains(&folio)
    }

    pub(super) fn warning(&self) -> String {
        let (first, last) = (self.pages.0.print(), self.pages.1.print());
        let (from, to) = self.scans;
        let what = if from == to {
            format!("page {first} (scan {from}) is")
        } else {
            format!("pages {first}–{last} (scans {from}–{to}) are")
        };
        format!("{what} out of order and should be between scans {} and {}", self.between.0, self.between.1)
    }
}

/// Scans in a row with numbers in a row.
#[derive(Debug, Clone, Copy)]
struct Segment {
    scans: (u32, u32),
    pages: (Folio, Folio),
}

impl Segment {
    fn pages(&self) -> u32 {
        self.pages.1.value - self.pages.0.value + 1
    }

    fn is_before(&self, other: &Self) -> bool {
        self.pages.1.style == other.pages.0.style && self.pages.1.value < other.pages.0.value
    }
}

/// The leaves that are out of order: without them the numbers of the book rise, and they fill a gap in these numbers exactly.
pub(super) fn misplaced_leaves(solved: &[SolvedNumber]) -> Vec<MisplacedLeaf> {
    let segments = segments(solved);
    let in_order = longest_rising(&segments);
    let (kept, others): (Vec<usize>, Vec<usize>) = (0..segments.len()).partition(|at| in_order.contains(at));
    let mut found = Vec::new();
    for gap in kept.windows(2) {
        let (before, after) = (&segments[gap[0]], &segments[gap[1]]);
        let mut within: Vec<&Segment> = others.iter().map(|at| &segments[*at]).collect();
        within.retain(|other| before.is_before(other) && other.is_before(after));
        within.sort_by_key(|other| other.pages.0);
        let mut expected = before.pages.1.value + 1;
        let is_filled = within.iter().all(|other| {
            let follows = other.pages.0.value == expected;
            expected = other.pages.1.value + 1;
            follows
        }) && expected == after.pages.0.value;
        if is_filled {
            found.extend(within.into_iter().map(|leaf| MisplacedLeaf {
                scans: leaf.scans,
                pages: leaf.pages,
                between: (before.scans.1, after.scans.0),
            }));
        }
    }
    found.sort_by_key(|leaf| leaf.scans);
    found
}

fn segments(solved: &[SolvedNumber]) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    let sure = (1..).zip(solved).filter(|(_, solved)| solved.agreeing_neighbours > 0);
    for (scan, folio) in sure.filter_map(|(scan, solved)| Some((scan, solved.folio?))) {
        match segments.last_mut() {
            Some(last) if last.pages.1.style == folio.style && last.pages.1.value + 1 == folio.value => {
                (last.scans.1, last.pages.1) = (scan, folio);
            }
            _ => segments.push(Segment { scans: (scan, scan), pages: (folio, folio) }),
        }
    }
    segments
}

/// The indices of the segments whose numbers rise, with the most pages.
fn longest_rising(segments: &[Segment]) -> Vec<usize> {
    let mut best: Vec<(u32, Option<usize>)> = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        let before = (0..at).filter(|before| segments[*before].is_before(segment)).max_by_key(|before| best[*before].0);
        best.push((segment.pages() + before.map_or(0, |before| best[before].0), before));
    }
    let last = (0..best.len()).max_by_key(|at| best[*at].0);
    std::iter::successors(last, |at| best[*at].1).collect()
}
