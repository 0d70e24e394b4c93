use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use image::GrayImage;
use image::imageops::FilterType;
use tesseract::Tesseract;

/// How long Tesseract takes for layout and recognition of these scans, `jobs` at a time, when their pixels are in memory already: grey, at 300 dpi.
///
/// # Errors
/// A scan cannot be decoded, or Tesseract fails.
pub fn recognition_floor(scans: &[PathBuf], dpi: u32, jobs: usize) -> Result<Duration, String> {
    let pages: Vec<GrayImage> = scans.iter().map(|scan| grey_at_300_dpi(scan, dpi)).collect::<Result<_, _>>()?;
    let engines: Vec<_> =
        (0..jobs).map(|_| Tesseract::new(None, Some("eng"))).collect::<Result<_, _>>().map_err(text)?;
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    thread::scope(|scope| {
        let (pages, next) = (&pages, &next);
        let threads: Vec<_> = engines
            .into_iter()
            .map(|mut engine| {
                scope.spawn(move || {
                    while let Some(page) = pages.get(next.fetch_add(1, Ordering::Relaxed)) {
                        engine = recognise(engine, page)?;
                    }
                    Ok::<(), String>(())
                })
            })
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("no thread panics"))
    })?;
    Ok(begun.elapsed())
}

fn grey_at_300_dpi(scan: &Path, dpi: u32) -> Result<GrayImage, String> {
    let grey = image::open(scan).map_err(|error| format!("{}: {error}", scan.display()))?.into_luma8();
    if dpi == 300 {
        return Ok(grey);
    }
    let (width, height) = (grey.width() * 300 / dpi, grey.height() * 300 / dpi);
    Ok(image::imageops::resize(&grey, width, height, FilterType::Lanczos3))
}

fn recognise(engine: Tesseract, page: &GrayImage) -> Result<Tesseract, String> {
    let (width, height) = (page.width().cast_signed(), page.height().cast_signed());
    let set = engine.set_frame(page.as_raw(), width, height, 1, width).map_err(text)?;
    let mut read = set.set_source_resolution(300).recognize().map_err(text)?;
    read.get_tsv_text(0).map_err(text)?;
    Ok(read)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// How long the disk takes to write `files` files of a kilobyte so that they survive a power cut, `jobs` at a time: write, fsync, rename, fsync of
/// the folder.
///
/// # Errors
/// They cannot be written.
pub fn disk_floor(folder: &Path, files: usize, jobs: usize) -> io::Result<Duration> {
    fs::create_dir_all(folder)?;
    let content = vec![b' '; 1024];
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    let write = || -> io::Result<()> {
        let here = File::open(folder)?;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= files {
                return Ok(());
            }
            let unfinished = folder.join(format!(".{number}"));
            let mut file = File::create(&unfinished)?;
            file.write_all(&content)?;
            file.sync_all()?;
            fs::rename(&unfinished, folder.join(number.to_string()))?;
            here.sync_all()?;
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs).map(|_| scope.spawn(write)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("no thread panics"))
    })?;
    Ok(begun.elapsed())
}

#[cfg(test)]
mod tests {
    use super::disk_floor;

    #[test]
    fn every_file_is_there_in_the_end() {
        let folder = tempfile::tempdir().unwrap();
        disk_floor(&folder.path().join("files"), 20, 3).unwrap();
        assert_eq!(std::fs::read_dir(folder.path().join("files")).unwrap().count(), 20);
    }
}
