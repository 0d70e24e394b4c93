use super::passage::{Passage, Style};
use super::table_lines::table_lines;
use crate::terminal::{columns, wrap};

/// Formats passages as text, with blank lines between them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Typesetter {
    /// Columns of a line; `None` keeps every paragraph on one line.
    pub(crate) width: Option<usize>,
    /// Whether headings are bold and page marks dim; otherwise headings are underlined.
    pub(crate) is_styled: bool,
}

/// Longer lines are harder to read.
const MEASURE: usize = 76;
const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const PLAIN: &str = "\u{1b}[0m";

impl Typesetter {
    pub(crate) fn set(self, passages: &[Passage]) -> String {
        let mut text = String::new();
        let mut before: Option<Style> = None;
        for passage in passages {
            let between = match (before, passage.style) {
                (None, _) => "",
                (Some(before), Style::Heading(1)) if before != Style::PageMark => "\n\n",
                (Some(_), _) => "\n",
            };
            text.push_str(between);
            if passage.style == Style::Note && before != Some(Style::Note) {
                text.push_str("    \u{2500}\u{2500}\u{2500}\n");
            }
            for line in self.lines(passage) {
                text.push_str(line.trim_end());
                text.push('\n');
            }
            before = Some(passage.style);
        }
        text
    }

    fn lines(self, passage: &Passage) -> Vec<String> {
        let text = passage.text.as_str();
        match passage.style {
            Style::PageMark => vec![self.styled(DIM, &format!("\u{2014} {text} \u{2014}"))],
            Style::Heading(level) => self.heading(text, level),
            Style::Body => self.wrapped(text, ""),
            Style::Quote | Style::Note => self.wrapped(text, "    "),
            Style::Caption => self.wrapped(&format!("[{text}]"), "    "),
            Style::Verse => text.lines().flat_map(|line| self.verse_line(line)).collect(),
            Style::Table => table_lines(text, self.width),
            Style::Lines => text.lines().flat_map(|line| self.wrapped(line, "")).collect(),
        }
    }

    fn heading(self, text: &str, level: u32) -> Vec<String> {
        let underline = match level {
            1 => "=",
            2 => "-",
            _ => "~",
        };
        let lines: Vec<String> = text.lines().flat_map(|line| self.wrapped(line, "")).collect();
        if self.is_styled {
            return lines.iter().map(|line| self.styled(BOLD, line)).collect();
        }
        let longest = lines.iter().map(|line| columns(line)).max().unwrap_or_default();
        let ruled = underline.repeat(longest.min(MEASURE));
        lines.into_iter().chain([ruled]).collect()
    }

    /// A line of verse; what does not fit is indented further.
    fn verse_line(self, line: &str) -> Vec<String> {
        let wrapped = self.wrapped(line, "    ");
        wrapped.into_iter().enumerate().map(|(at, line)| if at == 0 { line } else { format!("    {line}") }).collect()
    }

    fn wrapped(self, text: &str, indent: &str) -> Vec<String> {
        let lines = match self.width {
            Some(width) => wrap(text, width.min(MEASURE).saturating_sub(2 * indent.len()).max(1)),
            None => vec![text.to_owned()],
        };
        lines.into_iter().map(|line| format!("{indent}{line}")).collect()
    }

    fn styled(self, style: &str, text: &str) -> String {
        if self.is_styled { format!("{style}{text}{PLAIN}") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passages() -> Vec<Passage> {
        [
            (Style::PageMark, "page 7, printed 3"),
            (Style::Heading(1), "CHAPTER II"),
            (Style::Body, "The long campaign went on, and nobody knew when it would end."),
            (Style::Quote, "We shall not see the end of it, he wrote, in our time."),
            (Style::Note, "* See Irving."),
            (Style::Note, "† The same."),
            (Style::Caption, "The coast"),
        ]
        .map(|(style, text)| Passage { style, text: text.to_owned() })
        .to_vec()
    }

    #[test]
    fn parts_of_a_page_are_set_apart() {
        let plain = Typesetter { width: Some(40), is_styled: false };
        insta::assert_snapshot!(plain.set(&passages()), @r"
        — page 7, printed 3 —

        CHAPTER II
        ==========

        The long campaign went on, and nobody
        knew when it would end.

            We shall not see the end of it,
            he wrote, in our time.

            ───
            * See Irving.

            † The same.

            [The coast]
        ");
    }

    #[test]
    fn a_pipe_gets_a_paragraph_a_line_and_a_terminal_bold_headings() {
        let unwrapped = Typesetter { width: None, is_styled: false }.set(&passages());
        assert!(unwrapped.contains("\nThe long campaign went on, and nobody knew when it would end.\n"), "{unwrapped}");
        let styled = Typesetter { width: Some(40), is_styled: true }.set(&passages());
        assert!(styled.contains("\n\u{1b}[1mCHAPTER II\u{1b}[0m\n\nThe"), "{styled:?}");
    }
}
