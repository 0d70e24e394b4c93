use crate::ocr::OcrPage;
use crate::page_layout::text_rows;
use crate::pagination::{NumberingStyle, PageNumberLocation};
use shelf::book::parse_roman;

/// A printed page number that a model has read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// As printed.
    pub(super) number: String,
    pub(super) style: NumberingStyle,
    /// Where it stands; none where `ocr` did not read it.
    pub(super) location: Option<PageNumberLocation>,
}

/// A printed number has no more characters: `lxxxviii` is seldom reached, and `1892` is a year.
const LONGEST: usize = 6;
/// Head and foot are so much of the page's height.
const EDGE: f64 = 0.2;

impl Reading {
    /// Believes a number that can be one, and that stands in the text at the page's head or foot; or, where the model `saw` the page, that
    /// may stand there.
    ///
    /// # Errors
    /// Why it is not believed.
    pub(super) fn of(number: &str, page: &OcrPage, saw: bool) -> Result<Self, &'static str> {
        let style = style_of(number).ok_or("it is no page number")?;
        let location = location_of(number, page);
        if location.is_none() && !saw {
            return Err("it stands neither at the head nor at the foot");
        }
        Ok(Self { number: number.to_owned(), style, location })
    }
}

fn style_of(number: &str) -> Option<NumberingStyle> {
    if number.is_empty() || number.chars().count() > LONGEST {
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
            at if at < EDGE => Some(PageNumberLocation::Header),
            at if at > 1.0 - EDGE => Some(PageNumberLocation::Footer),
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
        Reading::of(number, &page, saw).map(|reading| (reading.style, reading.location))
    }

    #[test]
    fn a_number_stands_at_the_head_or_the_foot() {
        assert_eq!(read("ix", false), Ok((NumberingStyle::Roman, Some(PageNumberLocation::Header))));
        assert_eq!(read("45", false), Ok((NumberingStyle::Arabic, Some(PageNumberLocation::Footer))));
        assert_eq!(read("1892", false), Err("it stands neither at the head nor at the foot"));
        assert_eq!(read("46", false), Err("it stands neither at the head nor at the foot"));
    }

    #[test]
    fn what_the_model_saw_need_not_have_been_read_but_is_a_number() {
        assert_eq!(read("46", true), Ok((NumberingStyle::Arabic, None)));
        for number in ["", "page 46", "iix", "12345678", "-46", "THE"] {
            assert_eq!(read(number, true), Err("it is no page number"), "{number}");
        }
    }
}
