use super::file_format::FileFormat;
use super::opened_page::{OpenedPage, PageInFile};
use super::{convertible, jpeg, pdf, png, tiff};
use shelf_runtime::failure::Failure;

/// Opens a page of a file in any format. Only worker processes do this.
pub(crate) fn open_page(page: &PageInFile) -> Result<OpenedPage, Failure> {
    match page.format {
        FileFormat::Pdf => pdf::open_page(page),
        FileFormat::Png => png::open_page(page),
        FileFormat::Jpeg => jpeg::open_page(page),
        FileFormat::Tiff => tiff::open_page(page),
        FileFormat::Convertible(format) => convertible::open_page(page, format),
        FileFormat::Empty => Err(Failure::new("the file is empty")),
        FileFormat::Unsupported(format) => {
            let (name, hint) = format.name_and_hint();
            Err(Failure::new(format!("it is {name}; shelf reads scans (PDF, TIFF, JPEG, JPEG 2000, PNG)")).hint(hint))
        }
        FileFormat::Zip | FileFormat::Unknown => {
            Err(Failure::new("not a supported image: expected PDF, PNG, JPEG or TIFF"))
        }
    }
}
