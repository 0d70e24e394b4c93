use super::DivideBy;
use shelf_runtime::plan::Phase;
use std::fmt::Write;
use std::num::NonZeroU32;

/// The commands that a script starts: `shelf process` for every shard and phase.
#[derive(Debug)]
pub(crate) struct Script {
    /// The `shelf` program.
    pub(crate) program: String,
    /// The library's folder.
    pub(crate) library: String,
    /// The number of shards.
    pub(crate) count: NonZeroU32,
    pub(crate) by: DivideBy,
    /// What to process: books, or `--all`.
    pub(crate) books: Vec<String>,
    /// Whether the user has chosen stages.
    pub(crate) has_stages: bool,
    /// When shards run which stages.
    pub(crate) phases: Vec<Phase>,
    /// Further arguments of `shelf process`.
    pub(crate) arguments: Vec<String>,
}

impl Script {
    /// `shelf --library DIR process …`, quoted, without the shard and the stages.
    pub(crate) fn process(&self) -> String {
        let words = [&self.program, "--library", &self.library, "process"].map(quoted).into_iter();
        let words = words.chain(self.books.iter().map(quoted));
        let words = words.chain(["--by".to_owned(), self.by.to_string()]);
        words.chain(self.arguments.iter().map(quoted)).collect::<Vec<_>>().join(" ")
    }

    /// All stages that the user has chosen as an argument; empty if they are all stages.
    pub(crate) fn all_stages(&self) -> String {
        if self.has_stages { format!(" --stages {}", self.stages().join(",")) } else { String::new() }
    }

    /// The stages that the user has chosen; none if they are all stages.
    pub(crate) fn stages(&self) -> Vec<&'static str> {
        let stages = self.phases.iter().filter(|_| self.has_stages).flat_map(|phase| phase.stages.iter().copied());
        stages.collect()
    }

    /// The phases, where stages that ask models need not run apart from others.
    pub(crate) fn joined_phases(&self) -> Vec<Phase> {
        let mut joined: Vec<Phase> = Vec::new();
        for phase in &self.phases {
            match joined.last_mut() {
                Some(last) if !phase.waits_for_all => {
                    last.stages.extend(&phase.stages);
                    last.asks_models |= phase.asks_models;
                }
                _ => joined.push(phase.clone()),
            }
        }
        joined
    }

    /// How often each shard has to run at most, if all run at the same time and none is killed.
    pub(crate) fn rounds(&self) -> usize {
        self.joined_phases().len()
    }

    /// The comment at the beginning.
    pub(crate) fn comment(what: &str) -> String {
        let mut text = String::new();
        for line in what.lines() {
            let _ = writeln!(text, "# {line}");
        }
        text
    }
}

/// A word for a shell, in single quotes where it needs them.
pub(crate) fn quoted(word: &(impl AsRef<str> + ?Sized)) -> String {
    let word = word.as_ref();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn quotes_what_a_shell_would_change() {
        let words = ["plain-1.0", "", "my books", "it's", "$HOME", "a;b"].map(quoted);
        assert_eq!(words, ["plain-1.0", "''", "'my books'", r"'it'\''s'", "'$HOME'", "'a;b'"]);
    }
}
