//! `why`, `diff` and the catalogue metadata of a book, from the command line.

use std::fs;

use super::{shown, with_book, with_processed_book};

/// The output with numbers replaced that differ from run to run or from machine to machine: times, hashes, versions.
fn steady(text: &str) -> String {
    let of_line = |line: &str| match line.split_once("made 20") {
        Some((before, _)) => format!("{before}made WHEN"),
        None => match line.split_once("BLAKE3 ") {
            Some((before, _)) => format!("{before}BLAKE3 HASH"),
            None => line.to_owned(),
        },
    };
    text.lines().map(of_line).collect::<Vec<_>>().join("\n")
}

#[test]
fn why_says_where_a_text_comes_from_and_what_has_changed() {
    let (shelf, _scans) = with_book();
    insta::assert_snapshot!(steady(&shelf.ok(["why", "book", "2", "--stage", "ocr"])), @r"
    book page 2: ocr and what it is made from
    scan  source/page_0002.png, 1650 × 2550 px, 330 dpi (estimated), BLAKE3 HASH
          from page_0002.png
    ocr   not made yet
    ");
    let (shelf, _) = with_processed_book();
    insta::assert_snapshot!(steady(&shelf.ok(["why", "book", "2", "--stage", "ocr"])), @r"
    book page 2: ocr and what it is made from
    scan  source/page_0002.png, 1650 × 2550 px, 330 dpi (estimated), BLAKE3 HASH
          from page_0002.png
    ocr   up to date
          made WHEN
          default options
          made from the scan, the book's languages, the resource LanguageData
    ");
    let merged = shelf.ok(["why", "book", "2"]);
    assert!(merged.contains("merged       up to date\n             made 20"), "{merged}");
    assert!(merged.contains("no model was asked; prompt ") && merged.contains("ocr pages 1-3"), "{merged}");
    assert!(merged.lines().count() <= 36, "it fits a screen: {merged}");
    shelf.ok(["set", "book", "language=en"]);
    let stale = steady(&shelf.ok(["why", "book", "2", "--stage", "ocr"]));
    assert!(stale.contains("ocr   stale: the book's languages changed"), "{stale}");
    let json: serde_json::Value = serde_json::from_str(&shelf.ok(["why", "book", "2", "--json"])).unwrap();
    assert_eq!((json["stage"].as_str(), json["stages"][0]["state"].as_str()), (Some("merged"), Some("stale")));
    assert!(json["stages"][0]["record"]["inputs"]["scan"].is_string());
    let outside = shelf.run(["why", "book", "4"]);
    assert!(outside.code == Some(4) && outside.err.contains("page 4 is out of range (the book has 3)"), "{outside:?}");
}

#[test]
fn diff_shows_what_changed_word_by_word_with_reasons() {
    let (shelf, _scans) = with_book();
    let early = shelf.run(["diff", "book", "2"]);
    assert!(early.code == Some(4) && early.err.contains("ocr page 2 has not been made yet"), "{early:?}");
    let (shelf, _) = with_processed_book();
    let path = shelf.library().join("book/ocr/page_0002.json");
    let mut page: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    // A page without a record is taken as it is, as one of the original tool.
    page.as_object_mut().unwrap().remove("_record");
    let text = page["blocks"][0]["paragraphs"][0]["text"].as_str().unwrap().to_owned();
    let word = text.split_whitespace().next().unwrap().to_owned();
    page["blocks"][0]["paragraphs"][0]["text"] = text.replacen(&word, "Misread", 1).into();
    fs::write(&path, page.to_string()).unwrap();
    let shown = shelf.ok(["diff", "book", "2"]);
    assert!(shown.starts_with("book page 2: ocr → merged: "), "{shown}");
    assert!(shown.contains(&format!("[-Misread-]{{+{word}+}}")), "{shown}");
    let json: serde_json::Value = serde_json::from_str(&shelf.ok(["diff", "book", "2", "--json"])).unwrap();
    assert!(json["changes"].as_u64().unwrap() >= 1 && json["text"][0]["deleted"] == "Misread", "{json}");
    let same = shelf.ok(["diff", "book", "2", "--stage", "ocr", "--stage", "ocr"]);
    assert_eq!(same, "book page 2: ocr → ocr: no difference\n");
    let wrong = shelf.run(["diff", "book", "2", "--stage", "labels", "--stage", "merged"]);
    assert!(wrong.err.contains("the pages of `labels` have no text\nhint: stages with a text: ocr, corrected, merged"));
    assert_eq!(shelf.run(["diff", "book", "2", "--stage", "ocr"]).code, Some(2));
}

#[test]
fn catalogue_metadata_are_set_shown_and_exported() {
    let (shelf, scans) = with_book();
    shelf.ok([
        "set",
        "book",
        "author=Richard Campbell",
        "place=Cleveland",
        "series=Sketches",
        "volume=3",
        "identifiers=oclc:1234567",
        "contributors=Anna Smith (translator); B. Jones (ill)",
    ]);
    let known = shelf.ok(["show", "book", "--raw"]);
    assert!(known.contains("contributors   Anna Smith (translator); B. Jones (illustrator)"), "{known}");
    let wrong = shelf.run(["set", "book", "contributors=Anna Smith (hero)"]);
    assert!(wrong.code == Some(2) && wrong.err.contains("unknown role \"hero\""), "{wrong:?}");
    // The book has not been read, which a record does not need.
    let record = shelf.ok(["export", "book", "--format", "marcxml", "-o", "-"]);
    assert!(record.contains("<subfield code=\"a\">Anna Smith</subfield><subfield code=\"e\">translator</subfield>"));
    let file = scans.path().join("record.xml");
    shelf.ok([
        "export".as_ref(),
        "book".as_ref(),
        "--format".as_ref(),
        "marcxml".as_ref(),
        "-o".as_ref(),
        file.as_os_str(),
    ]);
    let added = shelf.ok(["add".as_ref(), scans.path().as_os_str(), "--id".as_ref(), "copy".as_ref()]);
    assert!(
        added.contains("read the catalogue record record.xml (MARCXML): title, author, place, volume, series, identifiers, contributors"),
        "{added}"
    );
    for field in ["title", "author", "place", "series", "volume", "identifiers", "contributors"] {
        assert_eq!(shelf.json("copy/metadata.json")[field], shelf.json("book/metadata.json")[field], "{field}");
    }
    let dublin_core = shelf.ok(["export", "book", "--format", "dc", "-o", "-"]);
    assert!(dublin_core.contains("<dc:contributor>B. Jones (illustrator)</dc:contributor>"), "{dublin_core}");
    fs::write(&file, fs::read_to_string(&file).unwrap().replace("</record>", "")).unwrap();
    let broken = shelf.run(["add".as_ref(), scans.path().as_os_str(), "--id".as_ref(), "other".as_ref()]);
    assert!(broken.code == Some(4) && broken.err.contains("record.xml:2: not well-formed XML"), "{}", shown(&broken));
    assert!(broken.err.contains("hint: correct the file, or move it away"), "{}", broken.err);
    assert!(!shelf.library().join("other").exists());
}

#[test]
fn pages_are_listed_and_restored() {
    let (shelf, _scans) = with_book();
    shelf.ok(["page", "book", "drop", "2"]);
    let listed = shelf.ok(["page", "book", "restore"]);
    assert!(listed.contains("2  removed  page_0002_20"), "{listed}");
    assert_eq!(shelf.ok(["page", "book", "restore", "2"]), "book: restored page 2; 1 page renumbered; now 3 pages\n");
    assert!(shelf.ok(["verify", "book"]).contains("no errors"));
    let none = shelf.run(["page", "book", "restore", "2"]);
    assert!(none.code == Some(4) && none.err.contains("hint: `shelf page book restore` lists"), "{none:?}");
    assert_eq!(super::shelf().run(["page", "none", "restore"]).code, Some(4));
}
