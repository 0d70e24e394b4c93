//! Long text on a terminal goes through a pager, as in `git` and `man`.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGINT;

use super::printable::printable;
use super::terminal;

/// The exit code of a shell for an unknown command.
const NOT_FOUND: i32 = 127;

/// Prints `text`: through `$PAGER` (default `less`) if it is longer than the terminal, otherwise directly.
pub(super) fn print(text: &str) -> io::Result<()> {
    let is_long = terminal::height().is_some_and(|lines| text.lines().count() >= lines);
    if !(is_long && io::stdout().is_terminal() && io::stdin().is_terminal() && is_paged(text)?) {
        return super::out::print(text);
    }
    Ok(())
}

/// Shows `text` in the pager; `false` if there is none.
fn is_paged(text: &str) -> io::Result<bool> {
    let named = ["SHELF_PAGER", "PAGER"].into_iter().find_map(|name| std::env::var(name).ok());
    let mut command = match named.as_deref().map(str::trim) {
        Some("" | "cat") => return Ok(false),
        Some(pager) => {
            let mut shell = Command::new("sh");
            shell.args(["-c", pager]);
            shell
        }
        None => Command::new("less"),
    };
    if std::env::var_os("LESS").is_none() {
        // Leave at once where the text fits, show bold and dim text, leave it on the screen.
        command.env("LESS", "FRX");
    }
    // Ctrl-C is for the pager while it is there.
    signal_hook::flag::register(SIGINT, Arc::new(AtomicBool::new(false)))?;
    let mut pager = match command.stdin(Stdio::piped()).spawn() {
        Ok(pager) => pager,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let written = pager.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(printable(text).as_bytes()));
    let ended = pager.wait()?;
    match written {
        _ if ended.code() == Some(NOT_FOUND) => Ok(false),
        // The reader has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(true),
        written => written.map(|()| true),
    }
}
