use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use shelf::book::Languages;
use shelf::draw::Random;
use stages::corrected::model::guard::{Guard, JudgedPair, Verdict};
use stages::vocabulary::Dictionary;

use super::bad_replies::{Kind, bad_reply};
use super::pages::{AskedParagraph, ReadPage};

/// What became of replies or corrections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All.
    pub all: usize,
    /// Those that changed the text.
    pub accepted: usize,
    /// Those that became proposals, and changed nothing.
    pub flagged: usize,
}

/// What the guard does with replies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measured {
    /// Bad replies by kind.
    pub bad: BTreeMap<Kind, Counts>,
    /// Right corrections by what they change.
    pub right: BTreeMap<&'static str, Counts>,
    /// The bad changes that were accepted, and the right ones that were not.
    pub surprises: Vec<String>,
}

/// Most tries for each bad reply that is wanted: few paragraphs have a number or an old spelling.
const MAX_TRIES: usize = 40;

/// Judges `replies` bad replies of each kind, made from `seed`, and the right correction of every word of the pages.
///
/// # Panics
/// There is no English dictionary.
#[must_use]
pub fn measure(pages: &[ReadPage], replies: usize, seed: u64) -> Measured {
    let languages = Languages(vec!["en".to_owned()]);
    let dictionary = Dictionary::of(&languages).expect("an English dictionary is installed");
    let guards: Vec<Guard> =
        pages.iter().map(|page| Guard::new(&page.ocr, &page.vocabulary, Some(&dictionary), &languages)).collect();
    let paragraphs: Vec<(&Guard, &AskedParagraph)> = guards
        .iter()
        .zip(pages)
        .flat_map(|(guard, page)| page.paragraphs.iter().map(move |paragraph| (guard, paragraph)))
        .collect();
    let right: Vec<Vec<JudgedPair>> =
        paragraphs.iter().map(|(guard, asked)| guard.judge(asked.id, &asked.text, &asked.printed)).collect();
    let mut measured = Measured::default();
    for (pairs, (_, asked)) in right.iter().zip(&paragraphs) {
        let last = asked.text.split_whitespace().count().saturating_sub(1);
        // The passage of the ground truth may begin or end elsewhere than the paragraph.
        let is_within = |pair: &&JudgedPair| pair.word > 0 && pair.word + pair.read.split_whitespace().count() <= last;
        for pair in pairs.iter().filter(is_within) {
            measured.right.entry(nature(pair)).or_default().add(&pair.verdict);
            if pair.verdict != Verdict::Accepted {
                measured.surprises.push(format!("right: {} → {} ({:?})", pair.read, pair.printed, pair.verdict));
            }
        }
    }
    for kind in Kind::ALL {
        let mut random = Random::new(seed ^ (kind as u64) << 32);
        let counts = measured.bad.entry(kind).or_default();
        for _ in 0..replies * MAX_TRIES {
            if counts.all == replies || paragraphs.is_empty() {
                break;
            }
            let at = random.below(paragraphs.len() as u32) as usize;
            let (guard, asked) = paragraphs[at];
            let Some(reply) = bad_reply(kind, asked, &dictionary, &mut random) else { continue };
            let correct: BTreeSet<(usize, &str)> =
                right[at].iter().map(|pair| (pair.word, pair.printed.as_str())).collect();
            let judged = guard.judge(asked.id, &asked.text, &reply);
            let wrong: Vec<&JudgedPair> =
                judged.iter().filter(|pair| !correct.contains(&(pair.word, pair.printed.as_str()))).collect();
            if wrong.is_empty() {
                continue;
            }
            let accepted = wrong.iter().find(|pair| pair.verdict == Verdict::Accepted);
            let flagged = wrong.iter().find(|pair| matches!(pair.verdict, Verdict::Flagged(_)));
            counts.add(&accepted.or(flagged).unwrap_or(&wrong[0]).verdict);
            if let Some(pair) = accepted {
                measured.surprises.push(format!("{}: {} → {}", kind.name(), pair.read, pair.printed));
            }
        }
    }
    measured
}

/// What a right correction changes.
fn nature(pair: &JudgedPair) -> &'static str {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let joints = |text: &str| text.chars().filter(|c| c.is_whitespace() || *c == '-').count();
    match (pair.read.as_str(), pair.printed.as_str()) {
        ("", _) => "missing words",
        (_, "") => "noise",
        (read, printed) if letters(read) != letters(printed) => "misread letters",
        (read, printed) if joints(read) != joints(printed) => "spaces and hyphens",
        _ => "punctuation and capitals",
    }
}

