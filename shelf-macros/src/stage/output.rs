use syn::{GenericArgument, PathArguments, Type, TypePath};

use super::returned::{shown, ungrouped};
use crate::diagnostics::Diagnostics;

/// An output is a struct with named fields, or a tagged enum: where the type itself shows that it is something else, it is a mistake. What
/// only the compiler knows is found by `register!`.
pub(super) fn check_output(output: &Type, diagnostics: &mut Diagnostics) -> bool {
    let Some((what, field)) = no_object(output) else { return true };
    let shown = shown(output);
    diagnostics.error_at(
        output,
        format!(
            "an output is a struct with named fields, but `{shown}` is {what}; make it a field: `#[page] struct … {{ {field}: {shown} }}`"
        ),
    );
    false
}

/// What a type is that is not an object in JSON, and what its field in a struct could be called.
fn no_object(ty: &Type) -> Option<(&'static str, &'static str)> {
    match ty {
        Type::Group(_) | Type::Paren(_) => no_object(ungrouped(ty)),
        Type::Array(_) | Type::Slice(_) => Some(("a list", "items")),
        Type::Tuple(tuple) if !tuple.elems.is_empty() => Some(("a tuple", "items")),
        Type::Reference(reference) => no_object(&reference.elem),
        Type::Path(path) if path.qself.is_none() && may_be_of_std(path) => of_std(path),
        _ => None,
    }
}

/// Whether the path is one word, or begins with a crate of the standard library.
fn may_be_of_std(TypePath { path, .. }: &TypePath) -> bool {
    let first = path.segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
    path.segments.len() == 1 && path.leading_colon.is_none() || ["std", "alloc", "core"].contains(&first.as_str())
}

fn of_std(TypePath { path, .. }: &TypePath) -> Option<(&'static str, &'static str)> {
    let last = path.segments.last()?;
    let inner = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        }),
        _ => None,
    };
    match (last.ident.to_string().as_str(), inner) {
        ("Vec" | "VecDeque" | "HashSet" | "BTreeSet", Some(_)) => Some(("a list", "items")),
        ("HashMap" | "BTreeMap", Some(_)) => Some(("a map", "entries")),
        ("Option", Some(_)) => Some(("an `Option`", "found")),
        ("Box" | "Arc" | "Rc", Some(inner)) => no_object(inner),
        ("String" | "str" | "char", None) => Some(("text", "text")),
        ("bool", None) => Some(("yes or no", "answer")),
        (
            "f32" | "f64" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128"
            | "usize",
            None,
        ) => Some(("a number", "number")),
        _ => None,
    }
}
