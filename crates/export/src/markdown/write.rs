use std::collections::BTreeMap;
use std::io::Write;

use shelf_pages::LinesKind;

use super::escape::{escape, yaml};
use crate::document::DocumentMetadata;
use crate::figure::{jpeg, jpeg_name};
use crate::output::flush;
use crate::{Block, BlockContent, ExportBook, ExportError, ExportOptions, Format, Inline, Output};

/// Markdown with its figures beside it.
pub(crate) const MARKDOWN: Format =
    Format { name: "md", extension: "md", about: "Markdown with notes, and figures in a folder beside it", write };

fn write(book: &ExportBook, output: &mut Output, options: &ExportOptions) -> Result<(), ExportError> {
    let mut file = output.main()?;
    let metadata = DocumentMetadata::of(book);
    file.write_all(front_matter(&metadata).as_bytes())?;
    if let Some(notice) = metadata.missing_notice() {
        write!(file, "\n> **{}**\n", escape(&notice, false))?;
    }
    let mut notes = NoteLabels::default();
    let mut before: Option<&'static str> = None;
    for block in book.blocks(options) {
        let block = block?;
        let kind = kind(&block.content);
        let text = match &block.content {
            BlockContent::Figure { image_file: Some(image_file), caption, .. } => {
                figure(book, output, image_file, caption, &mut notes)?
            }
            content => block_text(&block, content, &mut notes),
        };
        if text.is_empty() {
            continue;
        }
        // Paragraphs of a quotation belong together; two pieces of verse do not.
        let between = match before {
            Some("quotation") if kind == "quotation" => ">\n",
            _ => "\n",
        };
        writeln!(file, "{between}{text}")?;
        before = Some(kind);
    }
    flush(file)
}

/// The labels of notes, `[^1]` in the order of their marks.
#[derive(Debug, Default)]
struct NoteLabels {
    labels: BTreeMap<u32, usize>,
}

impl NoteLabels {
    fn of(&mut self, note: u32) -> usize {
        let next = self.labels.len() + 1;
        *self.labels.entry(note).or_insert(next)
    }
}

fn front_matter(metadata: &DocumentMetadata) -> String {
    let mut lines = vec!["---".to_owned(), format!("title: {}", yaml(&metadata.title))];
    lines.extend(metadata.author.as_deref().map(|author| format!("author: {}", yaml(author))));
    lines.extend(metadata.publisher.as_deref().map(|publisher| format!("publisher: {}", yaml(publisher))));
    lines.extend(metadata.year.map(|year| format!("date: \"{year}\"")));
    lines.extend(metadata.isbn.as_deref().map(|isbn| format!("isbn: {}", yaml(isbn))));
    lines.push(format!("lang: {}", metadata.language()));
    if !metadata.missing.is_empty() {
        let pages: Vec<String> = metadata.missing.iter().map(|missing| missing.page.to_string()).collect();
        lines.push(format!("missing-pages: [{}]", pages.join(", ")));
    }
    lines.push("---\n".to_owned());
    lines.join("\n")
}

fn kind(content: &BlockContent) -> &'static str {
    match content {
        BlockContent::Quotation { .. } | BlockContent::Epigraph { .. } => "quotation",
        _ => "other",
    }
}

fn figure(
    book: &ExportBook,
    output: &Output,
    image_file: &str,
    caption: &[Inline],
    notes: &mut NoteLabels,
) -> Result<String, ExportError> {
    let shown = inline(caption, true, notes);
    let Some(path) = book.figure(image_file)? else { return Ok(shown) };
    let name = jpeg_name(image_file);
    output.beside(&name)?.write_all(&jpeg(&path)?.bytes)?;
    let link = output.link(&name).replace(' ', "%20");
    let alt = escape(&Inline::plain(caption), false);
    let below = if shown.is_empty() { String::new() } else { format!("\n\n{shown}") };
    Ok(format!("![{alt}]({link}){below}"))
}

fn block_text(block: &Block, content: &BlockContent, notes: &mut NoteLabels) -> String {
    match content {
        BlockContent::Heading { level, number, title, .. } => {
            let (number, title) = (inline(number, false, notes), inline(title, false, notes));
            let text = match (number.trim_end_matches(['.', ',', ':']), title.as_str()) {
                ("", title) => title.to_owned(),
                (number, "") => number.to_owned(),
                (number, title) => format!("{number}. {title}"),
            };
            format!("{} {text}", "#".repeat(*level as usize))
        }
        BlockContent::Paragraph { text } => inline(text, true, notes),
        BlockContent::Quotation { text } | BlockContent::Epigraph { text } => {
            format!("> {}", inline(text, true, notes))
        }
        BlockContent::Verse { lines } => hard_lines(lines, "> ", notes),
        BlockContent::Lines { lines, part: LinesKind::TableOfContents } => {
            lines.iter().map(|line| format!("- {}", inline(line, true, notes))).collect::<Vec<_>>().join("\n")
        }
        BlockContent::Lines { lines, .. } => hard_lines(lines, "", notes),
        BlockContent::Table { rows } => table(rows, notes),
        BlockContent::Figure { caption, .. } => inline(caption, true, notes),
        BlockContent::Note { refers_to: Some(_), text, .. } => {
            format!("[^{}]: {}", notes.of(block.id), inline(text, false, notes))
        }
        // A note without its place in the text would not be shown.
        BlockContent::Note { mark, text, .. } => {
            let mark = mark.as_deref().map(|mark| format!("{} ", escape(mark, true))).unwrap_or_default();
            format!("{mark}{}", inline(text, mark.is_empty(), notes))
        }
        BlockContent::PageBreak { .. } => String::new(),
    }
}

/// Lines with line breaks between them.
fn hard_lines(lines: &[Vec<Inline>], prefix: &str, notes: &mut NoteLabels) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("{prefix}{}", inline(line, true, notes))).collect();
    lines.join("\\\n")
}

/// A pipe table, whose first row is its head as the format requires.
fn table(rows: &[Vec<Vec<Inline>>], notes: &mut NoteLabels) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut lines: Vec<String> = Vec::new();
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| inline(cell, false, notes)).collect();
        lines.push(format!("| {} |", cells.join(" | ")));
        if lines.len() == 1 {
            lines.push(format!("|{}", " --- |".repeat(columns)));
        }
    }
    lines.join("\n")
}

fn inline(text: &[Inline], starts_line: bool, notes: &mut NoteLabels) -> String {
    let mut shown = String::new();
    for inline in text {
        match inline {
            Inline::Text { text } => shown.push_str(&escape(text, starts_line && shown.is_empty())),
            Inline::NoteMark { note, .. } => shown.extend(["[^", &notes.of(*note).to_string(), "]"]),
            Inline::PageBreak { .. } => {}
        }
    }
    shown
}
