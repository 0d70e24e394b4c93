use super::{Contender, Contest, Goal};

/// The contests of a short run, in the order of the document.
#[must_use]
pub fn contests() -> Vec<Contest> {
    let bilevel = recognition(
        "ocr-bilevel",
        "ocr: 20 pages of a book, 1 bit, 330 dpi",
        "$DATA/book-colonial-florida/*.tiff",
        300,
    );
    let colour = recognition("ocr-colour", "ocr: 12 pages in colour, PNG, 600 dpi", "$PAGES/png/*.png", 600);
    let jpeg = recognition("ocr-jpeg", "ocr: the same as JPEG", "$PAGES/jpeg/*.jpg", 600);
    let colour_goals = || {
        let goal = |of, at_least| Goal { of, at_least };
        vec![goal(POOL_LIMITED, 2.8), goal(CLI_LIMITED, 2.0), goal(FLOOR, 0.85)]
    };
    let mut all = vec![
        bilevel,
        Contest { goals: colour_goals(), ..colour },
        Contest { goals: colour_goals(), ..jpeg },
        searchable_pdf(
            "pdf-bilevel",
            "searchable PDF of the 20 pages",
            "$DATA/book-colonial-florida/colonial-florida-20pp.pdf",
        ),
        searchable_pdf("pdf-colour", "searchable PDF of the 12 pages in colour", "$PAGES/pdf/jpeg.pdf"),
    ];
    all.extend([
        added("add-g4", "add: a scanned PDF of 20 pages, G4", "$DATA/book-colonial-florida/colonial-florida-20pp.pdf"),
        added("add-jpeg", "add: a scanned PDF of 12 pages, JPEG in colour, 600 dpi", "$PAGES/pdf/jpeg.pdf"),
        added("add-flate", "add: the same, Flate", "$PAGES/pdf/flate.pdf"),
        added("add-jpeg2000", "add: the same at 300 dpi, JPEG 2000", "$PAGES/pdf/jpeg2000.pdf"),
    ]);
    all.extend(start());
    all.push(rules("rules", 1000));
    all.push(long_word());
    all.push(many_pages("pages-1000", 1000));
    all
}

/// The contests that take minutes: how costs grow with pages and books.
#[must_use]
pub fn long_contests() -> Vec<Contest> {
    let pages = [10, 100, 10_000, 100_000];
    let names = ["pages-10", "pages-100", "pages-10000", "pages-100000"];
    let mut all: Vec<Contest> = names.into_iter().zip(pages).map(|(name, pages)| many_pages(name, pages)).collect();
    all.extend([("rules-10", 10), ("rules-100", 100), ("rules-10000", 10_000)].map(|(name, pages)| rules(name, pages)));
    all
}

const CLI: &str = "tesseract under xargs -P";
const CLI_LIMITED: &str = "tesseract under xargs -P, OMP_THREAD_LIMIT=1";
const POOL: &str = "pytesseract in a process pool";
const POOL_LIMITED: &str = "pytesseract in a process pool, OMP_THREAD_LIMIT=1";
const FLOOR: &str = "floor: Tesseract alone, pixels in memory";

fn recognition(name: &'static str, title: &str, scans: &str, dpi: u32) -> Contest {
    let cli = format!(
        "ls {scans} | xargs -P $JOBS -I{{}} sh -c 'tesseract {{}} $OUT/$(basename {{}}) -l eng tsv 2>/dev/null'"
    );
    let pool = format!("$PYTHON tests/src/bench/pytesseract_pool.py $JOBS $OUT {scans}");
    let shelf = Contender::new("shelf", "$SHELF process book --stage ocr --quiet");
    let contenders = vec![
        shelf.after(format!("$SHELF add --quiet --id book --language en {scans}")),
        Contender::new(CLI, cli.clone()),
        Contender::new(CLI_LIMITED, format!("export OMP_THREAD_LIMIT=1; {cli}")),
        Contender::new(POOL, pool.clone()),
        Contender::new(POOL_LIMITED, format!("export OMP_THREAD_LIMIT=1; {pool}")),
        Contender::new(FLOOR, format!("OMP_THREAD_LIMIT=1 $BENCH floor {dpi} $JOBS {scans}")).printing_its_time(),
    ];
    Contest { name, title: title.to_owned(), times: 1, contenders, goals: Vec::new() }
}

