use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::intake::raster::{Raster, Samples};
use shelf_runtime::failure::{Cause, Failure};

/// The most pixels that a page is drawn with; a larger page is drawn at a lower resolution.
const MAX_DRAWN_PIXELS: f64 = 100e6;
/// Below this resolution nothing can be read, dots per inch.
const MIN_DPI: f64 = 40.0;
/// Time for one page, s. Less than what a child has for a page, so that the program drawing it never outlives the child.
const TIME_LIMIT: Duration = Duration::from_secs(50);

/// A page as it is to be drawn.
pub(super) struct Drawing<'a> {
    pub(super) file: &'a Path,
    /// From 1.
    pub(super) page: u32,
    /// Size of the page as shown, inches.
    pub(super) width_in: f64,
    pub(super) height_in: f64,
    /// Points that a unit of the page's coordinates has.
    pub(super) user_unit: f64,
}

/// Pixels of a page of this size, inches, at a resolution that may have to be lowered.
pub(super) fn pixels_at(width_in: f64, height_in: f64, dpi: f64) -> u64 {
    (width_in * height_in * dpi * dpi).clamp(1.0, MAX_DRAWN_PIXELS) as u64
}

/// The resolution at which a page of this size can be drawn: what is asked for, or less.
pub(super) fn affordable_dpi(width_in: f64, height_in: f64, dpi: f64) -> Result<f64, Failure> {
    let most = (MAX_DRAWN_PIXELS / (width_in * height_in)).sqrt().floor();
    if most < MIN_DPI {
        return Err(Failure::new(format!(
            "the page is {:.1} × {:.1} m, too large to be drawn at {MIN_DPI} dpi or more",
            width_in * 0.0254,
            height_in * 0.0254
        )));
    }
    Ok(dpi.min(most))
}

/// Draws a page with poppler.
pub(super) fn draw(drawing: &Drawing<'_>, dpi: f64) -> Result<Raster, Failure> {
    let page = drawing.page.to_string();
    // Poppler knows no user units: it takes the page for smaller, so it is asked for more dots.
    let resolution = (dpi * drawing.user_unit).to_string();
    let mut command = Command::new("pdftoppm");
    command.args(["-cropbox", "-singlefile", "-q", "-f", &page, "-l", &page, "-r", &resolution]).arg(drawing.file);
    let raster = read_ppm(run(command)?)?;
    let expected = (drawing.width_in * dpi, drawing.height_in * dpi);
    let is_near = |found: u32, expected: f64| (f64::from(found) - expected).abs() <= 3.0 + expected * 0.01;
    if !is_near(raster.width, expected.0) || !is_near(raster.height, expected.1) {
        return Err(Failure::new(format!(
            "`pdftoppm` drew a page of {} × {} px, expected {:.0} × {:.0}: it may be another page",
            raster.width, raster.height, expected.0, expected.1
        ))
        .hint("the PDF's list of pages is broken; try to mend it with `qpdf broken.pdf mended.pdf`"));
    }
    Ok(raster.without_needless_colour())
}

