use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

use super::NewStage;
use super::dependency::Dependency;
use super::home::Layout;
use super::name::pascal_case;
use shelf_runtime::stage::Parallelism;

/// The parts of a new stage's source file.
pub(super) struct StageText<'a> {
    pub(super) stage: &'a NewStage,
    pub(super) deps: Vec<Dependency>,
    pub(super) layout: Layout,
}

/// The title of a book of the testing kit, and its pages.
const TITLE: &str = "A test";
const PAGES: usize = 2;

impl StageText<'_> {
    /// The source text, formatted as by rustfmt and without warnings.
    pub(super) fn render(&self) -> String {
        let template = match (self.stage.book, self.asks()) {
            (false, false) => include_str!("page_stage.rs.txt"),
            (false, true) => include_str!("asking_page_stage.rs.txt"),
            (true, false) => include_str!("book_stage.rs.txt"),
            (true, true) => include_str!("asking_book_stage.rs.txt"),
        };
        let parts = [
            ("{Name}", pascal_case(&self.stage.name)),
            ("{imports}", self.imports()),
            ("{attribute}", self.attribute()),
            ("{function}", self.function()),
            ("{body}", self.body()),
            ("{returned}", self.returned()),
            ("{test_imports}", self.test_imports()),
            ("{book}", self.test_book()),
            ("{expected}", self.expected()),
            ("{examples}", self.deps.iter().map(example).collect()),
            ("{name}", self.stage.name.clone()),
        ];
        parts.iter().fold(template.to_owned(), |text, (word, part)| text.replace(word, part))
    }

    /// Whether it asks a model; other stages count characters.
    fn asks(&self) -> bool {
        self.stage.parallelism == Parallelism::Llm
    }

    /// The `use` lines: other crates first, then the stage's own.
    fn imports(&self) -> String {
        let mut items: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::from([("shelf::prelude", BTreeSet::from(["*"]))]);
        if self.deps.iter().any(|dep| dep.has_text) {
            items.entry("shelf::pages").or_default().insert("PageText");
        }
        for dep in &self.deps {
            items.entry(&dep.module).or_default().insert(&dep.function);
            if let Some(module) = &dep.output_module {
                items.entry(module).or_default().insert(&dep.output);
            }
        }
        let line = |(module, items): (&&str, &BTreeSet<&str>)| {
            let items: Vec<&str> = items.iter().copied().collect();
            match items.as_slice() {
                [item] => format!("use {module}::{item};\n"),
                several => format!("use {module}::{{{}}};\n", several.join(", ")),
            }
        };
        let own = |(module, _): &(&&str, &BTreeSet<&str>)| **module == "crate" || module.starts_with("crate::");
        let crates: String = items.iter().filter(|item| !own(item)).map(line).collect();
        let own: String = items.iter().filter(own).map(line).collect();
        if own.is_empty() { crates } else { format!("{crates}\n{own}") }
    }

    /// `#[stage(name = "headlines", deps = [ocr], parallelism = cpu)]`
    fn attribute(&self) -> String {
        let NewStage { name, parallelism, book, .. } = self.stage;
        let functions: Vec<&str> = self.deps.iter().map(|dep| dep.function.as_str()).collect();
        let deps = if functions.is_empty() { String::new() } else { format!(", deps = [{}]", functions.join(", ")) };
        let scope = if *book { ", scope = book" } else { "" };
        let prompt = if self.asks() { ", prompt = PROMPT" } else { "" };
        format!("#[stage(name = \"{name}\"{deps}{scope}, parallelism = {}{prompt})]", parallelism.label())
    }

    /// `pub fn headlines(page: PageNumber, ocr: OcrPage) -> Result<(HeadlinesPage, HeadlinesMetrics)>`
    fn function(&self) -> String {
        let NewStage { name, parallelism, book, .. } = self.stage;
        let mut parameters = match (book, self.deps.is_empty()) {
            (true, true) => vec!["metadata: BookMetadata".to_owned()],
            (true, false) => Vec::new(),
            (false, false) if self.asks() => Vec::new(),
            (false, _) => vec![format!("{}: PageNumber", self.page())],
        };
        parameters.extend(self.deps.iter().map(|dep| {
            let Dependency { function, output, .. } = dep;
            if self.all_pages(dep) { format!("{function}: Pages<{output}>") } else { format!("{function}: {output}") }
        }));
        parameters.extend(self.asks().then(|| "llm: Llm".to_owned()));
        let is_async = if matches!(parallelism, Parallelism::Io | Parallelism::Llm) { "async " } else { "" };
        let types = pascal_case(name);
        let returned = if *book { format!("{types}Book") } else { format!("({types}Page, {types}Metrics)") };
        let line = format!("pub {is_async}fn {name}({}) -> Result<{returned}>", parameters.join(", "));
        if line.chars().count() + " {".len() <= self.layout.width {
            return line;
        }
        format!("pub {is_async}fn {name}(\n    {},\n) -> Result<{returned}>", parameters.join(",\n    "))
    }

    /// The name of the parameter for the page number; differs from the dependencies.
    fn page(&self) -> &'static str {
        if self.deps.iter().any(|dep| dep.function == "page") { "number" } else { "page" }
    }

    fn all_pages(&self, dep: &Dependency) -> bool {
        self.stage.book && !dep.book
    }

    /// Code that collects the question for the model, or counts the characters, from the dependencies.
    fn body(&self) -> String {
        let (gathered, empty) = if self.asks() { ("question", "String::new()") } else { ("characters", "0") };
        match self.deps.as_slice() {
            [] if self.stage.book && self.asks() => "let question = metadata.title.unwrap_or_default();".to_owned(),
            [] if self.stage.book => {
                "let characters = metadata.title.map_or(0, |title| title.chars().count());".to_owned()
            }
            [] if self.asks() => "let question = page.to_string();".to_owned(),
            [] => "let characters = page.to_string().chars().count();".to_owned(),
            [dep] if !self.all_pages(dep) && self.asks() => format!("let question = {};", dep.text(&dep.function)),
            [dep] if !self.all_pages(dep) => {
                format!("let characters = {}.chars().count();", dep.text(&dep.function))
            }
            several => {
                let first = format!("let mut {gathered} = {empty};");
                let lines = std::iter::once(first).chain(several.iter().map(|dep| self.gather(dep)));
                lines.collect::<Vec<_>>().join("\n    ")
            }
        }
    }

    /// Code that adds the text of a dependency, page by page if it is all pages.
    fn gather(&self, dep: &Dependency) -> String {
        let add = |page: &str, indent: &str| {
            let text = dep.text(page);
            if self.asks() {
                format!("question += &{text};\n{indent}question.push('\\n');")
            } else {
                format!("characters += {text}.chars().count();")
            }
        };
        let Dependency { function, .. } = dep;
        if self.all_pages(dep) {
            let add = add("page", "        ");
            format!("for page in {function}.iter() {{\n        let (_, page) = page?;\n        {add}\n    }}")
        } else {
            add(function, "    ")
        }
    }

    /// `Ok((HeadlinesPage { … }, HeadlinesMetrics { … }))`
    fn returned(&self) -> String {
        let (types, page) = (pascal_case(&self.stage.name), self.page());
        if self.stage.book {
            return format!("Ok({types}Book {{ characters }})");
        }
        let line = format!("let output = {types}Page {{ page_number: {page}.get(), characters }};");
        let output = if self.layout.dense && line.chars().count() + "    ".len() <= self.layout.width {
            line
        } else {
            format!("let output = {types}Page {{\n        page_number: {page}.get(),\n        characters,\n    }};")
        };
        format!("{output}\n    Ok((output, {types}Metrics {{ characters }}))")
    }

    fn test_imports(&self) -> String {
        let json = if self.deps.is_empty() { "" } else { "use serde_json::json;\n    " };
        let kit = if self.asks() { "{ScriptedModel, TestBook}" } else { "TestBook" };
        format!("{json}use shelf::testing::{kit};")
    }

    /// Code for a test book with all inputs of the stage.
    fn test_book(&self) -> String {
        let give = |dep: &Dependency| {
            let Dependency { function, name, .. } = dep;
            if dep.book {
                format!("book.write(\"{name}/book.json\", &serde_json::to_vec(&{function}_book()).unwrap());")
            } else {
                format!("let book = book.outputs::<{function}>({function}_page);")
            }
        };
        let book = format!("let book = TestBook::of_pages({PAGES});");
        std::iter::once(book).chain(self.deps.iter().map(give)).collect::<Vec<_>>().join("\n        ")
    }

    /// The result that the test of a book stage expects: the characters of the title, none on pages without text, some if JSON is counted.
    fn expected(&self) -> String {
        match self.deps.as_slice() {
            [] => format!("== {}", TITLE.chars().count()),
            deps if deps.iter().all(|dep| dep.has_text) => "== 0".to_owned(),
            _ => "> 0".to_owned(),
        }
    }
}

/// Code for a function that returns the smallest page of a dependency.
fn example(dep: &Dependency) -> String {
    const NUMBER: &str = "\u{1}page";
    let Dependency { function, output, .. } = dep;
    let mut page = dep.example.clone();
    let number = page.get_mut("page_number").filter(|number| number.is_number() && !dep.book);
    let parameter = if number.is_some() { "page" } else { "_" };
    if let Some(number) = number {
        *number = Value::from(NUMBER);
    }
    let page = pretty(&page).replace(&Value::from(NUMBER).to_string(), "page").replace('\n', "\n        ");
    let (what, signature) = if dep.book {
        ("book", format!("{function}_book()"))
    } else {
        ("page", format!("{function}_page({parameter}: u32)"))
    };
    format!(
        "\n    /// The smallest output of `{function}` for a {what}.\n    fn {signature} -> {output} {{\n        let output = json!({page});\n        serde_json::from_value(output).unwrap()\n    }}\n"
    )
}

/// JSON, indented like Rust code.
fn pretty(value: &Value) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"    "));
    value.serialize(&mut serializer).expect("JSON can be written to memory");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}
