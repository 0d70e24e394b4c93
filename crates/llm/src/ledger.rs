use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Usd;
use shelf_runtime::book::ScanId;
use shelf_runtime::record::Hash;
use shelf_runtime::store::{LedgerFile, Store, StoreError};

/// One attempt at asking a model: a line of the book's ledger, which no `clean` and no `delete` removes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Which attempt: 16 hexadecimal digits.
    #[serde(default)]
    pub attempt: String,
    /// When it ended, ISO 8601 in UTC; when it was sent, where its end is not known.
    pub time: String,
    /// The stage that asked.
    pub stage: String,
    /// The page it asked for; 0 for the whole book, and for hooks.
    pub page: u32,
    /// The model that was asked.
    pub model: String,
    /// Who ran it, if they told.
    pub provider: Option<String>,
    /// What was asked.
    pub request: Hash,
    /// Tokens of the request, if the provider told.
    pub prompt_tokens: Option<u64>,
    /// Tokens of the reply, if the provider told.
    pub completion_tokens: Option<u64>,
    /// What it cost, USD; `null` where nobody knows.
    pub cost_usd: Option<Usd>,
    /// How the cost is known.
    pub cost: CostBasis,
    /// How it ended: a finish reason such as `stop`, or what went wrong, such as `http 429`, `cut`, `timeout: idle`; `sent` while it is
    /// on its way, `lost` where the program died meanwhile.
    pub ended: String,
    /// Time that it waited for its turn, s.
    pub queue_s: f64,
    /// Time to the first words, s.
    pub ttft_s: Option<f64>,
    /// Time to the end, s.
    pub total_s: f64,
}

/// How the cost of an attempt is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostBasis {
    /// The provider told it.
    Reported,
    /// From the tokens that the provider told, and a list of prices.
    Priced,
    /// Nothing is known but that it may have cost something: what was put aside for the dearest case.
    Estimated,
    /// The server gave no reply, and providers charge for none.
    Nothing,
    /// There is no price.
    Unknown,
}

/// What attempts add up to.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Spent {
    /// Attempts.
    pub calls: usize,
    /// Those that gave no reply.
    pub failed: usize,
    /// Cost, as far as it is known, USD.
    pub cost_usd: Usd,
    /// The part of it that is estimated, USD.
    pub estimated_usd: Usd,
    /// Attempts of which nobody knows the cost.
    pub unknown: usize,
}

impl Spent {
    /// Adds one attempt.
    pub fn add(&mut self, entry: &LedgerEntry) {
        self.calls += 1;
        self.failed += usize::from(entry.ttft_s.is_none());
        self.cost_usd += entry.cost_usd.unwrap_or_default();
        if entry.cost == CostBasis::Estimated {
            self.estimated_usd += entry.cost_usd.unwrap_or_default();
        }
        self.unknown += usize::from(entry.cost == CostBasis::Unknown);
    }

    /// The cost, USD; `None` where some of it is not known.
    #[must_use]
    pub fn known_usd(&self) -> Option<Usd> {
        (self.unknown == 0).then_some(self.cost_usd)
    }

    /// What these attempts add up to.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a LedgerEntry>) -> Self {
        entries.into_iter().fold(Self::default(), |mut spent, entry| {
            spent.add(entry);
            spent
        })
    }
}

/// `$0.42`; `$0.42, of which $0.02 estimated`; `unknown`; `$0.42 and 3 of unknown cost`.
impl std::fmt::Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.unknown > 0 && self.unknown == self.calls {
            return f.write_str("unknown");
        }
        write!(f, "{}", self.cost_usd)?;
        if self.estimated_usd > Usd::ZERO {
            write!(f, ", of which {} estimated", self.estimated_usd)?;
        }
        if self.unknown > 0 {
            write!(f, " and {} of unknown cost", self.unknown)?;
        }
        Ok(())
    }
}

/// How an attempt stands in the ledger that is on its way.
pub(super) const SENT: &str = "sent";
/// How one stands there whose end nobody has seen.
const LOST: &str = "lost";

/// Writes down that an attempt is about to be sent: should the program die, it is known that it may have cost something.
pub(super) fn note_sent(store: &dyn Store, book: &ScanId, entry: &LedgerEntry) -> Result<(), StoreError> {
    store.append_ledger(book, LedgerFile::Sent, &line(entry))
}

/// Writes an attempt that has ended into the book's ledger; it is on disk when this returns.
pub(super) fn note(store: &dyn Store, book: &ScanId, entry: &LedgerEntry) -> Result<(), StoreError> {
    store.append_ledger(book, LedgerFile::Ended, &line(entry))
}

fn line(entry: &LedgerEntry) -> Vec<u8> {
    let mut line = serde_json::to_vec(entry).expect("an entry is texts and numbers");
    line.push(b'\n');
    line
}

/// The attempts on a book, oldest first, and after them those on their way. A line that was cut off by a crash is left out.
pub fn ledger(store: &dyn Store, book: &ScanId) -> Result<Vec<LedgerEntry>, StoreError> {
    // What was sent is read first: meanwhile it may end, and then it is found twice, not missed.
    let sent = read(store, book, LedgerFile::Sent)?;
    let mut attempts = read(store, book, LedgerFile::Ended)?;
    let ended: BTreeSet<String> = attempts.iter().map(|entry| entry.attempt.clone()).collect();
    attempts.extend(sent.into_iter().filter(|entry| !ended.contains(&entry.attempt)));
    Ok(attempts)
}

