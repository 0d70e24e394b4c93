use super::CorrectionKind;
use super::draft::{Draft, TokenPosition};
use crate::vocabulary::{Dictionary, PageVocabulary, split_token, word_key};

/// The kind of a hyphen at a line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hyphen {
    /// Only for the line end: `cam-paign` is `campaign`.
    Soft,
    /// Part of the word: `self-aware`.
    Hard,
    /// In place of a part that comes later: `two- and threefold`.
    Suspended,
}

/// Joins words that are hyphenated at a line end.
pub(super) fn join_hyphenated_words(draft: &mut Draft, book: &PageVocabulary, dictionary: Option<&Dictionary>) {
    // From the end, so that earlier positions stay valid; words hyphenated twice are joined piece by piece.
    for place in draft.places().into_iter().rev() {
        let Some(next) = draft.next(place).filter(|next| draft.token(*next).continues) else { continue };
        join(draft, place, next, book, dictionary);
    }
}

fn join(
    draft: &mut Draft,
    place: TokenPosition,
    next: TokenPosition,
    book: &PageVocabulary,
    dictionary: Option<&Dictionary>,
) {
    let (token, after) = (&draft.token(place).text, &draft.token(next).text);
    let ((lead, before, hyphen), (_, follows, _)) = (split_token(token), split_token(after));
    let stem = format!("{lead}{before}");
    let (kind, text) = match classify_hyphen(before, follows, book, dictionary) {
        // Capitals do not occur within a word: the letter was misread as a similar capital.
        Hyphen::Soft if before.ends_with(char::is_lowercase) => {
            (CorrectionKind::Joined, format!("{stem}{}", small_first(after)))
        }
        Hyphen::Soft => (CorrectionKind::Joined, format!("{stem}{after}")),
        Hyphen::Hard => (CorrectionKind::Kept, format!("{stem}-{after}")),
        Hyphen::Suspended => return,
    };
    let read = format!("{before}{hyphen}{follows}");
    draft.merge(place, next, kind, read, text);
}

