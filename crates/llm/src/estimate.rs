use std::collections::BTreeMap;
use std::ops::{Add, AddAssign, Mul};

use serde::Serialize;

use super::{Excerpt, LlmSettings, Price, Question, Usd};
use shelf_runtime::inspect::BookState;
use shelf_runtime::plan::{Job, Plan, PlannedStage};
use shelf_runtime::stage::ExternalInput;

/// What a stage of a plan will ask, and what that may cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The stage.
    pub stage: &'static str,
    /// Whether it runs once a book.
    pub of_books: bool,
    /// The model that it asks first.
    pub model: String,
    /// Pages to make that were looked into.
    pub looked_into: usize,
    /// Those of them that ask.
    pub asking: usize,
    /// What the questions are about: `paragraph`, 31.
    pub about: BTreeMap<&'static str, usize>,
    /// Pages to make that cannot be looked into, since what they are made from is not there yet: each may ask.
    pub guessed: usize,
    /// Tokens of the questions.
    pub tokens_in: Range,
    /// Tokens of the replies.
    pub tokens_out: Range,
    /// What that costs, USD; `None` where the model's price is not known.
    pub cost: Option<Range>,
}

/// From the least to the most: where every reply is short, and where each is as long as it may be. More it is only where replies have
/// to be mended, or other models asked.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Range {
    /// The least.
    pub low: f64,
    /// The most.
    pub high: f64,
}

/// What a stage would ask: see [`rehearse`](shelf_runtime::run::rehearse).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rehearsed {
    /// Pages to make.
    pub jobs: usize,
    /// Those of them that stand for all.
    pub tried: usize,
    /// The questions of each of these that could be looked into.
    pub pages: Vec<Vec<Question>>,
}

/// Characters of a token: of plain English, and of what was read badly.
const CHARS_A_TOKEN: Range = Range { low: 5.0, high: 3.0 };
/// Tokens of a question that cannot be looked into: short, and a page of small print with its prompt.
const QUESTION_TOKENS: Range = Range { low: 500.0, high: 5_000.0 };
/// Tokens of a short reply.
const SHORT_REPLY_TOKENS: f64 = 20.0;
/// Pixels of a picture that are a token: where little is counted, and where much is.
const PIXELS_A_TOKEN: Range = Range { low: 3_000.0, high: 500.0 };

/// What the stages of a plan that ask models will send, and what it may cost.
#[must_use]
pub fn estimate(
    plan: &Plan,
    book: &BookState,
    settings: &LlmSettings,
    price: &dyn Fn(&str) -> Option<Price>,
    rehearsed: &BTreeMap<&'static str, Rehearsed>,
) -> Vec<Estimate> {
    let asking = plan.stages.iter().filter_map(|stage| Some((stage, stage.model.clone()?)));
    let estimates = asking.map(|(stage, model)| {
        let name = stage.entry.row.name;
        let jobs: Vec<&Job> = plan.jobs.iter().filter(|job| job.page.stage == name).collect();
        let unseen = mean_unseen(stage, book, &jobs, settings);
        let price = price(&model);
        let none = Rehearsed { jobs: jobs.len(), ..Rehearsed::default() };
        let of_books = stage.entry.row.book;
        Estimate { of_books, ..sum(name, model, rehearsed.get(name).unwrap_or(&none), &unseen, price) }
    });
    estimates.filter(|estimate| estimate.asking + estimate.guessed > 0).collect()
}

/// Adds up the questions of the pages that were looked into, each of which stands for as many as were not, and guesses the others.
fn sum(stage: &'static str, model: String, rehearsed: &Rehearsed, unseen: &Size, price: Option<Price>) -> Estimate {
    let Rehearsed { jobs, tried, pages } = rehearsed;
    let weight = *jobs as f64 / (*tried).max(1) as f64;
    let all = |count: usize| (count as f64 * weight).round() as usize;
    let looked_into = all(pages.len());
    let guessed = jobs - looked_into.min(*jobs);
    let mut about = BTreeMap::new();
    let mut size = unseen.clone() * guessed as f64;
    for question in pages.iter().flatten() {
        size += Size::of(question) * weight;
        if let Some(of) = question.about {
            *about.entry(of.noun).or_default() += of.count;
        }
    }
    for count in about.values_mut() {
        *count = all(*count);
    }
    let asking = all(pages.iter().filter(|questions| !questions.is_empty()).count());
    let cost = price.map(|price| size.cost(price));
    let (tokens_in, tokens_out) = (size.tokens_in.rounded(), size.tokens_out.rounded());
    Estimate { stage, of_books: false, model, looked_into, asking, about, guessed, tokens_in, tokens_out, cost }
}

/// How much is sent and may come back.
#[derive(Debug, Clone, PartialEq, Default)]
struct Size {
    requests: f64,
    pictures: f64,
    tokens_in: Range,
    tokens_out: Range,
}

impl Size {
    fn of(question: &Question) -> Self {
        let chars = question.text_chars as f64;
        let text = Range {
            low: chars / CHARS_A_TOKEN.low,
            // Not every provider counts the schema.
            high: (chars + question.schema_chars as f64) / CHARS_A_TOKEN.high,
        };
        Self {
            requests: 1.0,
            pictures: question.pictures as f64,
            tokens_in: text + picture_tokens(question.pixels),
            tokens_out: Range { low: SHORT_REPLY_TOKENS, high: f64::from(question.max_tokens) },
        }
    }

    fn cost(&self, price: Price) -> Range {
        let each = self.pictures * price.image + self.requests * price.request;
        let all = |tokens_in: f64, tokens_out: f64| tokens_in * price.prompt + tokens_out * price.completion + each;
        Range {
            low: all(self.tokens_in.low, self.tokens_out.low),
            high: all(self.tokens_in.high, self.tokens_out.high),
        }
    }
}

