/// Inserts a line such as `pub mod headlines;` among those of `text`, in alphabetical order; `None` if the module is
/// declared already.
pub(super) fn with_mod_line(text: &str, line: &str) -> Option<String> {
    let name = module(line)?;
    let mut lines: Vec<&str> = text.lines().collect();
    let declared: Vec<(usize, &str)> =
        lines.iter().enumerate().filter_map(|(place, line)| Some((place, module(line)?))).collect();
    if declared.iter().any(|(_, other)| *other == name) {
        return None;
    }
    let belongs_below = |line: &str| line.starts_with("#[") || line.starts_with("///");
    match (declared.iter().find(|(_, other)| *other > name), declared.last()) {
        (Some((next, _)), _) => {
            let above = lines[..*next].iter().rev().take_while(|line| belongs_below(line)).count();
            lines.insert(next - above, line);
        }
        (None, Some((last, _))) => lines.insert(last + 1, line),
        (None, None) => {
            let of_the_file = |line: &&&str| line.is_empty() || line.starts_with("//!") || line.starts_with("#![");
            let place = lines.iter().take_while(of_the_file).count();
            if place > 0 && !lines[place - 1].is_empty() {
                lines.insert(place, "");
                lines.insert(place + 1, line);
            } else {
                lines.insert(place, line);
                lines.insert(place + 1, "");
            }
        }
    }
    Some(lines.join("\n").trim_end().to_owned() + "\n")
}

/// The module that a line declares.
fn module(line: &str) -> Option<&str> {
    let name = line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ")?.trim_end().strip_suffix(';')?;
    Some(name.strip_prefix("r#").unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::with_mod_line;

    #[test]
    fn inserts_in_alphabetical_order() {
        let lib = "//! Stages.\n\npub mod bbox;\n#[cfg(feature = \"x\")]\npub mod ocr;\n\nuse x as _;\n";
        let with = |name: &str| with_mod_line(lib, &format!("pub mod {name};")).unwrap();
        assert_eq!(
            with("headlines"),
            "//! Stages.\n\npub mod bbox;\npub mod headlines;\n#[cfg(feature = \"x\")]\npub mod ocr;\n\nuse x as _;\n"
        );
        assert!(with("words").contains("pub mod ocr;\npub mod words;\n\nuse"));
        assert!(with("a").contains("\n\npub mod a;\npub mod bbox;\n"));
    }

    #[test]
    fn a_file_without_modules_gets_its_first() {
        assert_eq!(with_mod_line("//! Stages.\n", "pub mod a;").unwrap(), "//! Stages.\n\npub mod a;\n");
        assert_eq!(with_mod_line("//! X.\n\nuse y;\n", "mod a;").unwrap(), "//! X.\n\nmod a;\n\nuse y;\n");
        assert_eq!(with_mod_line("", "mod a;").unwrap(), "mod a;\n");
    }

    #[test]
    fn a_module_is_declared_once() {
        assert_eq!(with_mod_line("mod ocr;\n", "pub mod ocr;"), None);
    }
}
