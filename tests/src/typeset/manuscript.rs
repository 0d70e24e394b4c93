use std::fmt::Write as _;

use shelf::draw::Random;

use super::excerpts::Excerpts;
use super::style::{ChapterNumber, Folio, Head, Letters, NoteMarks, Opening, Style};

/// A book in TeX.
pub(super) struct Manuscript<'a> {
    tex: String,
    style: &'a Style,
    excerpts: &'a Excerpts,
    random: &'a mut Random,
    /// The number of the last paragraph.
    paragraph: u32,
}

const CHAPTERS: usize = 3;

/// What a chapter may have besides its paragraphs.
const INSERTIONS: [Insertion; 8] = [
    Insertion::Quotation,
    Insertion::Verse,
    Insertion::Letter,
    Insertion::List,
    Insertion::Table,
    Insertion::Figure,
    Insertion::Foreign,
    Insertion::Dialogue,
];

#[derive(Debug, Clone, Copy)]
enum Insertion {
    Quotation,
    Verse,
    Letter,
    List,
    Table,
    Figure,
    Foreign,
    Dialogue,
}

const FOREIGN: [&str; 6] = [
    "Gallia est omnis divisa in partes tres, quarum unam incolunt Belgae, aliam Aquitani, tertiam qui ipsorum lingua Celtae, nostra Galli \
     appellantur. Hi omnes lingua, institutis, legibus inter se differunt.",
    "Arma virumque cano, Troiae qui primus ab oris Italiam, fato profugus, Laviniaque venit litora, multum ille et terris iactatus et alto \
     vi superum saevae memorem Iunonis ob iram.",
    "Longtemps, je me suis couché de bonne heure. Parfois, à peine ma bougie éteinte, mes yeux se fermaient si vite que je n’avais pas le \
     temps de me dire: Je m’endors. Et, une demi-heure après, la pensée qu’il était temps de chercher le sommeil m’éveillait.",
    "L’homme est né libre, et partout il est dans les fers. Tel se croit le maître des autres, qui ne laisse pas d’être plus esclave \
     qu’eux. Comment ce changement s’est-il fait? Je l’ignore.",
    "Habe nun, ach! Philosophie, Juristerei und Medizin, und leider auch Theologie durchaus studiert, mit heißem Bemühn. Da steh ich nun, \
     ich armer Tor, und bin so klug als wie zuvor!",
    "Ein Volk, das seine Vergangenheit nicht ehrt, hat keine Zukunft; und wer die Geschichte nicht kennt, der wird über die Gegenwart \
     niemals ein gerechtes Urteil fällen können, so sehr er sich auch darum bemühen möge.",
];

const SURNAMES: [&str; 8] =
    ["Hathaway", "Pemberton", "Alcott", "Thorne", "Winslow", "Ainsworth", "Brewster", "Lockhart"];
const TOWNS: [&str; 6] = ["Boston", "Philadelphia", "St. Augustine", "Edinburgh", "New Bedford", "Charleston"];
const MONTHS: [&str; 6] = ["January", "March", "June", "August", "October", "December"];

impl<'a> Manuscript<'a> {
    /// A book with a title page, a preface, a table of contents, and chapters.
    pub(super) fn write(style: &'a Style, excerpts: &'a Excerpts, random: &'a mut Random) -> String {
        let mut book = Self { tex: String::new(), style, excerpts, random, paragraph: 0 };
        let title = book.title(3);
        let chapters: Vec<String> = (0..CHAPTERS).map(|_| book.title(4)).collect();
        book.preamble(&title);
        book.title_page(&title);
        book.preface();
        book.contents(&chapters);
        // The front matter is as wide as the page.
        let columns = if style.is_in_two_columns { "\\twocolumn" } else { "\\clearpage" };
        let _ = writeln!(book.tex, "{columns}\\pagenumbering{{arabic}}");
        for (number, title) in (1..).zip(&chapters) {
            book.chapter(number, title);
        }
        book.tex.push_str("\\end{document}\n");
        book.tex
    }

