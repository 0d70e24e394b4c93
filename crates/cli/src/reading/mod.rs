//! A book as people read it: paragraphs with their lines joined, also across pages; headings, notes and quotations set apart;
//! running heads and page numbers left out.

mod page;
mod passage;
mod typeset;

pub(super) use page::ReadablePage;
pub(super) use passage::passages;
pub(super) use typeset::Typesetter;
