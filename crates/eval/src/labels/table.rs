use std::collections::BTreeMap;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};
use serde_json::Value;

use super::boxes::parse_box;
use super::truth::{Kind, LabelTruth, LabelTruthError, PageTruth, Place, TrueBlock};
use crate::draw::Bbox;
use shelf_scans::natural_order;

/// Columns of a table of pages that hold the texts of blocks.
const TEXT_COLUMNS: [&str; 5] = ["running_head", "chapter_headings", "section_headings", "footnotes", "captions"];

/// A table of labels from its text; `path` is for messages.
pub(super) fn parse_table(text: &str, path: &Path) -> Result<LabelTruth, LabelTruthError> {
    let tabs = text.lines().next().unwrap_or_default().contains('\t');
    let mut reader = ReaderBuilder::new();
    reader.has_headers(false).flexible(true).delimiter(if tabs { b'\t' } else { b',' }).quoting(!tabs);
    let records: Result<Vec<StringRecord>, csv::Error> = reader.from_reader(text.as_bytes()).records().collect();
    let records = records.map_err(|cause| LabelTruthError::Table { path: path.to_owned(), cause })?;
    let table = Table { path, names: records.first().cloned().unwrap_or_default() };
    if table.names.iter().any(|name| name.starts_with('{')) {
        return table.regions(&records);
    }
    let rows = records.get(1..).unwrap_or_default();
    let has = |column: &str| table.names.iter().any(|name| name == column);
    if has("page") && has("classification") {
        table.blocks(rows)
    } else if has("page") && (has("printed_page_number") || TEXT_COLUMNS.iter().any(|column| has(column))) {
        table.pages(rows)
    } else {
        let found = table.names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        Err(LabelTruthError::Columns { path: path.to_owned(), found })
    }
}

struct Table<'t> {
    path: &'t Path,
    names: StringRecord,
}

impl Table<'_> {
    fn pages(&self, rows: &[StringRecord]) -> Result<LabelTruth, LabelTruthError> {
        let mut truth = LabelTruth::default();
        let columns: Vec<&str> = TEXT_COLUMNS.into_iter().filter(|column| self.at(column).is_some()).collect();
        truth.kinds = columns.iter().map(|column| kind_of_column(column)).collect();
        for row in rows {
            let page = truth.pages.entry(self.number(row, "page")?).or_default();
            page.printed_page_number = self.cell(row, "printed_page_number").map(|number| number.trim().to_owned());
            for column in &columns {
                let text = self.cell(row, column).unwrap_or_default().trim();
                if !text.is_empty() {
                    page.blocks.push(TrueBlock { kind: kind_of_column(column), place: Place::Text(text.to_owned()) });
                }
            }
        }
        Ok(truth)
    }

    fn blocks(&self, rows: &[StringRecord]) -> Result<LabelTruth, LabelTruthError> {
        let mut truth = LabelTruth::default();
        for row in rows {
            let kind = Kind::Classification(self.cell(row, "classification").unwrap_or_default().to_owned());
            let bbox = Bbox {
                x: self.number(row, "x")?,
                y: self.number(row, "y")?,
                width: self.number(row, "width")?,
                height: self.number(row, "height")?,
            };
            truth.kinds.insert(kind.clone());
            let page = truth.pages.entry(self.number(row, "page")?).or_default();
            page.blocks.push(TrueBlock { kind, place: Place::Box(bbox) });
        }
        Ok(truth)
    }

    /// An export of VGG Image Annotator: picture, size, attributes, count, number, shape, attributes of the region.
    fn regions(&self, rows: &[StringRecord]) -> Result<LabelTruth, LabelTruthError> {
        let mut pictures: Vec<&str> = rows.iter().filter_map(|row| row.get(0)).collect();
        pictures.sort_by(|a, b| natural_order(Path::new(a), Path::new(b)));
        pictures.dedup();
        let pages: BTreeMap<&str, u32> = pictures.into_iter().zip(1..).collect();
        let mut truth =
            LabelTruth { kinds: [Kind::Title, Kind::PageNumber, footnote()].into(), ..LabelTruth::default() };
        for row in rows {
            let json = |at: usize| row.get(at).and_then(|cell| serde_json::from_str::<Value>(cell).ok());
            let bbox = json(5).as_ref().and_then(parse_box);
            let bbox =
                bbox.ok_or_else(|| self.misfit(row, "shape", row.get(5), "a box with x, y, width and height"))?;
            let kind = json(6).and_then(|attributes| Some(attributes["text"].as_str()?.to_owned()));
            let kind = kind.ok_or_else(|| self.misfit(row, "attributes", row.get(6), "a kind under `text`"))?;
            let page: &mut PageTruth = truth.pages.entry(pages[row.get(0).unwrap_or_default()]).or_default();
            let kind = match kind.as_str() {
                "undefined" => {
                    page.ignored.push(bbox);
                    continue;
                }
                "title" => Kind::Title,
                "page_number" => Kind::PageNumber,
                "footnote" => footnote(),
                _ => Kind::Text,
            };
            page.blocks.push(TrueBlock { kind, place: Place::Box(bbox) });
        }
        Ok(truth)
    }

    fn at(&self, column: &str) -> Option<usize> {
        self.names.iter().position(|name| name == column)
    }

    fn cell<'r>(&self, row: &'r StringRecord, column: &str) -> Option<&'r str> {
        Some(row.get(self.at(column)?).unwrap_or_default())
    }

    fn number(&self, row: &StringRecord, column: &'static str) -> Result<u32, LabelTruthError> {
        let found = self.cell(row, column);
        let number = found.and_then(|cell| cell.trim().parse().ok());
        number.ok_or_else(|| self.misfit(row, column, found, "a whole number"))
    }

    fn misfit(
        &self,
        row: &StringRecord,
        column: &'static str,
        found: Option<&str>,
        expected: &'static str,
    ) -> LabelTruthError {
        let line = row.position().map_or(0, csv::Position::line);
        let found = found.unwrap_or_default().to_owned();
        LabelTruthError::Cell { path: self.path.to_owned(), line, column, found, expected }
    }
}

