//! Pages that are restored, from the command line.

use super::with_book;

#[test]
fn pages_are_listed_and_restored() {
    let (shelf, _scans) = with_book();
    shelf.ok(["page", "book", "drop", "2"]);
    let listed = shelf.ok(["page", "book", "restore"]);
    assert!(listed.contains("2  removed  page_0002_20"), "{listed}");
    assert_eq!(shelf.ok(["page", "book", "restore", "2"]), "book: restored page 2; 1 page renumbered; now 3 pages\n");
    assert!(shelf.ok(["verify", "book"]).contains("no errors"));
    let none = shelf.run(["page", "book", "restore", "2"]);
    assert!(none.code == Some(4) && none.err.contains("hint: `shelf page book restore` lists"), "{none:?}");
    assert_eq!(super::shelf().run(["page", "none", "restore"]).code, Some(4));
}
