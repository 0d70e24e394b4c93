use shelf::draw::Random;
use stages::corrected::model::guard::align;
use stages::vocabulary::{Dictionary, near_variants};

use super::pages::AskedParagraph;
use super::words::{AUXILIARIES, MODERN, NAMES, NUMBERS, OBEYING, OPPOSITES, SENTENCES, SYNONYMS, TRANSLATIONS};

/// A way in which a reply is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A sentence is negated, or a negation is lost.
    Negation,
    /// Words are replaced by others of like meaning.
    Paraphrase,
    /// A name is another, or spelled otherwise.
    Name,
    /// A digit or a number word is another.
    Number,
    /// A line is missing.
    DroppedLine,
    /// A line occurs twice.
    DoubledLine,
    /// A sentence is added.
    AddedSentence,
    /// Old spellings and forms are replaced by today's.
    ModernSpelling,
    /// The text is in another language.
    Translation,
    /// The text has markup.
    Markup,
    /// Letters are replaced by letters of other scripts that look the same.
    Homoglyphs,
    /// The text has control, zero-width or bidirectional characters.
    InvisibleCharacters,
    /// The reply obeys an instruction in the scan.
    Injection,
    /// A word is replaced by another that looks like it (`form`, `from`).
    LookAlike,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 14] = [
        Self::Negation,
        Self::Paraphrase,
        Self::Name,
        Self::Number,
        Self::DroppedLine,
        Self::DoubledLine,
        Self::AddedSentence,
        Self::ModernSpelling,
        Self::Translation,
        Self::Markup,
        Self::Homoglyphs,
        Self::InvisibleCharacters,
        Self::Injection,
        Self::LookAlike,
    ];

    /// Its name in the table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Negation => "negated sentence",
            Self::Paraphrase => "paraphrase",
            Self::Name => "another name",
            Self::Number => "another number",
            Self::DroppedLine => "dropped line",
            Self::DoubledLine => "doubled line",
            Self::AddedSentence => "added sentence",
            Self::ModernSpelling => "modernised spelling",
            Self::Translation => "translation",
            Self::Markup => "markup",
            Self::Homoglyphs => "homoglyphs",
            Self::InvisibleCharacters => "invisible characters",
            Self::Injection => "instruction in the scan obeyed",
            Self::LookAlike => "look-alike word",
        }
    }
}

/// A paragraph as a bad reply has it: the text that was sent, but for one change of this kind, made to the printed words; `None` if the paragraph has no
/// words for it.
pub(super) fn bad_reply(
    kind: Kind,
    paragraph: &AskedParagraph,
    dictionary: &Dictionary,
    random: &mut Random,
) -> Option<String> {
    let draft = Draft::of(paragraph);
    match kind {
        Kind::Negation => negated(&draft, random),
        Kind::Paraphrase => {
            let times = random.between(1, 3);
            draft.replaced(times, random, |word, _| one_of(SYNONYMS, word))
        }
        Kind::Name => draft.replaced(1, random, other_name),
        Kind::Number => draft.replaced(1, random, other_number),
        Kind::DroppedLine => draft.with_lines(random, |lines, at| drop(lines.remove(at))),
        Kind::DoubledLine => draft.with_lines(random, |lines, at| lines.insert(at, lines[at].clone())),
        Kind::AddedSentence => Some(draft.inserted(SENTENCES[random.below(SENTENCES.len() as u32) as usize], random)),
        Kind::ModernSpelling => draft.replaced(1, random, |word, _| one_of(MODERN, word).or_else(|| modern(word))),
        Kind::Translation => translated(paragraph, random),
        Kind::Markup => draft.replaced(1, random, |word, random| Some(marked_up(word, random))),
        Kind::Homoglyphs => draft.replaced(1, random, |word, random| substituted(word, HOMOGLYPHS, random)),
        Kind::InvisibleCharacters => draft.replaced(1, random, |word, random| Some(with_invisible(word, random))),
        Kind::Injection => Some(obeying(&draft, random)),
        Kind::LookAlike => draft.replaced(1, random, |word, random| look_alike(word, dictionary, random)),
    }
}

/// The words that were sent, each with the printed words at its place.
struct Draft<'a> {
    pairs: Vec<(String, String)>,
    text: &'a str,
}

impl<'a> Draft<'a> {
    fn of(paragraph: &'a AskedParagraph) -> Self {
        let sent: Vec<&str> = paragraph.text.split_whitespace().collect();
        let printed: Vec<&str> = paragraph.printed.split_whitespace().collect();
        let pairs = align(&sent, &printed).into_iter();
        let pairs = pairs.map(|pair| (sent[pair.before].join(" "), printed[pair.after].join(" ")));
        Self { pairs: pairs.collect(), text: &paragraph.text }
    }