/// Runs a command that writes a picture to its standard output.
fn run(mut command: Command) -> Result<Vec<u8>, Failure> {
    let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = started.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Failure::new("`pdftoppm` is not installed; it draws the PDF pages that are no scans")
                .hint("install poppler, on Debian and Ubuntu with `sudo apt-get install poppler-utils`")
        }
        _ => Failure::from(error).context("cannot start `pdftoppm`"),
    })?;
    limit_time(&child);
    let mut output = child.stdout.take().expect("its standard output is a pipe");
    let mut complaints = child.stderr.take().expect("its standard error is a pipe");
    let listener = std::thread::spawn(move || {
        let mut text = Vec::new();
        // What cannot be read is not said; the rest of a long complaint is drained, so that the writer never waits.
        let _ = (&mut complaints).take(2000).read_to_end(&mut text);
        let _ = std::io::copy(&mut complaints, &mut std::io::sink());
        String::from_utf8_lossy(&text).trim().to_owned()
    });
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut picture = Vec::new();
        let read = output.read_to_end(&mut picture).map(|_| picture);
        let _ = sender.send(read);
    });
    let picture = receiver.recv_timeout(TIME_LIMIT);
    if picture.is_err() {
        child.kill()?;
    }
    let status = child.wait()?;
    let said = listener.join().unwrap_or_default();
    let Ok(picture) = picture else {
        return Err(Failure::of(
            Cause::Timeout,
            format!("the page took longer than {} s to draw", TIME_LIMIT.as_secs()),
        ));
    };
    let picture = picture?;
    if !status.success() || picture.is_empty() {
        let mut failure = Failure::new(format!("`pdftoppm` could not draw the page ({status})"));
        failure.causes.extend((!said.is_empty()).then_some(said));
        return Err(failure);
    }
    Ok(picture)
}

/// Has the kernel end a program that computes for ever, should this process not be there any more to do it.
fn limit_time(child: &Child) {
    let seconds = Some(TIME_LIMIT.as_secs());
    let limit = Rlimit { current: seconds, maximum: seconds };
    // Where the limit is lower already, or the program has ended, there is nothing to do.
    let _ = Pid::from_raw(child.id().cast_signed()).map(|pid| prlimit(Some(pid), Resource::Cpu, limit));
}

/// Reads what `pdftoppm` writes: `P6`, width, height, 255, then three bytes a pixel.
fn read_ppm(mut bytes: Vec<u8>) -> Result<Raster, Failure> {
    let broken = || Failure::new("`pdftoppm` wrote something that is no picture");
    let mut fields = Vec::new();
    let mut at = 0;
    while fields.len() < 4 {
        let end = at + bytes[at..].iter().position(u8::is_ascii_whitespace).ok_or_else(broken)?;
        fields.push(std::str::from_utf8(&bytes[at..end]).map_err(|_| broken())?.to_owned());
        at = end + 1;
    }
    let (Ok(width), Ok(height)) = (fields[1].parse(), fields[2].parse()) else { return Err(broken()) };
    if fields[0] != "P6" || fields[3] != "255" {
        return Err(broken());
    }
    bytes.drain(..at);
    Raster::new(width, height, Samples::Rgb8, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_read_with_its_size() {
        let raster = read_ppm(b"P6\n2 1\n255\n\x0a\x0a\x0a\x20\x20\x20".to_vec()).unwrap();
        assert_eq!((raster.width, raster.height), (2, 1));
        assert_eq!(raster.without_needless_colour().data, [10, 32]);
        assert!(read_ppm(b"P6\n2 1\n255\n\x0a".to_vec()).is_err(), "too short");
        assert!(read_ppm(b"nothing".to_vec()).is_err());
    }

    #[test]
    fn enormous_pages_are_drawn_coarser_or_not_at_all() {
        assert!((affordable_dpi(6.0, 9.0, 300.0).unwrap() - 300.0).abs() < f64::EPSILON);
        let coarser = affordable_dpi(50.0, 50.0, 300.0).unwrap();
        assert!((100.0..300.0).contains(&coarser) && coarser * coarser * 2500.0 <= MAX_DRAWN_PIXELS, "{coarser}");
        assert!(affordable_dpi(1000.0, 1000.0, 300.0).is_err());
    }

    #[test]
    fn a_program_that_is_missing_or_fails_is_named_with_what_it_said() {
        let missing = run(Command::new("pdftoppm-that-is-not-there")).unwrap_err();
        assert!(missing.hint.unwrap().contains("poppler-utils"));
        let mut failing = Command::new("sh");
        failing.args(["-c", "echo no such page >&2; exit 3"]);
        let failure = run(failing).unwrap_err().to_string();
        assert!(failure.contains("exit status: 3") && failure.ends_with("no such page"), "{failure}");
    }
}