    fn preamble(&mut self, title: &str) {
        let Style { typeface, size_pt, page_in: (width, height), is_indented, .. } = *self.style;
        let (text_width, text_height) = (width * 0.74, height * 0.76);
        let paragraphs = if is_indented {
            "\\setlength\\parskip{0pt}\\setlength\\parindent{1.4em}"
        } else {
            "\\setlength\\parskip{.8\\baselineskip}\\setlength\\parindent{0pt}"
        };
        let marks = match self.style.marks {
            // There are nine symbols; the first run of TeX does not know the pages yet.
            NoteMarks::Symbols => "\\ifnum\\value{footnote}>9 \\arabic{footnote}\\else\\fnsymbol{footnote}\\fi",
            NoteMarks::Numbers => "\\arabic{footnote}",
            NoteMarks::NumbersInParentheses => "(\\arabic{footnote})",
        };
        let parts = self.parts_around_the_text(title);
        let _ = write!(
            self.tex,
            "\\documentclass[{size_pt}pt,twoside]{{article}}\n\
             \\usepackage[paperwidth={width}in,paperheight={height}in,textwidth={text_width}in,textheight={text_height}in,\
             hcentering,vcentering,headsep=.18in,footskip=.32in,columnsep=.25in]{{geometry}}\n\
             \\usepackage{{perpage}}\\MakePerPage{{footnote}}\n\\usepackage{{shelfbook}}\n\\setmainfont{{{}}}\n\
             \\frenchspacing\\raggedbottom\\widowpenalty=300\\clubpenalty=300\\tolerance=2000\\emergencystretch=2em\n{paragraphs}\n\
             \\renewcommand\\thefootnote{{{marks}}}\n\\makeatletter\n{parts}\\makeatother\n\
             \\begin{{document}}\n\\pagestyle{{main}}\\pagenumbering{{roman}}\n",
            typeface.0,
        );
    }

    /// The page styles `main` and `opening`.
    fn parts_around_the_text(&self, title: &str) -> String {
        let head = |letters: Letters, text: &str| format!("\\is{{head}}{{0}}{{{}}}", letters.set(text));
        let folio = |text: &str| format!("\\is{{folio}}{{0}}{{{text}}}");
        let (even, odd) = match self.style.head {
            Head::Nothing => (String::new(), String::new()),
            Head::BookOnEvenChapterOnOdd(letters) => (head(letters, title), head(letters, "\\rightmark")),
            Head::Book(letters) => (head(letters, title), head(letters, title)),
            Head::Chapter(letters) => (head(letters, "\\rightmark"), head(letters, "\\rightmark")),
        };
        let number = folio("\\thepage");
        let (even_head, odd_head) = match self.style.folio {
            Folio::HeadOutside => {
                (format!("\\rlap{{{number}}}\\hfil {even}\\hfil"), format!("\\hfil {odd}\\hfil\\llap{{{number}}}"))
            }
            Folio::HeadCentre => (format!("\\hfil {number}\\hfil"), format!("\\hfil {number}\\hfil")),
            _ => (format!("\\hfil {even}\\hfil"), format!("\\hfil {odd}\\hfil")),
        };
        let (even_foot, odd_foot) = match self.style.folio {
            Folio::HeadOutside | Folio::HeadCentre => (String::new(), String::new()),
            Folio::FootCentre => (format!("\\hfil {number}\\hfil"), format!("\\hfil {number}\\hfil")),
            Folio::FootInBrackets => {
                let number = folio("[\\thepage]");
                (format!("\\hfil {number}\\hfil"), format!("\\hfil {number}\\hfil"))
            }
            Folio::FootBetweenDashes => {
                let number = folio("— \\thepage{} —");
                (format!("\\hfil {number}\\hfil"), format!("\\hfil {number}\\hfil"))
            }
            Folio::FootOutside => (format!("{number}\\hfil"), format!("\\hfil {number}")),
        };
        let is_at_head = matches!(self.style.folio, Folio::HeadOutside | Folio::HeadCentre);
        let opening_foot = if is_at_head { format!("\\hfil {number}\\hfil") } else { odd_foot.clone() };
        let mark = if self.style.has_signature_marks {
            "\\ifodd\\value{page}\\llap{\\is{signature_mark}{0}{\\footnotesize \\@Alph{\\numexpr(\\value{page}+3)/4\\relax}\\hskip 3em}}\\fi"
        } else {
            ""
        };
        format!(
            "\\def\\ps@main{{\\def\\@evenhead{{{even_head}}}\\def\\@oddhead{{{odd_head}}}\\def\\@evenfoot{{{even_foot}}}\\def\\@oddfoot{{{odd_foot}{mark}}}}}\n\
             \\def\\ps@opening{{\\let\\@evenhead\\@empty\\let\\@oddhead\\@empty\\def\\@evenfoot{{{opening_foot}}}\\def\\@oddfoot{{{opening_foot}}}}}\n"
        )
    }

