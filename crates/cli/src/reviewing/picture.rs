use std::fmt::Write as _;
use std::io::{self, IsTerminal};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shelf_pages::Bbox;
use shelf_runtime::book::{PageNumber, ScanMetadata};
use shelf_runtime::store::{BookPath, Store};
use shelf_runtime::worker::WorkerPool;
use shelf_scans::{PageImage, ScanRegion};

use crate::editing::MergedBook;
use crate::error::Result;

/// Margin around a line, as a share of its height.
const MARGIN: f64 = 0.4;
/// Bytes of base64 in one escape sequence: the protocol's maximum.
const CHUNK: usize = 4096;

/// Shows a part of a page's scan: as a picture if the terminal can show one, else its file and its box.
pub(super) fn shown(book: &MergedBook<'_>, pool: &WorkerPool, page: PageNumber, bbox: Option<Bbox>) -> Result<String> {
    let store = &book.context.store;
    let Some(bytes) = store.read(&BookPath::page(&book.id, "source", page))? else {
        return Ok(String::new());
    };
    let metadata: ScanMetadata = serde_json::from_slice(&bytes)?;
    let file = store.local(&BookPath::new(&book.id, &format!("source/{}", metadata.image))?)?;
    let Some(Bbox { x, y, width, height }) = bbox else { return Ok(format!("scan: {}", file.display())) };
    let mut text = format!("scan: {}, {width} × {height} px at {x}, {y}", file.display());
    if is_supported() {
        let margin = (f64::from(height) * MARGIN).round() as u32;
        let region = ScanRegion {
            x: x.saturating_sub(margin),
            y: y.saturating_sub(margin),
            width: width + 2 * margin,
            height: height + 2 * margin,
        };
        match region.png(&PageImage::new(file, metadata, pool.clone())) {
            Ok(png) => text = format!("{}\n{text}", kitty(&png)),
            Err(failure) => {
                let _ = write!(text, " (cannot be shown: {failure})");
            }
        }
    }
    Ok(text)
}

/// Whether the terminal on standard output understands kitty's graphics protocol, by what it says of itself.
fn is_supported() -> bool {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let is_kitty = std::env::var_os("KITTY_WINDOW_ID").is_some() || variable("TERM").contains("kitty");
    let is_other =
        matches!(variable("TERM_PROGRAM").as_str(), "ghostty" | "WezTerm") || variable("TERM") == "xterm-ghostty";
    io::stdout().is_terminal() && (is_kitty || is_other)
}

/// A PNG as escape sequences of kitty's graphics protocol (<https://sw.kovidgoyal.net/kitty/graphics-protocol/>): shown at the cursor.
fn kitty(png: &[u8]) -> String {
    let base64 = STANDARD.encode(png);
    let mut text = String::new();
    let mut rest = base64.as_str();
    let mut control = "a=T,f=100,";
    loop {
        let (chunk, left) = rest.split_at(rest.len().min(CHUNK));
        let _ = write!(text, "\x1b_G{control}m={};{chunk}\x1b\\", u8::from(!left.is_empty()));
        if left.is_empty() {
            return text;
        }
        (rest, control) = (left, "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_sent_in_chunks() {
        assert_eq!(kitty(b"png"), "\x1b_Ga=T,f=100,m=0;cG5n\x1b\\");
        let long = kitty(&[0; 6000]);
        let chunks: Vec<&str> = long.split("\x1b\\").filter(|chunk| !chunk.is_empty()).collect();
        assert_eq!(chunks.len(), 2);
        assert!(chunks[0].starts_with("\x1b_Ga=T,f=100,m=1;AAAA") && chunks[1].starts_with("\x1b_Gm=0;AAAA"));
        let data: String = chunks.iter().map(|chunk| chunk.split_once(';').unwrap().1).collect();
        assert_eq!(STANDARD.decode(data).unwrap(), [0; 6000]);
    }
}
