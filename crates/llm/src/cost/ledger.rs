use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use shelf_runtime::book::{ScanId, Unit};
use shelf_runtime::record::Hash;
use shelf_runtime::store::{LedgerFile, Store, StoreError};
use shelf_runtime::usd::Usd;

/// One attempt at a call: a line of the book's ledger, which neither `clean` nor `delete` removes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Identifies the attempt.
    #[serde(default)]
    pub attempt: AttemptId,
    /// When it ended; when it was sent, if its end is not known.
    #[serde(serialize_with = "write_time")]
    pub time: Timestamp,
    /// The stage that asked.
    pub stage: String,
    /// The page that asked; `None` for the whole book and for hooks. In the file, `None` is 0.
    pub page: Unit,
    /// The model that was asked.
    pub model: String,
    /// Who ran the model, if reported.
    pub provider: Option<String>,
    /// Hash of the request.
    pub request: Hash,
    /// Tokens of the request, if reported.
    pub prompt_tokens: Option<u64>,
    /// Tokens of the reply, if reported.
    pub completion_tokens: Option<u64>,
    /// The cost, USD; `None` if unknown.
    pub cost_usd: Option<Usd>,
    /// Where the cost comes from.
    pub cost: CostBasis,
    /// How it ended: a finish reason such as `stop`, or an error such as `http 429`, `cut` or `timeout: idle`; `sent` while it is in flight,
    /// `lost` if the program died meanwhile.
    pub ended: String,
    /// Time in the queue, s.
    pub queue_s: f64,
    /// Time to the first token, s.
    pub ttft_s: Option<f64>,
    /// Time to the end, s.
    pub total_s: f64,
}

/// The id of an attempt: 16 hexadecimal digits, or empty in ledgers that have none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptId(String);

impl AttemptId {
    /// The id of the `number`-th attempt of this process, which differs from those of all other processes and machines.
    pub(crate) fn new(time: Timestamp, number: u64) -> Self {
        static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(std::process::id()));
        Self::of(&format!("{time:.6} {} {number}", *PROCESS))
    }

    fn of(text: &str) -> Self {
        Self(Hash::of(text.as_bytes()).as_str()[..16].to_owned())
    }
}

/// Where the cost of an attempt comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostBasis {
    /// Reported by the provider.
    Reported,
    /// Reported tokens times the price.
    Priced,
    /// Not reported, but it may have cost something: the worst case.
    Estimated,
    /// The server gave no reply, and providers charge for none.
    Nothing,
    /// The price is not known.
    Unknown,
}

/// `ended` of an attempt in flight.
pub(crate) const SENT: &str = "sent";
/// `ended` of an attempt in flight when the program died.
const LOST: &str = "lost";

/// Records that an attempt is about to be sent: if the program dies, the ledger shows that it may have cost something.
pub(crate) fn append_sent(store: &dyn Store, book: &ScanId, entry: &LedgerEntry) -> Result<(), StoreError> {
    store.append_ledger(book, LedgerFile::Sent, &line(entry))
}

/// Writes an attempt that has ended into the book's ledger; it is on disk when this returns.
pub(crate) fn append_ended(store: &dyn Store, book: &ScanId, entry: &LedgerEntry) -> Result<(), StoreError> {
    store.append_ledger(book, LedgerFile::Ended, &line(entry))
}

fn line(entry: &LedgerEntry) -> Vec<u8> {
    let mut line = serde_json::to_vec(entry).expect("an entry consists of strings and numbers");
    line.push(b'\n');
    line
}

/// The attempts of a book, oldest first, then those in flight. A line that was cut off by a crash is skipped.
///
/// # Errors
/// The store cannot be read.
pub fn ledger(store: &dyn Store, book: &ScanId) -> Result<Vec<LedgerEntry>, StoreError> {
    // Attempts in flight are read first: one that ends meanwhile is found twice instead of missed.
    let sent = read(store, book, LedgerFile::Sent)?;
    let mut attempts = read(store, book, LedgerFile::Ended)?;
    // They are in several files.
    attempts.sort_by_key(|entry| entry.time);
    let ended: BTreeSet<AttemptId> = attempts.iter().map(|entry| entry.attempt.clone()).collect();
    attempts.extend(sent.into_iter().filter(|entry| !ended.contains(&entry.attempt)));
    Ok(attempts)
}

/// Moves the attempts that processes had in flight when they died into the ledger, at their worst-case cost. Those of running processes stay.
pub(crate) fn settle_unfinished(store: &dyn Store, book: &ScanId) -> Result<(), StoreError> {
    store.settle_sent(book, &mut |lines| {
        let ended: BTreeSet<AttemptId> =
            read(store, book, LedgerFile::Ended)?.into_iter().map(|entry| entry.attempt).collect();
        let lost = parse_lines(lines).filter(|entry| !ended.contains(&entry.attempt));
        lost.map(|entry| LedgerEntry { ended: LOST.to_owned(), ..entry })
            .try_for_each(|entry| append_ended(store, book, &entry))
    })
}

fn read(store: &dyn Store, book: &ScanId, file: LedgerFile) -> Result<Vec<LedgerEntry>, StoreError> {
    Ok(parse_lines(&store.read_ledger(book, file)?).collect())
}

