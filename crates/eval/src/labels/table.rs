use std::collections::BTreeMap;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, StrDeserializer};

use super::ground_truth::{LabelClass, LabelTruth, LabelTruthError, Locator, PageTruth, TrueBlock};
use shelf_pages::{Bbox, Classification};
use shelf_scans::natural_order;

/// Columns of a table of pages that contain the texts of blocks.
const TEXT_COLUMNS: [&str; 5] = ["running_head", "chapter_headings", "section_headings", "footnotes", "captions"];

/// Parses a table of labels; `path` is for messages.
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
        truth.classes = columns.iter().map(|column| class_of_column(column)).collect();
        for row in rows {
            let page = truth.pages.entry(self.number(row, "page")?).or_default();
            page.printed_page_number = self.cell(row, "printed_page_number").map(|number| number.trim().to_owned());
            for column in &columns {
                let text = self.cell(row, column).unwrap_or_default().trim();
                if !text.is_empty() {
                    page.blocks
                        .push(TrueBlock { class: class_of_column(column), locator: Locator::Text(text.to_owned()) });
                }
            }
        }
        Ok(truth)
    }

    fn blocks(&self, rows: &[StringRecord]) -> Result<LabelTruth, LabelTruthError> {
        let mut truth = LabelTruth::default();
        for row in rows {
            let found = self.cell(row, "classification").unwrap_or_default();
            let class = classification(found).map(LabelClass::Classification);
            let class =
                class.ok_or_else(|| self.invalid_cell(row, "classification", Some(found), "a label such as `BODY`"))?;
            let bbox = Bbox {
                x: self.number(row, "x")?,
                y: self.number(row, "y")?,
                width: self.number(row, "width")?,
                height: self.number(row, "height")?,
            };
            truth.classes.insert(class.clone());
            let page = truth.pages.entry(self.number(row, "page")?).or_default();
            page.blocks.push(TrueBlock { class, locator: Locator::Box(bbox) });
        }
        Ok(truth)
    }

    /// An export of VGG Image Annotator: image, size, attributes, count, number, shape, attributes of the region.
    fn regions(&self, rows: &[StringRecord]) -> Result<LabelTruth, LabelTruthError> {
        let mut images: Vec<&str> = rows.iter().filter_map(|row| row.get(0)).collect();
        images.sort_by(|a, b| natural_order(Path::new(a), Path::new(b)));
        images.dedup();
        let pages: BTreeMap<&str, u32> = images.into_iter().zip(1..).collect();
        let mut truth = LabelTruth {
            classes: [LabelClass::Title, LabelClass::PageNumber, footnote()].into(),
            ..LabelTruth::default()
        };
        for row in rows {
            let bbox =
                row.get(5).and_then(|cell| serde_json::from_str::<RegionShape>(cell).ok()).map(RegionShape::bbox);
            let bbox =
                bbox.ok_or_else(|| self.invalid_cell(row, "shape", row.get(5), "a box with x, y, width and height"))?;
            let kind = row.get(6).and_then(|cell| serde_json::from_str::<RegionAttributes>(cell).ok());
            let kind = kind
                .map(|attributes| attributes.text)
                .ok_or_else(|| self.invalid_cell(row, "attributes", row.get(6), "a kind under `text`"))?;
            let page: &mut PageTruth = truth.pages.entry(pages[row.get(0).unwrap_or_default()]).or_default();
            let class = match kind.as_str() {
                "undefined" => {
                    page.ignored.push(bbox);
                    continue;
                }
                "title" => LabelClass::Title,
                "page_number" => LabelClass::PageNumber,
                "footnote" => footnote(),
                _ => LabelClass::Text,
            };
            page.blocks.push(TrueBlock { class, locator: Locator::Box(bbox) });
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
        number.ok_or_else(|| self.invalid_cell(row, column, found, "a whole number"))
    }

    fn invalid_cell(
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

/// The shape of a region in an export of VGG Image Annotator.
#[derive(Deserialize)]
struct RegionShape {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl RegionShape {
    fn bbox(self) -> Bbox {
        let px = |side: f64| side.max(0.0) as u32;
        Bbox { x: px(self.x), y: px(self.y), width: px(self.width), height: px(self.height) }
    }
}

/// The attributes of such a region.
#[derive(Deserialize)]
struct RegionAttributes {
    text: String,
}

/// The label of this name, as in page files.
fn classification(name: &str) -> Option<Classification> {
    let name: StrDeserializer<'_, ValueError> = name.into_deserializer();
    Classification::deserialize(name).ok()
}

fn class_of_column(column: &str) -> LabelClass {
    match column {
        "running_head" => LabelClass::Classification(Classification::Header),
        "footnotes" => footnote(),
        "captions" => LabelClass::Classification(Classification::Caption),
        "section_headings" => LabelClass::Classification(Classification::SectionHeading),
        _ => LabelClass::ChapterHeading,
    }
}

fn footnote() -> LabelClass {
    LabelClass::Classification(Classification::Footnote)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<LabelTruth, String> {
        parse_table(text, Path::new("truth.tsv")).map_err(|error| error.to_string())
    }

    #[test]
    fn parses_a_line_per_page() {
        let truth = parse(
            "page\tscan\tprinted_page_number\trunning_head\tfootnotes\n\
             1\tg015\t\t\t\n\
             2\tg016\tix\tTHE \"HEAD\"\t* A note.\n",
        )
        .unwrap();
        assert_eq!(truth.classes.iter().map(LabelClass::name).collect::<Vec<_>>(), ["FOOTNOTE", "HEADER"]);
        assert_eq!(truth.pages[&1].printed_page_number.as_deref(), Some(""));
        assert_eq!(truth.pages[&2].printed_page_number.as_deref(), Some("ix"));
        let locators: Vec<&Locator> = truth.pages[&2].blocks.iter().map(|block| &block.locator).collect();
        assert_eq!(locators, [&Locator::Text("THE \"HEAD\"".to_owned()), &Locator::Text("* A note.".to_owned())]);
    }

    #[test]
    fn parses_a_line_per_block() {
        let truth = parse("page,block,classification,x,y,width,height,text\n3,0,BODY,1,2,3,4,\"a, b\"\n").unwrap();
        let bbox = Bbox { x: 1, y: 2, width: 3, height: 4 };
        assert_eq!(truth.pages[&3].blocks[0].locator, Locator::Box(bbox));
        assert_eq!(truth.pages[&3].printed_page_number, None);
    }

    #[test]
    fn parses_a_line_per_region() {
        let line = |image: &str, class: &str| {
            format!(
                "{image},1,\"{{}}\",2,0,\"{{\"\"name\"\":\"\"rect\"\",\"\"x\"\":1,\"\"y\"\":2,\"\"width\"\":3,\"\"height\"\":4}}\",\"{{\"\"text\"\":\"\"{class}\"\"}}\"\n"
            )
        };
        let truth = parse(&[line("p_10.png", "title"), line("p_2.png", "undefined"), line("p_2.png", "poem")].concat())
            .unwrap();
        assert_eq!(truth.pages[&2].blocks[0].class, LabelClass::Title);
        assert_eq!((truth.pages[&1].ignored.len(), &truth.pages[&1].blocks[0].class), (1, &LabelClass::Text));
    }

    #[test]
    fn rejects_other_tables_with_what_was_found() {
        assert!(
            parse("name,age\nx,1\n").unwrap_err().starts_with("truth.tsv: columns are `name`, `age`: expected `page`")
        );
        assert_eq!(
            parse("page\tclassification\tx\ty\twidth\theight\n1\tBODY\t1\ttwo\t3\t4\n").unwrap_err(),
            "truth.tsv, line 2: `y` is `two`, expected a whole number"
        );
        assert!(parse("").is_err());
    }
}
