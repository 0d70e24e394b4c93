use std::path::Path as FilePath;
use std::{env, fs};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Path;

/// `::shelf::__private`, the one place that expansions name; under `crate = path` it is `path::__private`. A crate that renames
/// shelf in its `Cargo.toml` needs no `crate = path`.
#[derive(Clone)]
pub(crate) struct Runtime {
    krate: Option<Path>,
    renamed: Option<Ident>,
}

impl Runtime {
    pub(crate) fn new(krate: Option<Path>) -> Self {
        let renamed = if krate.is_some() { None } else { renamed_in_cargo_toml() };
        Self { krate, renamed }
    }
}

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self { krate: Some(krate), .. } => quote!(#krate::__private),
            Self { renamed: Some(renamed), .. } => quote!(::#renamed::__private),
            Self { .. } => quote!(::shelf::__private),
        });
    }
}

/// What the crate that is being compiled, or its workspace, calls shelf, if that is another name.
fn renamed_in_cargo_toml() -> Option<Ident> {
    let folder = env::var_os("CARGO_MANIFEST_DIR")?;
    let manifests =
        FilePath::new(&folder).ancestors().filter_map(|folder| fs::read_to_string(folder.join("Cargo.toml")).ok());
    let name = manifests.take(2).find_map(|manifest| renamed(&manifest))?;
    syn::parse_str(&name).ok().map(|ident: Ident| Ident::new(&ident.to_string(), Span::call_site()))
}

/// `books` of `books = { package = "shelf-books", … }`, or of `[dependencies.books]` with `package = "shelf-books"` below it.
fn renamed(manifest: &str) -> Option<String> {
    let mut table = "";
    for line in manifest.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            table = name;
        }
        let packages = line.split("package").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('='));
        if !packages.map(str::trim_start).any(|package| package.starts_with("\"shelf-books\"")) {
            continue;
        }
        let key = line.split('=').next().unwrap_or_default().trim();
        let name = if key == "package" { table.rsplit('.').next().unwrap_or_default() } else { key };
        let name = name.trim_matches('"').replace('-', "_");
        return (name != "shelf").then_some(name);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn another_name_in_cargo_toml_is_found() {
        for (manifest, name) in [
            ("[dependencies]\nbooks = { package = \"shelf-books\", version = \"0.1\" }", Some("books")),
            ("[dependencies]\nmy-books = { path = \"x\", package=\"shelf-books\" }", Some("my_books")),
            ("[dependencies.books]\nversion = \"0.1\"\npackage = \"shelf-books\"", Some("books")),
            ("[dependencies]\nshelf = { package = \"shelf-books\", version = \"0.1\" }", None),
            ("[dependencies]\nshelf-books = \"0.1\"", None),
            ("[package]\nname = \"shelf-books\"", None),
        ] {
            assert_eq!(renamed(manifest).as_deref(), name, "{manifest}");
        }
    }
}
