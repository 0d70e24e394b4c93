use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Value, json};
use shelf::book::PageNumber;
use shelf::pages::testing::TestPage;

/// Makes a book of so many pages that have nothing: no scan, no text.
///
/// # Errors
/// It cannot be written.
pub fn book_of_empty_pages(library: &Path, id: &str, pages: u32) -> io::Result<()> {
    let book = library.join(id);
    fs::create_dir_all(&book)?;
    let metadata = json!({ "title": "Made to be measured", "total_pages": pages, "language": ["en"] });
    fs::write(book.join("metadata.json"), metadata.to_string())
}

/// Makes a book of so many pages that have been read: pages of `ocr` from the folder `read`, over and over.
///
/// # Errors
/// They cannot be read or written.
pub fn book_of_read_pages(library: &Path, id: &str, pages: u32, read: &Path) -> io::Result<()> {
    book_of_empty_pages(library, id, pages)?;
    let folder = library.join(id).join("ocr");
    fs::create_dir_all(&folder)?;
    let mut files: Vec<_> =
        fs::read_dir(read)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?.into_iter().collect();
    files.retain(|file| file.file_name().and_then(|name| PageNumber::of_page_file(name.to_str()?)).is_some());
    files.sort();
    let texts: Vec<Value> =
        files.iter().map(|file| Ok(serde_json::from_slice(&fs::read(file)?)?)).collect::<io::Result<_>>()?;
    for (number, text) in (1..=pages).filter_map(PageNumber::new).zip(texts.iter().cycle()) {
        let mut page = text.clone();
        let fields = page.as_object_mut().ok_or_else(|| io::Error::other("a page of `ocr` is an object"))?;
        // Without its record, it counts as a page of another tool.
        fields.retain(|name, _| !name.starts_with('_'));
        fields.insert("page_number".to_owned(), number.get().into());
        fs::write(folder.join(format!("{}.json", number.stem())), page.to_string())?;
    }
    Ok(())
}

/// Makes a book of one page that has a word of so many letters, read badly.
///
/// # Errors
/// It cannot be written.
pub fn book_of_a_long_word(library: &Path, id: &str, letters: usize) -> io::Result<()> {
    book_of_empty_pages(library, id, 1)?;
    let folder = library.join(id).join("ocr");
    fs::create_dir_all(&folder)?;
    let word: String = "abcdefghijklmnopqrstuvwxyz".chars().cycle().step_by(7).take(letters).collect();
    let page = TestPage::new("It was the best of times.").paragraph(&format!("A {word} and tbe end."), 0.4);
    fs::write(folder.join("page_0001.json"), serde_json::to_vec(&page.ocr())?)
}

/// Makes so many books of so many empty pages.
///
/// # Errors
/// They cannot be written.
pub fn many_books(library: &Path, books: usize, pages: u32) -> io::Result<()> {
    (1..=books).try_for_each(|book| book_of_empty_pages(library, &format!("book-{book:05}"), pages))
}
