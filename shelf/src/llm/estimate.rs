use super::{LlmSettings, Price, Usd};
use crate::plan::{BookState, Plan, PlannedStage};
use crate::stage::Reads;

/// What a stage of a plan may cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The stage.
    pub stage: &'static str,
    /// The model that it asks first.
    pub model: String,
    /// Pages that may be asked about.
    pub pages: usize,
    /// What that costs; `None` where the model's price is not known.
    pub cost: Option<CostRange>,
}

/// From where every question and every reply is short to where each is as long as it may be.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
pub struct CostRange {
    /// The least, USD.
    pub low: Usd,
    /// The most, unless replies have to be mended or other models asked, USD.
    pub high: Usd,
}

/// Tokens of a short question, and of a long one: a page of small print with its prompt.
const QUESTION_TOKENS: (f64, f64) = (500.0, 5_000.0);
/// Tokens of a short reply.
const SHORT_REPLY_TOKENS: f64 = 50.0;
/// Pixels of a picture that are a token: where little is counted, and where much is.
const PIXELS_A_TOKEN: (f64, f64) = (3_000.0, 500.0);

/// What the stages of a plan that ask models may cost.
pub fn estimate(
    plan: &Plan,
    book: &BookState,
    settings: &LlmSettings,
    price: &dyn Fn(&str) -> Option<Price>,
) -> Vec<Estimate> {
    let asking = plan.stages.iter().filter_map(|stage| Some((stage, stage.model.clone()?)));
    asking
        .map(|(stage, model)| {
            let name = stage.entry.row.name;
            let jobs = || plan.jobs.iter().filter(|job| job.page.stage == name);
            let cost = price(&model).map(|price| {
                let pixels = jobs().map(|job| job.page.page.map_or(0.0, |page| pixels(stage, book, page, settings)));
                pixels.map(|pixels| of_page(price, pixels, settings)).fold(CostRange::default(), CostRange::and)
            });
            Estimate { stage: name, model, pages: jobs().count(), cost }
        })
        .filter(|estimate| estimate.pages > 0)
        .collect()
}

fn of_page(price: Price, pixels: f64, settings: &LlmSettings) -> CostRange {
    let picture = if pixels > 0.0 { price.image } else { 0.0 };
    let question =
        |tokens: f64, pixels_a_token: f64| (tokens + pixels / pixels_a_token) * price.prompt + picture + price.request;
    CostRange {
        low: Usd(question(QUESTION_TOKENS.0, PIXELS_A_TOKEN.0) + SHORT_REPLY_TOKENS * price.completion),
        high: Usd(question(QUESTION_TOKENS.1, PIXELS_A_TOKEN.1) + f64::from(settings.max_tokens) * price.completion),
    }
}

/// Pixels of a page's picture as a model gets it; none where the stage does not look at scans.
fn pixels(stage: &PlannedStage, book: &BookState, page: crate::book::PageNumber, settings: &LlmSettings) -> f64 {
    /// A page of A5 at 300 dpi, where nothing is noted of it.
    const USUAL: f64 = 1748.0 * 2480.0;
    if !stage.entry.row.reads.contains(&Reads::Scan) {
        return 0.0;
    }
    let noted = book.scans.get(&page).and_then(|scan| scan.page.as_ref());
    noted.map_or(USUAL, |noted| {
        let factor = (settings.pictures.dpi / noted.resolution.dpi).min(1.0);
        f64::from(noted.width) * f64::from(noted.height) * factor * factor
    })
}

impl CostRange {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }
    }
}

/// `$0.30 to $4.10`.
impl std::fmt::Display for CostRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", self.low, self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_and_a_long_reply_cost_more() {
        let settings = LlmSettings::new("http://127.0.0.1/v1");
        let price = Price { prompt: 1e-6, completion: 2e-6, ..Price::default() };
        let text = of_page(price, 0.0, &settings);
        assert_eq!(text.to_string(), "$0.0006 to $0.0132");
        let seen = of_page(price, 3_000_000.0, &settings);
        assert!(seen.low > text.low && seen.high > text.high && seen.high > seen.low);
        assert_eq!(of_page(Price::default(), 3_000_000.0, &settings), CostRange::default());
    }
}