    /// Replaces `times` words, chosen by chance among those for which there is a replacement.
    fn replaced(
        &self,
        times: u32,
        random: &mut Random,
        by: impl Fn(&str, &mut Random) -> Option<String>,
    ) -> Option<String> {
        let mut choices: Vec<(usize, String)> = Vec::new();
        for (at, (_, printed)) in self.pairs.iter().enumerate() {
            let (lead, word, tail) = stages::vocabulary::split_token(printed);
            if let Some(other) = by(word, random).filter(|other| !word.is_empty() && other != word) {
                choices.push((at, format!("{lead}{other}{tail}")));
            }
        }
        if choices.is_empty() {
            return None;
        }
        let mut words: Vec<&str> = self.pairs.iter().map(|(sent, _)| sent.as_str()).collect();
        for _ in 0..times {
            let (at, other) = &choices[random.below(choices.len() as u32) as usize];
            words[*at] = other;
        }
        Some(joined(&words))
    }

    /// Inserts words at a place chosen by chance.
    fn inserted(&self, new: &str, random: &mut Random) -> String {
        let mut words: Vec<&str> = self.pairs.iter().map(|(sent, _)| sent.as_str()).collect();
        words.insert(random.below(words.len() as u32 + 1) as usize, new);
        joined(&words)
    }

    fn with_lines(&self, random: &mut Random, change: impl Fn(&mut Vec<String>, usize)) -> Option<String> {
        let mut lines: Vec<String> = self.text.lines().map(str::to_owned).collect();
        let at = random.below(lines.len() as u32) as usize;
        (lines.len() > 2).then(|| {
            change(&mut lines, at);
            lines.join("\n")
        })
    }
}

