use super::context::Context;
use shelf_runtime::doctor;

/// Warns about what is missing to read a book in these languages and how to install it, before any page is read.
pub(super) fn warn_of_missing(context: &Context, tags: &[String]) {
    for tag in tags {
        for finding in doctor::examine_language(tag) {
            if let Some(hint) = finding.hint {
                context.out.note(format_args!("warning: {}: {}\nhint: {hint}", finding.what, finding.found));
            }
        }
    }
}
