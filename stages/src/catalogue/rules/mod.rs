//! Cataloguing by rules: only what is beyond doubt. The publisher is not recognised, because nothing distinguishes it
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