    fn next_paragraph(&mut self) -> u32 {
        self.paragraph += 1;
        self.paragraph
    }

    /// Text of a kind, in a paragraph of its own; `before` is TeX that sets it.
    fn line(&mut self, kind: &str, before: &str, text: &str) {
        let paragraph = self.next_paragraph();
        let _ = writeln!(self.tex, "{{{before}\\is{{{kind}}}{{{paragraph}}}{{{text}\\par}}}}");
    }

    fn space(&mut self, lines: f32) {
        let _ = writeln!(self.tex, "\\par\\addvspace{{{lines}\\baselineskip}}");
    }

    /// Words with capitals, as in a title.
    fn title(&mut self, words: usize) -> String {
        let mut text = String::new();
        while text.split_whitespace().count() < words {
            text.push_str(&self.excerpts.words(self.random, words * 2));
            text.push(' ');
        }
        let capital = |(at, word): (usize, &str)| {
            let is_small = at > 0 && word.len() <= 3;
            let mut letters = word.to_lowercase().chars().collect::<Vec<_>>();
            if let Some(first) = letters.first_mut().filter(|_| !is_small) {
                *first = first.to_uppercase().next().unwrap_or(*first);
            }
            letters.into_iter().collect::<String>()
        };
        text.split_whitespace().take(words).enumerate().map(capital).collect::<Vec<_>>().join(" ")
    }

    fn title_page(&mut self, title: &str) {
        let surname = self.one_of(&SURNAMES);
        let (town, year) = (self.one_of(&TOWNS), self.random.between(1800, 1910));
        self.tex.push_str("\\thispagestyle{empty}\\begingroup\\centering\\null\\vskip 1in\n");
        let set = format!("\\LARGE {}", Letters::Capitals.set(title));
        self.line("title_page", "", &set);
        self.tex.push_str("\\vskip .8in\n");
        self.line("title_page", "\\small ", "BY");
        self.line("title_page", "\\large ", &format!("\\MakeUppercase{{John {surname}}}"));
        self.tex.push_str("\\vfill\n");
        self.line("title_page", "", &format!("\\MakeUppercase{{{town}}}"));
        self.line("title_page", "", &format!("{surname} and Company"));
        self.line("title_page", "", &format!("{year}"));
        self.tex.push_str("\\endgroup\\clearpage\n");
    }

    fn preface(&mut self) {
        self.tex.push_str("\\markright{Preface}\\thispagestyle{opening}\\vspace*{3\\baselineskip}\n");
        let heading = self.style.title.set("Preface");
        self.line("heading", "\\centering\\large ", &heading);
        self.space(1.0);
        for text in self.excerpts.paragraphs(self.random, 3) {
            self.line("body", "", &text);
        }
        let place = self.place_and_date();
        self.space(0.5);
        self.signature();
        self.line("date", "\\noindent ", &place);
        self.tex.push_str("\\clearpage\n");
    }

    fn place_and_date(&mut self) -> String {
        let (town, month) = (self.one_of(&TOWNS), self.one_of(&MONTHS));
        format!("{town}, {month} {}, {}.", self.random.between(1, 28), self.random.between(1780, 1905))
    }

    fn signature(&mut self) {
        let surname = self.one_of(&SURNAMES);
        self.line("signature", "\\raggedleft ", &format!("\\smallcaps{{J. {surname}}}.\\hskip 1em\\null"));
    }

    fn contents(&mut self, chapters: &[String]) {
        self.tex.push_str("\\markright{Contents}\\thispagestyle{opening}\\vspace*{3\\baselineskip}\n");
        let heading = self.style.title.set("Contents");
        self.line("heading", "\\centering\\large ", &heading);
        self.space(1.0);
        for (number, title) in (1..).zip(chapters) {
            let number_text = match self.style.chapter_number {
                ChapterNumber::None => String::new(),
                ChapterNumber::WordAndArabic => format!("{number}. "),
                _ => format!("{}. ", roman(number)),
            };
            let entry =
                format!("\\noindent\\hbox to\\hsize{{{number_text}{title}\\dotfill\\pageref{{chapter{number}}}}}");
            self.line("contents", "", &entry);
        }
    }

