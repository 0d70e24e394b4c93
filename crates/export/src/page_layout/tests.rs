use std::fs;
use std::path::Path;
use std::process::Command;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use shelf_pages::testing::TestPage;
use shelf_pages::{Bbox, HeadingKind, Orientation};

use super::alto::{AltoFile, labels};
use super::hocr::HocrFile;
use super::mets::{MetsPage, PageFormat, write_mets};
use super::page_xml::write_page_xml;
use super::{LayoutBook, LayoutPage, MetsDivision};
use crate::placed_words::{PlacedPage, WordPart};

const TEXT: &str = "Heads & <tails>\n\nThe long cam-\npaign began in tbe\nspring ofthe year.";
const CORRECTED: &str = "The long campaign began in the\nspring of the year.";

fn book() -> LayoutBook {
    LayoutBook {
        title: "Heads & \"tails\"".to_owned(),
        author: Some("A. Author".to_owned()),
        languages: vec!["en".to_owned()],
        date: "2026-11-28T16:00:00Z".to_owned(),
        producer: "shelf 0.1.0".to_owned(),
        ..LayoutBook::default()
    }
}

fn placed() -> PlacedPage {
    let page = TestPage::new(TEXT).correct(2, CORRECTED);
    let mut placed = PlacedPage::new(&page.merged(), &page.ocr());
    placed.figures.push(Bbox { x: 10, y: 900, width: 500, height: 300 });
    placed
}

fn page(text: &PlacedPage) -> LayoutPage<'_> {
    LayoutPage { number: 7, scan: Some("page_0007.png"), dpi: Some(300.2), printed_page_number: Some("ix"), text }
}

fn hocr(text: &PlacedPage) -> String {
    let mut file = HocrFile::start(Vec::new(), &book()).unwrap();
    file.add_page(&page(text)).unwrap();
    String::from_utf8(file.finish().unwrap()).unwrap()
}

fn alto(text: &PlacedPage) -> String {
    let page = page(text);
    let mut file = AltoFile::start(Vec::new(), &book(), page.scan, &labels(&page)).unwrap();
    file.add_page(&page).unwrap();
    String::from_utf8(file.finish().unwrap()).unwrap()
}

fn page_xml(text: &PlacedPage) -> String {
    String::from_utf8(write_page_xml(Vec::new(), &book(), &page(text)).unwrap()).unwrap()
}

/// The elements of a document, each with its text up to the next tag.
fn elements(xml: &str) -> Vec<(BytesStart<'static>, String)> {
    let mut reader = Reader::from_str(xml);
    let mut found: Vec<(BytesStart, String)> = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) => found.push((tag.into_owned(), String::new())),
            Event::Text(text) => {
                if let Some((_, content)) = found.last_mut() {
                    content.push_str(text.as_ref().trim_end_matches('\n'));
                }
            }
            Event::GeneralRef(entity) => {
                let character = match entity.as_ref() {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    other => panic!("{other}"),
                };
                if let Some((_, content)) = found.last_mut() {
                    content.push_str(character);
                }
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

fn attribute(tag: &BytesStart, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).unwrap()?;
    Some(quick_xml::escape::unescape(&attribute.value).unwrap().into_owned())
}

#[test]
fn hocr_has_every_word_on_its_box() {
    let text = placed();
    let words: Vec<(String, String)> = elements(&hocr(&text))
        .into_iter()
        .filter(|(tag, _)| attribute(tag, "class").as_deref() == Some("ocrx_word"))
        .map(|(tag, word)| (attribute(&tag, "title").unwrap(), word))
        .collect();
    assert_eq!(words.len(), text.words().count());
    for ((title, word), placed) in words.iter().zip(text.words()) {
        let bbox = placed.bbox;
        let expected = format!("bbox {} {} {} {}; x_wconf 95", bbox.x, bbox.y, bbox.right(), bbox.bottom());
        assert_eq!((title, word.trim_end_matches('\u{AD}')), (&expected, placed.text.as_str()));
        assert_eq!(word.ends_with('\u{AD}'), matches!(placed.part, WordPart::Begins { .. }));
    }
    assert_eq!(words[2].1, "<tails>");
}

#[test]
fn hocr_page_says_where_its_scan_is() {
    let elements = elements(&hocr(&placed()));
    let titles = |class: &str| -> Vec<String> {
        let of_class = elements.iter().filter(|(tag, _)| attribute(tag, "class").as_deref() == Some(class));
        of_class.filter_map(|(tag, _)| attribute(tag, "title")).collect()
    };
    let page = "image \"page_0007.png\"; bbox 0 0 1000 1600; ppageno 6; lpageno \"ix\"; scan_res 300 300";
    assert_eq!(titles("ocr_page"), [page]);
    assert_eq!(titles("ocr_carea"), ["bbox 100 100 250 120; x_label BODY", "bbox 100 160 280 240; x_label BODY"]);
    assert_eq!(titles("ocr_line").len(), 4);
    assert_eq!(titles("ocr_image"), ["bbox 10 900 510 1200"]);
}

