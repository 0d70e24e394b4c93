//! What of the compiler's messages is expected: all places and codes of errors, and the words that are ours.
//!
//! ```text
//! 10:20 `WordCount`
//! error[E0277]: `WordCount` cannot be loaded from this dependency
//! label: the output of the dependency is `OcrPage`
//! note: what a page stage makes is taken as it is …
//! ```
//!
//! The first two lines are compared with every error, in the order of their places. Where rustc speaks, the words are left out.

use std::fmt::Write as _;

use crate::compiler::{Diagnostic, Line, Span};

/// An error, as it is written to a file.
struct Error {
    place: (usize, usize),
    head: String,
    code: String,
    message: String,
    /// `label: …` and `note: …`.
    more: Vec<String>,
}

impl Error {
    fn of(diagnostic: &Diagnostic) -> Self {
        let primary = diagnostic.spans.iter().find(|span| span.is_primary);
        let place = primary.map_or((0, 0), |span| (span.line_start, span.column_start));
        let head = primary.map_or_else(|| "nowhere".to_owned(), head);
        let code = diagnostic.code.as_ref().map_or_else(|| "error".to_owned(), |code| format!("error[{}]", code.code));
        let labels = diagnostic.spans.iter().filter(|span| span.is_primary).filter_map(|span| span.label.as_ref());
        let notes = diagnostic.children.iter().filter(|child| child.level == "note" && child.spans.is_empty());
        let labels = labels.map(|label| format!("label: {label}"));
        let more = labels.chain(notes.map(|note| format!("note: {}", note.message))).collect();
        Self { place, head, code, message: diagnostic.message.clone(), more }
    }

    /// Lines of a file: those that are surely rustc's are left out.
    fn write(&self) -> String {
        let mut lines = format!("{}\n{}", self.head, self.code);
        if let Some(message) = our_message(&self.code, &self.message) {
            write!(lines, ": {message}").expect("a string takes all");
        }
        let ours = self.code == "error" || self.code == "error[E0277]";
        for line in self.more.iter().filter(|line| ours && !is_of_rustc(line)) {
            write!(lines, "\n{line}").expect("a string takes all");
        }
        lines + "\n"
    }

    /// How it differs from what is expected.
    fn differs_from(&self, expected: &str) -> Option<String> {
        let mut lines = expected.lines();
        if lines.next() != Some(&self.head) {
            return Some(format!("there is an error at {}", self.head));
        }
        let (code, message) = lines.next().map_or(("", ""), |line| line.split_once(": ").unwrap_or((line, "")));
        if code != self.code || !self.message.contains(message) {
            return Some(format!("at {} is {}: {}", self.head, self.code, self.message));
        }
        let missing = lines.find(|line| !self.more.iter().any(|said| said == line))?;
        Some(format!("at {} is not said: {missing}", self.head))
    }
}

/// Line, column and the words that are underlined.
fn head(span: &Span) -> String {
    let cut = |line: &Line| {
        let length = line.highlight_end - line.highlight_start;
        line.text.chars().skip(line.highlight_start - 1).take(length).collect::<String>()
    };
    let words = span.text.first().map(cut).unwrap_or_default();
    let more = if span.text.len() > 1 { " …" } else { "" };
    format!("{}:{} `{words}`{more}", span.line_start, span.column_start)
}

/// The part of a message that comes from shelf.
fn our_message<'m>(code: &str, message: &'m str) -> Option<&'m str> {
    match code {
        "error" => Some(message).filter(|message| !message.starts_with("future cannot be sent between threads")),
        "error[E0277]" => Some(message).filter(|message| !message.starts_with("the trait bound")),
        "error[E0080]" => message.strip_prefix("evaluation panicked: "),
        _ => None,
    }
}

fn is_of_rustc(line: &str) -> bool {
    const BEGINNINGS: [&str; 10] = [
        "label: the trait `",
        "label: unsatisfied trait bound",
        "label: required by",
        "label: future ",
        "note: required for",
        "note: this error originates",
        "note: expected ",
        "note: the full name",
        "note: `#[",
        "note: consider",
    ];
    BEGINNINGS.iter().any(|beginning| line.starts_with(beginning))
}

fn errors(said: &[Diagnostic]) -> Vec<Error> {
    let is_summary = |diagnostic: &&Diagnostic| diagnostic.message.starts_with("aborting due to");
    let mut errors: Vec<Error> =
        said.iter().filter(|said| said.level == "error").filter(|it| !is_summary(it)).map(Error::of).collect();
    errors.sort_by(|a, b| (a.place, &a.code, &a.message).cmp(&(b.place, &b.code, &b.message)));
    errors
}

/// The contents of a file that expects what the compiler says.
pub(super) fn write(said: &[Diagnostic]) -> String {
    errors(said).iter().map(Error::write).collect::<Vec<_>>().join("\n")
}

/// Compares what the compiler says with the contents of a file.
pub(super) fn check(expected: &str, said: &[Diagnostic]) -> Result<(), String> {
    let errors = errors(said);
    let expected: Vec<&str> = expected.split("\n\n").filter(|block| !block.trim().is_empty()).collect();
    if expected.is_empty() || expected.len() != errors.len() {
        return Err(format!("{} errors, and {} expected", errors.len(), expected.len()));
    }
    errors.iter().zip(expected).find_map(|(error, expected)| error.differs_from(expected)).map_or(Ok(()), Err)
}