/// Writes what was on its way when an earlier run died into the ledger, at the dearest it may have cost. Only for who holds the book's lock.
pub(crate) fn settle_lost(store: &dyn Store, book: &ScanId) -> Result<(), StoreError> {
    for entry in ledger(store, book)?.into_iter().filter(|entry| entry.ended == SENT) {
        note(store, book, &LedgerEntry { ended: LOST.to_owned(), ..entry })?;
    }
    store.clear_sent(book)
}

fn read(store: &dyn Store, book: &ScanId, file: LedgerFile) -> Result<Vec<LedgerEntry>, StoreError> {
    let bytes = store.read_ledger(book, file)?;
    Ok(bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect())
}

/// What was spent on a book, and on all books of the library in the month (UTC) of `now`, ISO 8601.
pub(super) fn spent_before(store: &dyn Store, book: &ScanId, now: &str) -> Result<(Usd, Usd), StoreError> {
    let month = now.get(..7).unwrap_or(now);
    let mut of_month = Usd::ZERO;
    for other in store.ledgers()? {
        let entries = ledger(store, &other)?;
        of_month +=
            entries.iter().filter(|entry| entry.time.starts_with(month)).filter_map(|entry| entry.cost_usd).sum();
    }
    let of_book = ledger(store, book)?.iter().filter_map(|entry| entry.cost_usd).sum();
    Ok((of_book, of_month))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shelf_runtime::store::FolderStore;

    fn entry(time: &str, cost: Option<f64>, basis: CostBasis) -> LedgerEntry {
        LedgerEntry {
            attempt: Hash::of(time.as_bytes()).as_str()[..16].to_owned(),
            time: time.to_owned(),
            stage: "corrected".to_owned(),
            page: 7,
            model: "m".to_owned(),
            provider: None,
            request: Hash::of(b"request"),
            prompt_tokens: None,
            completion_tokens: None,
            cost_usd: cost.map(Usd),
            cost: basis,
            ended: "stop".to_owned(),
            queue_s: 0.0,
            ttft_s: Some(0.2),
            total_s: 1.0,
        }
    }

    #[test]
    fn a_ledger_outlives_its_book_and_is_added_up() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let (book, other): (ScanId, ScanId) = ("florida".parse().unwrap(), "other".parse().unwrap());
        std::fs::create_dir(store.book_folder(&book)).unwrap();
        assert_eq!(ledger(&store, &book).unwrap(), []);
        let november = entry("2026-11-02T10:00:00Z", Some(0.25), CostBasis::Reported);
        note(&store, &book, &november).unwrap();
        note(&store, &book, &entry("2026-10-31T10:00:00Z", Some(0.5), CostBasis::Estimated)).unwrap();
        note(&store, &other, &entry("2026-11-03T10:00:00Z", Some(1.0), CostBasis::Priced)).unwrap();
        store.append_ledger(&book, LedgerFile::Ended, b"{\"time\": \"20").unwrap();
        store.remove_folder(&book, "").unwrap();
        assert_eq!(ledger(&store, &book).unwrap()[0], november);
        assert_eq!(spent_before(&store, &book, "2026-11-22T00:00:00Z").unwrap(), (Usd(0.75), Usd(1.25)));
        assert_eq!(store.books().unwrap(), []);
    }

    #[test]
    fn what_was_on_its_way_when_the_program_died_is_not_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let book: ScanId = "florida".parse().unwrap();
        let ended =
            |time, ended: &str| LedgerEntry { ended: ended.to_owned(), ..entry(time, Some(0.5), CostBasis::Estimated) };
        for time in ["10:00", "10:01"] {
            note_sent(&store, &book, &ended(time, SENT)).unwrap();
        }
        note(&store, &book, &ended("10:00", "stop")).unwrap();
        // It died while it wrote a line, which must not swallow the next.
        store.append_ledger(&book, LedgerFile::Ended, b"{\"time\": \"20").unwrap();
        let standing = |store: &FolderStore| -> Vec<String> {
            ledger(store, &book).unwrap().into_iter().map(|entry| entry.ended).collect()
        };
        assert_eq!(standing(&store), ["stop", "sent"]);
        for _ in 0..2 {
            settle_lost(&store, &book).unwrap();
            assert_eq!(standing(&store), ["stop", "lost"]);
        }
        assert_eq!(store.read_ledger(&book, LedgerFile::Sent).unwrap(), b"");
    }

    #[test]
    fn an_unknown_cost_is_never_nothing() {
        let shown = |entries: &[LedgerEntry]| Spent::of(entries).to_string();
        let known = entry("", Some(0.25), CostBasis::Reported);
        let estimated = entry("", Some(0.5), CostBasis::Estimated);
        let unknown = entry("", None, CostBasis::Unknown);
        assert_eq!(shown(&[]), "$0.00");
        assert_eq!(shown(&[known.clone(), estimated]), "$0.7500, of which $0.5000 estimated");
        assert_eq!(shown(std::slice::from_ref(&unknown)), "unknown");
        assert_eq!(shown(&[known, unknown]), "$0.2500 and 1 of unknown cost");
    }
}