fn kind_of_column(column: &str) -> Kind {
    match column {
        "running_head" => Kind::Classification("HEADER".to_owned()),
        "footnotes" => footnote(),
        "captions" => Kind::Classification("CAPTION".to_owned()),
        "section_headings" => Kind::Classification("SECTION_HEADING".to_owned()),
        _ => Kind::ChapterHeading,
    }
}

fn footnote() -> Kind {
    Kind::Classification("FOOTNOTE".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<LabelTruth, String> {
        parse_table(text, Path::new("truth.tsv")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_line_a_page() {
        let truth = parse(
            "page\tscan\tprinted_page_number\trunning_head\tfootnotes\n\
             1\tg015\t\t\t\n\
             2\tg016\tix\tTHE \"HEAD\"\t* A note.\n",
        )
        .unwrap();
        assert_eq!(truth.kinds.iter().map(Kind::name).collect::<Vec<_>>(), ["FOOTNOTE", "HEADER"]);
        assert_eq!(truth.pages[&1].printed_page_number.as_deref(), Some(""));
        assert_eq!(truth.pages[&2].printed_page_number.as_deref(), Some("ix"));
        let places: Vec<&Place> = truth.pages[&2].blocks.iter().map(|block| &block.place).collect();
        assert_eq!(places, [&Place::Text("THE \"HEAD\"".to_owned()), &Place::Text("* A note.".to_owned())]);
    }

    #[test]
    fn a_line_a_block() {
        let truth = parse("page,block,classification,x,y,width,height,text\n3,0,BODY,1,2,3,4,\"a, b\"\n").unwrap();
        let bbox = Bbox { x: 1, y: 2, width: 3, height: 4 };
        assert_eq!(truth.pages[&3].blocks[0].place, Place::Box(bbox));
        assert_eq!(truth.pages[&3].printed_page_number, None);
    }

    #[test]
    fn a_line_a_region() {
        let line = |picture: &str, kind: &str| {
            format!(
                "{picture},1,\"{{}}\",2,0,\"{{\"\"name\"\":\"\"rect\"\",\"\"x\"\":1,\"\"y\"\":2,\"\"width\"\":3,\"\"height\"\":4}}\",\"{{\"\"text\"\":\"\"{kind}\"\"}}\"\n"
            )
        };
        let truth = parse(&[line("p_10.png", "title"), line("p_2.png", "undefined"), line("p_2.png", "poem")].concat())
            .unwrap();
        assert_eq!(truth.pages[&2].blocks[0].kind, Kind::Title);
        assert_eq!((truth.pages[&1].ignored.len(), &truth.pages[&1].blocks[0].kind), (1, &Kind::Text));
    }

    #[test]
    fn what_is_no_table_of_labels_is_refused_with_what_it_has() {
        assert!(
            parse("name,age\nx,1\n")
                .unwrap_err()
                .starts_with("truth.tsv has the columns `name`, `age`: expected `page`")
        );
        assert_eq!(
            parse("page\tclassification\tx\ty\twidth\theight\n1\tBODY\t1\ttwo\t3\t4\n").unwrap_err(),
            "line 2 of truth.tsv: `y` is `two`, expected a whole number"
        );
        assert!(parse("").is_err());
    }
}
