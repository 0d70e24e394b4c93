use super::inspect::PageSketch;
use super::kind::Kind;
use super::scan::Cut;
use super::source::{Picture, Source};
use super::spread::{Evidence, reading_order};
use super::{Note, Spreads};
use shelf_runtime::book::{Origin, PageNumber};

/// A page that is to be written, and what it will take.
pub(crate) struct Planned<'a> {
    pub(crate) number: PageNumber,
    pub(crate) file: &'a Source,
    /// The page in the file, from 1.
    pub(crate) page: u32,
    picture: &'a Picture,
    pub(crate) cut: Option<Cut>,
}

impl Planned<'_> {
    pub(crate) fn sketch(&self) -> PageSketch {
        self.picture.sketch
    }

    pub(crate) fn origin(&self) -> Origin {
        let has_several = self.file.pictures.len() > 1 || self.file.input.kind == Kind::Pdf;
        Origin {
            file: self.file.name.clone(),
            page: has_several.then_some(self.page),
            half: self.cut.map(|cut| cut.half),
        }
    }
}

/// Numbers the pages: those of a spread in the order in which a book of this language is read.
pub(crate) fn plan<'a>(sources: &'a [Source], language: Option<&str>) -> Vec<Planned<'a>> {
    let halves = reading_order(language);
    let pictures =
        sources.iter().flat_map(|file| file.pictures.iter().zip(1..).map(move |(it, page)| (file, page, it)));
    let pages = pictures.flat_map(|(file, page, picture)| {
        let cuts = match picture.gutter {
            Some(gutter) => halves.map(|half| Some(Cut { gutter, half })).to_vec(),
            None => vec![None],
        };
        cuts.into_iter().map(move |cut| (file, page, picture, cut))
    });
    let numbers = (1..).map_while(PageNumber::new);
    pages
        .zip(numbers)
        .map(|((file, page, picture, cut), number)| Planned { number, file, page, picture, cut })
        .collect()
}

/// What the user should know of the pictures that were split and of those that were not.
pub(crate) fn note_spreads<'a>(pages: impl Iterator<Item = &'a Planned<'a>>, spreads: Spreads) -> Vec<Note> {
    let (mut halves, mut guessed, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    let mut count = 0;
    let mut last = None;
    for page in pages {
        let is_landscape = page.picture.finding.is_some();
        match (page.cut, spreads) {
            (Some(_), _) => {
                let picture = std::ptr::from_ref(page.picture);
                count += usize::from(last.replace(picture) != Some(picture));
                halves.push(page.number);
                if page.picture.finding.is_some_and(|finding| finding.evidence == Evidence::One) {
                    guessed.push(page.number);
                }
            }
            (None, Spreads::Auto) if is_landscape => whole.push(page.number),
            (None, Spreads::Split) if !is_landscape => whole.push(page.number),
            (None, _) => {}
        }
    }
    let of_spreads = if count == 1 { "of a spread" } else { "of spreads" };
    let why_whole = match spreads {
        Spreads::Split => "not split: not wider than high",
        _ => "wider than high, and kept whole: no gutter is seen (`--spreads split` splits such pictures)",
    };
    let notes = [
        (format!("halves {of_spreads} (`--spreads keep` leaves them whole)"), halves),
        ("split where least is printed: no gutter is seen".to_owned(), guessed),
        (why_whole.to_owned(), whole),
    ];
    notes.into_iter().filter(|(_, pages)| !pages.is_empty()).map(|(text, pages)| Note { text, pages }).collect()
}