#[test]
fn alto_has_every_word_on_its_box() {
    let text = placed();
    let elements = elements(&alto(&text));
    let strings: Vec<&BytesStart> =
        elements.iter().map(|(tag, _)| tag).filter(|tag| tag.name().as_ref() == "String").collect();
    assert_eq!(strings.len(), text.words().count());
    for (tag, placed) in strings.iter().zip(text.words()) {
        assert_eq!(attribute(tag, "CONTENT").as_deref(), Some(placed.text.as_str()));
        let side = |name| attribute(tag, name).unwrap().parse::<u32>().unwrap();
        let bbox = Bbox { x: side("HPOS"), y: side("VPOS"), width: side("WIDTH"), height: side("HEIGHT") };
        assert_eq!(bbox, placed.bbox);
        assert_eq!(attribute(tag, "WC").as_deref(), Some("0.95"));
        let part = match placed.part {
            WordPart::Whole => None,
            WordPart::Begins { .. } => Some("HypPart1"),
            WordPart::Ends { .. } => Some("HypPart2"),
        };
        assert_eq!(attribute(tag, "SUBS_TYPE").as_deref(), part);
    }
    assert_eq!(elements.iter().filter(|(tag, _)| tag.name().as_ref() == "HYP").count(), 1);
}

#[test]
fn page_xml_has_every_word_on_its_box_in_reading_order() {
    let text = placed();
    let elements = elements(&page_xml(&text));
    let named = |name: &str| -> Vec<&BytesStart> {
        elements.iter().filter(|(tag, _)| tag.name().as_ref() == name).map(|(tag, _)| tag).collect()
    };
    let ids = |name: &str| named(name).into_iter().map(|tag| attribute(tag, "id").unwrap()).collect::<Vec<_>>();
    let order: Vec<String> =
        named("RegionRefIndexed").into_iter().map(|tag| attribute(tag, "regionRef").unwrap()).collect();
    assert_eq!((ids("TextRegion"), ids("ImageRegion")), (order, vec!["image_1".to_owned()]));
    assert_eq!(attribute(named("Label")[0], "value").as_deref(), Some("BODY"));
    // Each word is followed by its outline, its confidence and its text.
    let words: Vec<usize> = (0..elements.len()).filter(|at| elements[*at].0.name().as_ref() == "Word").collect();
    assert_eq!(words.len(), text.words().count());
    for (at, placed) in words.into_iter().zip(text.words()) {
        let bbox = placed.bbox;
        let (left, top, right, bottom) = (bbox.x, bbox.y, bbox.right(), bbox.bottom());
        let expected = format!("{left},{top} {right},{top} {right},{bottom} {left},{bottom}");
        assert_eq!(attribute(&elements[at + 1].0, "points"), Some(expected));
        assert_eq!(attribute(&elements[at + 2].0, "conf").as_deref(), Some("0.95"));
        let printed = elements[at + 3].1.as_str();
        assert_eq!(printed.trim_end_matches('-'), placed.text);
        assert_eq!(printed.ends_with('-'), matches!(placed.part, WordPart::Begins { .. }));
    }
    let lines = "<Unicode>The long cam-\npaign began in the\nspring of the year.</Unicode>";
    assert!(page_xml(&text).contains(lines), "the text of the region");
}

#[test]
fn page_xml_says_what_its_scan_is() {
    let mut text = placed();
    let page = |text: &PlacedPage| {
        elements(&page_xml(text)).into_iter().find(|(tag, _)| tag.name().as_ref() == "Page").unwrap().0
    };
    let of = |name: &str| attribute(&page(&text), name);
    assert_eq!(of("imageFilename").as_deref(), Some("page_0007.png"));
    assert_eq!(
        [of("imageWidth"), of("imageHeight"), of("imageXResolution")].map(Option::unwrap),
        ["1000", "1600", "300"]
    );
    assert_eq!((of("custom").as_deref(), of("orientation")), (Some("printedPageNumber {value:ix;}"), None));
    text.orientation = Orientation { rotation_degrees: 270, skew_degrees: 1.0 };
    assert_eq!(attribute(&page(&text), "orientation").as_deref(), Some("-89"));
}

#[test]
fn rotation_of_a_scan_is_stated() {
    let mut text = placed();
    assert!(!hocr(&text).contains("textangle") && !alto(&text).contains("ROTATION"));
    text.orientation = Orientation { rotation_degrees: 90, skew_degrees: -0.5 };
    assert!(hocr(&text).contains("; textangle 89.5"));
    assert!(alto(&text).contains("ROTATION=\"89.5\""));
}

#[test]
fn characters_that_xml_does_not_have_are_left_out() {
    let page = TestPage::new("a\u{1}b");
    let text = PlacedPage::new(&page.merged(), &page.ocr());
    assert!(hocr(&text).contains(">ab<") && alto(&text).contains("\"ab\""));
}

