//! What `shelf new-stage` writes and what it refuses. That it builds and runs is in `outside.rs`.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use shelf_tests::{Ended, Shelf};
use tempfile::TempDir;

/// The command, and a folder that looks like a checkout of shelf.
fn checkout() -> (Shelf, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in [
        ("Cargo.toml", "[workspace]\n"),
        ("stages/Cargo.toml", "[package]\nname = \"shelf-stages\"\n[lib]\nname = \"stages\"\n"),
        ("stages/src/lib.rs", "//! The stages.\n\npub mod bbox;\npub mod ocr;\n"),
        ("shelf/Cargo.toml", "[package]\nname = \"shelf-books\"\n"),
    ] {
        write(&folder.path().join(file), text);
    }
    (Shelf::new(env!("CARGO_BIN_EXE_authors-shelf")), folder)
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn run(shelf: &Shelf, folder: &Path, arguments: &str) -> Ended {
    let mut command = shelf.command(std::iter::once("new-stage").chain(arguments.split_whitespace()));
    let output = command.current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().replace(&folder.display().to_string(), "FOLDER");
    Ended { out: text(output.stdout), err: text(output.stderr), code: output.status.code() }
}

fn shown(ended: &Ended) -> String {
    format!("{}{}exit {:?}", ended.out, ended.err, ended.code)
}

#[test]
fn a_page_stage_is_written_with_its_test() {
    let (shelf, folder) = checkout();
    let ended = run(&shelf, folder.path(), "headlines --deps counted");
    assert_snapshot!(shown(&ended), @r"
    written  stages/src/headlines.rs
    changed  stages/src/lib.rs: `pub mod headlines;`
    next: cargo test --package shelf-stages headlines
          cargo run -- process BOOK --stage headlines
    exit Some(0)
    ");
    let text = fs::read_to_string(folder.path().join("stages/src/headlines.rs")).unwrap();
    assert_snapshot!(text, @r#"
    //! The `headlines` stage.

    use authors_shelf::{Counted, counted};
    use shelf::prelude::*;

    /// What `headlines` makes of a page: `headlines/page_NNNN.json`.
    #[page]
    #[derive(Debug, Clone, PartialEq)]
    pub struct HeadlinesPage {
        /// The scan's number.
        #[garde(range(min = 1))]
        pub page_number: u32,
        /// Characters of text that the page is made from.
        pub characters: usize,
    }

    /// What `headlines` measures of a page; every field is a column of its report.
    #[derive(Debug, Clone, PartialEq, PageMetrics, Report)]
    pub struct HeadlinesMetrics {
        /// Characters of text that the page is made from.
        #[report(flag(below = 1))]
        pub characters: usize,
    }

    /// Counts the characters of every page.
    #[stage(name = "headlines", deps = [counted], parallelism = cpu)]
    pub fn headlines(page: PageNumber, counted: Counted) -> Result<(HeadlinesPage, HeadlinesMetrics)> {
        let characters = serde_json::to_string(&counted)?.chars().count();
        let output = HeadlinesPage { page_number: page.get(), characters };
        Ok((output, HeadlinesMetrics { characters }))
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use serde_json::json;
        use shelf::testing::TestBook;

        #[test]
        fn every_page_is_made() {
            let book = TestBook::of_pages(2);
            let book = book.outputs::<counted>(counted_page);
            let run = book.run::<headlines>();
            assert_eq!(run.summary.stages.last().unwrap().done, 2, "{run:?}");
            assert_eq!(book.page::<headlines>(2).page_number, 2);
            assert_eq!(book.report::<headlines>().lines().next(), Some("page_num,characters"));
        }

        /// The smallest output of `counted` for a page.
        fn counted_page(page: u32) -> Counted {
            let output = json!({
                "page_number": page,
                "lines": []
            });
            serde_json::from_value(output).unwrap()
        }
    }
    "#);
    let lib = fs::read_to_string(folder.path().join("stages/src/lib.rs")).unwrap();
    assert_snapshot!(lib, @r"
    //! The stages.

    pub mod bbox;
    pub mod headlines;
    pub mod ocr;
    ");
}

#[test]
fn a_book_stage_takes_all_pages() {
    let (shelf, folder) = checkout();
    run(&shelf, &folder.path().join("stages/src"), "index --deps counted,digest --book --parallelism fixed(1)");
    let text = fs::read_to_string(folder.path().join("stages/src/index.rs")).unwrap();
    assert_snapshot!(text, @r#"
    //! The `index` stage.

    use authors_shelf::{Counted, Digest, counted, digest};
    use shelf::prelude::*;

    /// What `index` makes of a book: `index/book.json`.
    #[page]
    #[derive(Debug, Clone, PartialEq)]
    pub struct IndexBook {
        /// Characters of text in the book.
        pub characters: usize,
    }

    /// Counts the characters of the book.
    #[stage(name = "index", deps = [counted, digest], scope = book, parallelism = fixed(1))]
    pub fn index(counted: Pages<Counted>, digest: Digest) -> Result<IndexBook> {
        let mut characters = 0;
        for page in counted.iter() {
            let (_, page) = page?;
            characters += serde_json::to_string(&page)?.chars().count();
        }
        characters += serde_json::to_string(&digest)?.chars().count();
        Ok(IndexBook { characters })
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use serde_json::json;
        use shelf::testing::TestBook;

        #[test]
        fn the_book_is_made() {
            let book = TestBook::of_pages(2);
            let book = book.outputs::<counted>(counted_page);
            book.write("digest/book.json", &serde_json::to_vec(&digest_book()).unwrap());
            let run = book.run::<index>();
            assert_eq!(run.summary.stages.last().unwrap().done, 1, "{run:?}");
            assert!(book.book_output::<index>().characters > 0);
        }

        /// The smallest output of `counted` for a page.
        fn counted_page(page: u32) -> Counted {
            let output = json!({
                "page_number": page,
                "lines": []
            });
            serde_json::from_value(output).unwrap()
        }

        /// The smallest output of `digest` for a book.
        fn digest_book() -> Digest {
            let output = json!({
                "lines": 0
            });
            serde_json::from_value(output).unwrap()
        }
    }
    "#);
}

#[test]
fn a_stage_that_waits_is_async() {
    let (shelf, folder) = checkout();
    run(&shelf, folder.path(), "looked_up --parallelism io");
    let text = fs::read_to_string(folder.path().join("stages/src/looked_up.rs")).unwrap();
    let function = text.split_once("#[stage").unwrap().1.split_once("#[cfg").unwrap().0;
    assert_snapshot!(function, @r#"
    (name = "looked_up", parallelism = io)]
    pub async fn looked_up(page: PageNumber) -> Result<(LookedUpPage, LookedUpMetrics)> {
        let characters = page.to_string().chars().count();
        let output = LookedUpPage { page_number: page.get(), characters };
        Ok((output, LookedUpMetrics { characters }))
    }
    "#);
}

#[test]
fn a_stage_that_asks_a_model_has_a_model_in_its_test() {
    let (shelf, folder) = checkout();
    run(&shelf, folder.path(), "topic --deps counted --parallelism llm");
    let text = fs::read_to_string(folder.path().join("stages/src/topic.rs")).unwrap();
    assert_snapshot!(text, @r##"
    //! The `topic` stage.

    use authors_shelf::{Counted, counted};
    use shelf::prelude::*;

    /// What `topic` makes of a page, which is what the model replies: `topic/page_NNNN.json`.
    #[page]
    #[derive(Debug, Clone, PartialEq)]
    pub struct TopicPage {
        /// What the page is about, in one sentence.
        #[garde(length(min = 1))]
        pub summary: String,
        /// How sure the model is, 0..=1.
        #[garde(range(min = 0.0, max = 1.0))]
        pub confidence: f64,
    }

    /// What `topic` measures of a page; every field is a column of its report.
    #[derive(Debug, Clone, PartialEq, PageMetrics, Report)]
    pub struct TopicMetrics {
        /// How sure the model is, 0..=1.
        #[report(decimals = 2, flag(below = 0.6))]
        pub confidence: f64,
    }

    /// What the model is told of its work.
    const PROMPT: &str = "You get a page of a book. Say what it is about, and how sure you are.";

    /// Asks a model what every page is about.
    #[stage(name = "topic", deps = [counted], parallelism = llm, prompt = PROMPT)]
    pub async fn topic(counted: Counted, llm: Llm) -> Result<(TopicPage, TopicMetrics)> {
        let question = serde_json::to_string(&counted)?;
        let asked = llm.ask().system(PROMPT).user(question);
        let output: TopicPage = asked.reply().await?;
        let confidence = output.confidence;
        Ok((output, TopicMetrics { confidence }))
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use serde_json::json;
        use shelf::testing::{ScriptedModel, TestBook};

        #[test]
        fn every_page_is_made() {
            let model = ScriptedModel::with_replies([r#"{ "summary": "A test.", "confidence": 0.5 }"#]);
            let book = TestBook::of_pages(2);
            let book = book.outputs::<counted>(counted_page);
            let book = book.with(&model);
            let run = book.run::<topic>();
            assert_eq!(run.summary.stages.last().unwrap().done, 2, "{run:?}");
            assert_eq!(model.requests()[0].system, PROMPT);
            assert_eq!(book.page::<topic>(2).summary, "A test.");
            assert_eq!(book.report::<topic>().lines().next(), Some("page_num,confidence"));
        }

        /// The smallest output of `counted` for a page.
        fn counted_page(page: u32) -> Counted {
            let output = json!({
                "page_number": page,
                "lines": []
            });
            serde_json::from_value(output).unwrap()
        }
    }
    "##);
}

#[test]
fn a_book_stage_asks_of_all_pages() {
    let (shelf, folder) = checkout();
    run(&shelf, folder.path(), "blurb --deps counted,digest --book --parallelism llm");
    let text = fs::read_to_string(folder.path().join("stages/src/blurb.rs")).unwrap();
    let function = text.split_once("#[stage").unwrap().1.split_once("/// The smallest output of `counted`").unwrap().0;
    assert_snapshot!(function, @r##"
    (name = "blurb", deps = [counted, digest], scope = book, parallelism = llm, prompt = PROMPT)]
    pub async fn blurb(counted: Pages<Counted>, digest: Digest, llm: Llm) -> Result<BlurbBook> {
        let mut question = String::new();
        for page in counted.iter() {
            let (_, page) = page?;
            question += &serde_json::to_string(&page)?;
            question.push('\n');
        }
        question += &serde_json::to_string(&digest)?;
        question.push('\n');
        llm.ask().system(PROMPT).user(question).reply().await
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use serde_json::json;
        use shelf::testing::{ScriptedModel, TestBook};

        #[test]
        fn the_book_is_made() {
            let model = ScriptedModel::with_replies([r#"{ "summary": "A test." }"#]);
            let book = TestBook::of_pages(2);
            let book = book.outputs::<counted>(counted_page);
            book.write("digest/book.json", &serde_json::to_vec(&digest_book()).unwrap());
            let book = book.with(&model);
            let run = book.run::<blurb>();
            assert_eq!(run.summary.stages.last().unwrap().done, 1, "{run:?}");
            assert_eq!(model.requests()[0].system, PROMPT);
            assert_eq!(book.book_output::<blurb>().summary, "A test.");
        }
    "##);
}

#[test]
fn a_new_crate_is_complete() {
    let (shelf, folder) = checkout();
    let ended = run(&shelf, folder.path(), "--crate my-shelf headlines --path .");
    assert_snapshot!(shown(&ended), @r"
    written  my-shelf/Cargo.toml
    written  my-shelf/src/main.rs
    written  my-shelf/src/headlines.rs
    next: cd my-shelf
          cargo test
          cargo run -- process BOOK --stage headlines
    exit Some(0)
    ");
    let manifest = fs::read_to_string(folder.path().join("my-shelf/Cargo.toml")).unwrap();
    assert_snapshot!(manifest.replace(&folder.path().display().to_string(), "FOLDER"), @r#"
    [package]
    name = "my-shelf"
    version = "0.1.0"
    edition = "2024"
    publish = false

    # clap and serde are for the options of a stage, whose derives name them; their major versions must be those of shelf's.
    [dependencies]
    clap = { version = "4.6", features = ["derive"] }
    serde = { version = "1", features = ["derive"] }
    serde_json = "1"
    shelf = { package = "shelf-books", path = "FOLDER/shelf" }
    # Without default features this builds without Tesseract. To recognise text here too, use the default features.
    stages = { package = "shelf-stages", path = "FOLDER/stages", default-features = false, features = ["cli"] }

    # What works on pixels, compressed data and texts is slow without optimisation; all else compiles sooner.
    [profile.dev.package]
    "*" = { debug = false }
    shelf-eval.opt-level = 1
    shelf-export.opt-level = 1
    shelf-scans.opt-level = 1
    shelf-stages.opt-level = 1
    ab_glyph.opt-level = 2
    ab_glyph_rasterizer.opt-level = 2
    adler2.opt-level = 2
    blake3.opt-level = 2
    color_quant.opt-level = 2
    crc32fast.opt-level = 2
    fast_image_resize.opt-level = 2
    fax.opt-level = 2
    fdeflate.opt-level = 2
    flate2.opt-level = 2
    gif.opt-level = 2
    hayro-ccitt.opt-level = 2
    hayro-jbig2.opt-level = 2
    hayro-jpeg2000.opt-level = 2
    hayro-syntax.opt-level = 2
    hypher.opt-level = 2
    image.opt-level = 2
    image-webp.opt-level = 2
    jpeg-encoder.opt-level = 2
    miniz_oxide.opt-level = 2
    moxcms.opt-level = 2
    owned_ttf_parser.opt-level = 2
    png.opt-level = 2
    pxfm.opt-level = 2
    rapidfuzz.opt-level = 2
    serde_json.opt-level = 2
    simd-adler32.opt-level = 2
    simdutf8.opt-level = 2
    similar.opt-level = 2
    spellbook.opt-level = 2
    tiff.opt-level = 2
    ttf-parser.opt-level = 2
    unicode-normalization.opt-level = 2
    weezl.opt-level = 2
    zmij.opt-level = 2
    zune-core.opt-level = 2
    zune-jpeg.opt-level = 2

    # This folder is inside another workspace but not a member of it.
    [workspace]
    "#);
    let elsewhere = tempfile::tempdir().unwrap();
    run(&shelf, elsewhere.path(), "--crate my-shelf headlines");
    let manifest = fs::read_to_string(elsewhere.path().join("my-shelf/Cargo.toml")).unwrap();
    let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("shelf");
    let from_there = format!("shelf = {{ package = \"shelf-books\", path = \"{}\" }}", built_from.display());
    assert!(manifest.contains(&from_there), "{manifest}");

    let main = fs::read_to_string(folder.path().join("my-shelf/src/main.rs")).unwrap();
    assert_snapshot!(main, @r"
    //! The `shelf` command with your own stages and the built-in ones.

    mod headlines;

    use stages as _;

    fn main() -> std::process::ExitCode {
        shelf::main()
    }
    ");

    let own = folder.path().join("my-shelf");
    let second = run(&shelf, &own, "footnotes --deps counted");
    assert_snapshot!(shown(&second), @r"
    written  src/footnotes.rs
    changed  src/main.rs: `mod footnotes;`
    next: cargo test --package my-shelf footnotes
          cargo run -- process BOOK --stage footnotes
    exit Some(0)
    ");
    assert!(fs::read_to_string(own.join("src/main.rs")).unwrap().contains("mod footnotes;\nmod headlines;\n"));
}

#[test]
fn an_invalid_stage_is_refused_and_writes_no_file() {
    let (shelf, folder) = checkout();
    write(&folder.path().join("stages/src/taken.rs"), "");
    for (arguments, expected, hint) in [
        ("WordCount", "invalid stage name `WordCount`: expected a lower-case letter", "`word_count`"),
        ("source", "`source` is reserved", "add a word to it"),
        ("type", "`type` cannot be a stage's name: it is a Rust keyword", "add a word to it"),
        ("str", "`str` cannot be a stage's name: it is a Rust type", "add a word to it"),
        ("garde", "`garde` cannot be a stage's name: it is a crate that stages use", "add a word to it"),
        ("counted", "stage `counted` exists already, in ", "choose another name"),
        ("ocr", "FOLDER/stages/src/lib.rs has a module `ocr` already", "choose another name"),
        ("taken", "FOLDER/stages/src/taken.rs exists already", "choose another name"),
        ("a --deps counted,counted", "`counted` is listed twice", "name every stage once"),
        ("--crate std", "`std` cannot be the name of a crate", "choose another folder name"),
        ("--crate x/my.shelf a", "`my.shelf` cannot be the name of a crate", "choose another folder name"),
        ("--crate stages", "`stages` cannot be the name of a crate", "choose another folder name"),
        ("--crate my-shelf a --path stages", "stages is not a checkout of shelf: shelf is missing", "git clone"),
    ] {
        let ended = run(&shelf, folder.path(), arguments);
        let (error, what_to_do) = ended.err.split_once("\nhint: ").unwrap_or_default();
        assert!(error.starts_with(&format!("error: {expected}")), "{arguments}: {ended:?}");
        assert!(what_to_do.contains(hint) && ended.code == Some(4), "{arguments}: {ended:?}");
    }
    assert!(!folder.path().join("my-shelf").exists() && !folder.path().join("x").exists());
    assert_eq!(fs::read_dir(folder.path().join("stages/src")).unwrap().count(), 2);
    let nowhere = tempfile::tempdir().unwrap();
    assert_snapshot!(shown(&run(&shelf, nowhere.path(), "headlines")), @r"
    error: FOLDER is neither in a checkout of shelf nor in a crate whose `src/main.rs` calls `shelf::main()`
    hint: run it in a checkout of shelf, or make a crate of your own: `shelf new-stage --crate my-shelf word_count`
    exit Some(4)
    ");
    let ended = run(&shelf, folder.path(), "headlines --deps count");
    assert!(ended.err.contains("possible values: counted, around, digest") && ended.code == Some(2), "{ended:?}");
}