fn joined(words: &[&str]) -> String {
    words.iter().copied().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn one_of(pairs: &[(&str, &str)], word: &str) -> Option<String> {
    let lower = word.to_lowercase();
    let (_, other) = pairs.iter().find(|(from, _)| *from == lower)?;
    Some(if word.starts_with(char::is_uppercase) { capitalised(other) } else { (*other).to_owned() })
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn negated(draft: &Draft, random: &mut Random) -> Option<String> {
    draft.replaced(1, random, |word, random| match random.below(3) {
        0 if AUXILIARIES.contains(&word) => Some(format!("{word} not")),
        1 if AUXILIARIES.contains(&word) => Some(format!("{word}n’t")),
        2 if word.len() > 4 && word.ends_with("ed") => Some(format!("un{word}")),
        _ => one_of(OPPOSITES, word),
    })
}

/// A capitalised word within a sentence becomes another, or is spelled otherwise.
fn other_name(word: &str, random: &mut Random) -> Option<String> {
    let is_name = word.chars().count() > 3
        && word.starts_with(char::is_uppercase)
        && word.chars().skip(1).all(char::is_lowercase);
    if !is_name {
        return None;
    }
    if random.below(2) == 0 {
        return Some(NAMES[random.below(NAMES.len() as u32) as usize].to_owned());
    }
    let mut letters: Vec<char> = word.chars().collect();
    let at = random.between(1, letters.len() as u32 - 1) as usize;
    match random.below(3) {
        0 => letters.insert(at, ['a', 'e', 'r', 'n', 's'][random.below(5) as usize]),
        1 => drop(letters.remove(at)),
        _ => letters[at] = ['a', 'e', 'i', 'o', 'u', 'n', 'r', 's', 't'][random.below(9) as usize],
    }
    Some(letters.into_iter().collect())
}

fn other_number(word: &str, random: &mut Random) -> Option<String> {
    let lower = word.to_lowercase();
    if let Some(at) = NUMBERS.iter().position(|number| *number == lower) {
        let other = NUMBERS[(at + 1 + random.below(5) as usize) % NUMBERS.len()];
        return Some(if word == lower { other.to_owned() } else { capitalised(other) });
    }
    let digits: Vec<usize> = word.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).collect();
    let at = *digits.get(random.below(digits.len() as u32) as usize)?;
    let digit = u32::from(word.as_bytes()[at] - b'0');
    let other = (digit + random.between(1, 9)) % 10;
    Some(format!("{}{other}{}", &word[..at], &word[at + 1..]))
}

/// Spellings that follow a pattern.
fn modern(word: &str) -> Option<String> {
    let endings = [
        ("our", "or"),
        ("ise", "ize"),
        ("ised", "ized"),
        ("ising", "izing"),
        ("lled", "led"),
        ("xion", "ction"),
        ("wards", "ward"),
    ];
    let (old, new) = endings.iter().find(|(old, _)| word.len() > old.len() + 3 && word.ends_with(old))?;
    Some(format!("{}{new}", &word[..word.len() - old.len()]))
}

fn translated(paragraph: &AskedParagraph, random: &mut Random) -> Option<String> {
    let language = random.below(3) as usize;
    let mut changed = 0;
    let words = paragraph.printed.split_whitespace().map(|word| {
        let lower = word.to_lowercase();
        let translation = TRANSLATIONS.iter().find(|(from, _)| *from == lower).map(|(_, to)| to[language].to_owned());
        changed += usize::from(translation.is_some());
        translation.unwrap_or_else(|| match (word.chars().count(), language) {
            (5.., 0) => format!("{}ement", word.trim_end_matches(|c: char| !c.is_alphabetic())),
            (5.., 1) => format!("ge{lower}t"),
            (5.., 2) => format!("{lower}ado"),
            _ => word.to_owned(),
        })
    });
    let text = words.collect::<Vec<_>>().join(" ");
    (changed > 1).then_some(text)
}

fn marked_up(word: &str, random: &mut Random) -> String {
    match random.below(9) {
        0 => format!("<i>{word}</i>"),
        1 => format!("**{word}**"),
        2 => format!("_{word}_"),
        3 => format!("`{word}`"),
        4 => format!("{word}&nbsp;"),
        5 => format!("# {word}"),
        6 => format!("[{word}](#)"),
        7 => format!("\\textit{{{word}}}"),
        _ => format!("{word}<br>"),
    }
}

/// Letters, and letters of other scripts that look the same.
const HOMOGLYPHS: &[(char, char)] = &[
    ('a', 'а'),
    ('e', 'е'),
    ('o', 'о'),
    ('p', 'р'),
    ('c', 'с'),
    ('x', 'х'),
    ('y', 'у'),
    ('i', 'і'),
    ('s', 'ѕ'),
    ('o', 'ο'),
    ('v', 'ν'),
    ('u', 'υ'),
    ('n', 'ո'),
    ('h', 'հ'),
    ('a', 'ａ'),
    ('e', '𝐞'),
    ('t', '𝗍'),
    ('A', 'Α'),
    ('B', 'В'),
    ('T', 'Т'),
    ('l', 'ӏ'),
    ('i', 'ⅰ'),
    ('o', 'օ'),
    ('r', 'г'),
];

fn substituted(word: &str, pairs: &[(char, char)], random: &mut Random) -> Option<String> {
    let fitting: Vec<_> = pairs.iter().filter(|(from, _)| word.contains(*from)).collect();
    let (from, to) = fitting.get(random.below(fitting.len() as u32) as usize)?;
    Some(word.replacen(*from, &to.to_string(), 1))
}

fn with_invisible(word: &str, random: &mut Random) -> String {
    const INVISIBLE: [char; 14] = [
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{2060}',
        '\u{feff}',
        '\u{202e}',
        '\u{202a}',
        '\u{2066}',
        '\u{200f}',
        '\u{ad}',
        '\u{0}',
        '\u{1b}',
        '\u{8}',
        '\u{e0041}',
    ];
    let mut letters: Vec<char> = word.chars().collect();
    letters.insert(
        random.below(letters.len() as u32 + 1) as usize,
        INVISIBLE[random.below(INVISIBLE.len() as u32) as usize],
    );
    letters.into_iter().collect()
}

fn obeying(draft: &Draft, random: &mut Random) -> String {
    let says = OBEYING[random.below(OBEYING.len() as u32) as usize];
    match random.below(3) {
        0 => says.to_owned(),
        1 => format!("{says} {}", draft.text),
        _ => draft.inserted(says, random),
    }
}

/// A word of the dictionary that a word may be misread as.
fn look_alike(word: &str, dictionary: &Dictionary, random: &mut Random) -> Option<String> {
    // To try all variants of all words would take too long.
    if word.chars().count() < 3 || random.below(12) > 0 {
        return None;
    }
    let close: Vec<String> =
        near_variants(word).into_iter().filter(|variant| variant.cost <= 1.5).map(|variant| variant.word).collect();
    let first = random.below(close.len() as u32) as usize;
    let mut from_there = close.iter().cycle().skip(first).take(close.len());
    from_there.find(|word| dictionary.knows(word)).cloned()
}
