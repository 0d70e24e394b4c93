use super::builder::{Edges, ParsedText, TextBuilder};
use super::xml::{Dialect, Tag, XmlPart, brief, read_xml};

/// Reads a page of an ALTO file, version 1 to 4 (<https://www.loc.gov/standards/alto/>); `page` counts from 1.
pub(super) fn parse_alto(text: &str, page: u32) -> Result<ParsedText, String> {
    let mut reading = Reading { wanted: page, ..Reading::default() };
    read_xml(text, Dialect::Xml, &mut |part| reading.part(part))?;
    if reading.pages < page {
        return Err(format!("no page {page}: it has {}", reading.pages));
    }
    let per_inch = match reading.unit.trim() {
        "" | "pixel" => None,
        "mm10" => Some(254.0),
        "inch1200" => Some(1200.0),
        unit => return Err(format!("unknown MeasurementUnit \"{}\": expected pixel, mm10 or inch1200", brief(unit))),
    };
    Ok(ParsedText { size: reading.size, per_inch, blocks: reading.text.finish() })
}

#[derive(Default)]
struct Reading {
    wanted: u32,
    pages: u32,
    size: Option<(f64, f64)>,
    unit: String,
    is_in_unit: bool,
    text: TextBuilder,
    /// Place of the part of the page in the reading order.
    place: u32,
    /// `ComposedBlock`s that are open.
    composed: usize,
    line: Option<Edges>,
    /// Whether the last word is the first part of a hyphenated one, and its hyphen was not read yet.
    is_hyphen_due: bool,
}

impl Reading {
    fn part(&mut self, part: XmlPart<'_>) -> Result<(), String> {
        match part {
            XmlPart::Start(tag) if tag.name == "Page" => {
                self.pages += 1;
                if self.is_wanted() {
                    self.size = tag.number("WIDTH")?.zip(tag.number("HEIGHT")?).filter(|(w, h)| *w > 0.0 && *h > 0.0);
                }
            }
            XmlPart::Start(tag) if tag.name == "MeasurementUnit" => self.is_in_unit = true,
            XmlPart::Start(tag) if self.is_wanted() => self.start(tag)?,
            XmlPart::Text(text) if self.is_in_unit => self.unit.push_str(text),
            XmlPart::End("MeasurementUnit") => self.is_in_unit = false,
            XmlPart::End("ComposedBlock") => self.composed = self.composed.saturating_sub(1),
            XmlPart::End("TextLine") if self.is_hyphen_due => {
                self.is_hyphen_due = false;
                self.text.add_hyphen(None);
            }
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, tag: &Tag) -> Result<(), String> {
        match tag.name.as_str() {
            // The schema puts the margins before the text, the lower one too.
            "TopMargin" => self.place = 0,
            "PrintSpace" | "LeftMargin" | "RightMargin" => self.place = 1,
            "BottomMargin" => self.place = 2,
            "ComposedBlock" => {
                self.composed += 1;
                self.text.begin_block(vec![self.place]);
            }
            // As Tesseract writes it: the paragraphs of a block.
            "TextBlock" if self.composed > 0 => self.text.begin_paragraph(),
            "TextBlock" => self.text.begin_block(vec![self.place]),
            "TextLine" => {
                self.text.begin_line();
                self.line = edges(tag)?;
            }
            "String" => {
                let content = tag.get("CONTENT").unwrap_or_default();
                let of_word = edges(tag)?.or(self.line);
                let of_word = of_word.ok_or_else(|| format!("the word \"{}\" has no position", brief(content)))?;
                self.text.add(content, of_word, tag.number("WC")?)?;
                self.is_hyphen_due = tag.get("SUBS_TYPE") == Some("HypPart1");
            }
            "HYP" => {
                self.is_hyphen_due = false;
                self.text.add_hyphen(edges(tag)?);
            }
            _ => {}
        }
        Ok(())
    }

    fn is_wanted(&self) -> bool {
        self.pages == self.wanted
    }
}

/// The box of an element; `None` if it has no complete one.
fn edges(tag: &Tag) -> Result<Option<Edges>, String> {
    let corner = tag.number("HPOS")?.zip(tag.number("VPOS")?);
    let size = tag.number("WIDTH")?.zip(tag.number("HEIGHT")?);
    let Some(((left, top), (width, height))) = corner.zip(size) else { return Ok(None) };
    Edges::new(left, top, left + width, top + height).map(Some)
}

#[cfg(test)]
mod tests {
    use super::super::builder::tests::shown;
    use super::*;

