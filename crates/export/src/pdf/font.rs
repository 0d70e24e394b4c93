//! The font of the invisible text. It has two glyphs without outlines: `.notdef`, which PDF/A forbids to use, and one that stands for
//! every character. What a character is, is told by the map to Unicode; the width of a word, by horizontal scaling.

use std::collections::HashMap;
use std::io::{self, Write};

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Name, Rect, Ref, Str};

use super::object_file::ObjectFile;

/// Advance of every glyph, thousandths of the font size.
pub(super) const GLYPH_WIDTH: u16 = 500;
const UNITS_PER_EM: u16 = 1000;
/// A text's box reaches from its baseline one font size up. The descent may not be 0: readers take 0 for a missing value.
const ASCENT: i16 = 1000;
const DESCENT: i16 = -1;
const NAME: Name = Name(b"ShelfGlyphless");
const SYSTEM: SystemInfo = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// The characters that occur in a book, each with its code.
#[derive(Debug, Default)]
pub(super) struct Characters {
    codes: HashMap<char, u16>,
    in_order: Vec<char>,
}

impl Characters {
    /// The text as codes of two bytes. Code 0 is not used, since it would be `.notdef`.
    pub(super) fn encode(&mut self, text: &str) -> Vec<u8> {
        text.chars().flat_map(|character| self.code(character).to_be_bytes()).collect()
    }

    fn code(&mut self, character: char) -> u16 {
        if let Some(code) = self.codes.get(&character) {
            return *code;
        }
        let Some(code) = u16::try_from(self.in_order.len() + 1).ok().filter(|code| *code < u16::MAX) else {
            return u16::MAX;
        };
        self.in_order.push(character);
        self.codes.insert(character, code);
        code
    }

    fn map_to_unicode(&self) -> Vec<u8> {
        let mut map = UnicodeCmap::new(Name(b"ShelfGlyphless-Unicode"), SYSTEM);
        for (code, character) in (1_u16..).zip(&self.in_order) {
            map.pair(code, *character);
        }
        map.pair(u16::MAX, char::REPLACEMENT_CHARACTER);
        map.finish().into_vec()
    }
}

/// For each code, two bytes with the number of its glyph.
fn map_to_glyphs() -> Vec<u8> {
    let mut map = vec![0, 0];
    map.extend([0, 1].repeat(usize::from(u16::MAX)));
    map
}

/// Writes the font with the characters of the book.
pub(super) fn write_font<W: Write>(file: &mut ObjectFile<W>, font: Ref, characters: &Characters) -> io::Result<()> {
    let [cid_font, descriptor, program, to_unicode, glyph_map] = std::array::from_fn(|_| file.reserve());
    file.write(|chunk| {
        let mut writer = chunk.type0_font(font);
        writer.base_font(NAME).encoding_predefined(Name(b"Identity-H"));
        writer.descendant_font(cid_font).to_unicode(to_unicode);
    })?;
    file.write(|chunk| {
        let mut writer = chunk.cid_font(cid_font);
        writer.subtype(CidFontType::Type2).base_font(NAME).system_info(SYSTEM).font_descriptor(descriptor);
        writer.default_width(GLYPH_WIDTH.into()).cid_to_gid_map_stream(glyph_map);
    })?;
    file.write(|chunk| {
        let mut writer = chunk.font_descriptor(descriptor);
        writer.name(NAME).flags(FontFlags::FIXED_PITCH | FontFlags::SYMBOLIC).italic_angle(0.0);
        writer.bbox(Rect::new(0.0, 0.0, GLYPH_WIDTH.into(), ASCENT.into()));
        writer.ascent(ASCENT.into()).descent(DESCENT.into()).cap_height(ASCENT.into()).stem_v(80.0).font_file2(program);
    })?;
    let bytes = glyphless_font();
    write_compressed(file, program, &bytes, Some(bytes.len()))?;
    write_compressed(file, to_unicode, &characters.map_to_unicode(), None)?;
    write_compressed(file, glyph_map, &map_to_glyphs(), None)
}

fn write_compressed<W: Write>(
    file: &mut ObjectFile<W>,
    id: Ref,
    bytes: &[u8],
    length1: Option<usize>,
) -> io::Result<()> {
    let compressed = super::image::compress(bytes);
    file.write(|chunk| {
        let mut stream = chunk.stream(id, &compressed);
        stream.filter(Filter::FlateDecode);
        if let Some(length) = length1 {
            stream.pair(Name(b"Length1"), length as i32);
        }
    })
}

