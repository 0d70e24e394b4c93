//! Writes a small library for the tests of upgrades, as one release of shelf leaves it: `tests/fixtures/library-VERSION`.
//!
//! Two books with the same four scans: `rules` was made without a language model, `asked` with a scripted one, so that it has paid
//! pages, replies and a ledger. Every release runs this once, and never again over the library of an earlier one:
//!
//! ```text
//! cargo build -p shelf-tests --bins && cargo run -p shelf-tests --bin fixture-library
//! ```

#![expect(clippy::print_stdout, reason = "a program for people")]

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, GrayImage};
use serde_json::{Value, json};
use shelf::draw::{Document, PageFormat, Scanner, TitlePage};
use shelf::testing::{ReceivedRequest, ScriptedModel, ScriptedReply};

fn main() {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let default = std::env::current_exe().expect("this program is a file").with_file_name("shelf-under-test");
    let program = arguments.first().unwrap_or(&default);
    let version = env!("CARGO_PKG_VERSION").rsplit_once('.').map_or("", |(version, _)| version);
    let folder = format!("fixtures/library-{version}");
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    assert!(!library.exists(), "{} is there already: an earlier release wrote it", library.display());
    fs::create_dir_all(&library).expect("the library can be written");
    // Every paragraph is asked about, however well it was read.
    fs::write(library.join("shelf.toml"), "[corrected]\ncorrect = \"all\"\n").expect("the library can be written");
    let scans = scans();
    let model = ScriptedModel::with_script(reply);
    for book in ["rules", "asked"] {
        let shelf = |arguments: &[&str]| {
            let mut command = Command::new(program);
            command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").env("SHELF_LIBRARY", &library);
            if book == "asked" {
                command.env("SHELF_LLM_BASE_URL", model.base_url()).env("SHELF_LLM_MODEL", "scripted");
                command.env("SHELF_LLM_REQUESTS_PER_MINUTE", "0");
            }
            let ended = command.args(arguments).output().expect("shelf starts");
            assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
            println!("{}", String::from_utf8_lossy(&ended.stdout));
        };
        let scans = scans.path().join("short-book").display().to_string();
        shelf(&["add", "--id", book, "--language", "en", &scans]);
        shelf(&["process", book, "--yes"]);
    }
    println!("{} questions", model.requests().len());
    remove_traces(&library);
}

/// Removes locks and logs, which say nothing of the pages.
fn remove_traces(folder: &Path) {
    for entry in fs::read_dir(folder).expect("the library is there") {
        let path = entry.expect("the library is there").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        match (path.is_dir(), name) {
            (true, "logs") => fs::remove_dir_all(&path).expect("the library can be written"),
            (true, _) => remove_traces(&path),
            (false, _) if path.extension().is_some_and(|ending| ending == "lock") => {
                fs::remove_file(&path).expect("the library can be written");
            }
            (false, _) => {}
        }
    }
}

/// What the model says: nothing is wrong but the full stop at the end of one paragraph a page, and the title page says what it says.
fn reply(asked: &ReceivedRequest) -> ScriptedReply {
    if asked.system.contains("librarian") {
        let claim = |text: &str| json!({ "text": text, "page": 1, "confidence": 1.0 });
        let kind = json!({ "kind": "essays", "confidence": 0.9 });
        let known = json!({ "title": claim("The Short Book"), "author": claim("A. Compositor"), "year": null, "publisher": null, "isbn": null, "type": kind });
        return ScriptedReply::text(known.to_string());
    }
    let paragraph = asked.user.strip_prefix('[').and_then(|question| question.split_once("]\n"));
    let change = paragraph.and_then(|(id, rest)| {
        let text = rest.split("\n[").next()?.split("\nIn doubt:").next()?.trim_end();
        Some(json!({ "id": id, "text": format!("{}!", text.strip_suffix('.')?) }))
    });
    let changes: Vec<Value> = change.into_iter().collect();
    ScriptedReply::text(json!({ "changes": changes, "printed_page_number": null }).to_string())
}

/// Four small pages in black and white.
fn scans() -> tempfile::TempDir {
    let format = PageFormat {
        width_pt: 288.0,
        height_pt: 360.0,
        inner_pt: 40.0,
        outer_pt: 40.0,
        top_pt: 50.0,
        bottom_pt: 50.0,
        ..PageFormat::octavo()
    };
    let pages = Document::new()
        .running_heads("THE SHORT BOOK", "OF UPGRADES")
        .title_page(TitlePage {
            title: "THE SHORT BOOK".to_owned(),
            subtitle: "or, What a Release Must Keep".to_owned(),
            author: "BY A. COMPOSITOR".to_owned(),
            imprint: "Drawn, not Printed".to_owned(),
        })
        .body()
        .chapter("Of Upgrades")
        .prose(PROSE)
        .typeset(&format.at_dpi(200));
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("short-book")).expect("a temporary folder can be written");
    let scanner = Scanner::new(7);
    for (page, number) in pages.iter().zip(1..) {
        let scan = scanner.scan(page, number).image;
        let black_or_white = GrayImage::from_fn(scan.width(), scan.height(), |x, y| {
            image::Luma([if scan.get_pixel(x, y).0[0] < 128 { 0 } else { 255 }])
        });
        let mut png = Cursor::new(Vec::new());
        let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::NoFilter);
        DynamicImage::from(black_or_white).write_with_encoder(encoder).expect("a picture can be written");
        fs::write(folder.path().join(format!("short-book/page_{number:04}.png")), png.into_inner())
            .expect("it can be written");
    }
    folder
}

const PROSE: &str = "\
A library that was made last year is opened this year by another release, and its owner expects to find it as it was. The pages were read, \
corrected and labelled; some of them were paid for. Nobody wants to pay for the same page twice.

So a release keeps what it finds. It may know more names and more fields than the one before, and may have learned to read a crooked line; \
but a page that a model has corrected remains the page that the owner has bought, until the owner asks for another.

What was free is another matter. Where the rules have become better, the pages that they made are made again, and the old ones are gone. \
That costs an hour of a quiet machine, and no money at all.

There are books of four pages that say all that is to be said. This is one of them.
";
