use image::{GrayImage, Luma};
use shelf_pages::Bbox;

use super::decoded_scan::GreyPage;

/// The page without what is in these boxes: each is as bright as the paper around it.
pub(super) fn erase_boxes(page: &GreyPage, boxes: impl IntoIterator<Item = Bbox>) -> GreyPage {
    let mut image = page.image.clone();
    for bbox in boxes {
        let (right, bottom) = (bbox.right().min(image.width()), bbox.bottom().min(image.height()));
        let paper = paper_at(&page.image, Bbox::from_edges(bbox.x, bbox.y, right, bottom));
        (bbox.y..bottom).for_each(|y| (bbox.x..right).for_each(|x| image.put_pixel(x, y, Luma([paper]))));
    }
    GreyPage { image, dpi: page.dpi }
}

/// The median of the pixels just outside a box.
fn paper_at(image: &GrayImage, bbox: Bbox) -> u8 {
    let (left, top) = (bbox.x.saturating_sub(1), bbox.y.saturating_sub(1));
    let (right, bottom) = (bbox.right().min(image.width() - 1), bbox.bottom().min(image.height() - 1));
    let row = |y: u32| (left..=right).map(move |x| (x, y));
    let column = |x: u32| (top..=bottom).map(move |y| (x, y));
    let around = row(top).chain(row(bottom)).chain(column(left)).chain(column(right));
    let mut shades: Vec<u8> = around.map(|(x, y)| image.get_pixel(x, y).0[0]).collect();
    shades.sort_unstable();
    shades[shades.len() / 2]
}