    fn chapter(&mut self, number: u32, title: &str) {
        if number == 1 || self.style.chapters_open_pages {
            // Most printers begin a chapter lower than other pages.
            let sink = if self.random.below(4) == 0 { 0 } else { 4 };
            let _ = writeln!(self.tex, "\\clearpage\\thispagestyle{{opening}}\\vspace*{{{sink}\\baselineskip}}");
        } else {
            self.space(3.0);
        }
        let _ = writeln!(self.tex, "\\markright{{{title}}}\\phantomsection\\label{{chapter{number}}}");
        let set_title = self.style.title.set(title);
        let number_line = match self.style.chapter_number {
            ChapterNumber::WordAndRoman => Some(format!("CHAPTER {}.", roman(number))),
            ChapterNumber::Roman => Some(format!("{}.", roman(number))),
            ChapterNumber::WordAndArabic => Some(format!("Chapter {number}")),
            ChapterNumber::RomanBeforeTitle | ChapterNumber::None => None,
        };
        if let Some(line) = number_line {
            self.line("heading", "\\centering ", &line);
            self.tex.push_str("\\nobreak\\vskip .4\\baselineskip\n");
        }
        let is_before = self.style.chapter_number == ChapterNumber::RomanBeforeTitle;
        let before = if is_before { format!("{}. ", roman(number)) } else { String::new() };
        self.line("heading", "\\centering\\large ", &format!("{before}{set_title}"));
        self.tex.push_str("\\nobreak\\vskip 1\\baselineskip\\nobreak\n");
        let count = self.random.between(9, 13) as usize;
        let paragraphs = self.excerpts.paragraphs(self.random, count);
        let first_insertion = self.random.below(INSERTIONS.len() as u32) as usize;
        for (at, text) in paragraphs.iter().enumerate() {
            if self.style.has_sections && at % 5 == 4 {
                self.section();
            }
            if at == 0 {
                self.opening_paragraph(text);
            } else {
                let text = if self.random.below(4) == 0 { self.with_note(text) } else { text.clone() };
                self.line("body", "", &text);
            }
            if at % 3 == 2 {
                self.insertion(INSERTIONS[(first_insertion + at / 3) % INSERTIONS.len()]);
            }
        }
    }

    fn section(&mut self) {
        let title = self.title(3);
        self.space(1.0);
        self.line("heading", "\\centering ", &format!("\\textit{{{title}}}"));
        self.tex.push_str("\\nobreak\\vskip .5\\baselineskip\\nobreak\n");
    }

    fn opening_paragraph(&mut self, text: &str) {
        let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut letters = first.chars();
        let has_cap = letters.next().is_some_and(char::is_alphabetic);
        let (cap, others): (String, String) = (first.chars().take(1).collect(), letters.collect());
        let text = match self.style.opening {
            Opening::DropCap if has_cap => format!("\\dropcap{{{cap}}}{{{others}}} {rest}"),
            Opening::DropCapAndCapitals if has_cap => {
                format!("\\dropcap{{{cap}}}{{\\MakeUppercase{{{others}}}}} {rest}")
            }
            Opening::SmallCapitals => format!("\\noindent\\smallcaps{{{first}}} {rest}"),
            _ => format!("\\noindent {text}"),
        };
        self.line("body", "", &text);
    }

    /// The text with a note after one of its words.
    fn with_note(&mut self, text: &str) -> String {
        let words: Vec<&str> = text.split(' ').collect();
        let at = 3 + self.random.below(words.len().saturating_sub(6).max(1) as u32) as usize;
        let at = (at..words.len()).find(|at| words[*at].ends_with([',', '.', ';'])).unwrap_or(at.min(words.len() - 1));
        let note = self.sentences(160);
        let paragraph = self.next_paragraph();
        let call = format!(
            "{}\\global\\def\\noteparagraph{{{paragraph}}}\\footnote{{\\is{{note}}{{{paragraph}}}{{{note}}}}}",
            words[at]
        );
        let words: Vec<&str> =
            words[..at].iter().copied().chain([call.as_str()]).chain(words[at + 1..].iter().copied()).collect();
        words.join(" ")
    }

    /// Whole sentences, at least `chars` long if a paragraph has as many.
    fn sentences(&mut self, chars: usize) -> String {
        let paragraph = self.excerpts.paragraphs(self.random, 1).swap_remove(0);
        let paragraph: String = paragraph.chars().filter(|c| !matches!(c, '“' | '”')).collect();
        let end = paragraph.match_indices(". ").map(|(at, _)| at + 1).find(|at| *at >= chars);
        paragraph[..end.unwrap_or(paragraph.len())].to_owned()
    }