    fn alto(unit: &str, page: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v2#\"><Description>\
             <MeasurementUnit>{unit}</MeasurementUnit></Description><Layout>{page}</Layout></alto>"
        )
    }

    #[test]
    fn hyphens_are_read_once_whichever_way_they_are_written() {
        let page = "<Page WIDTH=\"500\" HEIGHT=\"700\"><PrintSpace><TextBlock>\
            <TextLine><String CONTENT=\"the\" HPOS=\"1\" VPOS=\"2\" WIDTH=\"30\" HEIGHT=\"9\" WC=\"0.5\"/><SP/>\
            <String CONTENT=\"cam\" SUBS_TYPE=\"HypPart1\" SUBS_CONTENT=\"campaign\" HPOS=\"40\" VPOS=\"2\" WIDTH=\"30\" HEIGHT=\"9\"/>\
            <HYP CONTENT=\"&#173;\" HPOS=\"70\" VPOS=\"2\" WIDTH=\"5\" HEIGHT=\"9\"/></TextLine>\
            <TextLine HPOS=\"1\" VPOS=\"12\" WIDTH=\"90\" HEIGHT=\"9\"><String CONTENT=\"paign\" SUBS_TYPE=\"HypPart2\" SUBS_CONTENT=\"campaign\"/>\
            <String CONTENT=\"be\" SUBS_TYPE=\"HypPart1\" SUBS_CONTENT=\"began\"/></TextLine>\
            </TextBlock></PrintSpace></Page>";
        let text = parse_alto(&alto("pixel", page), 1).unwrap();
        assert_eq!(shown(&text.blocks), "the cam- / paign be-");
        let line = &text.blocks[0][0][0];
        assert_eq!((line[0].confidence, line[1].confidence, line[1].edges.right), (Some(0.5), None, 75.0));
        assert_eq!((text.size, text.per_inch), (Some((500.0, 700.0)), None));
    }

    #[test]
    fn margins_come_where_they_are_read_and_blocks_have_paragraphs() {
        let block = |text: &str| {
            let word = format!("<String CONTENT=\"{text}\" HPOS=\"1\" VPOS=\"2\" WIDTH=\"30\" HEIGHT=\"9\"/>");
            format!("<TextBlock><TextLine>{word}</TextLine></TextBlock>")
        };
        let composed = format!("<ComposedBlock>{}{}</ComposedBlock>", block("one"), block("two"));
        let page = format!(
            "<Page><TopMargin>{}</TopMargin><BottomMargin>{}</BottomMargin><PrintSpace>{composed}{}</PrintSpace></Page>",
            block("head"),
            block("12"),
            block("three")
        );
        assert_eq!(shown(&parse_alto(&alto("pixel", &page), 1).unwrap().blocks), "head | one ¶ two | three | 12");
    }

    #[test]
    fn units_are_those_that_the_file_states() {
        for (unit, per_inch) in [("mm10", Some(254.0)), ("inch1200", Some(1200.0)), ("pixel", None)] {
            assert_eq!(parse_alto(&alto(unit, "<Page/>"), 1).unwrap().per_inch, per_inch);
        }
        assert!(parse_alto(&alto("ell", "<Page/>"), 1).unwrap_err().contains("MeasurementUnit \"ell\""));
    }

    #[test]
    fn problems_are_named() {
        let page =
            |word: &str| alto("pixel", &format!("<Page><TextBlock><TextLine>\n{word}</TextLine></TextBlock></Page>"));
        for (word, problem) in [
            (
                "<String CONTENT=\"a\" HPOS=\"NaN\" VPOS=\"1\" WIDTH=\"1\" HEIGHT=\"1\"/>",
                "line 3: invalid HPOS \"NaN\"",
            ),
            ("<String CONTENT=\"a\" HPOS=\"1\" VPOS=\"1\" WIDTH=\"-5\" HEIGHT=\"1\"/>", "line 3: invalid bounding box"),
            ("<String CONTENT=\"a\"/>", "line 3: the word \"a\" has no position"),
        ] {
            let found = parse_alto(&page(word), 1).unwrap_err();
            assert!(found.starts_with(problem), "{found}");
        }
        assert_eq!(parse_alto(&alto("pixel", "<Page/>"), 2).unwrap_err(), "no page 2: it has 1");
    }
}
