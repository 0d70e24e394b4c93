use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction as Op;
use hayro_syntax::object::dict::keys::{BBOX, CONTENTS, MATRIX, OC, RESOURCES, SUBTYPE};
use hayro_syntax::object::{Array, Dict, MaybeRef, Name, Number, Object, Rect, Stream};
use hayro_syntax::page::{Page, Resources};

use super::geometry::{Area, Matrix};

/// What the content of a page paints.
pub(super) enum Content<'a> {
    /// One image and nothing else that is visible.
    Scan(PlacedImage<'a>),
    /// Anything else; the reason why it is not a scan.
    Other(&'static str),
}

/// An image on the page.
pub(super) struct PlacedImage<'a> {
    pub(super) image: Stream<'a>,
    /// The position of the image's unit square on the page.
    pub(super) matrix: Matrix,
    /// The fill colour, with which a stencil is painted.
    pub(super) fill: FillColour,
    /// The resources that the name of its colour space refers to.
    pub(super) resources: Resources<'a>,
}

/// A fill colour, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FillColour {
    Black,
    White,
    Other,
}

/// A page with more operators than this is not a scan.
const MAX_OPERATORS: usize = 500_000;
/// Least area of a scan, as a ratio to that of the page.
const MIN_AREA_RATIO: f64 = 0.5;
/// The depth to which nested forms are followed.
const MAX_DEPTH: usize = 8;

/// Examines everything that a page paints.
///
/// Invisible text (the OCR layer of many scans), white backgrounds, and everything below an image of the whole page are ignored. Annotations do not
/// belong to the content and are ignored as well.
pub(super) fn classify_content<'a>(page: &Page<'a>) -> Content<'a> {
    let area = Area::of_page(page);
    let mut examination = Examination { page: area, found: None, not_a_scan: None, operators: 0 };
    let state =
        State { ctm: Matrix::IDENTITY, fill: FillColour::Black, clip: area, is_text_hidden: false, is_plain: true };
    examination.run(&content_of(page), page.resources(), state, 0);
    match (examination.found, examination.not_a_scan) {
        (_, Some(why)) => Content::Other(why),
        (None, None) => Content::Other("the page is empty"),
        (Some(scan), None) => Content::Scan(scan),
    }
}

/// The page's operators, decoded; not cached, so that memory does not grow with the pages of a book.
fn content_of(page: &Page<'_>) -> Vec<u8> {
    let decoded = |stream: Stream<'_>| stream.decoded_data().map(std::borrow::Cow::into_owned).unwrap_or_default();
    if let Some(stream) = page.raw().get::<Stream<'_>>(CONTENTS) {
        return decoded(stream);
    }
    let parts = page.raw().get::<Array<'_>>(CONTENTS);
    let parts = parts.iter().flat_map(Array::iter::<Object<'_>>).filter_map(Object::into_stream);
    parts.map(decoded).collect::<Vec<_>>().join(&b'\n')
}

#[derive(Clone, Copy)]
struct State {
    ctm: Matrix,
    fill: FillColour,
    clip: Area,
    is_text_hidden: bool,
    /// Whether it is free of transparency, soft masks and blend modes.
    is_plain: bool,
}

impl State {
    /// Ends a path that was painted or not; if it clips, it does so from here on.
    fn end_path(&mut self, path: &mut Path, clips: &mut bool) {
        if *clips {
            match path {
                Path::Rectangle(area) => self.clip = self.clip.intersection(area),
                // Clipping to complicated outlines is not followed: a page with an image in one is rendered.
                Path::Nothing | Path::Complicated => self.is_plain = false,
            }
        }
        (*path, *clips) = (Path::Nothing, false);
    }
}

struct Examination<'a> {
    page: Area,
    found: Option<PlacedImage<'a>>,
    not_a_scan: Option<&'static str>,
    operators: usize,
}

/// The path under construction, as far as it is followed.
#[derive(Clone, Copy)]
enum Path {
    Nothing,
    Rectangle(Area),
    Complicated,
}

