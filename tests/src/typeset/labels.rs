use std::collections::BTreeMap;

use shelf::pages::{MergedPage, TextRole};

use super::Kind;
use super::measure::Measured;
use super::reading::Reading;
use super::words::{aligned, words};

/// A label of `merged`, by what it is called in the truth and in `merged`.
struct Label {
    what: &'static str,
    is_kind: fn(Kind) -> bool,
    is_role: fn(TextRole) -> bool,
}

const LABELS: [Label; 3] = [
    Label {
        what: "running heads and page numbers",
        is_kind: Kind::is_outside_text,
        is_role: |role| role == TextRole::HeaderOrFooter,
    },
    Label { what: "headings", is_kind: |kind| kind == Kind::Heading, is_role: |role| role == TextRole::Heading },
    Label { what: "notes", is_kind: |kind| kind == Kind::Note, is_role: |role| role == TextRole::Note },
];

const KEPT_OUT: &str = "lines outside the text, kept out";
const KEPT_IN: &str = "lines of the text, kept in";
const PAGE_NUMBERS: &str = "page numbers";

/// A line of so many words of which none was found is lost.
const MIN_LINE_WORDS: usize = 4;

impl Measured {
    /// How `merged` labels the lines of a page, and its page number.
    pub(super) fn labels(&mut self, reading: &Reading<'_>, at: usize) {
        let merged: MergedPage = reading.page("merged", at);
        let mut roles: Vec<TextRole> = Vec::new();
        let mut lines: Vec<(usize, String)> = Vec::new();
        for block in &merged.blocks {
            for line in block.paragraphs.iter().flat_map(|paragraph| paragraph.text.lines()) {
                lines.push((lines.len(), line.to_owned()));
                roles.push(block.classification.role());
            }
        }
        let found = words(lines.clone(), |_, _| true);
        let truth = reading.true_words(at..at + 1, |_| true);
        let mut of_true_line: BTreeMap<usize, Vec<TextRole>> = BTreeMap::new();
        let mut of_found_line: BTreeMap<usize, Vec<Kind>> = BTreeMap::new();
        for (word, place) in truth.iter().zip(aligned(&truth, &found)) {
            if let Some(line) = place.map(|place| found[place].place) {
                of_true_line.entry(word.place.1).or_default().push(roles[line]);
                of_found_line.entry(line).or_default().push(reading.line(word.place).kind);
            }
        }
        for Label { what, is_kind, is_role } in &LABELS {
            for (line, roles) in &of_true_line {
                let line = reading.line((at, *line));
                // A table of contents is one kind of text, with its heading.
                let is_of_contents = line.kind == Kind::Heading && reading.has_contents(at);
                if is_kind(line.kind) && !is_of_contents {
                    let is_found = most(roles, |role| is_role(*role));
                    self.expect(at, what, is_found);
                    if !is_found {
                        self.defect(at, &format!("not among the {what}: `{}` ({:?})", line.text, roles[0]));
                    }
                }
            }
            for (line, kinds) in of_found_line.iter().filter(|(line, _)| is_role(roles[**line])) {
                let is_right = most(kinds, |kind| is_kind(*kind));
                self.claim(at, what, is_right);
                if !is_right {
                    self.defect(at, &format!("among the {what}: `{}` ({:?})", lines[*line].1, kinds[0]));
                }
            }
        }
        self.text(reading, at, &of_true_line);
        // The font may call a small letter a capital.
        let small = |number: String| number.to_lowercase();
        let folio = reading.book.pages[at].folio().map(small);
        let number = merged.printed_page_number.map(small);
        if folio.is_some() {
            self.expect(at, PAGE_NUMBERS, folio == number);
        }
        if number.is_some() {
            self.claim(at, PAGE_NUMBERS, folio == number);
        }
        if folio != number {
            self.defect(at, &format!("the page number is {folio:?}, read as {number:?}"));
        }
    }

    /// Which lines are in the text, and which are not.
    fn text(&mut self, reading: &Reading<'_>, at: usize, of_line: &BTreeMap<usize, Vec<TextRole>>) {
        for (number, line) in reading.book.pages[at].lines.iter().enumerate() {
            let is_long = line.text.split_whitespace().count() >= MIN_LINE_WORDS;
            let roles = of_line.get(&number);
            let is_out =
                |roles: &Vec<TextRole>| most(roles, |role| matches!(role, TextRole::HeaderOrFooter | TextRole::Noise));
            let is_right = match (roles, line.kind.is_outside_text()) {
                (Some(roles), is_outside) => is_out(roles) == is_outside,
                (None, false) if is_long => false,
                // It was misread.
                (None, _) => continue,
            };
            self.expect(at, if line.kind.is_outside_text() { KEPT_OUT } else { KEPT_IN }, is_right);
            if !is_right {
                self.defect(at, &format!("in or out of the text: `{}` ({:?}, {roles:?})", line.text, line.kind));
            }
        }
    }
}

/// Whether at least half are so.
fn most<T>(of: &[T], is_so: impl Fn(&T) -> bool) -> bool {
    2 * of.iter().filter(|one| is_so(one)).count() >= of.len()
}
