use std::collections::BTreeMap;
use std::ops::{AddAssign, Mul};

use super::{Range, StageRequests};
use crate::cost::Price;
use crate::dispatch::RequestSize;
use crate::pictures::Excerpt;
use crate::settings::LlmSettings;
use shelf_runtime::book::PageNumber;
use shelf_runtime::inspect::BookState;
use shelf_runtime::plan::{Job, Plan, PlannedStage};
use shelf_runtime::stage::ExternalInput;

/// What a stage of a plan will ask, and what it may cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The stage.
    pub stage: &'static str,
    /// Whether it runs once per book instead of once per page.
    pub per_book: bool,
    /// The model that is asked first.
    pub model: String,
    /// Pages to make whose requests are known.
    pub known_pages: usize,
    /// Those of them that have requests.
    pub asking_pages: usize,
    /// What the requests are about: `paragraph`, 31.
    pub about: BTreeMap<&'static str, usize>,
    /// Pages to make whose requests are not known, because their inputs do not exist yet: one request is assumed for each.
    pub guessed_pages: usize,
    /// Tokens of the requests.
    pub tokens_in: Range,
    /// Tokens of the replies.
    pub tokens_out: Range,
    /// The cost, USD; `None` if the model's price is not known.
    pub cost: Option<Range>,
}

/// Characters per token: in plain English, and in badly read text.
const CHARS_PER_TOKEN: Range = Range { low: 5.0, high: 3.0 };
/// Tokens of an unknown request: a short one, and a page of small print with its prompt.
const UNKNOWN_REQUEST_TOKENS: Range = Range { low: 500.0, high: 5_000.0 };
/// Tokens of a short reply.
const SHORT_REPLY_TOKENS: f64 = 20.0;
/// Pixels of a picture per token, with the cheapest and the most expensive provider.
const PIXELS_PER_TOKEN: Range = Range { low: 3_000.0, high: 500.0 };

/// Estimates what the stages of a plan will ask models, and what it may cost.
#[must_use]
pub fn estimate(
    plan: &Plan,
    book: &BookState,
    settings: &LlmSettings,
    price: &dyn Fn(&str) -> Option<Price>,
    requests: &BTreeMap<&'static str, StageRequests>,
) -> Vec<Estimate> {
    let asking = plan.stages.iter().filter_map(|stage| Some((stage, stage.model.as_ref()?.name.clone())));
    let estimates = asking.map(|(stage, model)| {
        let name = stage.entry.row.name;
        let jobs: Vec<&Job> = plan.jobs.iter().filter(|job| job.page.stage == name).collect();
        let unknown = mean_unknown(stage, book, &jobs, settings);
        let none = StageRequests { jobs: jobs.len(), ..StageRequests::default() };
        let per_book = stage.entry.row.book;
        Estimate { per_book, ..sum(name, model, requests.get(name).unwrap_or(&none), &unknown, price) }
    });
    estimates.filter(|estimate| estimate.asking_pages + estimate.guessed_pages > 0).collect()
}

/// Extrapolates the requests of the sampled pages to all pages, and assumes `unknown` for each page whose requests are not known.
fn sum(
    stage: &'static str,
    model: String,
    requests: &StageRequests,
    unknown: &Size,
    price: &dyn Fn(&str) -> Option<Price>,
) -> Estimate {
    let StageRequests { jobs, sampled, pages } = requests;
    let weight = *jobs as f64 / (*sampled).max(1) as f64;
    let scaled = |count: usize| (count as f64 * weight).round() as usize;
    let known_pages = scaled(pages.len());
    let guessed_pages = jobs - known_pages.min(*jobs);
    let mut about = BTreeMap::new();
    let mut size = Size::default();
    let mut cost = Some(Range::default());
    let mut add = |more: Size, model: &str| {
        cost = cost.zip(price(model)).map(|(cost, price)| cost + more.cost(price));
        size += more;
    };
    if guessed_pages > 0 {
        add(unknown.clone() * guessed_pages as f64, &model);
    }
    for request in pages.iter().flatten() {
        add(Size::of(request) * weight, if request.model.is_empty() { &model } else { &request.model });
        if let Some(subject) = request.about {
            *about.entry(subject.noun).or_default() += subject.count;
        }
    }
    for count in about.values_mut() {
        *count = scaled(*count);
    }
    let asking_pages = scaled(pages.iter().filter(|requests| !requests.is_empty()).count());
    let (tokens_in, tokens_out) = (size.tokens_in.rounded(), size.tokens_out.rounded());
    Estimate {
        stage,
        per_book: false,
        model,
        known_pages,
        asking_pages,
        about,
        guessed_pages,
        tokens_in,
        tokens_out,
        cost,
    }
}

/// The size of requests and their replies.
#[derive(Debug, Clone, PartialEq, Default)]
struct Size {
    requests: f64,
    pictures: f64,
    tokens_in: Range,
    tokens_out: Range,
}

