use std::collections::BTreeMap;

use super::builder::{Edges, ParsedText, TextBuilder};
use super::xml::{Dialect, Tag, XmlPart, brief, read_xml};

/// Reads a PAGE XML file (<https://github.com/PRImA-Research-Lab/PAGE-XML>), which has one page.
pub(super) fn parse_page_xml(text: &str, page: u32) -> Result<ParsedText, String> {
    if page > 1 {
        return Err(format!("no page {page}: a PAGE file has 1"));
    }
    let mut reading = Reading::default();
    read_xml(text, Dialect::Xml, &mut |part| reading.part(part))?;
    Ok(ParsedText { size: reading.size, per_inch: None, blocks: reading.text.finish() })
}

/// Regions by their ids: their places in the reading order.
type Order = BTreeMap<String, Vec<u32>>;

#[derive(Default)]
struct Reading {
    size: Option<(f64, f64)>,
    order: Order,
    /// The indices of the groups of the reading order that are open.
    groups: Vec<u32>,
    text: TextBuilder,
    /// Regions, lines, words and glyphs that are open.
    open: Vec<Item>,
    /// Whether a text is being read.
    is_in_text: bool,
}

/// An element that has an outline and text.
struct Item {
    level: Level,
    edges: Option<Edges>,
    confidence: Option<f64>,
    /// The first of its texts, once that has begun.
    text: Option<String>,
    has_words: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Region,
    Line,
    Word,
    Glyph,
}

impl Level {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "TextRegion" => Self::Region,
            "TextLine" => Self::Line,
            "Word" => Self::Word,
            "Glyph" => Self::Glyph,
            _ => return None,
        })
    }
}

/// The place of regions that the reading order does not name: after the others.
const UNORDERED: u32 = u32::MAX;

impl Reading {
    fn part(&mut self, part: XmlPart<'_>) -> Result<(), String> {
        match part {
            XmlPart::Start(tag) => self.start(tag),
            XmlPart::Text(text) => {
                if self.is_in_text
                    && let Some(own) = self.open.last_mut().and_then(|item| item.text.as_mut())
                {
                    own.push_str(text);
                }
                Ok(())
            }
            XmlPart::End(name) => self.end(name),
        }
    }

