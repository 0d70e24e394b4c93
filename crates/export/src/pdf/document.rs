use std::collections::HashMap;
use std::io::{self, Write};

use pdf_writer::types::{OutputIntentSubtype, PageMode, Predictor};
use pdf_writer::writers::ImageXObject;
use pdf_writer::{Content, Filter, Finish, Name, Rect, Ref, TextStr};
use shelf_pages::Orientation;

use super::font::{Characters, write_font};
use super::image::{Colour, Compression, ImageError, InkLayers, Layers, ScanImage, compacted, compress};
use super::notice::{self, add_notice};
use super::object_file::ObjectFile;
use super::outline::{OutlineItem, PageTarget, write_outline};
use super::page_geometry::PageGeometry;
use super::page_labels::write_page_labels;
use super::profiles;
use super::tags::{TagTree, TaggedParagraph};
use super::text_layer::{FONT, add_text};
use super::xmp::xmp;
use crate::placed_words::PlacedPage;

const SCAN: Name = Name(b"Scan");
const INK: Name = Name(b"Ink");

/// How the scans of a PDF are stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PdfImages {
    /// As they are.
    #[default]
    Original,
    /// In layers, if these are smaller: the ink at full resolution, the paper and the colours of the ink at a lower one. Scans of one bit stay as
    /// they are, in another compression if that is smaller.
    Compact,
}

/// What a PDF says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PdfInfo {
    /// The title; PDF/A does not require one, readers show it in the window's title.
    pub title: Option<String>,
    /// The author or authors.
    pub author: Option<String>,
    /// The publisher of the printed book.
    pub publisher: Option<String>,
    /// Year in which the printed book was published.
    pub year: Option<i32>,
    /// Editors, translators and others, with their roles.
    pub contributors: Vec<String>,
    /// Rights in the book or the scans.
    pub rights: Option<String>,
    /// What the reader should know, such as pages that are missing.
    pub description: Option<String>,
    /// Languages as BCP 47 tags, most important first.
    pub languages: Vec<String>,
    /// An identifier, such as an ISBN.
    pub identifier: Option<String>,
    /// The program that made it, with its version.
    pub producer: String,
}

/// A page of a PDF.
#[derive(Debug, Clone, Copy)]
pub struct PdfPage<'p> {
    /// The file of its scan.
    pub scan: &'p [u8],
    /// Resolution of the scan, dots per inch.
    pub dpi: f64,
    /// Its words, if it has been read.
    pub text: Option<&'p PlacedPage>,
    /// The page number that viewers show; `scan 3` for the third page without one.
    pub label: Option<&'p str>,
}

