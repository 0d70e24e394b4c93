use std::io::{self, IsTerminal, Write};

use comfy_table::{ContentArrangement, Table};
use serde::Serialize;
use terminal_size::{Width, terminal_size_of};

/// Where a command's result goes: standard output, as text or as JSON.
#[derive(Debug, Clone, Copy)]
pub(super) struct Out {
    pub(super) json: bool,
    pub(super) quiet: bool,
}

impl Out {
    /// A line of text.
    #[expect(clippy::unused_self, reason = "a result goes to the output that was chosen, as text or as JSON")]
    pub(super) fn line(self, line: impl std::fmt::Display) -> io::Result<()> {
        writeln!(io::stdout().lock(), "{line}")
    }

    /// A value as JSON, indented.
    pub(super) fn json(self, value: &impl Serialize) -> io::Result<()> {
        self.line(serde_json::to_string_pretty(value)?)
    }

    /// Rows under a header, as CSV.
    #[expect(clippy::unused_self, reason = "a result goes to the output that was chosen")]
    pub(super) fn csv(self, header: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(io::stdout().lock());
        csv.write_record(header)?;
        for row in rows {
            csv.write_record(row)?;
        }
        csv.flush()
    }

    /// A remark for people, on standard error; not with `--quiet`.
    pub(super) fn note(self, line: impl std::fmt::Display) {
        if !self.quiet {
            complain(line);
        }
    }

    /// Rows under a header, aligned, as wide as they need on a file and as the terminal allows on one.
    pub(super) fn table(self, header: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        let width = terminal_size_of(io::stdout()).map(|(Width(columns), _)| columns);
        table_lines(header, rows, width).iter().try_for_each(|line| self.line(line))
    }
}

/// The lines of a table, none wider than `width` columns: cells are wrapped where they have to be.
fn table_lines(header: &[&str], rows: &[Vec<String>], width: Option<u16>) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.set_header(header.iter().map(|title| title.to_uppercase()));
    for row in rows {
        table.add_row(row);
    }
    let bare = |line: String| line.trim_end().strip_prefix(' ').unwrap_or(line.trim_end()).to_owned();
    table.lines().map(bare).collect()
}

/// A line on standard error. There is nothing to be done when that is gone.
pub(super) fn complain(line: impl std::fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Asks on the terminal; `None` where there is none to ask.
pub(super) fn ask(question: &str) -> io::Result<Option<bool>> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(None);
    }
    write!(io::stderr().lock(), "{question} [y/N] ")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(Some(matches!(answer.trim(), "y" | "Y" | "yes")))
}

#[cfg(test)]
mod tests {
    use super::table_lines;

    #[test]
    fn a_table_is_as_wide_as_the_terminal_at_most() {
        let row = ["ocr", "Finds the text of a page and where it lies, word for word", "stages/src/ocr/stage.rs:21"];
        let rows = [row.map(ToOwned::to_owned).to_vec()];
        let header = ["stage", "what it does", "written in"];
        let widest = |width| table_lines(&header, &rows, width).iter().map(|line| line.chars().count()).max();
        assert!(widest(None) > Some(80));
        assert!(widest(Some(60)) <= Some(60), "{:#?}", table_lines(&header, &rows, Some(60)));
    }
}
