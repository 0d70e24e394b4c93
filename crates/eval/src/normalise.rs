use unicode_normalization::UnicodeNormalization;

/// A step of the [`Normalisation`] of both texts before they are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Rule {
    /// Accents are composed with their letters (Unicode NFC).
    Compose,
    /// `ﬁ ﬂ ﬀ ﬃ ﬄ` become letters.
    Ligatures,
    /// Curly and low quotes become `'` and `"`.
    Quotes,
    /// Every dash, and a double hyphen, becomes one hyphen.
    Dashes,
    /// Hyphens at line ends are removed, and the words joined.
    LineEndHyphens,
    /// Hyphens between letters or digits are removed: a ground truth without line breaks does not distinguish hyphens of line ends from those
    /// of words.
    WordHyphens,
    /// White space becomes one space, and is trimmed at the ends.
    WhiteSpace,
}

impl Rule {
    /// Its name on the command line, such as `word-hyphens`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Compose => "compose",
            Self::Ligatures => "ligatures",
            Self::Quotes => "quotes",
            Self::Dashes => "dashes",
            Self::LineEndHyphens => "line-end-hyphens",
            Self::WordHyphens => "word-hyphens",
            Self::WhiteSpace => "white-space",
        }
    }

    /// All rules, in the order in which they are applied.
    pub const ALL: [Self; 7] = [
        Self::Compose,
        Self::Ligatures,
        Self::Quotes,
        Self::Dashes,
        Self::LineEndHyphens,
        Self::WordHyphens,
        Self::WhiteSpace,
    ];
}

/// The rules by which texts are normalised; all of them by default.
///
/// ```
/// use shelf::eval::{Normalisation, Rule};
///
/// let printed = "“A self-\naware cam-\npaign”";
/// assert_eq!(Normalisation::default().apply(printed), "\"A selfaware campaign\"");
/// assert_eq!(Normalisation::default().without(Rule::Quotes).apply(printed), "“A selfaware campaign”");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Normalisation {
    rules: [bool; Rule::ALL.len()],
}

impl Default for Normalisation {
    fn default() -> Self {
        Self { rules: [true; Rule::ALL.len()] }
    }
}

impl Normalisation {
    /// No rules.
    #[must_use]
    pub fn none() -> Self {
        Self { rules: [false; Rule::ALL.len()] }
    }

    /// Adds `rule`.
    #[must_use]
    pub fn with(mut self, rule: Rule) -> Self {
        self.rules[rule as usize] = true;
        self
    }

    /// Removes `rule`.
    #[must_use]
    pub fn without(mut self, rule: Rule) -> Self {
        self.rules[rule as usize] = false;
        self
    }

    /// Normalises `text`. Carriage returns are always removed, and form feeds become spaces.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let text = text.replace('\u{c}', " ").replace('\r', "");
        Rule::ALL.into_iter().filter(|rule| self.rules[*rule as usize]).fold(text, |text, rule| match rule {
            Rule::Compose => text.nfc().collect(),
            Rule::Ligatures => spell_ligatures(&text),
            Rule::Quotes => straighten_quotes(&text),
            Rule::Dashes => unify_dashes(&text),
            Rule::LineEndHyphens => join_line_ends(&text),
            Rule::WordHyphens => drop_word_hyphens(&text),
            Rule::WhiteSpace => fold_white_space(&text),
        })
    }
}

fn spell_ligatures(text: &str) -> String {
    [("ﬁ", "fi"), ("ﬂ", "fl"), ("ﬀ", "ff"), ("ﬃ", "ffi"), ("ﬄ", "ffl")]
        .into_iter()
        .fold(text.to_owned(), |text, (ligature, letters)| text.replace(ligature, letters))
}

fn straighten_quotes(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '‘' | '’' | '‚' | '‛' => '\'',
            '“' | '”' | '„' | '‟' => '"',
            other => other,
        })
        .collect()
}

