//! The terminal that a command prints to: its width, and fitting text to it.

use std::io::{self, IsTerminal};
use std::os::fd::AsFd;

use terminal_size::{Height, Width, terminal_size_of};
use unicode_width::UnicodeWidthStr;

/// Width of standard output in columns: `COLUMNS`, or else the width of the terminal. `None` for a file or a pipe.
pub(super) fn width() -> Option<usize> {
    columns_variable().or_else(|| terminal_size_of(io::stdout()).map(|(Width(columns), _)| usize::from(columns)))
}

/// Width of standard error in columns.
pub(super) fn error_width() -> usize {
    const USUAL: usize = 80;
    let terminal = || terminal_size_of(io::stderr()).map(|(Width(columns), _)| usize::from(columns));
    columns_variable().or_else(terminal).unwrap_or(USUAL)
}

/// Height of the terminal on standard output in lines; `None` for a file or a pipe.
pub(super) fn height() -> Option<usize> {
    terminal_size_of(io::stdout()).map(|(_, Height(lines))| usize::from(lines))
}

/// Whether text on `output` may be styled: it is a terminal, and `NO_COLOR` is not set.
pub(super) fn is_styled(output: &(impl IsTerminal + AsFd)) -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    output.is_terminal() && !refused && std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
}

fn columns_variable() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.trim().parse().ok().filter(|columns| *columns > 0)
}

/// Width of a text in columns.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// Wraps a text to lines of at most `width` columns, at white space only: a longer word gets its own line.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Shortens a text to at most `width` columns, ending in `…`.
pub(super) fn truncate(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.chars() {
        kept.push(character);
        if columns(&kept) >= width {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_between_words_only() {
        assert_eq!(wrap("one two  three\nincomprehensible", 8), ["one two", "three", "incomprehensible"]);
        assert_eq!(wrap(" ", 8), Vec::<String>::new());
        assert_eq!(wrap("中文 中文", 5), ["中文", "中文"], "a wide character takes two columns");
    }

    #[test]
    fn text_that_is_too_long_ends_in_an_ellipsis() {
        assert_eq!(truncate("florida", 7), "florida");
        assert_eq!(truncate("a book of shelves", 8), "a book…");
        assert_eq!(truncate("中文中文", 5), "中文…");
    }
}
