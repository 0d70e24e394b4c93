use std::io::{Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::ExportError;

/// A zip archive whose bytes depend only on what is added: all files have the same date.
pub(super) struct Archive<W: Write + Seek> {
    zip: ZipWriter<W>,
}

const MIMETYPE: &[u8] = b"application/epub+zip";

impl<W: Write + Seek> Archive<W> {
    /// Begins an EPUB: its media type comes first, uncompressed, so that programs recognise the file.
    pub(super) fn new(inner: W) -> Result<Self, ExportError> {
        let mut archive = Self { zip: ZipWriter::new(inner) };
        archive.write("mimetype", MIMETYPE, CompressionMethod::Stored)?;
        Ok(archive)
    }

    /// Adds a text file.
    pub(super) fn text(&mut self, name: &str, contents: &[u8]) -> Result<(), ExportError> {
        self.write(name, contents, CompressionMethod::Deflated)
    }

    /// Adds a picture, which is compressed already.
    pub(super) fn picture(&mut self, name: &str, contents: &[u8]) -> Result<(), ExportError> {
        self.write(name, contents, CompressionMethod::Stored)
    }

    pub(super) fn finish(self) -> Result<W, ExportError> {
        Ok(self.zip.finish()?)
    }

    fn write(&mut self, name: &str, contents: &[u8], method: CompressionMethod) -> Result<(), ExportError> {
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        self.zip.start_file(name, options)?;
        Ok(self.zip.write_all(contents)?)
    }
}
