use std::fs;
use std::path::Path;

use serde_json::Value;
use shelf::draw::Random;

/// Paragraphs of real books: chapters of *Moby-Dick* (1851) and addresses of presidents before 1925. Those with odd numbers are for tuning,
/// those with even numbers for testing.
pub(super) struct Excerpts {
    /// The paragraphs of each text, in TeX.
    texts: Vec<Vec<String>>,
}

/// Addresses of the time whose spelling and typography the books have.
const LAST_YEAR: u32 = 1925;

/// A paragraph that fills at least three lines, and at most a page.
const PARAGRAPH_CHARS: std::ops::RangeInclusive<usize> = 150..=1800;

impl Excerpts {
    /// The texts in `folder`, where `scripts/setup.sh books` put them.
    pub(super) fn read(folder: &Path, is_for_testing: bool) -> std::io::Result<Self> {
        let mut texts = Vec::new();
        for package in ["moby-dick", "sotu"] {
            let mut files: Vec<_> = fs::read_dir(folder.join(package).join("package/data"))?
                .map(|entry| Ok(entry?.path()))
                .collect::<std::io::Result<_>>()?;
            files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
            files.sort();
            for file in files {
                let json: Value = serde_json::from_slice(&fs::read(&file)?)?;
                let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let number: Option<u32> = name.split('_').find_map(|part| part.parse().ok());
                let Some(number) = number.filter(|year| *year < LAST_YEAR) else { continue };
                if number.is_multiple_of(2) == is_for_testing {
                    texts.push(paragraphs(json["text"].as_str().unwrap_or_default()));
                }
            }
        }
        texts.retain(|text| text.len() >= 4);
        Ok(Self { texts })
    }

    /// `count` paragraphs in a row of one text.
    pub(super) fn paragraphs(&self, random: &mut Random, count: usize) -> Vec<String> {
        let text = &self.texts[random.below(self.texts.len() as u32) as usize];
        let first = random.below((text.len().saturating_sub(count) + 1) as u32) as usize;
        text[first..text.len().min(first + count)].to_vec()
    }

    /// Some words in a row, without marks at their ends.
    pub(super) fn words(&self, random: &mut Random, count: usize) -> String {
        let paragraph = self.paragraphs(random, 1).swap_remove(0);
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        let first = random.below(words.len().saturating_sub(count).max(1) as u32) as usize;
        let words = &words[first..words.len().min(first + count)];
        let is_letter = |c: char| c.is_alphabetic();
        let bare = |word: &&str| word.chars().all(|c| is_letter(c) || c == '-').then(|| (*word).to_owned());
        words.iter().filter_map(bare).collect::<Vec<_>>().join(" ")
    }
}

fn paragraphs(text: &str) -> Vec<String> {
    let whole = |paragraph: &str| paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    let paragraphs = text.split("\n\n").map(whole).filter(|text| PARAGRAPH_CHARS.contains(&text.len()));
    paragraphs.map(|text| in_tex(&text)).collect()
}

/// The text in TeX, with the quotation marks of printers.
fn in_tex(text: &str) -> String {
    let mut tex = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        let opens = before.is_whitespace() || matches!(before, '(' | '—' | '[' | '"');
        match c {
            '"' => tex.push(if opens { '“' } else { '”' }),
            '\'' => tex.push(if opens { '‘' } else { '’' }),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => tex.extend(['\\', c]),
            '*' | '~' | '^' | '\\' => {}
            _ => tex.push(c),
        }
        before = c;
    }
    tex
}
