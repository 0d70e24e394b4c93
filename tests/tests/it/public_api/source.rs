//! What the modules of a crate declare and import, read from its source.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A module's own items, imports and child modules.
#[derive(Debug, Default)]
pub(super) struct Module {
    pub(super) items: Vec<Item>,
    pub(super) imports: Vec<Import>,
    pub(super) children: BTreeMap<String, Child>,
}

/// An item other than a module.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) is_public: bool,
}

/// `use path as name`; without a name for `use path::*`.
#[derive(Debug)]
pub(super) struct Import {
    pub(super) path: Vec<String>,
    pub(super) name: Option<String>,
    pub(super) is_public: bool,
}

#[derive(Debug)]
pub(super) struct Child {
    pub(super) module: Module,
    pub(super) is_public: bool,
}

/// The kinds of items that have a name.
const KINDS: [&str; 8] = ["struct", "enum", "union", "trait", "fn", "type", "const", "static"];

impl Module {
    /// The root module of a crate, from its `lib.rs`.
    pub(super) fn of_crate(source: &Path) -> Self {
        let mut exported = Vec::new();
        let mut root = Self::of_file(&source.join("lib.rs"), source, &mut exported);
        root.items.append(&mut exported);
        root
    }

    fn of_file(file: &Path, folder: &Path, exported: &mut Vec<Item>) -> Self {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let tokens = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        Self::of_tokens(tokens, folder, exported)
    }

    /// Its child modules are in `folder`. Macros with `#[macro_export]` are items of the root, wherever they are written.
    fn of_tokens(tokens: TokenStream, folder: &Path, exported: &mut Vec<Item>) -> Self {
        let mut module = Self::default();
        let mut tokens = tokens.into_iter().peekable();
        let mut attributes: Vec<String> = Vec::new();
        let mut head: Vec<TokenTree> = Vec::new();
        while let Some(token) = tokens.next() {
            if let TokenTree::Punct(sign) = &token
                && sign.as_char() == '#'
                && head.is_empty()
            {
                let is_inner = matches!(tokens.peek(), Some(TokenTree::Punct(sign)) if sign.as_char() == '!');
                if is_inner {
                    tokens.next();
                }
                let attribute = tokens.next().expect("an attribute has brackets").to_string();
                if !is_inner {
                    attributes.push(attribute.replace([' ', '\n'], ""));
                }
                continue;
            }
            let ends = match &token {
                TokenTree::Punct(sign) => sign.as_char() == ';',
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !runs_on(&head),
                _ => false,
            };
            head.push(token);
            if ends {
                let attributes = std::mem::take(&mut attributes);
                module.add(&std::mem::take(&mut head), &attributes, folder, exported);
            }
        }
        module
    }

    fn add(&mut self, head: &[TokenTree], attributes: &[String], folder: &Path, exported: &mut Vec<Item>) {
        let has = |wanted: &str| attributes.iter().any(|attribute| attribute.starts_with(wanted));
        if has("[cfg(test)]") || has("[cfg(doctest)]") {
            return;
        }
        let words: Vec<String> = head.iter().map(ToString::to_string).collect();
        let is_restricted = matches!(head.get(1), Some(TokenTree::Group(_)));
        let is_pub = words[0] == "pub" && !is_restricted;
        let start = usize::from(words[0] == "pub") + usize::from(words[0] == "pub" && is_restricted);
        let is_public = is_pub && !has("[doc(hidden)]");
        match words.get(start).map(String::as_str) {
            Some("use") => {
                imports(&head[start + 1..head.len() - 1], &[], is_public, &mut self.imports);
            }
            Some("mod") => {
                let name = words[start + 1].clone();
                let below = folder.join(&name);
                let module = match head.last() {
                    Some(TokenTree::Group(body)) => Self::of_tokens(body.stream(), &below, exported),
                    _ if below.join("mod.rs").exists() => Self::of_file(&below.join("mod.rs"), &below, exported),
                    _ => Self::of_file(&folder.join(format!("{name}.rs")), &below, exported),
                };
                self.children.insert(name, Child { module, is_public });
            }
            Some("macro_rules") if has("[macro_export]") => {
                let is_public = !has("[doc(hidden)]");
                exported.push(Item { kind: "macro", name: words[start + 2].clone(), is_public });
            }
            _ if has("[proc_macro_attribute]") => {
                let name = name_after(&words, "fn");
                self.items.extend(name.map(|name| Item { kind: "attribute", name, is_public }));
            }
            _ if has("[proc_macro_derive(") => {
                let derive = attributes.iter().find_map(|attribute| attribute.strip_prefix("[proc_macro_derive("));
                let name = derive.and_then(|rest| rest.split([',', ')']).next()).map(ToOwned::to_owned);
                self.items.extend(name.map(|name| Item { kind: "derive", name, is_public }));
            }
            _ => {
                // A `const fn` is a function.
                let keyword = words[start..].iter().position(|word| KINDS.contains(&word.as_str()));
                let is_const_fn = |at: &usize| words.get(start + at + 1).is_some_and(|next| next == "fn");
                if words[start..].first().is_none_or(|word| word == "impl")
                    || words.get(start + 1).is_some_and(|next| next == "!" || next == ":")
                {
                    return;
                }
                if let Some(at) = keyword.map(|at| start + if is_const_fn(&at) { at + 1 } else { at }) {
                    let kind = KINDS.iter().find(|kind| **kind == words[at]).expect("it was found by its kind");
                    self.items.push(Item { kind, name: words[at + 1].clone(), is_public });
                }
            }
        }
    }
}

