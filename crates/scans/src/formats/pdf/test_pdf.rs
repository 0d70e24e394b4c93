//! PDFs for tests, written by hand, so that a test shows the dictionary that it is about.

use std::fmt::Write as _;

/// A page of 4 × 6 inches that shows `/Im0`, 400 × 600 px at 100 dpi.
pub(super) const WIDTH: u32 = 400;
pub(super) const HEIGHT: u32 = 600;
/// Content that shows `/Im0` on the whole page.
pub(super) const WHOLE_PAGE: &str = "q 288 0 0 432 0 0 cm /Im0 Do Q";

/// One page: additional entries of its dictionary, its content, and its objects, which are named `/Im0`, `/Im1`, ….
pub(super) struct TestPage<'a> {
    pub(super) extra: &'a str,
    pub(super) content: &'a str,
    pub(super) objects: Vec<(&'a str, Vec<u8>)>,
}

/// A file of these pages.
pub(super) fn pdf(pages: &[TestPage<'_>]) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = Vec::new();
    let mut kids = String::new();
    for page in pages {
        // Objects 1 and 2 are the catalog and the page tree; a page follows its content and its own objects.
        let first = objects.len() + 3;
        objects.push(stream("", page.content.as_bytes()));
        let mut names = String::new();
        for (index, (dictionary, data)) in page.objects.iter().enumerate() {
            write!(names, "/Im{index} {} 0 R ", first + 1 + index).unwrap();
            objects.push(stream(dictionary, data));
        }
        let number = objects.len() + 3;
        let extra = if page.extra.contains("/MediaBox") { String::new() } else { "/MediaBox [0 0 288 432]".to_owned() };
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R {extra} {} /Contents {first} 0 R /Resources << /XObject << {names} >> /Font << /F0 \
                 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
                page.extra
            )
            .into_bytes(),
        );
        write!(kids, "{number} 0 R ").unwrap();
    }
    let head = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Count {} /Kids [ {kids}] >>", pages.len()).into_bytes(),
    ];
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (object, number) in head.iter().chain(&objects).zip(1..) {
        offsets.push(file.len());
        file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let table = file.len();
    let mut tail = format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1);
    for offset in &offsets {
        writeln!(tail, "{offset:010} 00000 n ").unwrap();
    }
    write!(tail, "trailer << /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", offsets.len() + 1).unwrap();
    file.extend_from_slice(tail.as_bytes());
    file
}

fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut stream = format!("<< {dictionary} /Length {} >>\nstream\n", data.len()).into_bytes();
    stream.extend_from_slice(data);
    stream.extend_from_slice(b"\nendstream");
    stream
}

/// An image's dictionary: its size and additional entries.
pub(super) fn image(rest: &str) -> String {
    format!("/Type /XObject /Subtype /Image /Width {WIDTH} /Height {HEIGHT} {rest}")
}

/// Samples without symmetry: brighter to the right and down, with a dark square at the top left. `seed` makes pages different.
pub(super) fn grey(seed: u32) -> Vec<u8> {
    let light = |x: u32, y: u32| match (x, y) {
        (20..80, 20..80) => 0,
        _ => (40 + seed * 10 + x / 4 + y / 6) as u8,
    };
    (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| light(x, y))).collect()
}

/// The same as a bilevel image: 0 is dark.
pub(super) fn bits() -> Vec<u8> {
    let rows = grey(0);
    let rows = rows.chunks_exact(WIDTH as usize);
    rows.flat_map(|row| row.chunks(8).map(|eight| eight.iter().fold(0, |byte, v| byte << 1 | u8::from(*v > 130))))
        .collect()
}