impl<'a> Examination<'a> {
    fn run(&mut self, content: &[u8], resources: &Resources<'a>, start: State, depth: usize) {
        let mut state = start;
        let mut saved = Vec::new();
        let (mut path, mut clips) = (Path::Nothing, false);
        let mut operators = TypedIter::new(content);
        while let Some(operator) = operators.next() {
            self.operators += 1;
            if self.operators > MAX_OPERATORS {
                self.not_a_scan = Some("it is a complex drawing");
                return;
            }
            match operator {
                Op::SaveState(_) if saved.len() < 1000 => saved.push(state),
                Op::RestoreState(_) => state = saved.pop().unwrap_or(state),
                Op::Transform(m) => {
                    let matrix = Matrix([m.0, m.1, m.2, m.3, m.4, m.5].map(|number| number.as_f64()));
                    state.ctm = matrix.then(&state.ctm);
                }
                Op::SetGraphicsState(name) => {
                    state.is_plain &= resources.get_ext_g_state(name.0).is_none_or(|settings| is_plain(&settings));
                }
                Op::NonStrokeColorDeviceGray(grey) => state.fill = FillColour::of(&[grey.0]),
                Op::NonStrokeColorDeviceRgb(rgb) => state.fill = FillColour::of(&[rgb.0, rgb.1, rgb.2]),
                Op::NonStrokeColorCmyk(cmyk) => state.fill = FillColour::of_cmyk([cmyk.0, cmyk.1, cmyk.2, cmyk.3]),
                // Colour spaces start with black in all but rare cases; what `sc` sets in them is not followed.
                Op::NonStrokeColor(_) | Op::NonStrokeColorNamed(_) | Op::ColorSpaceNonStroke(_) => {
                    state.fill = FillColour::Other;
                }
                Op::RectPath(r) => {
                    let [x, y, width, height] = [r.0, r.1, r.2, r.3].map(|number| number.as_f64());
                    path = match path {
                        Path::Nothing if state.ctm.is_axis_aligned() => {
                            Path::Rectangle(state.ctm.bounds(x, y, width, height))
                        }
                        _ => Path::Complicated,
                    };
                }
                Op::MoveTo(_) | Op::LineTo(_) | Op::CubicTo(_) | Op::CubicStartTo(_) | Op::CubicEndTo(_) => {
                    path = Path::Complicated;
                }
                Op::ClipNonZero(_) | Op::ClipEvenOdd(_) => clips = true,
                Op::EndPath(_) => state.end_path(&mut path, &mut clips),
                Op::FillPathNonZero(_) | Op::FillPathNonZeroCompatibility(_) | Op::FillPathEvenOdd(_) => {
                    let is_background = state.fill == FillColour::White && self.found.is_none();
                    if !is_background && !matches!(path, Path::Nothing) {
                        self.paint("it has filled areas");
                    }
                    state.end_path(&mut path, &mut clips);
                }
                Op::StrokePath(_)
                | Op::CloseAndStrokePath(_)
                | Op::FillAndStrokeNonZero(_)
                | Op::FillAndStrokeEvenOdd(_)
                | Op::CloseFillAndStrokeNonZero(_)
                | Op::CloseFillAndStrokeEvenOdd(_) => {
                    if !matches!(path, Path::Nothing) {
                        self.paint("it has lines");
                    }
                    state.end_path(&mut path, &mut clips);
                }
                Op::Shading(_) => self.paint("it has shaded areas"),
                Op::TextRenderingMode(mode) => state.is_text_hidden = mode.0.as_i64() == 3,
                Op::ShowText(_) | Op::ShowTexts(_) | Op::NextLineAndShowText(_) | Op::ShowTextWithParameters(_)
                    if !state.is_text_hidden =>
                {
                    self.paint("its own text layer is not used");
                }
                Op::BeginMarkedContentWithProperties(mark) if mark.0.as_ref() == OC => self.paint("it has layers"),
                Op::InlineImage(_) => self.paint("it has an inline image"),
                Op::XObject(name) => {
                    if let Some(object) = resources.get_x_object(name.0) {
                        self.paint_object(object, resources, state, depth);
                    }
                }
                _ => {}
            }
        }
    }

    fn paint(&mut self, what: &'static str) {
        self.not_a_scan.get_or_insert(what);
    }

