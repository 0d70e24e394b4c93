//! Which names a crate exports, and where what they name is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::source::Module;

/// The crates of shelf, by the name that code uses.
pub(super) struct Crates(BTreeMap<String, Module>);

/// An item under one of its public names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Exported {
    /// Such as `shelf::stage::Stage`.
    pub(super) path: String,
    pub(super) kind: &'static str,
    /// Where it is written, such as `shelf_runtime::stage::shape::Stage`.
    pub(super) home: String,
}

/// An item, by where it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Home {
    kind: &'static str,
    path: Vec<String>,
}

const FOLDERS: [(&str, &str); 8] = [
    ("shelf", "shelf"),
    ("shelf_macros", "shelf-macros"),
    ("shelf_runtime", "crates/runtime"),
    ("shelf_pages", "crates/pages"),
    ("shelf_scans", "crates/scans"),
    ("shelf_llm", "crates/llm"),
    ("shelf_eval", "crates/eval"),
    ("shelf_cli", "crates/cli"),
];

impl Crates {
    pub(super) fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in a workspace");
        let module = |folder: &str| Module::of_crate(&root.join(folder).join("src"));
        Self(FOLDERS.iter().map(|(name, folder)| ((*name).to_owned(), module(folder))).collect())
    }

    /// All public items of a crate, sorted by path.
    pub(super) fn public(&self, name: &str) -> Vec<Exported> {
        let mut found = BTreeSet::new();
        self.list(&[name.to_owned()], name, &mut found);
        found.into_iter().collect()
    }

    fn list(&self, module: &[String], shown: &str, found: &mut BTreeSet<Exported>) {
        for (name, homes) in self.exports(module) {
            for home in homes {
                let path = format!("{shown}::{name}");
                found.insert(Exported { path: path.clone(), kind: home.kind, home: home.path.join("::") });
                if home.kind == "mod" {
                    self.list(&home.path, &path, found);
                }
            }
        }
    }

    fn module(&self, path: &[String]) -> Option<&Module> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.0.get(first)?, |module, name| Some(&module.children.get(name)?.module))
    }

    /// The public names of a module.
    fn exports(&self, path: &[String]) -> BTreeMap<String, BTreeSet<Home>> {
        let mut names: BTreeMap<String, BTreeSet<Home>> = BTreeMap::new();
        let Some(module) = self.module(path) else { return names };
        for item in module.items.iter().filter(|item| item.is_public) {
            names.entry(item.name.clone()).or_default().insert(Home { kind: item.kind, path: below(path, &item.name) });
        }
        for (name, _) in module.children.iter().filter(|(_, child)| child.is_public) {
            names.entry(name.clone()).or_default().insert(Home { kind: "mod", path: below(path, name) });
        }
        for import in module.imports.iter().filter(|import| import.is_public) {
            match &import.name {
                Some(name) => names.entry(name.clone()).or_default().extend(self.resolve(path, &import.path)),
                None => {
                    for target in self.resolve(path, &import.path) {
                        for (name, homes) in self.exports(&target.path) {
                            names.entry(name).or_default().extend(homes);
                        }
                    }
                }
            }
        }
        names
    }

    /// What a path names, seen from a module. What is in no crate of shelf is `extern`.
    fn resolve(&self, from: &[String], path: &[String]) -> BTreeSet<Home> {
        let (first, mut rest) = path.split_first().expect("a path has a word");
        let mut here = match first.as_str() {
            "crate" => from[..1].to_vec(),
            "self" => from.to_vec(),
            "super" => from[..from.len() - 1].to_vec(),
            name if self.0.contains_key(name) => vec![name.to_owned()],
            name if self.module(from).is_some_and(|module| module.children.contains_key(name)) => below(from, name),
            _ => return BTreeSet::from([Home { kind: "extern", path: path.to_vec() }]),
        };
        while let Some((name, after)) = rest.split_first() {
            if name == "super" {
                here.pop();
                rest = after;
                continue;
            }
            let homes = self.named(&here, name);
            if after.is_empty() {
                // What a macro writes is in no source file.
                let written_by_macro = || BTreeSet::from([Home { kind: "item", path: below(&here, name) }]);
                return if homes.is_empty() { written_by_macro() } else { homes };
            }
            match homes.into_iter().find(|home| home.kind == "mod") {
                Some(module) => here = module.path,
                None => return BTreeSet::new(),
            }
            rest = after;
        }
        BTreeSet::from([Home { kind: "mod", path: here }])
    }

    /// What a name means in a module, whoever may see it.
    fn named(&self, path: &[String], name: &str) -> BTreeSet<Home> {
        let Some(module) = self.module(path) else { return BTreeSet::new() };
        let items = module.items.iter().filter(|item| item.name == name).map(|item| item.kind);
        let own = items.map(|kind| Home { kind, path: below(path, name) });
        let imported = module.imports.iter().filter(|import| import.name.as_deref() == Some(name));
        let imported = imported.flat_map(|import| self.resolve(path, &import.path));
        let mut homes: BTreeSet<Home> = own.chain(imported).collect();
        // A private module of the same name as a function is not what is re-exported.
        if module.children.get(name).is_some_and(|child| child.is_public || homes.is_empty()) {
            homes.insert(Home { kind: "mod", path: below(path, name) });
        }
        if homes.is_empty() {
            for import in module.imports.iter().filter(|import| import.name.is_none()) {
                for target in self.resolve(path, &import.path) {
                    homes.extend(self.exports(&target.path).remove(name).unwrap_or_default());
                }
            }
        }
        homes
    }
}

fn below(path: &[String], name: &str) -> Vec<String> {
    path.iter().cloned().chain([name.to_owned()]).collect()
}
