//! The clauses of ISO 19005-2 that a file of scans and text can violate, checked on the file's objects.

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name, Object, Stream};

use super::kit::{TEXT, grey, info, pdf, placed, rgb, white};
use crate::pdf::{OutlineItem, PdfDocument, PdfPage};

fn book() -> Vec<u8> {
    let text = placed(TEXT);
    let scans = [white(), super::kit::encoded(&rgb(30, 20).into(), image::ImageFormat::Jpeg), cmyk(), bilevel()];
    let pages: Vec<PdfPage> =
        scans.iter().map(|scan| PdfPage { scan, dpi: 300.0, text: Some(&text), label: Some("7") }).collect();
    let outline = [OutlineItem { title: "Chapter I".to_owned(), page: 0, children: Vec::new() }];
    pdf(&pages, &outline).bytes
}

fn cmyk() -> Vec<u8> {
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 90).encode(&[9; 1024], 16, 16, jpeg_encoder::ColorType::Cmyk).unwrap();
    bytes
}

fn bilevel() -> Vec<u8> {
    super::kit::encoded(&grey(16, 16).into(), image::ImageFormat::Png)
}

fn dict<'a>(parent: &Dict<'a>, key: &[u8]) -> Dict<'a> {
    parent.get::<Dict>(key).unwrap_or_else(|| panic!("no {}", String::from_utf8_lossy(key)))
}

fn catalog(pdf: &Pdf) -> Dict<'_> {
    pdf.objects()
        .into_iter()
        .filter_map(|object| match object {
            Object::Dict(dict) => Some(dict),
            _ => None,
        })
        .find(|dict| dict.get::<Name>(&b"Type"[..]).is_some_and(|name| name.as_ref() == b"Catalog"))
        .expect("there is a catalog")
}

fn streams(pdf: &Pdf) -> Vec<Stream<'_>> {
    let stream = |object| match object {
        Object::Stream(stream) => Some(stream),
        _ => None,
    };
    pdf.objects().into_iter().filter_map(stream).collect()
}

#[test]
fn header_and_trailer_are_those_of_pdf_a() {
    let bytes = book();
    // 6.1.2: the header, and a comment of at least four bytes above 127; 6.1.3: an id, no encryption, nothing after the end.
    assert!(bytes.starts_with(b"%PDF-1.7\n%"));
    assert!(bytes[10..14].iter().all(|byte| *byte > 127));
    assert!(bytes.ends_with(b"%%EOF\n"));
    let trailer = String::from_utf8_lossy(&bytes[bytes.len() - 200..]).into_owned();
    assert!(trailer.contains("/ID[<") && !trailer.contains("/Encrypt"), "{trailer}");
    // 6.1.4: the table of objects begins where the trailer says.
    let at: usize = trailer.split("startxref\n").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
    assert!(bytes[at..].starts_with(b"xref\n0 "));
}

#[test]
fn objects_have_only_what_pdf_a_allows() {
    for bytes in [book(), compact()] {
        assert_allowed(&bytes);
    }
    let masks = |bytes: &[u8]| String::from_utf8_lossy(bytes).matches("/ImageMask true").count();
    assert_eq!((masks(&book()), masks(&compact())), (0, 1));
}

/// A page in layers.
fn compact() -> Vec<u8> {
    let scan = super::kit::encoded(&super::compact::coloured().into(), image::ImageFormat::Jpeg);
    super::compact::compact_pdf(&scan, Some(&placed(TEXT))).bytes
}