/// Whether an item that begins so ends with `;` and not with its first braces.
fn runs_on(head: &[TokenTree]) -> bool {
    let words: Vec<String> = head.iter().map(ToString::to_string).take_while(|word| word != "=").collect();
    let is_fn = words.iter().any(|word| word == "fn");
    words.iter().any(|word| ["use", "const", "static", "type"].contains(&word.as_str()))
        && !is_fn
        && !words.iter().any(|word| ["impl", "trait", "struct", "enum"].contains(&word.as_str()))
}

fn name_after(words: &[String], keyword: &str) -> Option<String> {
    words.iter().skip_while(|word| *word != keyword).nth(1).cloned()
}

/// The imports of a tree such as `a::{b, c::{self, d as e}, f::*}`.
fn imports(tree: &[TokenTree], prefix: &[String], is_public: bool, found: &mut Vec<Import>) {
    let mut path = prefix.to_vec();
    let mut tokens = tree.iter().filter(|token| token.to_string() != ":").peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(list) => {
                for branch in branches(list) {
                    imports(&branch, &path, is_public, found);
                }
                return;
            }
            TokenTree::Punct(_) => {
                found.push(Import { path, name: None, is_public });
                return;
            }
            word if word.to_string() == "as" => {
                let name = tokens.next().map(ToString::to_string);
                found.push(Import { path, name, is_public });
                return;
            }
            word if word.to_string() == "self" && !path.is_empty() => {}
            word => path.push(word.to_string()),
        }
    }
    let name = path.last().cloned();
    found.push(Import { path, name, is_public });
}

fn branches(list: &Group) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = list.stream().into_iter().collect();
    let branches = tokens.split(|token| token.to_string() == ",").filter(|branch| !branch.is_empty());
    branches.map(<[TokenTree]>::to_vec).collect()
}

#[test]
fn items_and_imports_are_read() {
    let source = r"
        //! Docs.
        #![cfg_attr(x, y)]
        pub use a::{self as b, c::{self, d as e}, f::*};
        pub(crate) use crate::g;
        #[derive(Debug)] pub struct S<const N: usize> { x: u32 }
        pub struct T(pub u32);
        pub const fn f() -> u32 { 1 }
        pub const C: S = S { x: 1 };
        impl S { pub fn method() {} }
        pub unsafe trait Tr: Sized { const X: u32; }
        #[doc(hidden)] pub type Hidden = u32;
        inventory::collect!(S);
        mod inner { pub fn nested() {} }
        #[cfg(test)] mod tests { }
        #[macro_export] macro_rules! m { () => {} }
    ";
    let mut exported = Vec::new();
    let module = Module::of_tokens(source.parse().unwrap(), Path::new("."), &mut exported);
    let items: Vec<_> = module.items.iter().map(|it| format!("{} {} {}", it.is_public, it.kind, it.name)).collect();
    let expected =
        ["true struct S", "true struct T", "true fn f", "true const C", "true trait Tr", "false type Hidden"];
    assert_eq!(items, expected);
    let shown = |it: &Import| format!("{} as {}", it.path.join("::"), it.name.as_deref().unwrap_or("*"));
    let imports: Vec<_> = module.imports.iter().map(shown).collect();
    assert_eq!(imports, ["a as b", "a::c as c", "a::c::d as e", "a::f as *", "crate::g as g"]);
    assert_eq!(module.children.keys().collect::<Vec<_>>(), ["inner"]);
    assert_eq!(exported[0].name, "m");
}
