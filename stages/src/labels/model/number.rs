use crate::ocr::OcrPage;
use crate::page_layout::text_rows;
use crate::pagination::{NumberingStyle, PageNumberLocation};
use shelf::book::parse_roman;

/// A printed page number as given by a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ModelPageNumber {
    /// As printed.
    pub(super) number: String,
    pub(super) style: NumberingStyle,
    /// Its position; `None` if OCR did not recognise it.
    pub(super) location: Option<PageNumberLocation>,
}

/// Maximum length of a printed page number: `lxxxviii` is rare, and longer digits are not page numbers.
const MAX_NUMBER_CHARS: usize = 6;
/// Height of the header and of the footer, as a fraction of the page's height.
const ZONE_RATIO: f64 = 0.2;

impl ModelPageNumber {
    /// Accepts a valid page number that OCR recognised in the header or footer; or, if the model `saw` the page, any valid one.
    ///
    /// # Errors
    /// Why it is rejected.
    pub(super) fn of(number: &str, page: &OcrPage, saw: bool) -> Result<Self, &'static str> {
        let style = style_of(number).ok_or("it is not a valid page number")?;
        let location = location_of(number, page);
        if location.is_none() && !saw {
            return Err("it is neither in the header nor in the footer");
        }
        Ok(Self { number: number.to_owned(), style, location })
    }
}

fn style_of(number: &str) -> Option<NumberingStyle> {
    if number.is_empty() || number.chars().count() > MAX_NUMBER_CHARS {
        None
    } else if number.bytes().all(|byte| byte.is_ascii_digit()) {
        Some(NumberingStyle::Arabic)
    } else {
        parse_roman(number).map(|_| NumberingStyle::Roman)
    }
}

fn location_of(number: &str, page: &OcrPage) -> Option<PageNumberLocation> {
    let height = f64::from(page.page_dimensions.height);
    text_rows(page).iter().flat_map(|row| &row.words).find_map(|word| {
        let bare = word.text.trim_matches(|character: char| !character.is_alphanumeric());
        let middle = f64::from(word.bbox.y) + f64::from(word.bbox.height) / 2.0;
        match middle / height {
            _ if !bare.eq_ignore_ascii_case(number) => None,
            at if at < ZONE_RATIO => Some(PageNumberLocation::Header),
            at if at > 1.0 - ZONE_RATIO => Some(PageNumberLocation::Footer),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page_layout::test_pages::{block, line, page};

    fn read(number: &str, saw: bool) -> Result<(NumberingStyle, Option<PageNumberLocation>), &'static str> {
        let lines =
            [line((100, 60), 20, "THE SHELF [ix]"), line((100, 800), 20, "in 1892"), line((500, 1500), 20, "45.")];
        let page = page(1, (1..).zip(&lines).map(|(number, line)| block(number, std::slice::from_ref(line))).collect());
        ModelPageNumber::of(number, &page, saw).map(|reading| (reading.style, reading.location))
    }

    #[test]
    fn number_must_be_in_header_or_footer() {
        assert_eq!(read("ix", false), Ok((NumberingStyle::Roman, Some(PageNumberLocation::Header))));
        assert_eq!(read("45", false), Ok((NumberingStyle::Arabic, Some(PageNumberLocation::Footer))));
        assert_eq!(read("1892", false), Err("it is neither in the header nor in the footer"));
        assert_eq!(read("46", false), Err("it is neither in the header nor in the footer"));
    }

    #[test]
    fn number_on_a_seen_page_must_only_be_valid() {
        assert_eq!(read("46", true), Ok((NumberingStyle::Arabic, None)));
        for number in ["", "page 46", "iix", "12345678", "-46", "THE"] {
            assert_eq!(read(number, true), Err("it is not a valid page number"), "{number}");
        }
    }
}
