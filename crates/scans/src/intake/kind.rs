use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// What a file is, by its first bytes; names lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Pdf,
    Png,
    Jpeg,
    Tiff,
    /// A picture in another format that is decoded and kept as PNG.
    Converted(Convertible),
    /// A picture in a format that is refused.
    Foreign(Foreign),
    /// Nothing at all.
    Empty,
    /// None of these.
    Unknown,
}

/// Formats that are kept as PNG, without loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Convertible {
    Bmp,
    Gif,
    Webp,
    Pnm,
}

/// Formats that have to be converted before they are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Foreign {
    Heic,
    Avif,
    JpegXl,
    Jpeg2000,
    Djvu,
    Psd,
    Svg,
    PostScript,
    Zip,
    Jbig2,
}

impl Foreign {
    /// The format's name and how to convert it.
    pub(crate) fn name_and_hint(self) -> (&'static str, &'static str) {
        match self {
            Self::Heic => ("HEIC", "convert it first, for example with libheif: `heif-convert page.heic page.jpg`"),
            Self::Avif => ("AVIF", "convert it first, for example with libavif: `avifdec page.avif page.png`"),
            Self::JpegXl => ("JPEG XL", "convert it first, for example with libjxl: `djxl page.jxl page.png`"),
            Self::Jpeg2000 => {
                ("JPEG 2000", "convert it first, for example with OpenJPEG: `opj_decompress -i page.jp2 -o page.png`")
            }
            Self::Djvu => ("DjVu", "convert it first, with DjVuLibre: `ddjvu -format=pdf book.djvu book.pdf`"),
            Self::Psd => ("a Photoshop file", "save it as PNG or TIFF first"),
            Self::Svg => ("SVG", "draw it first, for example with librsvg: `rsvg-convert -d 300 page.svg -o page.png`"),
            Self::PostScript => ("PostScript", "convert it first, with Ghostscript: `ps2pdf book.ps book.pdf`"),
            Self::Zip => ("an archive or an office document", "unpack it, or save it as PDF, first"),
            Self::Jbig2 => ("JBIG2", "convert it first, for example with jbig2dec: `jbig2dec -o page.png page.jb2`"),
        }
    }
}

/// How many bytes tell a file's kind. A PDF may have rubbish before its header: readers look through the first 1024 bytes.
const HEAD: usize = 1100;

/// Extensions that promise a page. Such a file that is none is a damaged page, not a file that lies about by chance.
const PAGE_EXTENSIONS: [&str; 16] = [
    "pdf", "png", "jpg", "jpeg", "jpe", "jfif", "tif", "tiff", "bmp", "gif", "webp", "pnm", "pbm", "pgm", "ppm", "pam",
];

/// Looks at the first bytes of a file.
pub(crate) fn kind_of(path: &Path) -> std::io::Result<Kind> {
    let mut head = Vec::with_capacity(HEAD);
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(Kind::of(&head))
}

/// Whether the name promises a page.
pub(crate) fn is_named_as_page(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    extension.is_some_and(|extension| PAGE_EXTENSIONS.contains(&extension.as_str()))
}

impl Kind {
    fn of(head: &[u8]) -> Self {
        let starts = |magic: &[u8]| head.starts_with(magic);
        let brand = head.get(4..8).filter(|tag| *tag == b"ftyp").and_then(|_| head.get(8..12));
        if head.is_empty() {
            return Self::Empty;
        }
        if let Some(brand) = brand {
            return match brand {
                b"avif" | b"avis" => Self::Foreign(Foreign::Avif),
                b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1" => Self::Foreign(Foreign::Heic),
                _ => Self::Unknown,
            };
        }
        match head {
            [0x89, b'P', b'N', b'G', ..] => Self::Png,
            [0xFF, 0xD8, 0xFF, ..] => Self::Jpeg,
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Self::Tiff,
            [b'B', b'M', _, _, _, _, 0, 0, ..] => Self::Converted(Convertible::Bmp),
            [b'P', b'1'..=b'7', b'\n' | b'\r' | b' ' | b'\t' | b'#', ..] => Self::Converted(Convertible::Pnm),
            _ if starts(b"GIF8") => Self::Converted(Convertible::Gif),
            _ if starts(b"RIFF") && head.get(8..12) == Some(b"WEBP") => Self::Converted(Convertible::Webp),
            _ if starts(b"\0\0\0\x0CjP  ") || starts(&[0xFF, 0x4F, 0xFF, 0x51]) => Self::Foreign(Foreign::Jpeg2000),
            _ if starts(&[0xFF, 0x0A]) || starts(b"\0\0\0\x0CJXL ") => Self::Foreign(Foreign::JpegXl),
            _ if starts(b"AT&TFORM") => Self::Foreign(Foreign::Djvu),
            _ if starts(b"8BPS") => Self::Foreign(Foreign::Psd),
            _ if starts(b"\x97JB2") => Self::Foreign(Foreign::Jbig2),
            _ if starts(b"PK\x03\x04") => Self::Foreign(Foreign::Zip),
            _ if head.windows(5).any(|window| window == b"%PDF-") => Self::Pdf,
            _ if starts(b"%!PS") => Self::Foreign(Foreign::PostScript),
            _ if head.windows(5).any(|window| window == b"<svg ") => Self::Foreign(Foreign::Svg),
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_it_holds() {
        assert_eq!(Kind::of(b""), Kind::Empty);
        assert_eq!(Kind::of(b"rubbish before\n%PDF-1.4\n"), Kind::Pdf);
        assert_eq!(Kind::of(b"%PDF-"), Kind::Pdf);
        assert_eq!(Kind::of(b"P4\n8 8\n"), Kind::Converted(Convertible::Pnm));
        assert_eq!(Kind::of(b"P4rsing"), Kind::Unknown);
        assert_eq!(Kind::of(b"\0\0\0\x18ftypheic"), Kind::Foreign(Foreign::Heic));
        assert_eq!(Kind::of(b"MM\0*\0\0\0\x08"), Kind::Tiff);
        assert_eq!(Kind::of(b"plain text"), Kind::Unknown);
    }

    #[test]
    fn names_promise_pages() {
        assert!(is_named_as_page(Path::new("scan.TIF")));
        assert!(!is_named_as_page(Path::new("g015.gt.txt")));
    }
}
