use serde_json::Value;

use super::example_page::example_page;
use shelf_pages::{MergedPage, OcrPage};
use shelf_runtime::stage::Row;

/// A dependency of the new stage, as its file refers to it.
pub(super) struct Dependency {
    /// Its function: `ocr`.
    pub(super) function: String,
    /// The module that it is imported from: `crate::ocr`.
    pub(super) module: String,
    /// The name of its output type: `OcrPage`.
    pub(super) output: String,
    /// The module that the output type is imported from; `None` if it cannot be imported and `output` is a full path.
    pub(super) output_module: Option<String>,
    /// Whether it runs once per book.
    pub(super) book: bool,
    /// Whether its output has text.
    pub(super) has_text: bool,
    /// Its folder.
    pub(super) name: &'static str,
    /// A page that fits its schema.
    pub(super) example: Value,
}

impl Dependency {
    /// The stage of `row`, as referred to from the crate `home`.
    ///
    /// A stage's function, file and module share one name, and its module exports the function and the output: so
    /// `stages::ocr::stage::ocr` is used as `stages::ocr::ocr`. An output type of a third crate, such as a page format, is taken from the
    /// stage's module as well: the new stage's crate may not depend on that crate.
    pub(super) fn of(row: &Row, home: &str) -> Self {
        let path: Vec<&str> = (row.path)().split("::").collect();
        let function = path.last().copied().unwrap_or(row.name);
        let module = public(&path);
        let output = (row.output.path)();
        let (output, output_module) = if output.contains(['<', '(', '[', '&']) {
            (projection(function), None)
        } else {
            let path: Vec<&str> = output.split("::").collect();
            let (type_name, defined_in) = path.split_last().expect("a path has a last word");
            let nameable = path[0] == home || path[0] == module[0];
            let from = if nameable && !path.starts_with(module) { defined_in } else { module };
            ((*type_name).to_owned(), Some(seen_from(home, from)))
        };
        Self {
            function: function.to_owned(),
            module: seen_from(home, module),
            output,
            output_module,
            book: row.book,
            has_text: row.output.is::<OcrPage>() || row.output.is::<MergedPage>(),
            name: row.name,
            example: example_page(&(row.output.schema)()),
        }
    }

    /// The expression for its text, or for its JSON if its type has no text.
    pub(super) fn text(&self, page: &str) -> String {
        if self.has_text { format!("{page}.text()") } else { format!("serde_json::to_string(&{page})?") }
    }

    /// Whether the other's output is a different type of the same name.
    pub(super) fn clashes_with(&self, other: &Self) -> bool {
        self.output == other.output && self.output_module != other.output_module
    }

    /// Refers to the output type through its stage, if another type has its name.
    pub(super) fn name_output_by_stage(&mut self) {
        self.output = projection(&self.function);
        self.output_module = None;
    }
}

/// The path of the module with the function's name, or else of the module that contains it.
fn public<'a, 'b>(path: &'b [&'a str]) -> &'b [&'a str] {
    let (function, modules) = path.split_last().expect("a path has a last word");
    let of_its_name = modules.iter().skip(1).position(|module| module == function);
    of_its_name.map_or(modules, |place| &modules[..place + 2])
}

fn projection(function: &str) -> String {
    format!("<{function} as shelf::stage::Stage>::Output")
}

fn seen_from(home: &str, path: &[&str]) -> String {
    match path {
        [krate, rest @ ..] if *krate == home => [&["crate"], rest].concat().join("::"),
        path => path.join("::"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_used_from_the_module_of_its_name() {
        let used = |path: &str, home: &str| seen_from(home, public(&path.split("::").collect::<Vec<_>>()));
        assert_eq!(used("stages::ocr::stage::ocr", "stages"), "crate::ocr");
        assert_eq!(used("stages::ocr::stage::ocr", "my_shelf"), "stages::ocr");
        assert_eq!(used("ocr::ocr::ocr", "my_shelf"), "ocr::ocr");
        assert_eq!(used("my_shelf::counting::word_count", "my_shelf"), "crate::counting");
        assert_eq!(used("my_shelf::word_count", "my_shelf"), "crate");
    }
}
