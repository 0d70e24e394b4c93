use shelf_pages::{Element, HeadingKind, OutlineEntry};

/// A part of a book that a heading opens, with the parts below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetsDivision {
    /// What it is.
    pub kind: HeadingKind,
    /// Its number and title.
    pub label: String,
    /// The numbers of the scans that it is on, ascending.
    pub pages: Vec<u32>,
    /// Its own parts.
    pub parts: Vec<MetsDivision>,
}

impl MetsDivision {
    /// The parts of a book. Each reaches to the last text before the next heading of its level, or of a higher one; of its pages those in `pages`
    /// are listed, which are ascending.
    #[must_use]
    pub fn of(outline: &[&OutlineEntry], elements: &[Element], pages: &[u32]) -> Vec<Self> {
        Self::before(u32::MAX, outline, elements, pages)
    }

    /// The parts before the element `end`.
    fn before(end: u32, outline: &[&OutlineEntry], elements: &[Element], pages: &[u32]) -> Vec<Self> {
        let mut divisions = Vec::new();
        let mut rest = outline;
        while let Some((entry, after)) = rest.split_first() {
            let below = after.iter().take_while(|later| later.level > entry.level).count();
            let (inner, next) = after.split_at(below);
            let own_end = next.first().map_or(end, |next| next.element);
            let is_in = |element: &&Element| (entry.element..own_end).contains(&element.id);
            let last = elements.iter().filter(is_in).map(last_page).max().unwrap_or(entry.page);
            divisions.push(Self {
                kind: entry.heading,
                label: entry.label(),
                pages: pages.iter().copied().filter(|page| (entry.page..=last).contains(page)).collect(),
                parts: Self::before(own_end, inner, elements, pages),
            });
            rest = next;
        }
        divisions
    }

    /// Its name in the logical structure map.
    pub(super) fn kind_name(&self) -> &'static str {
        match self.kind {
            HeadingKind::FrontMatter => "front_matter",
            HeadingKind::Part => "part",
            HeadingKind::Chapter => "chapter",
            HeadingKind::Section => "section",
            HeadingKind::BackMatter => "back_matter",
        }
    }
}

fn last_page(element: &Element) -> u32 {
    let passages = element.content.passages();
    passages.iter().flat_map(|passage| &passage.spans).map(|span| span.page).max().unwrap_or(element.page)
}

#[cfg(test)]
mod tests {
    use shelf_pages::{ElementContent, Join, Passage, Span};

    use super::*;

    fn entry(element: u32, heading: HeadingKind, level: u32, title: &str, page: u32) -> OutlineEntry {
        let title = title.to_owned();
        OutlineEntry { element, heading, level, number: None, title, page, printed_page_number: None }
    }

    /// A paragraph on these pages.
    fn paragraph(id: u32, pages: &[u32]) -> Element {
        let span =
            |page: &u32| Span { page: *page, block_num: 1, par_num: 1, chars: None, join: Join::Space, note: None };
        let text: Passage = pages.iter().map(span).collect::<Vec<_>>().into();
        Element { id, page: pages[0], content: ElementContent::Paragraph { text } }
    }

    #[test]
    fn parts_have_the_pages_that_their_text_is_on() {
        use HeadingKind::{Chapter, Section};
        let outline = [
            entry(1, Chapter, 1, "One", 3),
            entry(3, Section, 2, "A", 4),
            entry(5, Section, 2, "B", 6),
            entry(7, Chapter, 1, "Two", 8),
        ];
        let elements = [
            paragraph(1, &[3]),
            paragraph(2, &[3, 4]),
            paragraph(3, &[4]),
            paragraph(4, &[4, 6]),
            paragraph(5, &[6]),
            paragraph(6, &[6]),
            paragraph(7, &[8]),
            paragraph(8, &[8, 9]),
        ];
        // Page 5 is a plate, and was not selected; page 7 is empty.
        let found = MetsDivision::of(&outline.iter().collect::<Vec<_>>(), &elements, &[1, 3, 4, 6, 7, 8, 9]);
        let division = |kind, label: &str, pages: &[u32], parts| MetsDivision {
            kind,
            label: label.to_owned(),
            pages: pages.to_vec(),
            parts,
        };
        let sections = vec![division(Section, "A", &[4, 6], vec![]), division(Section, "B", &[6], vec![])];
        assert_eq!(found, [division(Chapter, "One", &[3, 4, 6], sections), division(Chapter, "Two", &[8, 9], vec![])]);
    }
}
