use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// The format of a file, detected from its first bytes, not from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum FileFormat {
    Pdf,
    Png,
    Jpeg,
    Tiff,
    /// An image in another format, which is decoded and kept as PNG.
    Convertible(ConvertibleFormat),
    /// An archive, which may hold scans.
    Zip,
    /// A known format that is refused.
    Unsupported(UnsupportedFormat),
    /// No bytes at all.
    Empty,
    /// None of these.
    Unknown,
}

/// Formats that are kept as PNG, without loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ConvertibleFormat {
    Bmp,
    Gif,
    Webp,
    Pnm,
    Jpeg2000,
}

/// Formats that users have to convert first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum UnsupportedFormat {
    Heic,
    Avif,
    JpegXl,
    Djvu,
    Psd,
    Svg,
    PostScript,
    Epub,
    Jbig2,
}

impl UnsupportedFormat {
    /// Whether it is an image or a scanned book, and so a page that is missing unless it is converted.
    pub(crate) fn is_scan(self) -> bool {
        matches!(self, Self::Heic | Self::Avif | Self::JpegXl | Self::Djvu | Self::Jbig2)
    }

    /// The format's name and how to convert it.
    pub(crate) fn name_and_hint(self) -> (&'static str, &'static str) {
        match self {
            Self::Heic => ("HEIC", "convert it first, for example with libheif: `heif-convert page.heic page.jpg`"),
            Self::Avif => ("AVIF", "convert it first, for example with libavif: `avifdec page.avif page.png`"),
            Self::JpegXl => ("JPEG XL", "convert it first, for example with libjxl: `djxl page.jxl page.png`"),
            Self::Djvu => ("DjVu", "convert it first, with DjVuLibre: `ddjvu -format=pdf book.djvu book.pdf`"),
            Self::Psd => ("a Photoshop file", "save it as PNG or TIFF first"),
            Self::Svg => (
                "an SVG drawing",
                "render it first, for example with librsvg: `rsvg-convert -d 300 page.svg -o page.png`",
            ),
            Self::PostScript => ("PostScript", "convert it first, with Ghostscript: `ps2pdf book.ps book.pdf`"),
            Self::Epub => ("an EPUB", "its text needs no OCR"),
            Self::Jbig2 => ("JBIG2", "convert it first, for example with jbig2dec: `jbig2dec -o page.png page.jb2`"),
        }
    }
}

/// Bytes that are read to detect a format. A PDF may have other data before its header: PDF readers search the first 1024 bytes.
const HEAD_BYTES: usize = 1100;

/// Extensions of pages. Such a file with unknown content is a damaged page, not an unrelated file.
const PAGE_EXTENSIONS: [&str; 22] = [
    "pdf", "png", "jpg", "jpeg", "jpe", "jfif", "tif", "tiff", "bmp", "gif", "webp", "pnm", "pbm", "pgm", "ppm", "pam",
    "jp2", "jpx", "jpf", "j2k", "j2c", "jpc",
];

/// Detects the format of a file from its first bytes.
pub(crate) fn detect_format(path: &Path) -> std::io::Result<FileFormat> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    File::open(path)?.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(FileFormat::of(&head))
}

/// Whether the file is named like a page.
pub(crate) fn has_page_extension(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    extension.is_some_and(|extension| PAGE_EXTENSIONS.contains(&extension.as_str()))
}

impl FileFormat {
    fn of(head: &[u8]) -> Self {
        let starts = |magic: &[u8]| head.starts_with(magic);
        let brand = head.get(4..8).filter(|tag| *tag == b"ftyp").and_then(|_| head.get(8..12));
        if head.is_empty() {
            return Self::Empty;
        }
        if let Some(brand) = brand {
            return match brand {
                b"avif" | b"avis" => Self::Unsupported(UnsupportedFormat::Avif),
                b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1" => {
                    Self::Unsupported(UnsupportedFormat::Heic)
                }
                _ => Self::Unknown,
            };
        }
        match head {
            [0x89, b'P', b'N', b'G', ..] => Self::Png,
            [0xFF, 0xD8, 0xFF, ..] => Self::Jpeg,
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Self::Tiff,
            [b'B', b'M', _, _, _, _, 0, 0, ..] => Self::Convertible(ConvertibleFormat::Bmp),
            [b'P', b'1'..=b'7', b'\n' | b'\r' | b' ' | b'\t' | b'#', ..] => Self::Convertible(ConvertibleFormat::Pnm),
            _ if starts(b"GIF8") => Self::Convertible(ConvertibleFormat::Gif),
            _ if starts(b"RIFF") && head.get(8..12) == Some(b"WEBP") => Self::Convertible(ConvertibleFormat::Webp),
            _ if starts(b"\0\0\0\x0CjP  ") || starts(&[0xFF, 0x4F, 0xFF, 0x51]) => {
                Self::Convertible(ConvertibleFormat::Jpeg2000)
            }
            _ if starts(&[0xFF, 0x0A]) || starts(b"\0\0\0\x0CJXL ") => Self::Unsupported(UnsupportedFormat::JpegXl),
            _ if starts(b"AT&TFORM") => Self::Unsupported(UnsupportedFormat::Djvu),
            _ if starts(b"8BPS") => Self::Unsupported(UnsupportedFormat::Psd),
            _ if starts(b"\x97JB2") => Self::Unsupported(UnsupportedFormat::Jbig2),
            _ if starts(b"PK\x03\x04") && head.get(30..58) == Some(b"mimetypeapplication/epub+zip") => {
                Self::Unsupported(UnsupportedFormat::Epub)
            }
            _ if starts(b"PK\x03\x04") => Self::Zip,
            _ if head.windows(5).any(|window| window == b"%PDF-") => Self::Pdf,
            _ if starts(b"%!PS") => Self::Unsupported(UnsupportedFormat::PostScript),
            _ if head.windows(5).any(|window| window == b"<svg ") => Self::Unsupported(UnsupportedFormat::Svg),
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detects_format_from_first_bytes() {
        assert_eq!(FileFormat::of(b""), FileFormat::Empty);
        assert_eq!(FileFormat::of(b"rubbish before\n%PDF-1.4\n"), FileFormat::Pdf);
        assert_eq!(FileFormat::of(b"%PDF-"), FileFormat::Pdf);
        assert_eq!(FileFormat::of(b"P4\n8 8\n"), FileFormat::Convertible(ConvertibleFormat::Pnm));
        assert_eq!(FileFormat::of(b"P4rsing"), FileFormat::Unknown);
        assert_eq!(FileFormat::of(b"\0\0\0\x18ftypheic"), FileFormat::Unsupported(UnsupportedFormat::Heic));
        let jpeg_2000 = FileFormat::Convertible(ConvertibleFormat::Jpeg2000);
        assert_eq!(FileFormat::of(b"\0\0\0\x0CjP  \r\n\x87\n"), jpeg_2000);
        assert_eq!(FileFormat::of(b"MM\0*\0\0\0\x08"), FileFormat::Tiff);
        assert_eq!(FileFormat::of(b"plain text"), FileFormat::Unknown);
    }

    #[test]
    fn recognises_names_of_pages() {
        assert!(has_page_extension(Path::new("scan.TIF")));
        assert!(!has_page_extension(Path::new("g015.gt.txt")));
    }
}
