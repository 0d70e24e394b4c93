use super::builder::{Edges, ParsedText, TextBuilder};
use super::xml::{Dialect, Tag, XmlPart, brief, read_xml};

/// Reads a page of an hOCR file (<http://kba.github.io/hocr-spec/1.2/>); `page` counts from 1.
pub(super) fn parse_hocr(text: &str, page: u32) -> Result<ParsedText, String> {
    let mut reading = Reading { wanted: page, ..Reading::default() };
    read_xml(text, Dialect::Html, &mut |part| reading.part(part))?;
    reading.close_word()?;
    reading.close_line()?;
    match reading.pages {
        0 => Err("no element of the class `ocr_page`".to_owned()),
        pages if pages < page => Err(format!("no page {page}: it has {pages}")),
        _ => Ok(ParsedText { size: reading.size, per_inch: None, blocks: reading.text.finish() }),
    }
}

#[derive(Default)]
struct Reading {
    wanted: u32,
    pages: u32,
    size: Option<(f64, f64)>,
    text: TextBuilder,
    /// Elements that are open.
    depth: usize,
    line: Option<Line>,
    word: Option<Word>,
}

/// A line; one without words of their own has its text directly in it.
struct Line {
    depth: usize,
    edges: Option<Edges>,
    has_words: bool,
    text: String,
}

struct Word {
    depth: usize,
    edges: Option<Edges>,
    confidence: Option<f64>,
    text: String,
}

impl Reading {
    fn part(&mut self, part: XmlPart<'_>) -> Result<(), String> {
        match part {
            XmlPart::Start(tag) => {
                self.depth += 1;
                self.start(tag)
            }
            XmlPart::Text(text) => {
                if let Some(word) = &mut self.word {
                    word.text.push_str(text);
                } else if let Some(line) = &mut self.line {
                    line.text.push_str(text);
                }
                Ok(())
            }
            XmlPart::End(_) => {
                if self.word.as_ref().is_some_and(|word| word.depth >= self.depth) {
                    self.close_word()?;
                }
                if self.line.as_ref().is_some_and(|line| line.depth >= self.depth) {
                    self.close_line()?;
                }
                self.depth = self.depth.saturating_sub(1);
                Ok(())
            }
        }
    }

    fn start(&mut self, tag: &Tag) -> Result<(), String> {
        let classes = || tag.get("class").unwrap_or_default().split_whitespace();
        let is = |names: &[&str]| classes().any(|class| names.contains(&class));
        let title = tag.get("title").unwrap_or_default();
        if is(&["ocr_page"]) {
            self.close_word()?;
            self.close_line()?;
            self.pages += 1;
            if self.is_wanted() {
                self.size =
                    bbox(title)?.map(|edges| (edges.right - edges.left.min(0.0), edges.bottom - edges.top.min(0.0)));
            }
        }
        if !self.is_wanted() {
            return Ok(());
        }
        if is(&["ocr_carea", "ocrx_block", "ocr_column"]) {
            self.text.begin_block(Vec::new());
        } else if is(&["ocr_par"]) {
            self.text.begin_paragraph();
        } else if is(&["ocr_line", "ocrx_line", "ocr_header", "ocr_footer", "ocr_caption", "ocr_textfloat"]) {
            self.close_word()?;
            self.close_line()?;
            self.text.begin_line();
            self.line = Some(Line { depth: self.depth, edges: bbox(title)?, has_words: false, text: String::new() });
        } else if is(&["ocrx_word", "ocr_word"]) {
            self.close_word()?;
            let confidence = property(title, "x_wconf").and_then(|value| value.parse::<f64>().ok());
            let confidence = confidence.map(|percent| percent / 100.0);
            self.word = Some(Word { depth: self.depth, edges: bbox(title)?, confidence, text: String::new() });
        }
        Ok(())
    }

    fn is_wanted(&self) -> bool {
        self.pages == self.wanted
    }

    fn close_word(&mut self) -> Result<(), String> {
        let Some(word) = self.word.take() else { return Ok(()) };
        if word.text.trim().is_empty() {
            return Ok(());
        }
        let edges = word.edges.or_else(|| self.line.as_ref()?.edges);
        let edges = edges.ok_or_else(|| format!("the word \"{}\" has no bounding box", brief(&word.text)))?;
        if let Some(line) = &mut self.line {
            line.has_words = true;
        }
        self.text.add(&word.text, edges, word.confidence)
    }