fn unify_dashes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '‐' | '‑' | '‒' | '–' | '—' | '―' => out.push('-'),
            '-' => {
                rest.next_if_eq(&'-');
                out.push('-');
            }
            other => out.push(other),
        }
    }
    out
}

fn join_line_ends(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('-') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let next = after.trim_start_matches(is_space);
        let at_line_end = after[..after.len() - next.len()].contains('\n');
        out.push_str(before);
        if !at_line_end {
            out.push('-');
        }
        rest = if at_line_end { next } else { after };
    }
    out.push_str(rest);
    out
}

fn drop_word_hyphens(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let in_word = c == '-' && before.is_some_and(is_word) && rest.peek().copied().is_some_and(is_word);
        if !in_word {
            out.push(c);
        }
        before = Some(c);
    }
    out
}

fn fold_white_space(text: &str) -> String {
    let words: Vec<&str> = text.split(is_space).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Unicode's white space, and the four separators of ASCII that other tools count in.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Normalisation, Rule};

    /// Each rule alone, so that one cannot hide behind another.
    #[test]
    fn each_rule_changes_one_thing() {
        let only = |rule, text| Normalisation::none().with(rule).apply(text);
        assert_eq!(only(Rule::Compose, "Cabec\u{327}a"), "Cabeça");
        assert_eq!(only(Rule::Ligatures, "ﬁne aﬀair, baﬄed oﬃce, ﬂat"), "fine affair, baffled office, flat");
        assert_eq!(only(Rule::Quotes, "‘a’ ‚b‛ “c” „d‟"), "'a' 'b' \"c\" \"d\"");
        assert_eq!(only(Rule::Dashes, "a—b – c--d ---e ‑ f"), "a-b - c-d --e - f");
        assert_eq!(only(Rule::LineEndHyphens, "cam-\npaign and self- \n\n  aware - no"), "campaign and selfaware - no");
        assert_eq!(only(Rule::WordHyphens, "well-to-do, 1914-18, - no -no no-"), "welltodo, 191418, - no -no no-");
        assert_eq!(only(Rule::WhiteSpace, "\n a \t b\u{a0}c\u{1f}d\n"), "a b c d");
    }

    /// Pinned from `re.sub` and friends in Python, by the reference tool's `normalise`.
    #[test]
    fn all_rules_agree_with_the_reference_tool() {
        for (text, normal) in [
            ("“Don’t,” said the printer’s devil — ‘not yet’.", "\"Don't,\" said the printer's devil - 'not yet'."),
            (
                "the self-\naware cam- \n  paign of well-to-do book–sellers",
                "the selfaware campaign of welltodo booksellers",
            ),
            ("a--b ---c - d\n- e-", "ab --c - d - e-"),
            ("an em-dash—\nat a line end\u{c}new page\r\n", "an emdashat a line end new page"),
            ("ﬁve ﬂies, eﬀort, aﬃx, baﬄe", "five flies, effort, affix, baffle"),
        ] {
            assert_eq!(Normalisation::default().apply(text), normal, "{text:?}");
        }
    }

    #[test]
    fn no_rules_change_nothing() {
        let text = "“cam-\npaign”  —  ﬁn";
        assert_eq!(Normalisation::none().apply(text), text);
    }

    proptest! {
        #[test]
        fn line_breaks_between_words_are_ignored(words in proptest::collection::vec("[a-z]{1,9}", 0..20)) {
            let all = Normalisation::default();
            prop_assert_eq!(all.apply(&words.join("\n")), all.apply(&words.join(" ")));
        }

        #[test]
        fn word_split_at_a_line_end_is_joined(left in "[a-z]{2,9}", right in "[a-z]{2,9}", hyphen in "[-‐—]") {
            let all = Normalisation::default();
            prop_assert_eq!(all.apply(&format!("x {left}{hyphen}\n{right} y")), format!("x {left}{right} y"));
        }
    }
}
