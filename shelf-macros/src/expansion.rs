//! What the macros write, formatted, and how much of it: other macros are left unexpanded. The README shows `ocr`.

use proc_macro2::TokenStream;
use quote::quote;

use crate::metrics::{derive_metric, derive_page_metrics, derive_report};
use crate::page::expand_beside as expand_page_beside;
use crate::stage::expand_beside;

fn formatted(tokens: TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(tokens).expect("the expansion is a file of items"))
}

#[test]
fn minimal() {
    let beside = formatted(expand_beside(
        quote!(name = "doubled"),
        &quote! {
            fn doubled(page: PageNumber) -> Result<Doubled> {
                Ok(Doubled { twice: page.get() * 2 })
            }
        },
    ));
    insta::assert_snapshot!(beside);
}

#[test]
fn ocr() {
    let beside = formatted(expand_beside(
        quote!(name = "ocr", parallelism = cpu, options = OcrOptions),
        &quote! {
            /// Reads the words of every page, with their boxes and confidence.
            pub fn ocr(
                page: PageNumber,
                image: PageImage,
                languages: Languages,
                files: PageFiles,
                options: &OcrOptions,
            ) -> Result<(OcrPage, OcrMetrics)> {
                recognise(page, image, languages, files, options)
            }
        },
    ));
    insta::assert_snapshot!(beside);
    let lines = beside.lines().count();
    assert!(lines <= 30, "{lines} lines beside `ocr`");
}

#[test]
fn every_option() {
    let beside = formatted(expand_beside(
        quote! {
            name = "corrected",
            deps = [ocr],
            parallelism = io,
            scope = page,
            version = 2,
            options = CorrectOptions,
            before = hooks::check,
            after = hooks::summary,
            conserves = ocr,
            retries = 2,
            timeout = "120s",
            on_error = copy(ocr),
            max_failed = "2%",
            prompt = PROMPT,
            model = "large",
            crate = shelf
        },
        &quote! {
            /// Mends what was misread.
            ///
            /// Paragraph by paragraph.
            pub(crate) async fn corrected(
                ocr: OcrPage,
                book: BookMetadata,
                options: &CorrectOptions,
            ) -> Result<(CorrectedPage, CorrectMetrics)> {
                correct(ocr, book, options).await
            }
        },
    ));
    insta::assert_snapshot!(beside);
    let lines = beside.lines().filter(|line| !line.starts_with("///")).count();
    assert!(lines <= 45, "{lines} lines with every option, besides the author's documentation");
}

#[test]
fn every_kind_of_parameter() {
    let beside = formatted(expand_beside(
        quote!(
            name = "labels",
            deps = [ocr, words = stages::corrected::corrected],
            parallelism = fixed(8),
            options = LabelOptions
        ),
        &quote! {
            pub(crate) fn labels(
                page: PageNumber,
                ocr: OcrPage,
                words: Window<CorrectedPage, 2>,
                #[cfg(feature = "titles")]
                book: BookMetadata,
                options: &LabelOptions,
            ) -> Result<(Labels, LabelMetrics)> {
                label(page, ocr, words, book, options)
            }
        },
    ));
    insta::assert_snapshot!(beside);
}

#[test]
fn isolated() {
    let beside = formatted(expand_beside(
        quote!(name = "deskewed", deps = [ocr], isolated, timeout = "120s", options = DeskewOptions),
        &quote! {
            fn deskewed(ocr: OcrPage, options: &DeskewOptions) -> Result<Deskewed> {
                deskew(ocr, options)
            }
        },
    ));
    insta::assert_snapshot!(beside);
}

#[test]
fn book_stage() {
    let beside = formatted(expand_beside(
        quote!(name = "toc", deps = [merged], scope = book, parallelism = llm),
        &quote! {
            async fn toc(merged: Pages<Merged>, llm: Llm) -> Result<Toc> {
                find(merged, llm).await
            }
        },
    ));
    insta::assert_snapshot!(beside);
}

#[test]
fn a_mistake_leaves_the_types() {
    let beside = formatted(expand_beside(
        quote!(name = "logs", dep = [ocr]),
        &quote! {
            pub fn log_lines(page: PageNumber) -> Result<Lines> {
                lines(page)
            }
        },
    ));
    insta::assert_snapshot!(beside);
}

