//! Takes books through stages from a program of its own, without the command line. Nothing is printed, and no environment variable is read.
//!
//! ```
//! # mod numbering {
//! #     use shelf::prelude::*;
//! #     /// A page's number.
//! #     #[page]
//! #     pub struct Numbered { #[garde(range(min = 1))] pub page_number: u32 }
//! #     /// Numbers every page.
//! #     #[stage(name = "numbered")]
//! #     pub fn numbered(page: PageNumber) -> Result<Numbered> { Ok(Numbered { page_number: page.get() }) }
//! # }
//! use numbering::numbered;
//! use shelf::library::{Library, LibraryError};
//! use std::path::Path;
//!
//! fn number_pages(folder: &Path, pdf: &Path) -> Result<Vec<u32>, LibraryError> {
//!     let library = Library::open(folder)?.stages(["numbered"]);
//!     let book = library.add(pdf)?.id;
//!     let summary = library.process(&book).run(|event| println!("{event}"))?;
//!     assert!(summary.complete());
//!     let pages = 1..=library.metadata(&book)?.total_pages;
//!     pages.map(|page| Ok(library.page::<numbered>(&book, page)?.page_number)).collect()
//! }
//! # let folder = std::env::temp_dir().join(format!("shelf-embedded-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder).unwrap();
//! # let pdf = folder.join("book.pdf");
//! # let scans: Vec<_> = shelf::demo::book().pages.into_iter().take(2).map(|page| page.image).collect();
//! # std::fs::write(&pdf, shelf::demo::pdf(&scans, 300, "A book")).unwrap();
//! # let numbers = number_pages(&folder.join("library"), &pdf);
//! # std::fs::remove_dir_all(&folder).unwrap();
//! # assert_eq!(numbers.unwrap(), [1, 2]);
//! ```

mod access;
mod book_run;

pub use access::{Library, LibraryError};
pub use book_run::BookRun;