/// What the question of a page may be that cannot be looked into, by the mean size of the pages' pictures.
fn mean_unseen(stage: &PlannedStage, book: &BookState, jobs: &[&Job], settings: &LlmSettings) -> Size {
    let pixels: f64 =
        jobs.iter().map(|job| job.page.page.map_or(0.0, |page| pixels(stage, book, page, settings))).sum();
    let mean = pixels / jobs.len().max(1) as f64;
    Size {
        requests: 1.0,
        pictures: if mean > 0.0 { 1.0 } else { 0.0 },
        tokens_in: QUESTION_TOKENS + picture_tokens(mean),
        tokens_out: Range { low: SHORT_REPLY_TOKENS, high: f64::from(settings.max_tokens) },
    }
}

/// Pixels of a page's picture as a model gets it; none where the stage does not look at scans.
fn pixels(
    stage: &PlannedStage,
    book: &BookState,
    page: shelf_runtime::book::PageNumber,
    settings: &LlmSettings,
) -> f64 {
    /// A page of A5 at 300 dpi, where nothing is noted of it.
    const USUAL: f64 = 1748.0 * 2480.0;
    if !stage.entry.row.inputs.contains(&ExternalInput::Scan) {
        return 0.0;
    }
    let noted = book.scans.get(&page).and_then(|scan| scan.page.as_ref());
    noted.map_or(USUAL, |noted| settings.pictures.pixels(noted, &Excerpt::Page))
}

fn picture_tokens(pixels: f64) -> Range {
    Range { low: pixels / PIXELS_A_TOKEN.low, high: pixels / PIXELS_A_TOKEN.high }
}

impl Estimate {
    /// Adds what the same stage will ask about another book.
    pub fn add(&mut self, other: Self) {
        self.looked_into += other.looked_into;
        self.asking += other.asking;
        self.guessed += other.guessed;
        for (noun, count) in other.about {
            *self.about.entry(noun).or_default() += count;
        }
        self.tokens_in += other.tokens_in;
        self.tokens_out += other.tokens_out;
        self.cost = self.cost.zip(other.cost).map(|(a, b)| a + b);
    }
}

impl Range {
    fn rounded(self) -> Self {
        Self { low: self.low.round(), high: self.high.round() }
    }

    /// The range in US dollars: `$0.30 to $4.10`.
    #[must_use]
    pub fn usd(&self) -> String {
        format!("{} to {}", Usd(self.low), Usd(self.high))
    }
}

impl Add for Range {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }
    }
}

impl AddAssign for Range {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Mul<f64> for Range {
    type Output = Self;

    fn mul(self, times: f64) -> Self {
        Self { low: self.low * times, high: self.high * times }
    }
}

impl AddAssign for Size {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.pictures += other.pictures;
        self.tokens_in += other.tokens_in;
        self.tokens_out += other.tokens_out;
    }
}

impl Mul<f64> for Size {
    type Output = Self;

    fn mul(self, times: f64) -> Self {
        Self {
            requests: self.requests * times,
            pictures: self.pictures * times,
            tokens_in: self.tokens_in * times,
            tokens_out: self.tokens_out * times,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::About;

    fn question(paragraphs: usize) -> Question {
        Question {
            text_chars: 3_000,
            schema_chars: 600,
            pixels: 30_000.0,
            pictures: 1,
            max_tokens: 1_000,
            about: Some(About { count: paragraphs, noun: "paragraph" }),
        }
    }

    fn estimated(jobs: usize, tried: usize, pages: Vec<Vec<Question>>) -> Estimate {
        let unseen = Size { requests: 1.0, tokens_in: Range { low: 100.0, high: 200.0 }, ..Size::default() };
        let price = Price { prompt: 1e-6, completion: 2e-6, image: 0.001, request: 0.0 };
        sum("corrected", "m".to_owned(), &Rehearsed { jobs, tried, pages }, &unseen, Some(price))
    }

    #[test]
    fn what_is_known_of_a_page_is_added_up() {
        let estimate = estimated(3, 3, vec![vec![question(2)], vec![], vec![question(5)]]);
        assert_eq!((estimate.looked_into, estimate.asking, estimate.guessed), (3, 2, 0));
        assert_eq!(estimate.about, BTreeMap::from([("paragraph", 7)]));
        // 3,000 characters are 600 to 1,000 tokens, the schema 0 to 200, the picture 10 to 60.
        assert_eq!(estimate.tokens_in, Range { low: 1_220.0, high: 2_520.0 });
        assert_eq!(estimate.tokens_out, Range { low: 40.0, high: 2_000.0 });
        assert_eq!(estimate.cost.unwrap().usd(), "$0.0033 to $0.0085");
    }

    #[test]
    fn a_sample_stands_for_the_book_and_what_cannot_be_seen_is_guessed() {
        let half_seen = estimated(300, 100, vec![vec![question(1)]; 50]);
        assert_eq!((half_seen.looked_into, half_seen.asking, half_seen.guessed), (150, 150, 150));
        assert_eq!(half_seen.about["paragraph"], 150);
        let unseen = estimated(4, 4, vec![]);
        assert_eq!((unseen.asking, unseen.guessed, unseen.tokens_in), (0, 4, Range { low: 400.0, high: 800.0 }));
        let mut both = half_seen.clone();
        both.add(unseen);
        assert_eq!((both.guessed, both.tokens_in.low), (154, half_seen.tokens_in.low + 400.0));
    }
}
