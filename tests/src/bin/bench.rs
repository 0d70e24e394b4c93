//! Measures shelf beside what a person would use instead, and writes `docs/performance.md`: `make bench`, or
//! `bench [--rounds N] [--write] [CONTEST…]`. Contests that take minutes run only if they are named, or with `long`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use shelf_tests::bench::{
    Contest, Workplace, book_of_a_long_word, book_of_empty_pages, book_of_read_pages, contests, disk_floor, draw_pages,
    long_contests, many_books, recognition_floor, replace_between_markers, run, section,
};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match part(&arguments).unwrap_or_else(|| measure(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the contests call of this program: floors, and libraries to measure on.
fn part(arguments: &[String]) -> Option<Outcome<()>> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Some(match arguments.as_slice() {
        ["floor", dpi, jobs, scans @ ..] => recognise(dpi, jobs, scans),
        ["disk", folder, files, jobs] => write_files(folder, files, jobs),
        ["empty", library, id, pages] => {
            parsed(pages).and_then(|pages| Ok(book_of_empty_pages(Path::new(library), id, pages)?))
        }
        ["read", library, id, pages, read] => {
            parsed(pages).and_then(|pages| Ok(book_of_read_pages(Path::new(library), id, pages, Path::new(read))?))
        }
        ["long-word", library, id, letters] => {
            parsed(letters).and_then(|letters| Ok(book_of_a_long_word(Path::new(library), id, letters)?))
        }
        ["books", library, books, pages] => {
            parsed(books).and_then(|books| Ok(many_books(Path::new(library), books, parsed(pages)?)?))
        }
        _ => return None,
    })
}

fn parsed<T: std::str::FromStr<Err: std::error::Error + 'static>>(text: &str) -> Outcome<T> {
    Ok(text.parse()?)
}

fn recognise(dpi: &str, jobs: &str, scans: &[&str]) -> Outcome<()> {
    let scans: Vec<PathBuf> = scans.iter().map(PathBuf::from).collect();
    let took = recognition_floor(&scans, parsed(dpi)?, parsed(jobs)?)?;
    println!("{}", took.as_secs_f64());
    Ok(())
}

fn write_files(folder: &str, files: &str, jobs: &str) -> Outcome<()> {
    let took = disk_floor(Path::new(folder), parsed(files)?, parsed(jobs)?)?;
    println!("{}", took.as_secs_f64());
    Ok(())
}

fn measure(arguments: &[String]) -> Outcome<()> {
    let mut rounds = 5;
    let mut write = false;
    let mut names = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rounds" => rounds = parsed(arguments.next().ok_or("--rounds: a number is missing")?)?,
            "--write" => write = true,
            name => names.push(name),
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    env::set_current_dir(&root)?;
    let chosen = chosen(&names)?;
    let place = workplace(&root, chosen.iter().any(Contest::takes_drawn_pages))?;
    for contest in &chosen {
        let text = section(contest, &run(contest, &place, rounds)?);
        println!("{text}");
        if write {
            let document = root.join("docs/performance.md");
            let text = format!("{text}\nMedians of {rounds} rounds.\n");
            fs::write(&document, replace_between_markers(&fs::read_to_string(&document)?, contest.name, &text))?;
        }
    }
    Ok(())
}

fn chosen(names: &[&str]) -> Outcome<Vec<Contest>> {
    let (short, long) = (contests(), long_contests());
    match names {
        [] => Ok(short),
        ["long"] => Ok(long),
        names => {
            let all: Vec<Contest> = short.into_iter().chain(long).collect();
            let known: Vec<&str> = all.iter().map(|contest| contest.name).collect();
            if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
                return Err(
                    format!("unknown contest `{unknown}`: expected `long` or some of {}", known.join(", ")).into()
                );
            }
            Ok(all.into_iter().filter(|contest| names.contains(&contest.name)).collect())
        }
    }
}

fn workplace(root: &Path, is_drawing: bool) -> Outcome<Workplace> {
    let data = root
        .join("../shared/data")
        .canonicalize()
        .map_err(|_| "there are no scans to measure on: expected ../shared/data")?;
    let bench = env::current_exe()?;
    let work = root.join("target/bench");
    let pages = work.join("pages");
    let python = work.join("venv/bin/python");
    if is_drawing {
        draw_pages(&pages, &texts(&data)?)?;
        make_pdfs(&pages, &python)?;
    }
    let jobs = std::thread::available_parallelism()?.get();
    let shelf = bench.with_file_name("shelf");
    Ok(Workplace {
        empty: bench.with_file_name("empty-stage-shelf"),
        shelf,
        bench,
        data,
        pages,
        python,
        out: work.join("out"),
        jobs,
    })
}

/// The texts that are drawn: those of a real book.
fn texts(data: &Path) -> Outcome<String> {
    let mut files: Vec<PathBuf> = fs::read_dir(data.join("book-colonial-florida"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(".gt.txt"));
    files.sort();
    let texts: Vec<String> = files.iter().map(fs::read_to_string).collect::<std::io::Result<_>>()?;
    Ok(texts.join("\n\n").replace('_', " ").repeat(2))
}

/// PDFs with the drawn pages, one image per page, as img2pdf embeds them: without changing them.
fn make_pdfs(pages: &Path, python: &Path) -> Outcome<()> {
    let folder = pages.join("pdf");
    if folder.join("complete").exists() {
        return Ok(());
    }
    fs::create_dir_all(&folder)?;
    let script = root_of_scripts().join("one_image_per_page.py");
    let ended = Command::new(python).arg(script).arg(pages).status()?;
    if !ended.success() {
        return Err("the PDFs cannot be made: `scripts/setup.sh bench` installs img2pdf".into());
    }
    Ok(fs::write(folder.join("complete"), "")?)
}

fn root_of_scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bench")
}