#[test]
fn metrics() {
    let input: syn::DeriveInput = syn::parse_quote! {
        #[report(order(confidence, words))]
        struct WordCountMetrics {
            /// Words on the page.
            #[report(title = "Words", flag(below = 20, above = 2_000))]
            words: u32,
            /// How sure the reading is.
            #[metrics(range(0.0..=1.0))]
            #[report(decimals = 3, flag(missing))]
            confidence: Option<f64>,
            #[report(skip)]
            r#type: String,
            #[report(flag(equals = "roman"))]
            numerals: Numerals,
            #[metrics(nested)]
            #[report(title = "Size")]
            size: Option<Size>,
            #[metrics(flatten)]
            lines: Lines,
        }
    };
    let both = [derive_page_metrics(&input), derive_report(&input)];
    insta::assert_snapshot!(formatted(both.into_iter().collect()));
}

#[test]
fn a_plain_metric_is_two_lines_and_its_column_one() {
    let lines = |fields: usize| {
        let fields = (0..fields).map(|field| quote::format_ident!("blocks_detected_{field}"));
        let input = syn::parse_quote!(struct Metrics { #(#[doc = "Blocks."] #fields: Option<u32>),* });
        [derive_page_metrics(&input), derive_report(&input)].map(|derived| formatted(derived).lines().count())
    };
    let (one, ten) = (lines(1), lines(10));
    assert_eq!((ten[0] - one[0], ten[1] - one[1]), (18, 9));
}

#[test]
fn report_of_other_metrics() {
    let input: syn::DeriveInput = syn::parse_quote! {
        #[report(of = WordCountMetrics)]
        struct WordCountReport {
            #[report(flag(missing))]
            confidence: Option<f64>,
            /// From edge to edge.
            #[report(field = size.width)]
            width: u32,
        }
    };
    insta::assert_snapshot!(formatted(derive_report(&input)));
}

#[test]
fn metric() {
    let input: syn::DeriveInput = syn::parse_quote!(
        enum Numerals {
            Roman,
            OldStyle,
        }
    );
    insta::assert_snapshot!(formatted(derive_metric(&input)));
}

#[test]
fn page() {
    let beside = expand_page_beside(quote! {
        pub struct LinesPage<T> {
            #[garde(range(min = 1))]
            page_number: u32,
            #[serde(rename = "type")]
            #[garde(length(chars, max = 9), custom(is_known))]
            kind: String,
            #[garde(inner(length(min = 1)))]
            words: Vec<String>,
            lines: Vec<Line>,
            #[garde(dive)]
            rest: T,
            #[garde(skip)]
            unchecked: Line,
            #[cfg(feature = "notes")]
            #[garde(required)]
            notes: Option<Vec<Option<bool>>>,
            plain: Option<Vec<f64>>,
        }
    });
    insta::assert_snapshot!(formatted(beside));
}

#[test]
fn page_of_an_enum() {
    let beside = expand_page_beside(quote! {
        #[serde(rename_all = "snake_case")]
        enum Mark {
            Rule,
            Line {
                top: u32,
                #[garde(range(min = 0.0, max = 1.0))]
                confidence: f64,
            },
            Blot(#[garde(range(max = 9))] u8),
        }
    });
    insta::assert_snapshot!(formatted(beside));
}

#[test]
fn a_rule_is_one_statement_and_a_field_without_a_rule_none() {
    let checks = |field: TokenStream| {
        let names = (0..9).map(|field| quote::format_ident!("block_{field}"));
        let expanded = formatted(expand_page_beside(quote!(struct Page { #(#field #names: u32),* })));
        let file = syn::parse_file(&expanded).expect("the expansion is a file");
        let [syn::Item::Impl(written)] = &file.items[..] else { panic!("one implementation") };
        let Some(syn::ImplItem::Fn(function)) = written.items.last() else { panic!("a function") };
        function.block.stmts.len()
    };
    assert_eq!(checks(quote!()), 0);
    assert_eq!(checks(quote!(#[garde(range(max = 9))])), 1 + 9);
}