    fn close_line(&mut self) -> Result<(), String> {
        let Some(line) = self.line.take() else { return Ok(()) };
        if line.has_words || line.text.trim().is_empty() {
            return Ok(());
        }
        let edges =
            line.edges.ok_or_else(|| format!("the line \"{}\" has no bounding box", brief(line.text.trim())))?;
        self.text.add(&line.text, edges, None)
    }
}

/// The value of a property in a `title` such as `bbox 10 20 30 40; x_wconf 95`.
fn property<'a>(title: &'a str, name: &str) -> Option<&'a str> {
    let named = title.split(';').map(str::trim).find_map(|property| property.strip_prefix(name));
    named.filter(|value| value.starts_with(char::is_whitespace)).map(str::trim)
}

fn bbox(title: &str) -> Result<Option<Edges>, String> {
    let Some(value) = property(title, "bbox") else { return Ok(None) };
    let numbers: Vec<f64> = value.split_whitespace().map_while(|number| number.parse().ok()).collect();
    match numbers[..] {
        [left, top, right, bottom] => Edges::new(left, top, right, bottom).map(Some),
        _ => Err(format!("invalid bounding box \"{}\"", brief(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::builder::tests::shown;
    use super::*;

    fn page(body: &str) -> String {
        format!(
            "<!DOCTYPE html><html><head><meta name=\"ocr-system\" content=\"x\"></head><body>\
             <div class='ocr_page' title='image \"a;b.tif\"; bbox 0 0 600 900; ppageno 0'>{body}</div></body></html>"
        )
    }

    #[test]
    fn words_in_lines_are_read_with_their_confidence() {
        // As the Internet Archive writes it: the letters of a word are elements, too.
        let html = page(
            "<div class='ocr_carea' title='bbox 1 1 9 9'><p class='ocr_par'><span class='ocr_line' title='bbox 10 20 90 40; baseline 0 0'>\
             <span class='ocrx_word' title='bbox 10 20 50 40; x_wconf 87'><span class='ocrx_cinfo'>O</span><span class='ocrx_cinfo'>f</span></span>\n\
             <span class='ocrx_word' title='bbox 60 20 90 40'><em>cam&shy;</em></span></span>\
             <span class='ocr_header' title='bbox 10 50 90 60'><span class='ocrx_word' title='bbox 10 50 90 60'>paign</span></span></p></div>",
        );
        let text = parse_hocr(&html, 1).unwrap();
        assert_eq!(
            (shown(&text.blocks).as_str(), text.size, text.per_inch),
            ("Of cam- / paign", Some((600.0, 900.0)), None)
        );
        let word = &text.blocks[0][0][0][0];
        assert_eq!((word.confidence, word.edges), (Some(0.87), Edges::new(10.0, 20.0, 50.0, 40.0).unwrap()));
        assert_eq!(text.blocks[0][0][0][1].confidence, None);
    }

    #[test]
    fn lines_without_words_are_divided() {
        let html = page(
            "<span class='ocr_line' title='bbox 0 0 50 10'>ab cd<br></span><span class='ocr_line' title='bbox 0 20 50 30'>ef</span>",
        );
        let text = parse_hocr(&html, 1).unwrap();
        assert_eq!(shown(&text.blocks), "ab cd / ef");
        assert_eq!(text.blocks[0][0][0][1].edges, Edges::new(30.0, 0.0, 50.0, 10.0).unwrap());
    }

    #[test]
    fn the_wanted_page_of_several_is_read() {
        let word = |text: &str| {
            format!("<span class='ocr_line'><span class='ocrx_word' title='bbox 0 0 9 9'>{text}</span></span>")
        };
        let two = format!("{}{}", page(&word("one")), page(&word("two")));
        assert_eq!(shown(&parse_hocr(&two, 2).unwrap().blocks), "two");
        assert_eq!(parse_hocr(&two, 3).unwrap_err(), "no page 3: it has 2");
    }

    #[test]
    fn problems_name_their_line() {
        for (body, problem) in [
            ("\n<span class='ocrx_word' title='bbox 1 2 x'>a</span>", "line 2: invalid bounding box \"1 2 x\""),
            ("<span class='ocrx_word' title='bbox 9 9 1 1'>a</span>", "line 1: invalid bounding box 9 9 1 1"),
            ("<span class='ocrx_word'>a</span>", "line 1: the word \"a\" has no bounding box"),
        ] {
            assert_eq!(parse_hocr(&page(body), 1).unwrap_err(), problem);
        }
        assert!(parse_hocr("<html><p>text</p></html>", 1).unwrap_err().contains("`ocr_page`"));
    }
}
