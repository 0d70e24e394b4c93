use super::builder::{Edges, ParsedText, TextBuilder};
use super::xml::{Dialect, Tag, XmlPart, read_xml};

/// Reads what poppler's `pdftotext -bbox-layout` writes of one page: `block`, `line` and `word` elements with `xMin`, `yMin`, `xMax` and `yMax`
/// in points, origin at the top left of the page as it is shown.
pub(crate) fn parse_pdf_words(text: &str) -> Result<ParsedText, String> {
    let mut builder = TextBuilder::default();
    let mut word: Option<(Edges, String)> = None;
    read_xml(text, Dialect::Html, &mut |part| {
        match part {
            XmlPart::Start(tag) => match tag.name.as_str() {
                "block" => builder.begin_block(Vec::new()),
                "line" => builder.begin_line(),
                "word" => word = Some((edges(tag)?, String::new())),
                _ => {}
            },
            XmlPart::Text(text) => {
                if let Some((_, own)) = &mut word {
                    own.push_str(text);
                }
            }
            XmlPart::End("word") => {
                if let Some((edges, text)) = word.take() {
                    builder.add(&text, edges, None)?;
                }
            }
            XmlPart::End(_) => {}
        }
        Ok(())
    })?;
    Ok(ParsedText { size: None, per_inch: Some(72.0), blocks: builder.finish() })
}

fn edges(tag: &Tag) -> Result<Edges, String> {
    let edge = |name: &str| Ok::<f64, String>(tag.number(name)?.unwrap_or(f64::NAN));
    Edges::new(edge("xmin")?, edge("ymin")?, edge("xmax")?, edge("ymax")?)
}
