use std::collections::BTreeMap;

use blake3::Hash;

/// What follows an entry in its line: its number in the file, and a hash over this line and the hash of the line before.
const NUMBER: &str = ",\"line\":";
const HASH: &str = ",\"hash\":\"";

/// The place of a line in the chain of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    /// Its number, counted from 1; 0 before the first line.
    pub(super) number: u64,
    /// The hash over the line and the hash of the line before.
    pub(super) hash: Hash,
}

impl Link {
    /// What the first line follows. It differs for each file, so that no file can take the place of another.
    pub(super) fn before_first(file: &str) -> Self {
        Self { number: 0, hash: blake3::hash(file.as_bytes()) }
    }

    /// The line with an entry, a JSON object, that follows this link, and its own link; `None` if the entry is not an object.
    pub(super) fn chained(&self, entry: &str) -> Option<(String, Self)> {
        let fields = entry.strip_suffix('}')?;
        let number = self.number.saturating_add(1);
        let covered = format!("{fields}{NUMBER}{number}");
        let hash = hash_after(self.hash, &covered);
        Some((format!("{covered}{HASH}{hash}\"}}"), Self { number, hash }))
    }

    /// The link that a line states, and what of the line its hash covers.
    pub(super) fn of_line(line: &str) -> Option<(Self, &str)> {
        let (covered, hash) = line.strip_suffix("\"}")?.rsplit_once(HASH)?;
        let number = covered.rsplit_once(NUMBER)?.1.parse().ok()?;
        Some((Self { number, hash: Hash::from_hex(hash).ok()? }, covered))
    }
}

fn hash_after(previous: Hash, covered: &str) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(previous.as_bytes()).update(covered.as_bytes());
    hasher.finalize()
}

/// What is wrong with the complete lines of a file; `end` is the last line that is known to have been written.
pub(super) fn problems(file: &str, lines: &[u8], end: Option<Link>) -> Vec<String> {
    let before_first = Link::before_first(file);
    let mut problems = Vec::new();
    // By number: the hashes that the next line may follow. There are two for a line whose stated hash was modified.
    let mut seen = BTreeMap::from([(0, vec![before_first.hash])]);
    let mut checked: BTreeMap<u64, (Link, String)> = BTreeMap::new();
    let mut last = 0;
    for line in complete_lines(lines) {
        let Some((link, covered)) = std::str::from_utf8(line).ok().and_then(Link::of_line) else {
            last += 1;
            problems.push(format!("line {last} cannot be read, or has no hash"));
            seen.entry(last).or_default();
            continue;
        };
        if seen.contains_key(&link.number) {
            problems.push(format!("line {} is there twice", link.number));
            continue;
        }
        if link.number < last {
            problems.push(format!("line {} is not in its place", link.number));
        }
        last = last.max(link.number);
        seen.insert(link.number, vec![link.hash]);
        checked.insert(link.number, (link, covered.to_owned()));
    }
    for (number, (link, covered)) in &checked {
        let Some(previous) = number.checked_sub(1).and_then(|number| seen.get(&number)) else { continue };
        let expected: Vec<Hash> = previous.iter().map(|previous| hash_after(*previous, covered)).collect();
        if !expected.is_empty() && !expected.contains(&link.hash) {
            problems.push(format!("line {number} was modified after it was written (hash mismatch)"));
            seen.entry(*number).or_default().extend(expected);
        }
    }
    let numbers: Vec<u64> = seen.keys().copied().collect();
    for pair in numbers.windows(2).filter(|pair| pair[1] - pair[0] > 1) {
        problems.push(match (pair[0] + 1, pair[1] - 1) {
            (first, end) if first == end => format!("line {first} is missing"),
            (first, end) => format!("lines {first}–{end} are missing"),
        });
    }
    match end {
        None if last > 0 => {
            problems.push("has no entry in the list of ends: lines missing at its end would not be noticed".to_owned());
        }
        Some(end) if end.number > last => {
            problems.push(format!("is cut off after line {last}: {} lines were written", end.number));
        }
        Some(end) if seen.get(&end.number).is_some_and(|hashes| !hashes.is_empty() && !hashes.contains(&end.hash)) => {
            problems.push(format!("line {} is not the one that was written (hash mismatch)", end.number));
        }
        _ => {}
    }
    problems
}