fn assert_allowed(bytes: &[u8]) {
    let pdf = Pdf::new(bytes.to_vec()).unwrap();
    for stream in streams(&pdf) {
        let dict = stream.dict();
        // 6.1.7.2: no LZW, no data outside the file. 6.2.8: images are neither interpolated nor have alternates.
        let filter = dict.get::<Name>(&b"Filter"[..]).map(|name| String::from_utf8_lossy(name.as_ref()).into_owned());
        let allowed = ["FlateDecode", "DCTDecode", "JPXDecode", "CCITTFaxDecode"];
        assert!(filter.as_deref().is_none_or(|filter| allowed.contains(&filter)), "{filter:?}");
        for forbidden in [&b"F"[..], b"FFilter", b"Alternates", b"OPI", b"Interpolate"] {
            assert!(!dict.contains_key(forbidden));
        }
    }
    let text = String::from_utf8_lossy(bytes);
    for forbidden in ["/JavaScript", "/OpenAction", "/AA", "/Launch", "/EmbeddedFile", "/XFA", "/SMask", "/Annots"] {
        assert!(!text.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn colours_are_device_independent() {
    let bytes = book();
    let pdf = Pdf::new(bytes).unwrap();
    let intents = catalog(&pdf).get::<Array>(&b"OutputIntents"[..]).unwrap();
    let intent = intents.iter::<Dict>().next().unwrap();
    assert_eq!(intent.get::<Name>(&b"S"[..]).unwrap().as_ref(), b"GTS_PDFA1");
    let profile = intent.get::<Stream>(&b"DestOutputProfile"[..]).unwrap();
    assert_eq!(profile.dict().get::<i32>(&b"N"[..]), Some(3));
    assert_eq!(&profile.decoded().unwrap()[16..20], b"RGB ");
    // 6.2.4.3: grey and RGB are those of the output intent, so CMYK has a profile.
    let mut cmyk = 0;
    for image in streams(&pdf) {
        let dict = image.dict();
        if dict.get::<Name>(&b"Subtype"[..]).is_none_or(|name| name.as_ref() != b"Image") {
            continue;
        }
        if let Some(name) = dict.get::<Name>(&b"ColorSpace"[..]) {
            assert!(matches!(name.as_ref(), b"DeviceGray" | b"DeviceRGB"), "{name:?}");
        } else {
            let space = dict.get::<Array>(&b"ColorSpace"[..]).unwrap();
            assert_eq!(space.iter::<Name>().next().unwrap().as_ref(), b"ICCBased");
            cmyk += 1;
        }
    }
    assert_eq!(cmyk, 1);
}

#[test]
fn font_is_embedded_and_its_widths_agree() {
    let bytes = book();
    let pdf = Pdf::new(bytes).unwrap();
    let page = &pdf.pages()[0];
    let fonts = page.resources().fonts.clone();
    let font = dict(&fonts, b"F");
    let cid_font = font.get::<Array>(&b"DescendantFonts"[..]).unwrap().iter::<Dict>().next().unwrap();
    // 6.2.11.4: the program is embedded; 6.2.11.5: with the same widths as in the dictionary.
    let program = dict(&cid_font, b"FontDescriptor").get::<Stream>(&b"FontFile2"[..]).unwrap().decoded().unwrap();
    assert_eq!(program.as_ref(), crate::pdf::font::glyphless_font());
    assert_eq!(cid_font.get::<i32>(&b"DW"[..]), Some(500));
    // 6.2.11.8: no text uses .notdef. Every code but 0 is glyph 1, and 0 is never used.
    let map = cid_font.get::<Stream>(&b"CIDToGIDMap"[..]).unwrap().decoded().unwrap();
    assert!(map[2..].chunks_exact(2).all(|glyph| glyph == [0, 1]));
    // 6.2.11.3.1: the character collections of font and encoding agree.
    assert_eq!(font.get::<Name>(&b"Encoding"[..]).unwrap().as_ref(), b"Identity-H");
    assert!(font.contains_key(&b"ToUnicode"[..]));
}

#[test]
fn metadata_agree_with_the_information_dictionary() {
    let bytes = book();
    let pdf = Pdf::new(bytes).unwrap();
    let catalog = catalog(&pdf);
    let metadata = catalog.get::<Stream>(&b"Metadata"[..]).unwrap();
    let xmp = String::from_utf8(metadata.decoded().unwrap().to_vec()).unwrap();
    for expected in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>B</pdfaid:conformance>",
        "<rdf:li xml:lang=\"x-default\">Über Florida &amp; more</rdf:li>",
        "<rdf:li>T. Frederick Davis</rdf:li>",
        "<pdf:Producer>shelf</pdf:Producer>",
    ] {
        assert!(xmp.contains(expected), "{expected} is not in {xmp}");
    }
    let known = pdf.metadata();
    assert_eq!(known.title.as_ref().map(|title| title.len()), Some(2 + 2 * "Über Florida & more".chars().count()));
    assert_eq!(known.author.as_deref(), Some(&b"T. Frederick Davis"[..]));
    assert_eq!(catalog.get::<hayro_syntax::object::String>(&b"Lang"[..]).unwrap().as_ref(), b"en");
    assert!(dict(&catalog, b"MarkInfo").get::<bool>(&b"Marked"[..]).unwrap());
}

#[test]
fn same_book_gives_the_same_bytes() {
    assert!(book() == book() && compact() == compact());
    let other = PdfDocument::start(Vec::new(), info()).unwrap().finish(&[]).unwrap();
    let id = |bytes: &[u8]| String::from_utf8_lossy(bytes).split("/ID[<").nth(1).unwrap()[..32].to_owned();
    assert_ne!(id(&other), id(&book()));
}

#[test]
fn page_is_hardly_larger_than_its_scan() {
    let scan = white();
    let line = "Seventy characters of text stand on every line of this page of a book.";
    let paragraphs = vec![[line; 8].join("\n"); 6].join("\n\n");
    let text = placed(&paragraphs);
    let page = PdfPage { scan: &scan, dpi: 300.0, text: Some(&text), label: None };
    let size = |count: usize| pdf(&vec![page; count], &[]).bytes.len();
    let of_page = size(5) - size(4);
    assert!(of_page <= scan.len() + 6 * 1024, "{of_page} bytes for a scan of {}", scan.len());
}
