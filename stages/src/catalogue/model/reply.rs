use shelf::prelude::*;

use crate::catalogue::{BookType, FrontMatterPage};

/// What the book is, as far as its pages say.
#[page]
#[derive(Debug)]
pub(super) struct Claims {
    /// The title; null where no page says it.
    pub(super) title: Option<Claim>,
    /// The author or authors; null where no page says it.
    pub(super) author: Option<Claim>,
    /// The year of publication, in digits; null where no page says it.
    pub(super) year: Option<Claim>,
    /// The publisher; null where no page says it.
    pub(super) publisher: Option<Claim>,
    /// The ISBN; null where no page says it.
    pub(super) isbn: Option<Claim>,
    /// What kind of book it is; null where the pages do not tell, or none of these fits.
    #[serde(rename = "type")]
    pub(super) kind: Option<Judgement>,
}

/// Something that stands on a page.
#[page]
#[derive(Debug)]
pub(super) struct Claim {
    /// What it says.
    #[garde(length(chars, min = 1, max = 300))]
    pub(super) text: String,
    /// The number of the scan that it stands on, as in the square brackets.
    #[serde(deserialize_with = "crate::bracketed::number")]
    #[schemars(with = "u32")]
    pub(super) page: u32,
    /// How sure that is, 0 to 1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub(super) confidence: f64,
}

/// What kind of book it is.
#[page]
#[derive(Debug, Clone, Copy)]
pub(super) struct Judgement {
    /// The kind.
    pub(super) kind: BookType,
    /// How sure that is, 0 to 1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub(super) confidence: f64,
}

impl Claims {
    /// Checks that all claims name a page that was sent. An error is sent back to the model.
    pub(super) fn check(&self, pages: &[FrontMatterPage]) -> std::result::Result<(), String> {
        let claims = [&self.title, &self.author, &self.year, &self.publisher, &self.isbn];
        let known = |claim: &&Claim| pages.iter().any(|page| page.number == claim.page);
        match claims.into_iter().flatten().find(|claim| !known(claim)) {
            Some(Claim { page, .. }) => Err(format!("there is no page {page}; the pages are those in square brackets")),
            None => Ok(()),
        }
    }
}
