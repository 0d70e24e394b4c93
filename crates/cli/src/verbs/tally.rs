use crate::numbers::count;
use shelf_runtime::book::ScanId;
use shelf_runtime::run::Summary;

/// How a run over one of several books ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// There was nothing to do.
    UpToDate,
    /// All requested pages are done.
    Done,
    /// Some pages are not done, and why.
    Incomplete(String),
    /// The book was refused, and why.
    Refused(String),
    /// The run stopped before this book.
    NotStarted,
}

impl Standing {
    pub(super) fn of(summary: &Summary) -> Self {
        let sum = |of: fn(&shelf_runtime::run::StageSummary) -> usize| summary.stages.iter().map(of).sum::<usize>();
        let numbers = [
            (sum(|stage| stage.failed.len()), "failed"),
            (sum(|stage| stage.blocked.len() - stage.waiting_for_shards()), "blocked"),
            (sum(shelf_runtime::run::StageSummary::waiting_for_shards), "waiting for other shards"),
            (sum(|stage| stage.left), "left to do"),
            (sum(|stage| usize::from(stage.error().is_some())), "with an error"),
        ];
        let problems: Vec<String> =
            numbers.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
        if !problems.is_empty() {
            Self::Incomplete(problems.join(", "))
        } else if sum(|stage| stage.done) == 0 {
            Self::UpToDate
        } else {
            Self::Done
        }
    }
}

/// How the books of a run ended.
#[derive(Debug, Default)]
pub(super) struct Tally {
    books: Vec<(ScanId, Standing)>,
}

impl Tally {
    pub(super) fn add(&mut self, book: &ScanId, standing: Standing) {
        self.books.push((book.clone(), standing));
    }

    /// `30 books: 26 done, 2 up to date, 2 with problems`, and a line for each book with problems.
    pub(super) fn lines(&self) -> Vec<String> {
        let number = |wanted: fn(&Standing) -> bool| self.books.iter().filter(|(_, standing)| wanted(standing)).count();
        let counts = [
            (number(|standing| *standing == Standing::Done), "done"),
            (number(|standing| *standing == Standing::UpToDate), "up to date"),
            (number(|standing| *standing == Standing::NotStarted), "not started"),
            (number(|standing| matches!(standing, Standing::Incomplete(_) | Standing::Refused(_))), "with problems"),
        ];
        let counts: Vec<String> =
            counts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
        let total = format!("{}: {}", count(self.books.len(), "book"), counts.join(", "));
        let attention = self.books.iter().filter_map(|(book, standing)| match standing {
            Standing::Incomplete(what) => Some(format!("  {book}: {what}; see `shelf status {book}`")),
            Standing::Refused(why) => Some(format!("  {book}: {why}")),
            _ => None,
        });
        std::iter::once(total).chain(attention).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_that_need_attention_are_named() {
        let mut tally = Tally::default();
        for (book, standing) in [
            ("a", Standing::Done),
            ("b", Standing::UpToDate),
            ("c", Standing::Incomplete("1 failed, 3 blocked".to_owned())),
            ("d", Standing::Refused("`d` is in use by another process".to_owned())),
            ("e", Standing::NotStarted),
        ] {
            tally.add(&book.parse().unwrap(), standing);
        }
        insta::assert_snapshot!(tally.lines().join("\n"), @r"
        5 books: 1 done, 1 up to date, 1 not started, 2 with problems
          c: 1 failed, 3 blocked; see `shelf status c`
          d: `d` is in use by another process
        ");
    }
}