fn small_first(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

/// Prefixes that keep their hyphen, whatever follows.
const HYPHENATED_PREFIXES: [&str; 14] =
    ["self", "well", "ex", "half", "all", "ill", "quasi", "vice", "non", "anti", "pseudo", "semi", "cross", "demi"];
/// Two-word adverbs of time, which older books print with a hyphen and newer ones undivided.
const AFTER_TO: [&str; 3] = ["day", "morrow", "night"];
/// Words that follow a suspended hyphen.
const AFTER_SUSPENDED: [&str; 10] = ["and", "or", "to", "und", "oder", "bis", "et", "ou", "y", "e"];
/// Parts of words that are rarely divided from the rest by a hyphen, although they are words.
#[rustfmt::skip]
const NEVER_DIVIDED: [&str; 39] = [
    "under", "over", "some", "any", "every", "with", "there", "where", "here", "out", "after", "never", "other", "what", "who", "for", "not", "mis", "dis",
    "self", "selves", "ness", "less", "ful", "ward", "wards", "wise", "thing", "body", "ever", "ship", "hood", "able", "ally",
    "graph", "gram", "meter", "scope", "phone",
];
/// Endings of compounds that are rarely words of their own.
#[rustfmt::skip]
const ENDS_OF_COMPOUNDS: [&str; 22] = [
    "backed", "bearded", "blooded", "bodied", "bred", "colored", "coloured", "eared", "eyed", "faced", "fashioned", "fingered", "footed", "haired", "handed", "headed", "hearted",
    "legged", "minded", "natured", "sided", "tempered",
];
/// Shorter halves are not words, even if a dictionary has them.
const MIN_HALF_CHARS: usize = 3;
/// Short words that may nevertheless be halves of compounds.
const SHORT_HALVES: [&str; 15] =
    ["to", "by", "up", "in", "on", "of", "go", "no", "so", "be", "do", "at", "is", "my", "me"];

/// Joins the halves of a word split by a page break, `cam` and `paign`: by the dictionary and the conventions of the language, since
/// evidence from the book is stored by page.
#[must_use]
pub fn word_across_pages(before: &str, after: &str, dictionary: Option<&Dictionary>) -> String {
    match classify_hyphen(before, after, &PageVocabulary::default(), dictionary) {
        Hyphen::Soft => format!("{before}{after}"),
        Hyphen::Hard | Hyphen::Suspended => format!("{before}-{after}"),
    }
}

/// Decides by evidence from the book first, then by the dictionary, then by the conventions of the language.
pub(super) fn classify_hyphen(
    before: &str,
    after: &str,
    book: &PageVocabulary,
    dictionary: Option<&Dictionary>,
) -> Hyphen {
    let is_in = |forms: &std::collections::BTreeSet<String>, hyphen| {
        forms.contains(&word_key(&format!("{before}{hyphen}{after}")))
    };
    match (is_in(&book.joined, ""), is_in(&book.hyphenated, "-")) {
        (true, false) => return Hyphen::Soft,
        (false, true) => return Hyphen::Hard,
        _ => {}
    }
    // In `never-to-be-for-gotten` only the pieces around the hyphen count.
    let (left, right) = (before.rsplit('-').next().unwrap_or(before), after.split('-').next().unwrap_or(after));
    let (low_left, low_right) = (left.to_lowercase(), right.to_lowercase());
    let is_word = |word: &str| dictionary.is_some_and(|dictionary| dictionary.accepts(word));
    if is_between_numbers(left, right) || is_between_names(left, right) && !is_word(&format!("{low_left}{low_right}")) {
        return Hyphen::Hard;
    }
    if low_left == "to" && AFTER_TO.contains(&low_right.as_str()) {
        return Hyphen::Hard;
    }
    let Some(dictionary) = dictionary else {
        let kept = HYPHENATED_PREFIXES[..4].contains(&low_left.as_str());
        return if kept { Hyphen::Hard } else { Hyphen::Soft };
    };
    let is_half = |half: &str| {
        let long = half.chars().count() >= MIN_HALF_CHARS;
        (long || SHORT_HALVES.contains(&half)) && dictionary.accepts(half)
    };
    if dictionary.accepts(&format!("{left}{right}")) || dictionary.accepts(&format!("{low_left}{low_right}")) {
        let divided =
            book.likes_hyphens && is_compound(&low_left, &low_right) && is_half(&low_left) && is_half(&low_right);
        return if divided { Hyphen::Hard } else { Hyphen::Soft };
    }
    if AFTER_SUSPENDED.contains(&right) {
        return Hyphen::Suspended;
    }
    // A hyphenated name (`Mont-ezuma`) has no half that is a word in lower case.
    let halves = is_half(&low_right) && (is_half(&low_left) || is_half(left) && left != low_left && right != low_right);
    if halves || HYPHENATED_PREFIXES.contains(&low_left.as_str()) && is_half(&low_right) {
        Hyphen::Hard
    } else {
        Hyphen::Soft
    }
}

/// Whether two words look like a compound (`bed-time`, `dog-eared`), not like a word that happens to consist of words (`some-thing`, `cor-rector`).
fn is_compound(left: &str, right: &str) -> bool {
    let solid = NEVER_DIVIDED.contains(&left) || NEVER_DIVIDED.contains(&right);
    let long = left.chars().count().min(right.chars().count()) > MIN_HALF_CHARS;
    !solid && (long || ENDS_OF_COMPOUNDS.contains(&right))
}

/// `1914-18`.
fn is_between_numbers(left: &str, right: &str) -> bool {
    left.ends_with(char::is_numeric) || right.starts_with(char::is_numeric)
}

/// `Saint-Hilaire`, `anti-British`; not `COLO-NIAL`.
fn is_between_names(left: &str, right: &str) -> bool {
    right.starts_with(char::is_uppercase) && left.chars().any(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::super::draft::draft_of;
    use super::*;

    const WORDS: &str = "campaign self aware well known twenty five face down facedown landlord land lord today something some thing dog \
        eared dogeared corrector rector cor threefold forgotten gotten never to be for Anglo Saxon";

    fn joined(text: &str, book: &PageVocabulary, dictionary: Option<&Dictionary>) -> String {
        let mut draft = draft_of(text, 0.95);
        join_hyphenated_words(&mut draft, book, dictionary);
        draft.text()
    }

    /// A book that has `joined` and `hyphenated` elsewhere.
    fn book(joined: &[&str], hyphenated: &[&str]) -> PageVocabulary {
        let set = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        PageVocabulary { joined: set(joined), hyphenated: set(hyphenated), ..PageVocabulary::default() }
    }

    #[test]
    fn without_evidence_of_the_book_the_dictionary_decides() {
        let dictionary = Dictionary::of_words(WORDS);
        for (read, printed) in [
            ("a cam-\npaign, then", "a campaign,\nthen"),
            ("“Cam-\npaign”", "“Campaign”"),
            ("CAM-\nPAIGN", "CAMPAIGN"),
            ("self-\naware", "self-aware"),
            ("well-\nknown", "well-known"),
            ("twenty-\nfive", "twenty-five"),
            ("Saint-\nHilaire", "Saint-Hilaire"),
            ("1914-\n18", "1914-18"),
            ("to-\nday", "to-day"),
            ("Narva-\nez", "Narvaez"),
            ("Anglo-\nSaxon", "Anglo-Saxon"),
            ("never-to-be-for-\ngotten", "never-to-be-forgotten"),
            ("face-\ndown", "facedown"),
            ("cor-\nRector", "corrector"),
            ("cam¬\npaign", "campaign"),
            ("two- and\nthreefold", "two- and\nthreefold"),
            ("two-\nand threefold", "two-\nand threefold"),
            ("a dash -\nfollows", "a dash -\nfollows"),
        ] {
            assert_eq!(joined(read, &book(&[], &[]), Some(&dictionary)), printed, "{read}");
        }
    }

    #[test]
    fn the_book_is_heard_before_the_dictionary() {
        let dictionary = Dictionary::of_words(WORDS);
        let book = book(&["selfaware", "today"], &["face-down", "cam-paign"]);
        for (read, printed) in [
            ("self-\naware", "selfaware"),
            ("To-\nday.", "Today."),
            ("face-\ndown", "face-down"),
            ("cam-\npaign", "cam-paign"),
        ] {
            assert_eq!(joined(read, &book, Some(&dictionary)), printed);
        }
    }

    #[test]
    fn keeps_hyphens_in_compounds_of_a_book_that_hyphenates_them() {
        let dictionary = Dictionary::of_words(WORDS);
        let book = PageVocabulary { likes_hyphens: true, ..PageVocabulary::default() };
        for (read, printed) in [
            ("face-\ndown", "face-down"),
            ("land-\nlord", "land-lord"),
            ("dog-\neared", "dog-eared"),
            ("some-\nthing", "something"),
            ("cor-\nrector", "corrector"),
            ("cam-\npaign", "campaign"),
        ] {
            assert_eq!(joined(read, &book, Some(&dictionary)), printed);
        }
    }

    #[test]
    fn without_a_dictionary_the_habits_of_language_decide() {
        for (read, printed) in [
            ("cam-\npaign", "campaign"),
            ("self-\naware", "self-aware"),
            ("Saint-\nHilaire", "Saint-Hilaire"),
            ("1914-\n18", "1914-18"),
        ] {
            assert_eq!(joined(read, &book(&[], &[]), None), printed);
        }
    }

    #[test]
    fn a_text_without_line_breaks_is_joined_as_well() {
        let dictionary = Dictionary::of_words(WORDS);
        let read = "a cam- paign of self- aware 1914- 18";
        assert_eq!(joined(read, &book(&[], &[]), Some(&dictionary)), "a campaign of self-aware 1914-18");
    }

    #[test]
    fn summary_counts_what_was_done() {
        let mut draft = draft_of("cam-\npaign self-\naware", 0.9);
        join_hyphenated_words(&mut draft, &book(&[], &[]), Some(&Dictionary::of_words(WORDS)));
        let told: Vec<_> = draft.corrections.iter().map(|c| (c.kind, c.read.as_str(), c.corrected.as_str())).collect();
        assert_eq!(
            told,
            [(CorrectionKind::Kept, "self-aware", "self-aware"), (CorrectionKind::Joined, "cam-paign", "campaign")]
        );
    }
}
