use std::path::{Path, PathBuf};

use crate::draw::{BlockKind, DrawnPage, FolioPlace, line_end_hyphens};
use shelf_runtime::book::PageNumber;

use super::DemoBook;

/// A file of ground truth that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the ground truth to {path}")]
pub struct TruthError {
    /// The file or folder.
    pub path: PathBuf,
    /// The cause.
    #[source]
    pub cause: std::io::Error,
}

/// Writes the ground truth of `book` into `folder`, which is made if it is missing:
///
/// * `page_NNNN.gt.txt`: the text of each page, a line per paragraph;
/// * `structure.tsv`: folio, running head, headings and footnotes of each page;
/// * `blocks.tsv`: each block with its classification and its box, px;
/// * `hyphens.tsv`: each hyphen at a line end, and whether it is `real` or from a `split` word.
pub fn write_truth(book: &DemoBook, folder: &Path) -> Result<(), TruthError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        |cause| TruthError { path, cause }
    };
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(failed(&path))
    };
    for (number, page) in numbered(book) {
        write(&format!("{}.gt.txt", number.stem()), page.text() + "\n")?;
    }
    write("structure.tsv", structure(book))?;
    write("blocks.tsv", blocks(book))?;
    write("hyphens.tsv", hyphens(book))
}

fn numbered(book: &DemoBook) -> impl Iterator<Item = (PageNumber, &DrawnPage)> {
    (1..).filter_map(PageNumber::new).zip(&book.pages)
}

fn structure(book: &DemoBook) -> String {
    let head = ["page", "scan", "printed_page_number", "location", "running_head", "chapter_headings", "footnotes"];
    let rows = numbered(book).map(|(number, page)| {
        let folio = page.folio.as_ref();
        let printed = folio.map_or("", |folio| &folio.printed);
        let location = folio.map_or("", |folio| match folio.place {
            FolioPlace::Header => "header",
            FolioPlace::Footer => "footer",
        });
        vec![
            number.to_string(),
            number.stem(),
            printed.to_owned(),
            location.to_owned(),
            running_head(page, printed),
            texts(page, BlockKind::ChapterHeading).join(" "),
            texts(page, BlockKind::Footnote).join(" "),
        ]
    });
    table(&head, rows)
}

fn blocks(book: &DemoBook) -> String {
    let rows = numbered(book).flat_map(|(number, page)| {
        page.blocks.iter().zip(0..).filter_map(move |(block, at): (_, u32)| {
            let bbox = block.bbox()?;
            let mut row = vec![number.to_string(), at.to_string(), block.kind.classification().to_owned()];
            row.extend([bbox.x, bbox.y, bbox.width, bbox.height].map(|px| px.to_string()));
            row.push(block.text().replace('\n', " "));
            Some(row)
        })
    });
    table(&["page", "block", "classification", "x", "y", "width", "height", "text"], rows)
}

fn hyphens(book: &DemoBook) -> String {
    let rows = line_end_hyphens(&book.pages).into_iter().map(|hyphen| {
        let kind = if hyphen.real { "real" } else { "split" };
        vec![hyphen.page.to_string(), hyphen.before, hyphen.after, kind.to_owned()]
    });
    table(&["page", "before", "after", "hyphen"], rows)
}

/// The text of the running head without the page number.
fn running_head(page: &DrawnPage, folio: &str) -> String {
    let head = texts(page, BlockKind::Header).join(" ");
    head.trim_start_matches(folio).trim_end_matches(folio).trim().to_owned()
}

fn texts(page: &DrawnPage, kind: BlockKind) -> Vec<String> {
    page.blocks_of(kind).flat_map(|block| &block.paragraphs).map(crate::draw::DrawnParagraph::text).collect()
}

/// Tab-separated lines; texts of synthetic pages contain no tabs or line breaks.
fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut lines = head.join("\t") + "\n";
    for row in rows {
        lines.push_str(&row.join("\t"));
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::write_truth;
    use crate::demo::DemoBook;
    use crate::draw::{Document, PageFormat};

    fn small_book() -> DemoBook {
        let document = Document::new()
            .running_heads("THE VERSO", "THE RECTO")
            .chapter("Of Truth")
            .prose("A short page,* and a true one.\n\n* Upon the whole.")
            .blank_page()
            .prose("The third.");
        DemoBook { pages: document.typeset(&PageFormat::octavo().at_dpi(72)) }
    }

    #[test]
    fn ground_truth_is_texts_and_tables() {
        let folder = tempfile::tempdir().unwrap();
        let truth = folder.path().join("truth");
        write_truth(&small_book(), &truth).unwrap();
        let read = |name: &str| std::fs::read_to_string(truth.join(name)).unwrap();
        assert_eq!(
            read("page_0001.gt.txt"),
            "CHAPTER I.\nOf Truth\nA short page,* and a true one.\n* Upon the whole.\n1\n"
        );
        assert_eq!(read("page_0002.gt.txt"), "\n");
        assert_eq!(
            read("structure.tsv"),
            "page\tscan\tprinted_page_number\tlocation\trunning_head\tchapter_headings\tfootnotes\n\
             1\tpage_0001\t1\tfooter\t\tCHAPTER I. Of Truth\t* Upon the whole.\n\
             2\tpage_0002\t\t\t\t\t\n\
             3\tpage_0003\t3\theader\tTHE RECTO\t\t\n"
        );
        let blocks = read("blocks.tsv");
        let kinds: Vec<&str> = blocks.lines().skip(1).filter_map(|line| line.split('\t').nth(2)).collect();
        assert_eq!(kinds, ["CHAPTER_HEADING", "BODY", "FOOTNOTE", "PAGE_NUMBER", "HEADER", "BODY"]);
        assert_eq!(read("hyphens.tsv"), "page\tbefore\tafter\thyphen\n");
    }

    #[test]
    fn error_names_the_folder() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let inside = file.path().join("truth");
        let error = write_truth(&small_book(), &inside).unwrap_err();
        assert!(error.to_string().contains("truth") && error.path == inside, "{error}");
    }
}