    fn start(&mut self, tag: &Tag) -> Result<(), String> {
        if let Some(level) = Level::of(&tag.name) {
            match level {
                Level::Region => {
                    let place = tag.get("id").and_then(|id| self.order.get(id)).cloned();
                    self.text.begin_block(place.unwrap_or_else(|| vec![UNORDERED]));
                }
                Level::Line => self.text.begin_line(),
                Level::Word | Level::Glyph => {}
            }
            self.open.push(Item { level, edges: None, confidence: None, text: None, has_words: false });
            return Ok(());
        }
        match tag.name.as_str() {
            "Page" => {
                let size = tag.number("imageWidth")?.zip(tag.number("imageHeight")?);
                self.size = size.filter(|(width, height)| *width > 0.0 && *height > 0.0);
            }
            "RegionRefIndexed" | "RegionRef" => {
                if let Some(region) = tag.get("regionRef") {
                    let mut place = self.groups.clone();
                    place.push(tag.number("index")?.unwrap_or(0.0) as u32);
                    self.order.insert(region.to_owned(), place);
                }
            }
            name if name.ends_with("GroupIndexed") => {
                self.groups.push(tag.number("index")?.unwrap_or(0.0) as u32);
            }
            "Coords" => {
                if let (Some(item), Some(points)) = (self.open.last_mut(), tag.get("points")) {
                    for point in points.split_whitespace() {
                        item.add_point(point.split_once(','))?;
                    }
                }
            }
            // Until 2010, points were elements.
            "Point" => {
                if let Some(item) = self.open.last_mut() {
                    item.add_point(tag.get("x").zip(tag.get("y")))?;
                }
            }
            "TextEquiv" => {
                if let Some(item) = self.open.last_mut().filter(|item| item.text.is_none()) {
                    item.confidence = tag.number("conf")?;
                }
            }
            "Unicode" => {
                if let Some(item) = self.open.last_mut().filter(|item| item.text.is_none()) {
                    item.text = Some(String::new());
                    self.is_in_text = true;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), String> {
        if name == "Unicode" {
            self.is_in_text = false;
        } else if name.ends_with("GroupIndexed") {
            self.groups.pop();
        }
        if Level::of(name).is_none() {
            return Ok(());
        }
        let Some(item) = self.open.pop() else { return Ok(()) };
        let text = item.text.as_deref().unwrap_or_default().trim();
        let is_text = match item.level {
            Level::Word => true,
            Level::Line => !item.has_words,
            Level::Region | Level::Glyph => false,
        };
        if !is_text || text.is_empty() {
            return Ok(());
        }
        if let Some(line) = self.open.last_mut() {
            line.has_words = true;
        }
        let edges = item.edges.ok_or_else(|| format!("\"{}\" has no outline", brief(text)))?;
        self.text.add(text, edges, item.confidence)
    }
}

impl Item {
    fn add_point(&mut self, point: Option<(&str, &str)>) -> Result<(), String> {
        let number = |text: &str| text.trim().parse::<f64>().ok();
        let (x, y) = point.and_then(|(x, y)| number(x).zip(number(y))).ok_or("invalid point in an outline")?;
        let point = Edges::new(x, y, x, y)?;
        self.edges = Some(match self.edges {
            Some(edges) => Edges::new(edges.left.min(x), edges.top.min(y), edges.right.max(x), edges.bottom.max(y))?,
            None => point,
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::builder::tests::shown;
    use super::*;

    fn pc_gts(body: &str) -> String {
        format!(
            "<pc:PcGts xmlns:pc=\"http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15\">\
             <pc:Page imageFilename=\"p.tif\" imageWidth=\"600\" imageHeight=\"900\">{body}</pc:Page></pc:PcGts>"
        )
    }

    #[test]
    fn words_and_lines_are_read_in_reading_order() {
        let line = "<pc:TextLine id=\"l1\"><pc:Coords points=\"0,0 100,0 100,10 0,10\"/>\
            <pc:Word><pc:Coords points=\"0,0 40,2 40,10 0,10\"/><pc:Glyph><pc:Coords points=\"0,0 9,9\"/><pc:TextEquiv><pc:Unicode>X</pc:Unicode></pc:TextEquiv></pc:Glyph>\
            <pc:TextEquiv index=\"0\" conf=\"0.75\"><pc:Unicode>body</pc:Unicode></pc:TextEquiv><pc:TextEquiv index=\"1\"><pc:Unicode>bodv</pc:Unicode></pc:TextEquiv></pc:Word>\
            <pc:TextEquiv><pc:Unicode>body of the line</pc:Unicode></pc:TextEquiv></pc:TextLine>";
        let body = format!(
            "<pc:ReadingOrder><pc:OrderedGroup id=\"g\"><pc:RegionRefIndexed index=\"1\" regionRef=\"r1\"/><pc:RegionRefIndexed index=\"0\" regionRef=\"r2\"/>\
             </pc:OrderedGroup></pc:ReadingOrder>\
             <pc:TextRegion id=\"r0\">{}</pc:TextRegion><pc:TextRegion id=\"r1\">{line}<pc:TextEquiv><pc:Unicode>all of it</pc:Unicode></pc:TextEquiv></pc:TextRegion>\
             <pc:TextRegion id=\"r2\">{}</pc:TextRegion>",
            line.replace("body", "other"),
            "<pc:TextLine><pc:Coords><pc:Point x=\"5\" y=\"6\"/><pc:Point x=\"105\" y=\"16\"/></pc:Coords><pc:TextEquiv conf=\"0.5\"><pc:Unicode>two &amp; cam¬</pc:Unicode></pc:TextEquiv></pc:TextLine>"
        );
        let text = parse_page_xml(&pc_gts(&body), 1).unwrap();
        assert_eq!((shown(&text.blocks).as_str(), text.size), ("two & cam- | body | other", Some((600.0, 900.0))));
        assert_eq!(text.blocks[1][0][0][0].confidence, Some(0.75));
        assert_eq!(text.blocks[1][0][0][0].edges, Edges::new(0.0, 0.0, 40.0, 10.0).unwrap());
        let divided = &text.blocks[0][0][0];
        assert_eq!(
            (divided[0].edges.left, divided[2].edges.right.round(), divided[0].confidence),
            (5.0, 105.0, Some(0.5))
        );
    }

    #[test]
    fn problems_are_named() {
        let word = |coords: &str| {
            pc_gts(&format!(
                "<pc:TextRegion><pc:TextLine><pc:Word>{coords}<pc:TextEquiv><pc:Unicode>a</pc:Unicode></pc:TextEquiv></pc:Word></pc:TextLine></pc:TextRegion>"
            ))
        };
        assert_eq!(parse_page_xml(&word(""), 1).unwrap_err(), "line 1: \"a\" has no outline");
        assert!(parse_page_xml(&word("<pc:Coords points=\"1,2 3\"/>"), 1).unwrap_err().contains("invalid point"));
        assert!(
            parse_page_xml(&word("<pc:Coords points=\"1,inf\"/>"), 1).unwrap_err().contains("invalid bounding box")
        );
        assert!(parse_page_xml(&pc_gts(""), 2).is_err());
    }
}