    fn paint_object(&mut self, object: Stream<'a>, resources: &Resources<'a>, state: State, depth: usize) {
        let dict = object.dict();
        if dict.contains_key(OC) {
            self.paint("it has layers");
        }
        match dict.get::<Name<'_>>(SUBTYPE).as_deref() {
            Some(b"Form") if depth < MAX_DEPTH => {
                let matrix = dict.get::<Array<'_>>(MATRIX).and_then(|array| matrix_of(&array));
                let mut inner = state;
                inner.ctm = matrix.unwrap_or(Matrix::IDENTITY).then(&state.ctm);
                if let Some(area) = dict.get::<Rect>(BBOX) {
                    let bounds = inner.ctm.bounds(area.x0, area.y0, area.width(), area.height());
                    inner.clip = inner.clip.intersection(&bounds);
                }
                let own = dict.get::<Dict<'a>>(RESOURCES).map(Resources::new);
                let content = object.decoded_data().map(std::borrow::Cow::into_owned).unwrap_or_default();
                self.run(&content, own.as_ref().unwrap_or(resources), inner, depth + 1);
            }
            Some(b"Image") => self.paint_image(object, resources, state),
            _ => self.paint("it has an unknown kind of object"),
        }
    }

    fn paint_image(&mut self, image: Stream<'a>, resources: &Resources<'a>, state: State) {
        let bounds = state.ctm.bounds(0.0, 0.0, 1.0, 1.0);
        let visible = bounds.intersection(&state.clip);
        if visible.width() <= 0.0 || visible.height() <= 0.0 {
            return;
        }
        let dict = image.dict();
        let has_mask = ["SMask", "Mask"].iter().any(|key| is_present(dict, key));
        let is_stencil = dict.get::<bool>("ImageMask").unwrap_or(false);
        let (across, down) = visible.spans(&self.page);
        let covers_all_below = across && down && state.is_plain && !has_mask && !is_stencil;
        if covers_all_below {
            (self.found, self.not_a_scan) = (None, None);
        }
        if self.found.is_some() {
            self.paint("it has several images");
        } else if !state.is_plain || has_mask {
            self.paint("its image is transparent");
        } else if !state.ctm.is_axis_aligned() {
            self.paint("its image is skewed");
        } else if !bounds.is_kept_by(&visible) {
            self.paint("its image is clipped");
        } else if !fills(&visible, &self.page) {
            self.paint("its image does not fill it");
        } else {
            self.found = Some(PlacedImage { image, matrix: state.ctm, fill: state.fill, resources: resources.clone() });
        }
    }
}

/// Whether an image is a scan of the page, not a figure on it: it spans the page in one direction, and covers at least half of its area.
/// Scans of uneven size are placed like that on pages of one size.
fn fills(image: &Area, page: &Area) -> bool {
    let (across, down) = image.spans(page);
    let area = |area: &Area| area.width() * area.height();
    (across || down) && area(image) >= area(page) * MIN_AREA_RATIO
}

fn is_present(dict: &Dict<'_>, key: &str) -> bool {
    match dict.get_raw::<Object<'_>>(key) {
        None | Some(MaybeRef::NotRef(Object::Null(_))) => false,
        Some(_) => !matches!(dict.get::<Object<'_>>(key), Some(Object::Null(_))),
    }
}

/// Whether a graphics state paints images as they are.
fn is_plain(settings: &Dict<'_>) -> bool {
    let is_one = |key: &str| settings.get::<Number>(key).is_none_or(|value| value.as_f64() >= 0.999);
    let is_named = |key: &str, names: &[&[u8]]| match settings.get::<Object<'_>>(key) {
        None => true,
        Some(Object::Name(name)) => names.contains(&name.as_ref()),
        Some(_) => false,
    };
    is_one("ca") && is_named("BM", &[b"Normal", b"Compatible"]) && is_named("SMask", &[b"None"])
}

fn matrix_of(array: &Array<'_>) -> Option<Matrix> {
    let numbers: Vec<f64> = array.iter::<Number>().map(|number| number.as_f64()).collect();
    numbers.try_into().ok().map(Matrix)
}

impl FillColour {
    fn of(components: &[Number]) -> Self {
        if components.iter().all(|component| component.as_f64() <= 0.1) {
            Self::Black
        } else if components.iter().all(|component| component.as_f64() >= 0.98) {
            Self::White
        } else {
            Self::Other
        }
    }

    fn of_cmyk(components: [Number; 4]) -> Self {
        let [c, m, y, k] = components.map(|component| component.as_f64());
        if k >= 0.9 || c.min(m).min(y) >= 0.9 {
            Self::Black
        } else if c.max(m).max(y).max(k) <= 0.02 {
            Self::White
        } else {
            Self::Other
        }
    }
}