#[test]
fn mets_links_scans_and_texts() {
    let scan = |number, text| MetsPage {
        number,
        printed_page_number: Some("ix".to_owned()),
        scan: Some(format!("my scans/page_{number:04}.jpg")),
        text,
    };
    let pages = [scan(7, Some("florida-files/page_0007.xml".to_owned())), scan(8, None)];
    let division = |kind, label: &str, pages: &[u32], parts| MetsDivision {
        kind,
        label: label.to_owned(),
        pages: pages.to_vec(),
        parts,
    };
    let section = division(HeadingKind::Section, "Of “Florida”", &[8], vec![]);
    let chapter = division(HeadingKind::Chapter, "I. Discovery", &[7, 8], vec![section]);
    let mets =
        String::from_utf8(write_mets(Vec::new(), &book(), PageFormat::Alto, &pages, &[chapter]).unwrap()).unwrap();
    let elements = elements(&mets);
    let all = |element: &str, name: &str| -> Vec<String> {
        let named = elements.iter().filter(|(tag, _)| tag.name().as_ref() == element);
        named.filter_map(|(tag, _)| attribute(tag, name)).collect()
    };
    let expected = ["my%20scans/page_0007.jpg", "my%20scans/page_0008.jpg", "florida-files/page_0007.xml"];
    assert_eq!(all("FLocat", "xlink:href"), expected);
    assert_eq!(all("fptr", "FILEID"), ["scan_7", "alto_7", "scan_8"]);
    assert_eq!(all("file", "MIMETYPE"), ["image/jpeg", "image/jpeg", "application/alto+xml"]);
    assert_eq!(all("div", "ORDER"), ["1", "2", "1", "1"]);
    assert_eq!(all("structMap", "TYPE"), ["PHYSICAL", "LOGICAL"]);
    assert_eq!(all("div", "TYPE"), ["physSequence", "page", "page", "monograph", "chapter", "section"]);
    assert_eq!(all("div", "LABEL")[1..], ["I. Discovery", "Of “Florida”"]);
    let links: Vec<(String, String)> = all("smLink", "xlink:from").into_iter().zip(all("smLink", "xlink:to")).collect();
    let links: Vec<(&str, &str)> = links.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    let of_book = [("part_0", "page_7"), ("part_0", "page_8")];
    let of_parts = [("part_1", "page_7"), ("part_1", "page_8"), ("part_2", "page_8")];
    assert_eq!(links, [of_book.as_slice(), &of_parts].concat());
}

/// `xmllint` needs the schema, in which the schema of `XLink` is a URL.
#[test]
fn alto_is_valid() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/schemas/alto-4-4.xsd");
    let Ok(schema) = fs::read_to_string(&schemas) else { return skip(&format!("no {}", schemas.display())) };
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    file("xlink.xsd", XLINK);
    let schema = file("alto.xsd", &schema.replace("http://www.loc.gov/standards/xlink/xlink.xsd", "xlink.xsd"));
    let mut rotated = placed();
    rotated.orientation = Orientation { rotation_degrees: 270, skew_degrees: 1.0 };
    let empty = PlacedPage { blocks: Vec::new(), figures: Vec::new(), ..placed() };
    let documents = [file("a.xml", &alto(&placed())), file("b.xml", &alto(&rotated)), file("c.xml", &alto(&empty))];
    let run = Command::new("xmllint").args(["--noout", "--nonet", "--schema"]).arg(schema).args(documents).output();
    match run {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => skip(&format!("xmllint: {error}")),
    }
}

/// `make test-peers` puts the schema there.
#[test]
fn page_xml_is_valid() {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let schema = target.join("peers/ocrd/ocrd_validators/page.xsd");
    if !schema.exists() {
        return skip(&format!("no {}", schema.display()));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut rotated = placed();
    rotated.orientation = Orientation { rotation_degrees: 270, skew_degrees: 1.0 };
    let empty = PlacedPage { blocks: Vec::new(), figures: Vec::new(), ..placed() };
    let file = |(number, text): (usize, PlacedPage)| {
        let path = folder.path().join(format!("{number}.xml"));
        fs::write(&path, page_xml(&text)).unwrap();
        path
    };
    let files: Vec<_> = [placed(), rotated, empty].into_iter().enumerate().map(file).collect();
    let run = Command::new("xmllint").args(["--noout", "--nonet", "--schema"]).arg(schema).args(files).output();
    match run {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => skip(&format!("xmllint: {error}")),
    }
}

/// What ALTO uses of the schema of `XLink`.
const XLINK: &str = r#"<?xml version="1.0"?>
<schema xmlns="http://www.w3.org/2001/XMLSchema" xmlns:xlink="http://www.w3.org/1999/xlink" targetNamespace="http://www.w3.org/1999/xlink">
<attribute name="href" type="anyURI"/>
<attributeGroup name="simpleLink"><attribute ref="xlink:href"/></attributeGroup>
</schema>"#;

#[expect(clippy::print_stderr, reason = "tells whoever runs the tests")]
fn skip(why: &str) {
    eprintln!("skipped: {why}");
}
