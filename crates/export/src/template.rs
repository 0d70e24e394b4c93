use std::io::Write;

use minijinja::{Environment, UndefinedBehavior};

use crate::output::flush;
use crate::{Document, ExportBook, ExportError, ExportOptions, Format, Output};

/// What `--template` writes.
pub(crate) const TEMPLATE: Format =
    Format { name: "template", extension: "txt", about: "whatever the template of --template writes", write };

/// Renders a template (minijinja) over the document that `json` writes. Unlike the other formats, it needs the whole book in memory.
fn write(book: &ExportBook, output: &mut Output, options: &ExportOptions) -> Result<(), ExportError> {
    let path = options.template.expect("the command line requires it");
    let source = std::fs::read_to_string(path).map_err(|source| ExportError::Io { path: path.clone(), source })?;
    let invalid = |source: minijinja::Error| ExportError::Template { path: path.clone(), source };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    environment.add_template_owned(name.clone(), source).map_err(invalid)?;
    environment.add_filter("plain", plain);
    let document = Document::of(book, options)?;
    let text = environment
        .get_template(&name)
        .and_then(|template| template.render(minijinja::value::Serde(&document)))
        .map_err(invalid)?;
    let mut file = output.main()?;
    file.write_all(text.as_bytes())?;
    flush(file)
}

/// The filter `plain`: a text without page breaks and note marks.
fn plain(text: &minijinja::Value) -> Result<String, minijinja::Error> {
    let mut plain = String::new();
    for inline in text.try_iter()? {
        if let Ok(text) = inline.get_attr("text")
            && let Some(text) = text.as_str()
        {
            plain.push_str(text);
        }
    }
    Ok(plain)
}