/// What a page consists of besides its content.
struct PageLayout {
    /// Width and height, points.
    size_pt: (f32, f32),
    /// How viewers have to rotate it, degrees clockwise.
    rotation: i32,
    images: Vec<(Name<'static>, Ref)>,
    paragraphs: Vec<TaggedParagraph>,
}

/// Why a PDF cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PdfError {
    /// The file cannot be written.
    #[error("cannot write the PDF: {0}")]
    Io(#[from] io::Error),
    /// A page's scan cannot be used; the page was not added.
    #[error(transparent)]
    Image(#[from] ImageError),
}

/// A PDF that is being written, page by page.
pub struct PdfDocument<W> {
    file: ObjectFile<W>,
    info: PdfInfo,
    images: PdfImages,
    pages: Ref,
    font: Ref,
    characters: Characters,
    tags: TagTree,
    page_refs: Vec<Ref>,
    targets: Vec<PageTarget>,
    labels: Vec<String>,
    /// Colour profiles by their hash: the scans of a book have the same one.
    profiles: HashMap<blake3::Hash, Ref>,
}

impl<W: Write> PdfDocument<W> {
    /// Begins a PDF.
    pub fn start(out: W, info: PdfInfo) -> io::Result<Self> {
        let mut file = ObjectFile::start(out)?;
        let (pages, font) = (file.reserve(), file.reserve());
        let tags = TagTree::new(&mut file);
        Ok(Self {
            file,
            info,
            images: PdfImages::default(),
            pages,
            font,
            characters: Characters::default(),
            tags,
            page_refs: Vec::new(),
            targets: Vec::new(),
            labels: Vec::new(),
            profiles: HashMap::new(),
        })
    }

    /// Stores the scans of the pages that follow in this way.
    #[must_use]
    pub fn with_images(mut self, images: PdfImages) -> Self {
        self.images = images;
        self
    }

    /// Adds a page that has only this text, such as what is missing in the PDF.
    pub fn add_notice(&mut self, text: &str) -> io::Result<()> {
        let mut content = Content::new();
        let paragraphs = add_notice(&mut content, text, &mut self.characters);
        let layout = PageLayout { size_pt: notice::SIZE_PT, rotation: 0, images: Vec::new(), paragraphs };
        self.write_page(content, &layout, "notice".to_owned())
    }

    /// Adds a page.
    pub fn add_page(&mut self, page: &PdfPage) -> Result<(), PdfError> {
        let image = ScanImage::read(page.scan)?;
        let orientation = page.text.map_or(Orientation::default(), |text| text.orientation);
        let geometry = PageGeometry::new(image.dimensions(), page.dpi, orientation);
        let (width, height) = geometry.size_pt();
        let images = match self.images {
            PdfImages::Original => None,
            PdfImages::Compact => {
                compacted(page.scan, &image, page.dpi, page.text.map_or(&[], |text| text.figures.as_slice()))
            }
        };
        let images = match images {
            None => vec![(SCAN, self.write_image(&image, None)?)],
            Some(layers) => self.write_layers(&layers)?,
        };
        let mut content = Content::new();
        content.begin_marked_content(Name(b"Artifact")).save_state();
        content.transform([width, 0.0, 0.0, height, 0.0, 0.0]);
        for (name, _) in &images {
            content.x_object(*name);
        }
        content.restore_state().end_marked_content();
        let text = page.text.filter(|text| text.dimensions == image.dimensions());
        let paragraphs =
            text.map(|text| add_text(&mut content, text, &geometry, &mut self.characters)).unwrap_or_default();
        let size_pt = geometry.size_pt();
        let layout = PageLayout { size_pt, rotation: geometry.rotation(), images, paragraphs };
        let label = page.label.map_or_else(|| format!("scan {}", self.page_refs.len() + 1), str::to_owned);
        Ok(self.write_page(content, &layout, label)?)
    }

    fn write_page(&mut self, content: Content, layout: &PageLayout, label: String) -> io::Result<()> {
        let [page_ref, content_ref] = std::array::from_fn(|_| self.file.reserve());
        let compressed = compress(content.finish().as_slice());
        self.file.write(|chunk| {
            chunk.stream(content_ref, &compressed).filter(Filter::FlateDecode);
        })?;
        let key = self.tags.add_page(&mut self.file, page_ref, &layout.paragraphs)?;
        let (pages, font, (width, height)) = (self.pages, self.font, layout.size_pt);
        self.file.write(|chunk| {
            let mut writer = chunk.page(page_ref);
            writer.parent(pages).media_box(Rect::new(0.0, 0.0, width, height)).contents(content_ref);
            if layout.rotation != 0 {
                writer.rotate(layout.rotation);
            }
            if let Some(key) = key {
                writer.struct_parents(key);
            }
            let mut resources = writer.resources();
            if !layout.images.is_empty() {
                resources.x_objects().pairs(layout.images.iter().copied());
            }
            resources.fonts().pair(FONT, font);
        })?;
        self.page_refs.push(page_ref);
        self.targets.push(PageTarget { page: page_ref, top: height, is_rotated: layout.rotation != 0 });
        self.labels.push(label);
        Ok(())
    }

    /// Ends the PDF with its outline.
    pub fn finish(mut self, outline: &[OutlineItem]) -> io::Result<W> {
        let [catalog, info, metadata, intent_profile] = std::array::from_fn(|_| self.file.reserve());
        write_font(&mut self.file, self.font, &self.characters)?;
        let count = self.page_refs.len() as i32;
        self.file.write(|chunk| {
            chunk.pages(self.pages).count(count).kids(self.page_refs.iter().copied());
        })?;
        self.tags.write_root(&mut self.file)?;
        let outline = write_outline(&mut self.file, outline, &self.targets)?;
        write_profile(&mut self.file, intent_profile, &profiles::srgb(), 3)?;
        let packet = xmp(&self.info);
        self.file.write(|chunk| drop(chunk.metadata(metadata, packet.as_bytes())))?;
        self.file.write(|chunk| {
            let mut writer = chunk.indirect(info).start::<pdf_writer::writers::DocumentInfo>();
            if let Some(title) = &self.info.title {
                writer.title(TextStr(title));
            }
            if let Some(author) = &self.info.author {
                writer.author(TextStr(author));
            }
            if let Some(description) = &self.info.description {
                writer.subject(TextStr(description));
            }
            writer.producer(TextStr(&self.info.producer));
        })?;
        self.file.write(|chunk| {
            let mut writer = chunk.indirect(catalog).start::<pdf_writer::writers::Catalog>();
            writer.pages(self.pages).metadata(metadata);
            if let Some(language) = self.info.languages.first() {
                writer.lang(TextStr(language));
            }
            if let Some(outline) = outline {
                writer.outlines(outline).page_mode(PageMode::UseOutlines);
            }
            write_page_labels(&mut writer, &self.labels);
            writer.viewer_preferences().display_doc_title(self.info.title.is_some());
            writer.mark_info().marked(true);
            writer.pair(Name(b"StructTreeRoot"), self.tags.root());
            let mut intents = writer.output_intents();
            let mut intent = intents.push();
            intent.subtype(OutputIntentSubtype::PDFA).dest_output_profile(intent_profile);
            intent.output_condition_identifier(TextStr("sRGB IEC61966-2.1")).info(TextStr("sRGB IEC61966-2.1"));
            intent.finish();
        })?;
        self.file.finish(catalog, info)
    }

    /// Writes the layers of a scan, and returns them in the order in which they are drawn.
    fn write_layers(&mut self, layers: &Layers) -> Result<Vec<(Name<'static>, Ref)>, PdfError> {
        let mut images = vec![(SCAN, self.write_image(&layers.background, None)?)];
        if let Some(InkLayers { colours, mask }) = &layers.ink {
            let mask_ref = self.file.reserve();
            self.file.write(|chunk| {
                let mut writer = chunk.image_xobject(mask_ref, &mask.data);
                write_samples(&mut writer, mask);
                writer.image_mask(true);
            })?;
            images.push((INK, self.write_image(colours, Some(mask_ref))?));
        }
        Ok(images)
    }

    /// Writes an image, of which only the black pixels of `mask` are visible.
    fn write_image(&mut self, image: &ScanImage, mask: Option<Ref>) -> Result<Ref, PdfError> {
        // Without a profile of its own, grey and RGB are those of the output intent; CMYK needs one.
        let own = image.profile.clone().or_else(|| (image.colour == Colour::Cmyk).then(profiles::cmyk));
        let profile = own.map(|bytes| self.profile(&bytes, image.colour.components())).transpose()?;
        let id = self.file.reserve();
        self.file.write(|chunk| {
            let mut writer = chunk.image_xobject(id, &image.data);
            write_samples(&mut writer, image);
            if image.is_inverted {
                writer.decode([1.0, 0.0].repeat(image.colour.components().into()));
            }
            write_colour(&mut writer, &image.colour, profile);
            if let Some(mask) = mask {
                writer.pair(Name(b"Mask"), mask);
            }
        })?;
        Ok(id)
    }

    /// The object of a colour profile, which is written once.
    fn profile(&mut self, bytes: &[u8], components: u8) -> io::Result<Ref> {
        let hash = blake3::hash(bytes);
        if let Some(profile) = self.profiles.get(&hash) {
            return Ok(*profile);
        }
        let id = self.file.reserve();
        write_profile(&mut self.file, id, bytes, components)?;
        self.profiles.insert(hash, id);
        Ok(id)
    }
}

fn write_profile<W: Write>(file: &mut ObjectFile<W>, id: Ref, bytes: &[u8], components: u8) -> io::Result<()> {
    let compressed = compress(bytes);
    file.write(|chunk| {
        let mut stream = chunk.stream(id, &compressed);
        stream.filter(Filter::FlateDecode).pair(Name(b"N"), i32::from(components));
    })
}

fn write_samples(writer: &mut ImageXObject, image: &ScanImage) {
    writer.width(image.width as i32).height(image.height as i32);
    if image.compression != Compression::Jpeg2000 {
        writer.bits_per_component(image.bits.into());
    }
    match image.compression {
        Compression::Jpeg { is_rgb } => {
            writer.filter(Filter::DctDecode);
            if is_rgb {
                writer.decode_parms().color_transform(false);
            }
        }
        Compression::Jpeg2000 => {
            writer.filter(Filter::JpxDecode);
        }
        Compression::Group4 => {
            writer.filter(Filter::CcittFaxDecode);
            let mut parameters = writer.decode_parms();
            parameters.k(-1).columns(image.width as i32).rows(image.height as i32);
        }
        Compression::Png => {
            writer.filter(Filter::FlateDecode);
            let mut parameters = writer.decode_parms();
            parameters.predictor(Predictor::PngOptimum).columns(image.width as i32);
            parameters.colors(image.colour.components().into()).bits_per_component(image.bits.into());
        }
    }
}

fn write_colour(writer: &mut ImageXObject, colour: &Colour, profile: Option<Ref>) {
    match (colour, profile) {
        (Colour::Own, _) => {}
        (Colour::Indexed(table), profile) => {
            let mut space = writer.insert(Name(b"ColorSpace")).array();
            space.item(Name(b"Indexed"));
            match profile {
                Some(profile) => drop(space.push().array().item(Name(b"ICCBased")).item(profile)),
                None => drop(space.item(Name(b"DeviceRGB"))),
            }
            space.item(table.len() as i32 / 3 - 1).item(pdf_writer::Str(table));
        }
        (_, Some(profile)) => writer.color_space().icc_based(profile),
        (Colour::Grey, None) => writer.color_space().device_gray(),
        (Colour::Rgb, None) => writer.color_space().device_rgb(),
        (Colour::Cmyk, None) => unreachable!("CMYK images get a profile"),
    }
}