/// A TrueType font of two empty glyphs. The format of the tables is that of the OpenType specification, 1.9.
pub(super) fn glyphless_font() -> Vec<u8> {
    let words = |values: &[u16]| values.iter().flat_map(|value| value.to_be_bytes()).collect::<Vec<u8>>();
    let (ascent, descent) = (ASCENT as u16, DESCENT as u16);
    // Version, revision, check sum (filled in below), magic number, flags, units per em, dates, box, style, smallest size, direction, short offsets.
    let mut head = words(&[1, 0, 1, 0, 0, 0, 0x5F0F, 0x3CF5, 0, UNITS_PER_EM, 0, 0, 0, 0, 0, 0, 0, 0]);
    head.extend(words(&[0, 0, GLYPH_WIDTH, ascent, 0, 8, 2, 0, 0]));
    let hhea = words(&[1, 0, ascent, descent, 0, GLYPH_WIDTH, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
    let maxp = words(&[1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    let hmtx = words(&[GLYPH_WIDTH, 0, 0]);
    // Glyph 1 has no outlines, only a header: number of contours and box.
    let glyf = words(&[0, 0, 0, GLYPH_WIDTH, ascent, 0]);
    let loca = words(&[0, 0, 6]);
    // One table, Windows and Unicode, of format 4: the space is glyph 1.
    let space = u16::from(b' ');
    let cmap = words(&[
        0,
        1,
        3,
        1,
        0,
        12,
        4,
        32,
        0,
        4,
        4,
        1,
        0,
        space,
        0xFFFF,
        0,
        space,
        0xFFFF,
        1_u16.wrapping_sub(space),
        1,
        0,
        0,
    ]);
    let post = words(&[3, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    let name = name_table();
    let mut os2 = words(&[4, GLYPH_WIDTH, 400, 5, 0, 500, 500, 0, 0, 500, 500, 0, 0, 50, 300, 0]);
    os2.extend([0; 10]);
    os2.extend(words(&[0, 0, 0, 0, 0, 0, 0, 0]));
    os2.extend(b"SHLF");
    os2.extend(words(&[0x40, space, space, ascent, descent, 0, ascent, 1, 0, 0, 0, 0, 500, 1000, 0, space, 0]));
    let tables: [(&[u8; 4], Vec<u8>); 10] = [
        (b"OS/2", os2),
        (b"cmap", cmap),
        (b"glyf", glyf),
        (b"head", head),
        (b"hhea", hhea),
        (b"hmtx", hmtx),
        (b"loca", loca),
        (b"maxp", maxp),
        (b"name", name),
        (b"post", post),
    ];
    assemble(&tables)
}

/// The name of the font, for Windows in English.
fn name_table() -> Vec<u8> {
    let text: Vec<u8> = "ShelfGlyphless".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let style: Vec<u8> = "Regular".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let records: Vec<(u16, &[u8])> = vec![(1, &text), (2, &style), (4, &text), (6, &text)];
    let mut strings: Vec<u8> = Vec::new();
    let mut table: Vec<u8> = [0, records.len() as u16, 6 + 12 * records.len() as u16].map(u16::to_be_bytes).concat();
    for (id, string) in records {
        let record = [3, 1, 0x409, id, string.len() as u16, strings.len() as u16];
        table.extend(record.map(u16::to_be_bytes).concat());
        strings.extend(string);
    }
    table.extend(strings);
    table
}

/// Offset of the check sum of the whole font in the table `head`.
const CHECK_SUM_AT: usize = 8;

fn assemble(tables: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let count = tables.len() as u16;
    let power = count.ilog2() as u16;
    let range = 16 << power;
    let mut font: Vec<u8> = [1, 0, count, range, power, count * 16 - range].map(u16::to_be_bytes).concat();
    let mut offset = font.len() + 16 * tables.len();
    let mut body = Vec::new();
    let mut head_at = 0;
    for (tag, table) in tables {
        if *tag == b"head" {
            head_at = offset;
        }
        font.extend(*tag);
        font.extend([check_sum(table), offset as u32, table.len() as u32].map(u32::to_be_bytes).concat());
        body.extend(table);
        body.resize(body.len().next_multiple_of(4), 0);
        offset += table.len().next_multiple_of(4);
    }
    font.extend(body);
    let whole = 0xB1B0_AFBA_u32.wrapping_sub(check_sum(&font));
    font[head_at + CHECK_SUM_AT..][..4].copy_from_slice(&whole.to_be_bytes());
    font
}

fn check_sum(bytes: &[u8]) -> u32 {
    let word = |chunk: &[u8]| (0..4).fold(0, |sum, at| sum << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
    bytes.chunks(4).map(word).fold(0, u32::wrapping_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_get_codes_from_one() {
        let mut characters = Characters::default();
        assert_eq!(characters.encode("aba"), [0, 1, 0, 2, 0, 1]);
        assert_eq!(characters.encode("𝔄b"), [0, 3, 0, 2]);
        let map = String::from_utf8(characters.map_to_unicode()).unwrap();
        assert!(map.contains("<0001> <0061>") && map.contains("<0003> <D835DD04>"), "{map}");
    }

    #[test]
    fn tables_of_the_font_are_where_its_directory_says() {
        let font = glyphless_font();
        let number =
            |at: usize, bytes: usize| font[at..at + bytes].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        let lengths = [("OS/2", 96), ("head", 54), ("hhea", 36), ("maxp", 32), ("post", 32), ("hmtx", 6), ("loca", 6)];
        let mut found = 0;
        for record in (12..).step_by(16).take(number(4, 2)) {
            let tag = str::from_utf8(&font[record..record + 4]).unwrap();
            let (offset, length) = (number(record + 8, 4), number(record + 12, 4));
            assert!(offset % 4 == 0 && offset + length <= font.len(), "{tag}");
            if let Some((_, expected)) = lengths.iter().find(|(name, _)| *name == tag) {
                assert_eq!(length, *expected, "{tag}");
                found += 1;
            }
        }
        assert_eq!(found, lengths.len());
        assert_eq!(check_sum(&font), 0xB1B0_AFBA);
    }
}
