use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use shelf::existing_text::ExistingTextUse;

/// Options of `ocr`.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize)]
pub struct OcrOptions {
    /// Languages to recognise, such as `en+de`, `deu+lat` or `script/Fraktur` [default: the book's, else English]
    #[arg(long, value_name = "LANG")]
    pub lang: Option<String>,
    /// Tesseract's page segmentation mode: 3 detects columns and blocks, 4 expects one column, 6 one block, 11 sparse text
    #[arg(long, value_name = "MODE", default_value_t = Self::default().psm, value_parser = parse_psm)]
    pub psm: u8,
    /// Resolution for recognition in dots per inch; finer scans are downscaled to it
    #[arg(long, value_name = "DPI", default_value_t = Self::default().dpi, value_parser = clap::value_parser!(u32).range(70..=1200))]
    pub dpi: u32,
    /// Try other orientations when a page reads badly
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Self::default().rotate)]
    pub rotate: Rotate,
    /// Deskew pages before they are read; boxes stay in pixels of the scan
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Self::default().deskew)]
    pub deskew: Deskew,
    /// Choose what to do with text that came with the scans, such as the text layer of a PDF, hOCR or ALTO
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Self::default().existing_text)]
    pub existing_text: ExistingTextUse,
}

/// When to try other orientations of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rotate {
    /// If the confidence is low
    Auto,
    /// Never
    Off,
}

/// When to deskew a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deskew {
    /// If its lines of text are not horizontal
    Auto,
    /// Never
    Off,
}

impl Default for OcrOptions {
    fn default() -> Self {
        Self {
            lang: None,
            psm: 3,
            dpi: 300,
            rotate: Rotate::Auto,
            deskew: Deskew::Auto,
            existing_text: ExistingTextUse::Ignore,
        }
    }
}

fn parse_psm(given: &str) -> Result<u8, String> {
    match given.parse() {
        Ok(2) => Err("mode 2 detects blocks but recognises no text; use 3".to_owned()),
        Ok(mode @ 1..=13) => Ok(mode),
        _ => Err("expected a number from 1 to 13".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        options: OcrOptions,
    }

    fn parse(arguments: &[&str]) -> Result<OcrOptions, String> {
        Command::try_parse_from([&["ocr"], arguments].concat())
            .map(|command| command.options)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn no_arguments_give_the_default() {
        assert_eq!(parse(&[]).unwrap(), OcrOptions::default());
    }

    #[test]
    fn rejects_modes_without_recognition() {
        assert_eq!(parse(&["--psm", "6"]).unwrap().psm, 6);
        assert!(parse(&["--psm", "2"]).unwrap_err().contains("recognises no text"));
        for wrong in ["0", "14", "auto"] {
            assert!(parse(&["--psm", wrong]).unwrap_err().contains("from 1 to 13"), "{wrong}");
        }
    }

    #[test]
    fn parses_rotation_resolution_and_languages() {
        let options = parse(&["--rotate", "off", "--deskew", "off", "--dpi", "400", "--lang", "deu+lat"]).unwrap();
        let expected = OcrOptions {
            lang: Some("deu+lat".to_owned()),
            dpi: 400,
            rotate: Rotate::Off,
            deskew: Deskew::Off,
            ..OcrOptions::default()
        };
        assert_eq!(options, expected);
        assert_eq!(parse(&["--existing-text", "use"]).unwrap().existing_text, ExistingTextUse::Use);
        assert!(parse(&["--dpi", "20"]).is_err());
    }
}
