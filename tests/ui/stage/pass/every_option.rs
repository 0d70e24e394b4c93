//! All options at once, and every kind of parameter.

use shelf::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema, Validate)]
pub struct OcrPage {
    #[garde(skip)]
    pub text: String,
}

#[derive(PageMetrics, Report)]
pub struct OcrMetrics {
    /// How sure it is.
    #[metrics(range(0.0..=1.0))]
    #[report(decimals = 3, flag(below = 0.8), flag(missing))]
    pub confidence_mean: Option<f64>,
    #[report(title = "Words", flag(above = 2000, below = 20))]
    pub words: u32,
    #[report(flag(equals = "none"))]
    pub language: String,
    #[report(skip)]
    pub longest: usize,
}

#[derive(clap::Args, Serialize)]
pub struct OcrOptions {
    #[arg(long, default_value_t = 3)]
    psm: u32,
}

/// Reads a page.
#[stage(name = "ocr", parallelism = cpu, options = OcrOptions)]
pub fn ocr(
    page: PageNumber,
    image: PageImage,
    languages: Languages,
    files: PageFiles,
    options: &OcrOptions,
) -> Result<(OcrPage, OcrMetrics)> {
    todo!()
}

/// x
#[stage(name = "second", deps = [ocr, words = self::ocr], parallelism = fixed(3), version = 2, before = check, after = check)]
fn second(ocr: OcrPage, words: Window<OcrPage, 2>, _: PageNumber) -> Result<OcrPage> {
    todo!()
}

#[stage(name = "third", deps = [ocr], scope = book)]
async fn third(ocr: Pages<OcrPage>) -> Result<OcrPage, std::io::Error> {
    todo!()
}

#[stage(name = "fourth", deps = [third])]
async fn fourth(third: OcrPage) -> Result<OcrPage, std::io::Error> {
    todo!()
}

fn check(run: &StageRun) -> Result<()> {
    Ok(())
}

fn main() {}
