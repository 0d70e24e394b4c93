use proc_macro2::Ident;
use syn::ext::IdentExt;

use super::model::{NamedDependency, Parameter, Scope, Source};
use super::parameters::last_word;
use super::syntax::DepSyntax;
use crate::diagnostics::Diagnostics;
use crate::suggest::did_you_mean;

/// What an option such as `conserves = ocr` may name: the dependencies, by the names of their parameters.
pub(super) struct Listed {
    names: Vec<String>,
    scope: Scope,
}

impl Listed {
    pub(super) fn of(deps: &[DepSyntax], scope: Scope) -> Self {
        let word = |dep: &DepSyntax| dep.alias.clone().or_else(|| Some(dep.path.segments.last()?.ident.clone()));
        Self { names: deps.iter().filter_map(word).map(|word| word.unraw().to_string()).collect(), scope }
    }

    /// An option that is about one page and another names a dependency that the function takes as the page itself. The option is
    /// written `before`, the dependency, `after`.
    pub(super) fn check(
        &self,
        word: &Ident,
        before: &str,
        after: &str,
        parameters: &[Parameter],
        diagnostics: &mut Diagnostics,
    ) -> Option<NamedDependency> {
        let name = word.unraw().to_string();
        let written = format!("{before}{name}{after}");
        if self.scope == Scope::Book {
            diagnostics.error(
                word.span(),
                format!("`{written}` applies to pages, and a stage with `scope = book` has no page; drop it"),
            );
            return None;
        }
        if !self.names.contains(&name) {
            diagnostics.error(word.span(), format!("`{written}` does not name a dependency; {}", self.expected(&name)));
            return None;
        }
        // Where the parameter is missing, that is the mistake, and it is told already.
        let Parameter { cfgs, ty, source } = parameters.iter().find(
            |parameter| matches!(&parameter.source, Source::Dependency { name: parameter, .. } if *parameter == name),
        )?;
        if let Some(word_of_type @ ("Window" | "Pages")) = last_word(ty).as_deref() {
            diagnostics.error(
                word.span(),
                format!(
                    "`{written}` is about the page itself, and `{name}` is taken as `{word_of_type}`; list the stage twice, the other with a name of its own: `deps = [{name}, near = {name}]`"
                ),
            );
            return None;
        }
        if let Source::Dependency { is_optional: true, .. } = source {
            diagnostics.error(
                word.span(),
                format!("`{written}` needs the page, and `{name}` is taken as `Option`; take it as the page itself"),
            );
            return None;
        }
        Some(NamedDependency { cfgs: cfgs.clone(), name, ty: ty.clone() })
    }

    fn expected(&self, name: &str) -> String {
        if self.names.is_empty() {
            return format!("list it, and take it as a parameter: `deps = [{name}]`");
        }
        let near = did_you_mean(name, self.names.iter().map(String::as_str));
        let known = self.names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
        format!("expected {known}{near}")
    }
}
