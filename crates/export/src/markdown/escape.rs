/// A text whose characters mean nothing in `CommonMark`: `*` is an asterisk. `starts_line` says whether it is at the beginning of a line,
/// where a number or dash would begin a list.
pub(super) fn escape(text: &str, starts_line: bool) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let chars: Vec<char> = text.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        let is_special = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' => true,
            // Within a word it is no emphasis.
            '_' => {
                let is_word = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_alphanumeric());
                !(is_word(at.checked_sub(1)) && is_word(Some(at + 1)))
            }
            // An entity such as `&amp;`.
            '&' => chars.get(at + 1).is_some_and(|next| next.is_ascii_alphabetic() || *next == '#'),
            _ => false,
        };
        if is_special {
            escaped.push('\\');
        }
        escaped.push(*c);
    }
    if starts_line { escape_start(&escaped) } else { escaped }
}

/// The beginning of a line without the meaning of a heading, list, quotation or rule.
fn escape_start(line: &str) -> String {
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    let rest = &line[digits..];
    if (1..=9).contains(&digits) && rest.starts_with(['.', ')']) {
        return format!("{}\\{rest}", &line[..digits]);
    }
    if line.starts_with(['#', '>', '+', '-', '=', ':']) { format!("\\{line}") } else { line.to_owned() }
}

/// A string in YAML, with quotation marks.
pub(super) fn yaml(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            '\n' | '\t' | '\r' => quoted.push(' '),
            c if c.is_control() => {}
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_means_itself() {
        assert_eq!(
            escape("a *b* [c] <d> snake_case _e_ & &amp;", false),
            r"a \*b\* \[c\] \<d> snake_case \_e\_ & \&amp;"
        );
        assert_eq!(escape("1. One", true), r"1\. One");
        assert_eq!(escape("1528 was", true), "1528 was");
        assert_eq!(escape("— a dash", true), "— a dash");
        assert_eq!(escape("- a dash", true), r"\- a dash");
        assert_eq!(escape("# 9", true), r"\# 9");
    }

    #[test]
    fn yaml_strings_are_quoted() {
        assert_eq!(yaml("A \"book\": of\nlines"), r#""A \"book\": of lines""#);
    }
}
