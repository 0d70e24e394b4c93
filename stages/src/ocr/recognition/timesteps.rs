use shelf_pages::Bbox;

/// What the network saw in the columns of pixels of a word, left to right.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct WordTimesteps {
    /// The word's bounding box, as in the TSV.
    pub(super) bbox: Option<Bbox>,
    /// The columns.
    pub(super) timesteps: Vec<Timestep>,
}

/// What one column of pixels may be: characters with their probability, 0..=1, those of at least 0.01. The empty text stands for no new character.
pub(super) type Timestep = Vec<(String, f64)>;

const WORD: &str = "<span class='ocrx_word'";
const TIMESTEP: &str = "<span class='ocrx_cinfo' id='timestep";
const CHOICE: &str = "title='x_confs ";

/// Parses the columns of each word in Tesseract's hOCR with `lstm_choice_mode = 1`, in the order of the words. Source:
/// <https://github.com/tesseract-ocr/tesseract/blob/5.3.0/src/api/hocrrenderer.cpp>.
pub(super) fn parse_timesteps(hocr: &str) -> Vec<WordTimesteps> {
    let words = hocr.split(WORD).skip(1);
    words.map(|word| WordTimesteps { bbox: parse_bbox(word), timesteps: parse_word(word) }).collect()
}

fn parse_word(word: &str) -> Vec<Timestep> {
    // The choices of the last column end with the word; what follows has none.
    word.split(TIMESTEP)
        .skip(1)
        .map(|timestep| timestep.split(CHOICE).skip(1).filter_map(parse_choice).collect())
        .collect()
}

/// `99'>t</span>`: a percentage and a character.
fn parse_choice(choice: &str) -> Option<(String, f64)> {
    let (percent, rest) = choice.split_once("'>")?;
    let (character, _) = rest.split_once("</span>")?;
    let probability = percent.parse::<f64>().ok()? / 100.0;
    Some((unescaped(character), probability.clamp(0.0, 1.0)))
}

/// `title='bbox 99 234 156 246; x_wconf 90'`: left, top, right and bottom.
fn parse_bbox(word: &str) -> Option<Bbox> {
    let (_, rest) = word.split_once("bbox ")?;
    let (edges, _) = rest.split_once(';')?;
    let mut edges = edges.split(' ').map(|px| px.parse::<i64>().ok().and_then(|px| u32::try_from(px.max(0)).ok()));
    let mut next = || edges.next().flatten();
    Some(Bbox::from_edges(next()?, next()?, next()?, next()?))
}

fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOCR: &str = "<span class='ocr_line' id='line_1_1' title=\"bbox 9 9 99 99\">
      <span class='ocrx_word' id='word_1_1' title='bbox -3 660 37 697; x_wconf 71'>a&amp;
       <span class='ocr_symbol' id='symbol_1_1_1'>
        <span class='ocrx_cinfo' id='timestep1_1_1'>
         <span class='ocrx_cinfo' id='choice_1_1_1' title='x_confs 70'></span>
         <span class='ocrx_cinfo' id='choice_1_1_2' title='x_confs 25'>a</span></span>
        <span class='ocrx_cinfo' id='timestep1_1_2'>
         <span class='ocrx_cinfo' id='choice_1_1_3' title='x_confs 99'>&amp;</span></span></span>
      </span>
      <span class='ocrx_word' id='word_1_2' title='bbox 508 660 758 697; x_wconf 96'>word</span>";

    #[test]
    fn parses_the_columns_of_each_word() {
        let words = parse_timesteps(HOCR);
        assert_eq!(words.len(), 2);
        assert_eq!(words[0].bbox, Some(Bbox { x: 0, y: 660, width: 37, height: 37 }));
        let owned = |text: &str, probability| (text.to_owned(), probability);
        assert_eq!(words[0].timesteps, [vec![owned("", 0.7), owned("a", 0.25)], vec![owned("&", 0.99)]]);
        assert_eq!((words[1].bbox.unwrap().x, words[1].timesteps.len()), (508, 0));
        assert_eq!(parse_timesteps("<html></html>"), []);
    }
}