fn searchable_pdf(name: &'static str, title: &str, pdf: &str) -> Contest {
    let shelf = format!(
        "$SHELF add --quiet --id book --language en {pdf}; $SHELF process book --stage ocr --quiet; \
         $SHELF export book --quiet --format pdf -o $OUT/book.pdf"
    );
    let contenders = vec![
        Contender::new("shelf", shelf),
        Contender::new(OCRMYPDF, format!("ocrmypdf --quiet --jobs $JOBS {pdf} $OUT/book.pdf")),
        Contender::new(
            "ocrmypdf, PDF instead of PDF/A, OMP_THREAD_LIMIT=1",
            format!(
                "OMP_THREAD_LIMIT=1 ocrmypdf --quiet --jobs $JOBS --output-type pdf --optimize 0 {pdf} $OUT/book.pdf"
            ),
        ),
    ];
    Contest { name, title: title.to_owned(), times: 1, contenders, goals: vec![Goal { of: OCRMYPDF, at_least: 4.0 }] }
}

const OCRMYPDF: &str = "ocrmypdf";

fn added(name: &'static str, title: &str, pdf: &str) -> Contest {
    let contenders = vec![
        Contender::new("shelf", format!("$SHELF add --quiet --id book {pdf}")),
        Contender::new(PDFTOPPM, format!("pdftoppm -r 300 -png {pdf} $OUT/page")),
        Contender::new("pdfimages -all", format!("pdfimages -all {pdf} $OUT/page")),
    ];
    Contest { name, title: title.to_owned(), times: 1, contenders, goals: vec![Goal { of: PDFTOPPM, at_least: 5.0 }] }
}

const PDFTOPPM: &str = "pdftoppm -r 300 -png";

fn start() -> [Contest; 2] {
    let others = || {
        [
            Contender::new("tesseract --version", "tesseract --version"),
            Contender::new("python3 -c pass", "python3 -c pass"),
        ]
    };
    let contest = |name, title: &str, shelf, goal| Contest {
        name,
        title: title.to_owned(),
        times: 20,
        contenders: std::iter::once(shelf).chain(others()).collect(),
        goals: vec![goal],
    };
    let list = Contender::new("shelf list", "$SHELF list >/dev/null").after("$BENCH books $OUT/library 1000 3");
    // 10 and 50 ms, relative to a program that takes 10.
    [
        contest(
            "start-help",
            "start: `shelf --help`",
            Contender::new("shelf --help", "$SHELF --help >/dev/null"),
            Goal { of: "python3 -c pass", at_least: 1.0 },
        ),
        contest(
            "start-list",
            "start: `shelf list` of 1,000 books",
            list,
            Goal { of: "python3 -c pass", at_least: 0.2 },
        ),
    ]
}

fn rules(name: &'static str, pages: u32) -> Contest {
    let prepare = format!(
        "$SHELF add --quiet --id read --language en $DATA/book-colonial-florida/*.tiff; $SHELF process read --stage ocr --quiet; \
         $BENCH read $OUT/library book {pages} $OUT/library/read/ocr"
    );
    let run = |jobs: &str| format!("$SHELF process book --stage +merged --engine rules --workers {jobs} --quiet");
    let contenders = vec![
        Contender::new("shelf, one worker", run("1")).after(prepare.clone()),
        Contender::new("shelf, a worker per core", run("$JOBS")).after(prepare),
    ];
    Contest {
        name,
        title: format!("rules: vocabulary to merged, {pages} pages"),
        times: 1,
        contenders,
        goals: Vec::new(),
    }
}

fn long_word() -> Contest {
    let of = |name, letters: usize| {
        let run = Contender::new(name, "$SHELF process book --stage +merged --engine rules --quiet");
        run.after(format!("$BENCH long-word $OUT/library book {letters}"))
    };
    let contenders = vec![of("5,000 letters", 5000), of("5 letters", 5)];
    Contest {
        name: "long-word",
        title: "rules: a page with a long word".to_owned(),
        times: 1,
        contenders,
        goals: Vec::new(),
    }
}

fn many_pages(name: &'static str, pages: u32) -> Contest {
    let book = format!("$BENCH empty $OUT/library book {pages}");
    let made = format!("{book}; $EMPTY process book --quiet");
    let contenders = vec![
        Contender::new("shelf process", "$EMPTY process book --quiet").after(book),
        Contender::new("floor: the disk", format!("$BENCH disk $OUT/files {pages} 8")),
        Contender::new("shelf process, nothing to do", "$EMPTY process book --quiet").after(made.clone()),
        Contender::new("shelf status", "$EMPTY status book >/dev/null").after(made.clone()),
        Contender::new("shelf plan", "$EMPTY plan book >/dev/null").after(made),
    ];
    Contest {
        name,
        title: format!("a stage that does nothing, {pages} pages"),
        times: 1,
        contenders,
        goals: Vec::new(),
    }
}
