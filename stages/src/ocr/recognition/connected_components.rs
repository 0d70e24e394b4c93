use shelf_pages::Bbox;

use super::binary_image::{BinaryImage, neighbours};

/// A connected component of foreground pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ConnectedComponent {
    /// The bounding box of its foreground pixels.
    pub(super) bbox: Bbox,
    /// The number of its foreground pixels.
    pub(super) foreground_px: u64,
}

/// Finds the connected components of an image; components less than `gap_px` apart count as one.
pub(super) fn connected_components(image: &BinaryImage, gap_px: usize) -> Vec<ConnectedComponent> {
    let mut unvisited = image.dilate(gap_px.div_ceil(2));
    let mut components = Vec::new();
    for start in 0..unvisited.foreground.len() {
        if unvisited.foreground[start] {
            components.extend(component_at(image, start, &mut unvisited));
        }
    }
    components
}

/// The foreground of `image` in the component of `dilated` at `start`, which is removed from `dilated`; `None` if it has no foreground.
fn component_at(image: &BinaryImage, start: usize, dilated: &mut BinaryImage) -> Option<ConnectedComponent> {
    let mut open = vec![(start % image.width, start / image.width)];
    let (mut bbox, mut foreground_px) = (None::<Bbox>, 0);
    while let Some((x, y)) = open.pop() {
        let here = y * image.width + x;
        if !std::mem::replace(&mut dilated.foreground[here], false) {
            continue;
        }
        if image.foreground[here] {
            let pixel = Bbox { x: x as u32, y: y as u32, width: 1, height: 1 };
            bbox = Some(bbox.map_or(pixel, |bbox| bbox.union(&pixel)));
            foreground_px += 1;
        }
        open.extend(neighbours(x, y, image.width, image.height));
    }
    Some(ConnectedComponent { bbox: bbox?, foreground_px })
}

#[cfg(test)]
mod tests {
    use super::super::binary_image::test_image;
    use super::*;

    const LEFT: Bbox = Bbox { x: 40, y: 40, width: 20, height: 30 };
    const RIGHT: Bbox = Bbox { x: 66, y: 40, width: 20, height: 30 };

    fn boxes(image: &BinaryImage, gap_px: usize) -> Vec<Bbox> {
        connected_components(image, gap_px).iter().map(|component| component.bbox).collect()
    }

    #[test]
    fn components_are_joined_across_gaps_and_keep_tight_boxes() {
        let image = BinaryImage::binarise(&test_image(120, 120, &[LEFT, RIGHT]), 20);
        assert_eq!(boxes(&image, 4), [LEFT, RIGHT]);
        assert_eq!(boxes(&image, 6), [LEFT.union(&RIGHT)]);
        assert_eq!(connected_components(&image, 6)[0].foreground_px, LEFT.area() + RIGHT.area());
    }

    #[test]
    fn uneven_illumination_is_background() {
        let shaded = image::GrayImage::from_fn(200, 200, |x, _| image::Luma([(250 - x / 2) as u8]));
        assert_eq!(boxes(&BinaryImage::binarise(&shaded, 20), 4), []);
    }

    #[test]
    fn large_dark_area_is_foreground_throughout() {
        let area = Bbox { x: 20, y: 20, width: 160, height: 160 };
        let image = BinaryImage::binarise(&test_image(200, 200, &[area]), 10);
        assert_eq!(connected_components(&image, 0), [ConnectedComponent { bbox: area, foreground_px: area.area() }]);
    }

    #[test]
    fn borders_are_removed_but_not_what_touches_them() {
        let band = Bbox { x: 0, y: 180, width: 200, height: 20 };
        let gutter = Bbox { x: 0, y: 0, width: 3, height: 120 };
        let on_the_band = Bbox { x: 80, y: 100, width: 60, height: 80 };
        let image = BinaryImage::binarise(&test_image(200, 200, &[band, gutter, on_the_band]), 20);
        let [left] = boxes(&image.without_scan_borders(6), 0)[..] else { panic!("expected one component") };
        assert!(left.ratio_inside(&on_the_band) > 0.99 && on_the_band.ratio_inside(&left) > 0.9, "{left:?}");
    }

    #[test]
    fn erasing_clips_to_the_image() {
        let mut image = BinaryImage::binarise(&test_image(120, 120, &[LEFT, RIGHT]), 20);
        image.erase(Bbox { x: 62, y: 0, width: 500, height: 500 });
        assert_eq!(boxes(&image, 6), [LEFT]);
    }
}
