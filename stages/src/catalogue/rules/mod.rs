//! What can be told of a book without a model: what is beyond doubt, and nothing else. A publisher is never told: nothing sets it apart
//! from the printer and the place.

mod copyright;
mod entry_of;
mod isbns;
mod title_page;
mod years;

pub use copyright::copyright_years;
pub use entry_of::entry_of;
pub use isbns::{PrintedIsbn, isbns_in};
pub use title_page::{TitlePage, title_page};
pub use years::{year_of, years_in};
