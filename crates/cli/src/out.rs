use super::printable::{printable, printable_json};
use super::table::Table;
use super::terminal;
use serde::Serialize;
use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

/// Prints a command's result to standard output, as text or as JSON.
#[derive(Debug, Clone, Copy)]
pub(super) struct Out {
    pub(super) json: bool,
    pub(super) quiet: bool,
    /// Whether tables may be wider than the terminal.
    pub(super) wide: bool,
}

impl Out {
    /// Prints a line of text.
    #[expect(clippy::unused_self, reason = "a result goes to the output that was chosen, as text or as JSON")]
    pub(super) fn line(self, line: impl std::fmt::Display) -> io::Result<()> {
        print(&format!("{line}\n"))
    }

    /// Prints a value as indented JSON.
    #[expect(clippy::unused_self, reason = "a result goes to the output that was chosen")]
    pub(super) fn json(self, value: &impl Serialize) -> io::Result<()> {
        print(&format!("{}\n", printable_json(serde_json::to_string_pretty(value)?)))
    }

    /// Prints rows under a header, as CSV.
    #[expect(clippy::unused_self, reason = "a result goes to the output that was chosen")]
    pub(super) fn csv(self, header: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(header)?;
        for row in rows {
            csv.write_record(row)?;
        }
        print_bytes(&csv.into_inner().map_err(csv::IntoInnerError::into_error)?)
    }

    /// Prints a remark on standard error; not with `--quiet`.
    pub(super) fn note(self, line: impl std::fmt::Display) {
        if !self.quiet {
            print_error(line);
        }
    }

    /// Prints a table: at full width to a file, or fitted to the terminal. Omitted columns are named below it.
    pub(super) fn table(self, table: &Table) -> io::Result<()> {
        let width = terminal::width().filter(|_| !self.wide);
        let printed = table.printed(width);
        printed.lines.iter().try_for_each(|line| self.line(line))?;
        if printed.omitted.is_empty() {
            return Ok(());
        }
        let omitted = format!("Too narrow for: {} (show with --wide)", printed.omitted.join(", "));
        terminal::wrap(&omitted, width.unwrap_or(usize::MAX)).iter().try_for_each(|line| self.line(line))
    }
}

/// Prints text to standard output, with control characters escaped.
pub(super) fn print(text: &str) -> io::Result<()> {
    print_bytes(printable(text).as_bytes())
}

fn print_bytes(bytes: &[u8]) -> io::Result<()> {
    print_from(&mut &bytes[..])
}

/// Prints bytes unchanged to standard output. Once its reader is gone (`| head`), nothing more is printed; what the command does is done all the
/// same, and its exit code is that of its work.
pub(super) fn print_from(from: &mut impl io::Read) -> io::Result<()> {
    if STDOUT_CLOSED.load(Ordering::Relaxed) {
        return Ok(());
    }
    match io::copy(from, &mut io::stdout().lock()).map(drop) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            STDOUT_CLOSED.store(true, Ordering::Relaxed);
            Ok(())
        }
        written => written,
    }
}

/// Whether the reader of standard output is gone.
static STDOUT_CLOSED: AtomicBool = AtomicBool::new(false);

/// Prints a line on standard error, with control characters escaped. An error is ignored, since there is nowhere to report it.
pub(super) fn print_error(line: impl std::fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{}", printable(&line.to_string()));
}

/// Asks on the terminal; `None` if there is no terminal.
pub(super) fn ask(question: &str) -> io::Result<Option<bool>> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(None);
    }
    write!(io::stderr().lock(), "{question} [y/N] ")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(Some(matches!(answer.trim(), "y" | "Y" | "yes")))
}