/// The lines without their ends. A line may be in the middle of being written, or its writer was killed: it does not count.
fn complete_lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').filter_map(|line| line.strip_suffix(b"\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "florida@1.jsonl";

    fn ledger(file: &str, count: u64) -> (Vec<String>, Link) {
        let mut link = Link::before_first(file);
        let mut lines = Vec::new();
        for number in 1..=count {
            let (chained, next) = link.chained(&format!("{{\"cost_usd\":0.{number}}}")).unwrap();
            lines.push(chained);
            link = next;
        }
        (lines, link)
    }

    fn found(lines: &[String], end: Link) -> Vec<String> {
        let text = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect::<String>();
        problems(FILE, text.as_bytes(), Some(end))
    }

    #[test]
    fn a_line_stays_json_and_is_read_back() {
        let (lines, end) = ledger(FILE, 2);
        let line: serde_json::Value = serde_json::from_str(&lines[1]).unwrap();
        assert_eq!((line["cost_usd"].as_f64(), line["line"].as_u64()), (Some(0.2), Some(2)));
        assert_eq!(Link::of_line(&lines[1]).unwrap().0, end);
        assert_eq!(found(&lines, end), Vec::<String>::new());
        assert_eq!(Link::before_first(FILE).chained("no object"), None);
    }

    #[test]
    fn every_change_is_named() {
        let (lines, end) = ledger(FILE, 6);
        let changed = |change: &dyn Fn(&mut Vec<String>)| {
            let mut changed = lines.clone();
            change(&mut changed);
            found(&changed, end)
        };
        let modified = "line 3 was modified after it was written (hash mismatch)";
        assert_eq!(changed(&|lines| lines[2] = lines[2].replace("0.3", "0.0")), [modified]);
        assert_eq!(changed(&|lines| lines[2] = "{}".to_owned()), ["line 3 cannot be read, or has no hash"]);
        assert_eq!(changed(&|lines| drop(lines.remove(2))), ["line 3 is missing"]);
        assert_eq!(changed(&|lines| drop(lines.drain(0..3))), ["lines 1–3 are missing"]);
        assert_eq!(changed(&|lines| lines.swap(2, 3)), ["line 3 is not in its place"]);
        assert_eq!(changed(&|lines| lines.insert(4, lines[2].clone())), ["line 3 is there twice"]);
        assert_eq!(changed(&|lines| lines.truncate(4)), ["is cut off after line 4: 6 lines were written"]);
        assert_eq!(changed(&Vec::clear), ["is cut off after line 0: 6 lines were written"]);
        let of_another = ledger("florida@2.jsonl", 6).0;
        assert_eq!(changed(&|lines| lines.clone_from(&of_another))[0], modified.replace('3', "1"));
    }

    #[test]
    fn a_hash_that_was_modified_is_named_once() {
        let (mut lines, end) = ledger(FILE, 4);
        let hash = Link::of_line(&lines[1]).unwrap().0.hash.to_string();
        lines[1] = lines[1].replace(&hash, blake3::hash(b"another").to_hex().as_str());
        assert_eq!(found(&lines, end), ["line 2 was modified after it was written (hash mismatch)"]);
    }

    #[test]
    fn the_last_line_computed_anew_differs_from_the_end() {
        let (mut lines, end) = ledger(FILE, 3);
        let before = Link::of_line(&lines[1]).unwrap().0;
        lines[2] = before.chained("{\"cost_usd\":0.0}").unwrap().0;
        assert_eq!(found(&lines, end), ["line 3 is not the one that was written (hash mismatch)"]);
    }

    #[test]
    fn lines_after_the_end_and_one_that_is_being_written_are_no_problem() {
        let (lines, _) = ledger(FILE, 3);
        let end = Link::of_line(&lines[1]).unwrap().0;
        let text = format!("{}\n{}\n{}\n{{\"cost", lines[0], lines[1], lines[2]);
        assert_eq!(problems(FILE, text.as_bytes(), Some(end)), Vec::<String>::new());
        assert_eq!(problems(FILE, text.as_bytes(), None).len(), 1);
        assert_eq!(problems(FILE, b"", None), Vec::<String>::new());
    }

    #[test]
    fn a_huge_number_takes_no_time() {
        let (lines, end) = ledger(FILE, 1);
        let huge = Link { number: u64::MAX - 1, ..end }.chained("{}").unwrap().0;
        assert_eq!(found(&[lines[0].clone(), huge], end), [format!("lines 2–{} are missing", u64::MAX - 1)]);
    }
}