impl Size {
    fn of(request: &RequestSize) -> Self {
        let chars = request.text_chars as f64;
        let text = Range {
            low: chars / CHARS_PER_TOKEN.low,
            // Not every provider counts the schema.
            high: (chars + request.schema_chars as f64) / CHARS_PER_TOKEN.high,
        };
        Self {
            requests: 1.0,
            pictures: request.pictures as f64,
            tokens_in: text + picture_tokens(request.pixels),
            tokens_out: Range { low: SHORT_REPLY_TOKENS, high: f64::from(request.max_tokens) },
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

/// The assumed size of a page's unknown request, with a picture of the pages' mean size.
fn mean_unknown(stage: &PlannedStage, book: &BookState, jobs: &[&Job], settings: &LlmSettings) -> Size {
    let pixels: f64 =
        jobs.iter().map(|job| job.page.unit.page().map_or(0.0, |page| pixels(stage, book, page, settings))).sum();
    let mean = pixels / jobs.len().max(1) as f64;
    Size {
        requests: 1.0,
        pictures: if mean > 0.0 { 1.0 } else { 0.0 },
        tokens_in: UNKNOWN_REQUEST_TOKENS + picture_tokens(mean),
        tokens_out: Range { low: SHORT_REPLY_TOKENS, high: f64::from(settings.max_tokens) },
    }
}

/// Pixels of a page's picture as it is sent; 0 if the stage does not read scans.
fn pixels(stage: &PlannedStage, book: &BookState, page: PageNumber, settings: &LlmSettings) -> f64 {
    /// A page of A5 at 300 dpi, for pages of unknown size.
    const DEFAULT_PIXELS: f64 = 1748.0 * 2480.0;
    if !stage.entry.row.inputs.contains(&ExternalInput::Scan) {
        return 0.0;
    }
    let source = book.scans.get(&page).and_then(|scan| scan.page.as_ref());
    source.map_or(DEFAULT_PIXELS, |source| settings.pictures.pixels(source, &Excerpt::Page))
}

fn picture_tokens(pixels: f64) -> Range {
    Range { low: pixels / PIXELS_PER_TOKEN.low, high: pixels / PIXELS_PER_TOKEN.high }
}

impl Estimate {
    /// Adds the same stage's estimate for another book.
    pub fn add(&mut self, other: Self) {
        self.known_pages += other.known_pages;
        self.asking_pages += other.asking_pages;
        self.guessed_pages += other.guessed_pages;
        for (noun, count) in other.about {
            *self.about.entry(noun).or_default() += count;
        }
        self.tokens_in += other.tokens_in;
        self.tokens_out += other.tokens_out;
        self.cost = self.cost.zip(other.cost).map(|(a, b)| a + b);
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

    fn mul(self, factor: f64) -> Self {
        Self {
            requests: self.requests * factor,
            pictures: self.pictures * factor,
            tokens_in: self.tokens_in * factor,
            tokens_out: self.tokens_out * factor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::Subject;

    fn request(paragraphs: usize) -> RequestSize {
        RequestSize {
            text_chars: 3_000,
            schema_chars: 600,
            pixels: 30_000.0,
            pictures: 1,
            max_tokens: 1_000,
            model: String::new(),
            about: Some(Subject { count: paragraphs, noun: "paragraph" }),
        }
    }

    fn estimated(jobs: usize, sampled: usize, pages: Vec<Vec<RequestSize>>) -> Estimate {
        let unknown = Size { requests: 1.0, tokens_in: Range { low: 100.0, high: 200.0 }, ..Size::default() };
        let price = Price { prompt: 1e-6, completion: 2e-6, image: 0.001, request: 0.0 };
        let price = |model: &str| (model == "m").then_some(price);
        sum("corrected", "m".to_owned(), &StageRequests { jobs, sampled, pages }, &unknown, &price)
    }

    #[test]
    fn sums_known_requests() {
        let estimate = estimated(3, 3, vec![vec![request(2)], vec![], vec![request(5)]]);
        assert_eq!((estimate.known_pages, estimate.asking_pages, estimate.guessed_pages), (3, 2, 0));
        assert_eq!(estimate.about, BTreeMap::from([("paragraph", 7)]));
        // 3,000 characters are 600 to 1,000 tokens, the schema 0 to 200, the picture 10 to 60.
        assert_eq!(estimate.tokens_in, Range { low: 1_220.0, high: 2_520.0 });
        assert_eq!(estimate.tokens_out, Range { low: 40.0, high: 2_000.0 });
        assert_eq!(estimate.cost.unwrap().usd(), "$0.0033 to $0.0085");
    }

    #[test]
    fn question_to_another_model_has_its_price() {
        let other = RequestSize { model: "n".to_owned(), ..request(1) };
        assert_eq!(estimated(1, 1, vec![vec![other]]).cost, None);
        let named = RequestSize { model: "m".to_owned(), ..request(1) };
        assert_eq!(estimated(1, 1, vec![vec![named]]).cost, estimated(1, 1, vec![vec![request(1)]]).cost);
    }

    #[test]
    fn extrapolates_sample_and_guesses_unknown_requests() {
        let half_known = estimated(300, 100, vec![vec![request(1)]; 50]);
        assert_eq!((half_known.known_pages, half_known.asking_pages, half_known.guessed_pages), (150, 150, 150));
        assert_eq!(half_known.about["paragraph"], 150);
        let unknown = estimated(4, 4, vec![]);
        assert_eq!(
            (unknown.asking_pages, unknown.guessed_pages, unknown.tokens_in),
            (0, 4, Range { low: 400.0, high: 800.0 })
        );
        let mut both = half_known.clone();
        both.add(unknown);
        assert_eq!((both.guessed_pages, both.tokens_in.low), (154, half_known.tokens_in.low + 400.0));
    }
}