/// The entries of a ledger. Lines that are cut off are skipped.
pub(super) fn parse_lines(bytes: &[u8]) -> impl Iterator<Item = LedgerEntry> + '_ {
    bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok())
}

/// Year and month, UTC.
pub(super) type Month = (i16, i8);

pub(super) fn month(time: Timestamp) -> Month {
    let date = time.to_zoned(TimeZone::UTC).date();
    (date.year(), date.month())
}

/// Rounds to the microsecond, as everywhere in the library.
fn write_time<S: serde::Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{time:.6}"))
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use super::*;
    use shelf_runtime::store::FolderStore;

    pub(in crate::cost) fn entry(time: &str, cost: Option<f64>, basis: CostBasis) -> LedgerEntry {
        LedgerEntry {
            attempt: AttemptId::of(time),
            time: time.parse().unwrap(),
            stage: "corrected".to_owned(),
            page: Unit::of_number(7),
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

    /// Leaves half a line at the end of the ledger of florida.
    fn cut_off(store: &FolderStore) {
        let file = store.root().join(".ledger/florida@1.jsonl");
        let mut ledger = std::fs::OpenOptions::new().append(true).open(file).unwrap();
        ledger.write_all(b"{\"time\": \"20").unwrap();
    }

    #[test]
    fn ledger_survives_deletion() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let book: ScanId = "florida".parse().unwrap();
        std::fs::create_dir(store.book_folder(&book)).unwrap();
        assert_eq!(ledger(&store, &book).unwrap(), []);
        let november = entry("2026-11-02T10:00:00Z", Some(0.25), CostBasis::Reported);
        append_ended(&store, &book, &november).unwrap();
        cut_off(&store);
        store.remove_folder(&book, "").unwrap();
        assert_eq!(ledger(&store, &book).unwrap()[0], november);
        assert_eq!(store.books().unwrap(), []);
    }

    #[test]
    fn calls_in_flight_at_a_crash_are_settled_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let book: ScanId = "florida".parse().unwrap();
        let ended = |time: &str, ended: &str| LedgerEntry {
            ended: ended.to_owned(),
            ..entry(time, Some(0.5), CostBasis::Estimated)
        };
        let times = ["2026-11-02T10:00:00Z", "2026-11-02T10:01:00Z"];
        for time in times {
            append_sent(&store, &book, &ended(time, SENT)).unwrap();
        }
        append_ended(&store, &book, &ended(times[0], "stop")).unwrap();
        settle_unfinished(&store, &book).unwrap();
        assert_eq!(ledger(&store, &book).unwrap().last().unwrap().ended, "sent", "it has not died yet");
        // It died while writing a line, which must not swallow the next.
        cut_off(&store);
        drop(store);
        let store = FolderStore::open(folder.path()).unwrap();
        let outcomes = |store: &FolderStore| -> Vec<String> {
            ledger(store, &book).unwrap().into_iter().map(|entry| entry.ended).collect()
        };
        assert_eq!(outcomes(&store), ["stop", "sent"]);
        for _ in 0..2 {
            settle_unfinished(&store, &book).unwrap();
            assert_eq!(outcomes(&store), ["stop", "lost"]);
        }
        assert_eq!(store.read_ledger(&book, LedgerFile::Sent).unwrap(), b"");
    }

    #[test]
    fn attempts_of_several_processes_are_in_the_order_of_their_time() {
        let folder = tempfile::tempdir().unwrap();
        let open = || FolderStore::open(folder.path()).unwrap();
        let (first, second) = (open(), open());
        let book: ScanId = "florida".parse().unwrap();
        let append = |store: &FolderStore, time: &str| {
            append_ended(store, &book, &entry(time, Some(0.5), CostBasis::Priced)).unwrap();
        };
        append(&first, "2026-11-02T10:00:00Z");
        append(&second, "2026-11-02T10:01:00Z");
        append(&first, "2026-11-02T10:02:00Z");
        let times: Vec<String> = ledger(&first, &book).unwrap().iter().map(|entry| entry.time.to_string()).collect();
        assert_eq!(times, ["2026-11-02T10:00:00Z", "2026-11-02T10:01:00Z", "2026-11-02T10:02:00Z"]);
    }

    #[test]
    fn line_format_is_stable() {
        let line = concat!(
            r#"{"attempt":"0123456789abcdef","time":"2026-11-02T10:00:00.250000Z","stage":"catalogue","page":0,"model":"m","#,
            r#""provider":null,"request":"00","prompt_tokens":7,"completion_tokens":null,"cost_usd":0.25,"cost":"priced","#,
            r#""ended":"stop","queue_s":0.0,"ttft_s":0.2,"total_s":1.0}"#,
        );
        let entry: LedgerEntry = serde_json::from_str(line).unwrap();
        assert_eq!(entry.page, Unit::Book);
        assert_eq!(serde_json::to_string(&entry).unwrap(), line);
        let older: LedgerEntry = serde_json::from_str(&line.replace(r#""attempt":"0123456789abcdef","#, "")).unwrap();
        assert_eq!(older.attempt, AttemptId::default());
    }
}