impl Counts {
    fn add(&mut self, verdict: &Verdict) {
        self.all += 1;
        self.accepted += usize::from(*verdict == Verdict::Accepted);
        self.flagged += usize::from(matches!(verdict, Verdict::Flagged(_)));
    }

    /// The fraction that changed the text, 0..=1.
    #[must_use]
    pub fn accepted_ratio(&self) -> f64 {
        self.accepted as f64 / self.all.max(1) as f64
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, one| Self {
            all: sum.all + one.all,
            accepted: sum.accepted + one.accepted,
            flagged: sum.flagged + one.flagged,
        })
    }
}

impl Measured {
    /// The bad replies of all kinds but look-alike words, which the text alone can hardly tell from right corrections.
    #[must_use]
    pub fn bad_without_look_alikes(&self) -> Counts {
        self.bad.iter().filter(|(kind, _)| **kind != Kind::LookAlike).map(|(_, counts)| *counts).sum()
    }

    /// The bad replies of all kinds.
    #[must_use]
    pub fn all_bad(&self) -> Counts {
        self.bad.values().copied().sum()
    }

    /// All right corrections.
    #[must_use]
    pub fn all_right(&self) -> Counts {
        self.right.values().copied().sum()
    }

    /// Adds what was measured elsewhere.
    pub fn add(&mut self, other: &Self) {
        for (kind, counts) in &other.bad {
            let sum = self.bad.entry(*kind).or_default();
            *sum = [*sum, *counts].into_iter().sum();
        }
        self.surprises.extend(other.surprises.iter().cloned());
        for (nature, counts) in &other.right {
            let sum = self.right.entry(nature).or_default();
            *sum = [*sum, *counts].into_iter().sum();
        }
    }

    /// A Markdown table of all kinds.
    #[must_use]
    pub fn table(&self) -> String {
        let mut table = "| | number | accepted | flagged | refused |\n| --- | ---: | ---: | ---: | ---: |\n".to_owned();
        let bad = self.bad.iter().map(|(kind, counts)| (format!("bad: {}", kind.name()), *counts));
        let right = self.right.iter().map(|(nature, counts)| (format!("right: {nature}"), *counts));
        let bad = bad.chain([
            ("**all bad replies but look-alikes**".to_owned(), self.bad_without_look_alikes()),
            ("**all bad replies**".to_owned(), self.all_bad()),
        ]);
        for (name, counts) in bad.chain(right).chain([("**all right corrections**".to_owned(), self.all_right())]) {
            let _ = writeln!(table, "| {name} | {counts} |");
        }
        table
    }
}

/// Four columns of the table: the number, and the fractions.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |part: usize| 100.0 * part as f64 / self.all.max(1) as f64;
        let refused = self.all - self.accepted - self.flagged;
        let [accepted, flagged, refused] = [self.accepted, self.flagged, refused].map(percent);
        write!(f, "{} | {accepted:.1} % | {flagged:.1} % | {refused:.1} %", self.all)
    }
}

/// The document with the tables of these books between its marks: the kinds of all books together, and the sums of each.
///
/// # Panics
/// The document has no marks.
#[must_use]
pub fn document(document: &str, books: &[(&str, Measured)]) -> String {
    let (before, rest) = document.split_once(BEGIN).expect("the document says where the table begins");
    let (_, after) = rest.split_once(END).expect("the document says where the table ends");
    let mut all = Measured::default();
    let mut sums =
        "\n| book | | number | accepted | flagged | refused |\n| --- | --- | ---: | ---: | ---: | ---: |\n".to_owned();
    for (name, measured) in books {
        all.add(measured);
        let _ = writeln!(sums, "| {name} | bad replies | {} |", measured.all_bad());
        let _ = writeln!(sums, "| {name} | right corrections | {} |", measured.all_right());
    }
    format!("{before}{BEGIN}\n\n{}{sums}\n{END}{after}", all.table())
}

/// Marks around the tables in the document.
const BEGIN: &str = "<!-- written by `make guard` -->";
const END: &str = "<!-- end of what `make guard` writes -->";
