use std::io::{self, Write};

use pdf_writer::{Chunk, Ref, Settings};

/// A PDF file that is written object by object: ISO 32000-1, 7.5.
pub(super) struct ObjectFile<W> {
    out: W,
    hasher: blake3::Hasher,
    position: u64,
    /// Where each object begins, by its number less 1; 0 until it is written.
    offsets: Vec<u64>,
}

/// The second line has four bytes above 127, as PDF/A requires, so that programs take the file for binary.
const HEADER: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";

impl<W: Write> ObjectFile<W> {
    pub(super) fn start(out: W) -> io::Result<Self> {
        let mut file = Self { out, hasher: blake3::Hasher::new(), position: 0, offsets: Vec::new() };
        file.write_bytes(HEADER)?;
        Ok(file)
    }

    /// A number for an object that is written later.
    pub(super) fn reserve(&mut self) -> Ref {
        self.offsets.push(0);
        Ref::new(i32::try_from(self.offsets.len()).expect("a book has fewer than two billion objects"))
    }

    /// Writes one object; `write` gets a chunk for it.
    pub(super) fn write(&mut self, write: impl FnOnce(&mut Chunk)) -> io::Result<()> {
        let mut chunk = Chunk::with_settings(Settings { pretty: false });
        write(&mut chunk);
        let mut refs = chunk.refs();
        let (Some(id), None) = (refs.next(), refs.next()) else { unreachable!("`write` writes one object") };
        drop(refs);
        self.offsets[id.get() as usize - 1] = self.position;
        self.write_bytes(chunk.as_bytes())
    }

    /// Writes the table of objects and the trailer. The file's id is the hash of its content, so that the same book gives the same file.
    pub(super) fn finish(mut self, catalog: Ref, info: Ref) -> io::Result<W> {
        let table = self.position;
        let size = self.offsets.len() + 1;
        self.write_bytes(format!("xref\n0 {size}\n0000000000 65535 f\r\n").as_bytes())?;
        for offset in std::mem::take(&mut self.offsets) {
            assert!(offset > 0, "every object is written");
            self.write_bytes(format!("{offset:010} 00000 n\r\n").as_bytes())?;
        }
        let id = &self.hasher.finalize().to_hex()[..32];
        let (catalog, info) = (catalog.get(), info.get());
        let trailer = format!(
            "trailer\n<</Size {size}/Root {catalog} 0 R/Info {info} 0 R/ID[<{id}><{id}>]>>\nstartxref\n{table}\n%%EOF\n"
        );
        self.write_bytes(trailer.as_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn write_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.position += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}
