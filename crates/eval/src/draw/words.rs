use super::LineEnd;
use super::font::FontStyle;

/// A word with adjacent punctuation, in pieces between which a line may end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Word {
    pub(crate) pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) style: FontStyle,
    /// What a line that ends after this piece ends in; `None` where no line may end.
    pub(crate) end: Option<LineEnd>,
}

/// Whether words may be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Splitting {
    /// At syllables of English.
    Syllables,
    /// Only after hyphens and dashes that are in the text.
    Never,
}

/// The words of `text`. An underscore switches between `style` and italics (or roman in italics) and is not printed.
pub(crate) fn words_of(text: &str, style: FontStyle, splitting: Splitting) -> Vec<Word> {
    let emphasis = if style == FontStyle::Italic { FontStyle::Roman } else { FontStyle::Italic };
    let mut emphasised = false;
    let mut words = Vec::new();
    for raw in text.split_whitespace() {
        let compound = raw.contains('-');
        let mut pieces: Vec<Piece> = Vec::new();
        for (number, run) in raw.split('_').enumerate() {
            emphasised ^= number > 0;
            let style = if emphasised { emphasis } else { style };
            let splitting = if compound { Splitting::Never } else { splitting };
            pieces.extend(parts_of(run, splitting).into_iter().map(|(text, end)| Piece {
                text: text.to_owned(),
                style,
                end,
            }));
        }
        if let Some(last) = pieces.last_mut() {
            last.end = Some(LineEnd::Space);
            words.push(Word { pieces });
        }
    }
    words
}

/// The parts of a run of one style, each with the line end it allows.
fn parts_of(run: &str, splitting: Splitting) -> Vec<(&str, Option<LineEnd>)> {
    let mut parts = Vec::new();
    let mut rest = run;
    while let Some(at) = rest.find(['-', '—']) {
        let cut = at + rest[at..].chars().next().map_or(1, char::len_utf8);
        let ((part, after), body) = (rest.split_at(cut), &rest[..at]);
        let mark = &part[at..];
        let between = |fits: fn(char) -> bool| body.chars().last().is_some_and(fits) && after.starts_with(fits);
        let end = match mark {
            "-" => between(char::is_alphanumeric).then_some(LineEnd::RealHyphen),
            _ => between(|_| true).then_some(LineEnd::Dash),
        };
        parts.extend(syllables_of(body, splitting));
        match parts.last_mut() {
            Some((last, last_end)) if !body.is_empty() => {
                *last = &part[part.len() - last.len() - mark.len()..];
                *last_end = end;
            }
            _ => parts.push((mark, end)),
        }
        rest = after;
    }
    parts.extend(syllables_of(rest, splitting));
    parts
}

/// Splits `run` at its syllables, with at least two letters before a split and three after it. Names and numbers are not split.
fn syllables_of(run: &str, splitting: Splitting) -> Vec<(&str, Option<LineEnd>)> {
    if run.is_empty() {
        return Vec::new();
    }
    let start = run.find(char::is_alphabetic).unwrap_or(run.len());
    let end =
        run.rfind(char::is_alphabetic).map_or(start, |at| at + run[at..].chars().next().map_or(0, char::len_utf8));
    let letters = &run[start..end];
    if splitting == Splitting::Never || letters.chars().count() < 5 || !letters.chars().all(char::is_lowercase) {
        return vec![(run, None)];
    }
    let mut cuts: Vec<usize> = hypher::hyphenate_bounded(letters, hypher::Lang::English, 2, 3)
        .scan(start, |at, syllable| {
            *at += syllable.len();
            Some(*at)
        })
        .collect();
    cuts.pop();
    let mut from = 0;
    let mut parts = Vec::with_capacity(cuts.len() + 1);
    for cut in cuts {
        parts.push((&run[from..cut], Some(LineEnd::SplitHyphen)));
        from = cut;
    }
    parts.push((&run[from..], None));
    parts
}

#[cfg(test)]
mod tests {
    use super::{FontStyle, LineEnd, Splitting, words_of};

    /// The pieces of a text's words: `|` a split, `+` a real hyphen, `~` a dash, `!` no line end.
    fn pieces(text: &str) -> String {
        let words = words_of(text, FontStyle::Roman, Splitting::Syllables);
        let mut out = String::new();
        for piece in words.iter().flat_map(|word| &word.pieces) {
            out.push_str(&piece.text);
            out.push(match piece.end {
                Some(LineEnd::Space) => ' ',
                Some(LineEnd::SplitHyphen) => '|',
                Some(LineEnd::RealHyphen) => '+',
                Some(LineEnd::Dash) => '~',
                None => '!',
            });
        }
        out.trim_end().to_owned()
    }

    #[test]
    fn words_part_at_syllables_hyphens_and_dashes() {
        assert_eq!(pieces("(an extensive campaign,"), "(an ex|ten|sive cam|paign,");
        assert_eq!(pieces("self-aware, well-to-do"), "self-+aware, well-+to-+do");
        assert_eq!(pieces("paper—whichever"), "pa|per—~whichever");
        assert_eq!(pieces("Florida 1892 -no pre- a—"), "Florida 1892 -!no pre- a—");
    }

    #[test]
    fn underscores_switch_to_italics_and_are_not_printed() {
        let words = words_of("the _codex_, and _two words_.", FontStyle::Roman, Splitting::Never);
        let styles: Vec<(&str, FontStyle)> =
            words.iter().flat_map(|word| &word.pieces).map(|piece| (piece.text.as_str(), piece.style)).collect();
        let (roman, italic) = (FontStyle::Roman, FontStyle::Italic);
        assert_eq!(
            styles,
            [
                ("the", roman),
                ("codex", italic),
                (",", roman),
                ("and", roman),
                ("two", italic),
                ("words", italic),
                (".", roman)
            ]
        );
        assert_eq!(words.len(), 5, "the comma belongs to its word");
    }
}
