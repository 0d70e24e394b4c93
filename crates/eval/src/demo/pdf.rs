use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, GrayImage};
use pdf_writer::{Content, Filter, Name, Pdf, Rect, Ref, TextStr};
use rayon::prelude::*;

const QUALITY: u8 = 80;

/// A PDF as scanners write it: every page is one grey JPEG. Pages have the size of their images at `dpi` dots per inch.
///
/// # Panics
/// If a side of a page is 0 or more than 65,535 px, the limits of JPEG.
#[must_use]
pub fn pdf(pages: &[GrayImage], dpi: u32, title: &str) -> Vec<u8> {
    let jpegs: Vec<Vec<u8>> = pages.par_iter().map(jpeg).collect();
    let (catalog, tree, info) = (Ref::new(1), Ref::new(2), Ref::new(3));
    let page_refs = |first: i32| [Ref::new(first), Ref::new(first + 1), Ref::new(first + 2)];
    let refs: Vec<[Ref; 3]> = (4..).step_by(3).take(pages.len()).map(page_refs).collect();
    let count = i32::try_from(refs.len()).expect("each page has references, and these are of 31 bits");
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids(refs.iter().map(|refs| refs[0])).count(count);
    pdf.document_info(info).title(TextStr(title)).producer(TextStr("shelf"));
    for ([page_ref, image_ref, content_ref], (image, jpeg)) in refs.into_iter().zip(pages.iter().zip(&jpegs)) {
        let (width, height) = (points(image.width(), dpi), points(image.height(), dpi));
        let mut page = pdf.page(page_ref);
        page.media_box(Rect::new(0.0, 0.0, width, height)).parent(tree).contents(content_ref);
        page.resources().x_objects().pair(Name(b"Scan"), image_ref);
        drop(page);
        let mut object = pdf.image_xobject(image_ref, jpeg);
        object.filter(Filter::DctDecode);
        object.width(side(image.width())).height(side(image.height()));
        object.color_space().device_gray();
        object.bits_per_component(8);
        drop(object);
        let mut content = Content::new();
        content.transform([width, 0.0, 0.0, height, 0.0, 0.0]).x_object(Name(b"Scan"));
        pdf.stream(content_ref, &content.finish());
    }
    pdf.finish()
}

fn side(px: u32) -> i32 {
    i32::try_from(px).expect("a JPEG was made of it, which has at most 65,535 px a side")
}

fn points(px: u32, dpi: u32) -> f32 {
    px as f32 * 72.0 / dpi as f32
}

fn jpeg(page: &GrayImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY)
        .encode(page.as_raw(), page.width(), page.height(), ExtendedColorType::L8)
        .expect("a page has 1 to 65,535 px a side, and memory takes all that is written");
    bytes
}

#[cfg(test)]
mod tests {
    use hayro_syntax::Pdf;
    use image::{GrayImage, Luma};

    use super::pdf;

    fn ramp() -> GrayImage {
        GrayImage::from_fn(165, 255, |x, y| Luma([(x / 2 + y / 2) as u8]))
    }

    #[test]
    fn page_is_one_upright_image_of_its_size() {
        let bytes = pdf(&[ramp(), GrayImage::new(300, 300)], 30, "Two pages");
        let file = Pdf::new(bytes.clone()).unwrap();
        let sizes: Vec<(f32, f32)> = file.pages().iter().map(hayro_syntax::page::Page::render_dimensions).collect();
        assert_eq!(sizes, [(396.0, 612.0), (720.0, 720.0)]);
        let start = bytes.windows(3).position(|window| window == [0xFF, 0xD8, 0xFF]).unwrap();
        let jpeg = image::load_from_memory_with_format(&bytes[start..], image::ImageFormat::Jpeg).unwrap().to_luma8();
        let worst = jpeg.iter().zip(ramp().iter()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst < Some(12), "{worst:?}");
    }

    #[test]
    fn same_pages_give_same_bytes() {
        assert_eq!(pdf(&[ramp()], 300, "A"), pdf(&[ramp()], 300, "A"));
    }
}