    fn insertion(&mut self, insertion: Insertion) {
        match insertion {
            Insertion::Quotation => {
                self.space(0.6);
                let text = self.sentences(200);
                self.line("quotation", "\\leftskip 1.6em\\rightskip 1.6em\\small\\noindent ", &text);
                self.space(0.6);
            }
            Insertion::Verse => self.verse(),
            Insertion::Letter => self.letter(),
            Insertion::List => {
                for number in 1..=4 {
                    let text = self.sentences(60);
                    self.line("list", "", &format!("{number}. {text}"));
                }
            }
            // It does not fit into a column.
            Insertion::Table if self.style.is_in_two_columns => {}
            Insertion::Table => self.table(),
            Insertion::Figure => {
                let text = self.sentences(30);
                let short: String = text.split_whitespace().take(9).collect::<Vec<_>>().join(" ");
                self.space(1.0);
                let wide = if self.style.is_in_two_columns { ".8" } else { ".55" };
                let _ = writeln!(
                    self.tex,
                    "{{\\centering\\includegraphics[width={wide}\\hsize]{{figure.png}}\\par}}\\nobreak"
                );
                self.line("caption", "\\centering\\small ", &format!("{}.", short.trim_end_matches(['.', ',', ';'])));
                self.space(1.0);
            }
            Insertion::Foreign => {
                let text = self.one_of(&FOREIGN);
                self.line("body", "", text);
            }
            Insertion::Dialogue => {
                for _ in 0..4 {
                    let text = self.excerpts.words(self.random, 9).to_lowercase();
                    let mut letters = text.chars();
                    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
                    let end = self.one_of(&["!”", "?” said he.", ".”", ",” I answered."]);
                    self.line("body", "", &format!("“{first}{}{end}", letters.as_str()));
                }
            }
        }
    }

    fn verse(&mut self) {
        self.space(0.8);
        let lines = 4 * self.random.between(1, 2);
        for at in 0..lines {
            let text = self.excerpts.words(self.random, 7).to_lowercase();
            let mut letters = text.chars();
            let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
            let indent = if at % 2 == 0 { "2em" } else { "3em" };
            let end = self.one_of(&[",", ";", ".", ""]);
            self.line(
                "verse",
                &format!("\\parskip 0pt\\leftskip {indent}\\hangindent 2em\\small\\noindent "),
                &format!("{first}{}{end}", letters.as_str()),
            );
        }
        self.space(0.8);
    }

    fn letter(&mut self) {
        self.space(0.8);
        let (place, surname) = (self.place_and_date(), self.one_of(&SURNAMES));
        self.line("date", "\\raggedleft ", &place);
        self.line("body", "\\noindent ", &format!("\\smallcaps{{Dear Mr. {surname}}},—"));
        for text in self.excerpts.paragraphs(self.random, 1) {
            self.line("body", "", &text);
        }
        self.line("signature", "\\raggedleft ", "Your obedient servant,\\hskip 3em\\null");
        self.signature();
        self.space(0.8);
    }

    fn table(&mut self) {
        self.space(0.8);
        let paragraph = self.next_paragraph();
        let mut rows = String::new();
        for _ in 0..5 {
            let town = self.one_of(&TOWNS);
            let numbers: Vec<String> = (0..3).map(|_| self.random.between(10, 9_999).to_string()).collect();
            let cell = |text: &str| format!("\\is{{table}}{{{paragraph}}}{{{text}}}");
            let cells: Vec<String> =
                std::iter::once(town).chain(numbers.iter().map(String::as_str)).map(cell).collect();
            let _ = writeln!(rows, "{}\\\\", cells.join("&"));
        }
        let _ = writeln!(self.tex, "{{\\centering\\small\\begin{{tabular}}{{lrrr}}\n{rows}\\end{{tabular}}\\par}}");
        self.space(0.8);
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.random.below(of.len() as u32) as usize]
    }
}

fn roman(number: u32) -> String {
    let mut rest = number;
    let mut numeral = String::new();
    for (value, letters) in [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")] {
        while rest >= value {
            numeral.push_str(letters);
            rest -= value;
        }
    }
    numeral
}
