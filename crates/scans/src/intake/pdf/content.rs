use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction as Op;
use hayro_syntax::object::dict::keys::{BBOX, CONTENTS, MATRIX, OC, RESOURCES, SUBTYPE};
use hayro_syntax::object::{Array, Dict, MaybeRef, Name, Number, Object, Rect, Stream};
use hayro_syntax::page::{Page, Resources};

use super::geometry::{Area, Matrix};

/// What a page's content paints.
pub(super) enum Content<'a> {
    /// One picture and nothing else that can be seen.
    Scan(Placed<'a>),
    /// Something else; why.
    Drawing(&'static str),
}

/// A picture on the page.
pub(super) struct Placed<'a> {
    pub(super) picture: Stream<'a>,
    /// Where the unit square of the picture lies.
    pub(super) matrix: Matrix,
    /// What a stencil is painted with.
    pub(super) ink: Ink,
    /// What names its colour space refers to.
    pub(super) resources: Resources<'a>,
}

/// A fill colour, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Black,
    White,
    Other,
}

/// More operators than this are no scan; reading on would only take time.
const MAX_OPERATORS: usize = 500_000;
/// Forms in forms that are followed.
const MAX_DEPTH: usize = 8;

/// Looks at everything that a page paints.
///
/// Text that is not shown (the layer of recognised words that many scans have), white backgrounds, and all that lies under a
/// picture of the whole page count as nothing. Annotations are no part of the content and are left out.
pub(super) fn look_at<'a>(page: &Page<'a>) -> Content<'a> {
    let area = Area::of_page(page);
    let mut look = Look { page: area, found: None, drawing: None, operators: 0 };
    let state = State { ctm: Matrix::IDENTITY, ink: Ink::Black, clip: area, is_text_hidden: false, is_plain: true };
    look.run(&content_of(page), page.resources(), state, 0);
    match (look.found, look.drawing) {
        (_, Some(why)) => Content::Drawing(why),
        (None, None) => Content::Drawing("the page is empty"),
        (Some(scan), None) => Content::Scan(scan),
    }
}

/// The page's operators, decoded; kept by nobody, so that memory does not grow with the pages of a book.
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
    ink: Ink,
    clip: Area,
    is_text_hidden: bool,
    /// No transparency, soft mask or blend mode.
    is_plain: bool,
}

impl State {
    /// A path has been painted, or not; if it clips, it does so from here on.
    fn end_path(&mut self, path: &mut Path, clips: &mut bool) {
        if *clips {
            match path {
                Path::Rectangle(area) => self.clip = self.clip.intersection(area),
                // What a complicated outline leaves is not followed: a picture in it is drawn.
                Path::Nothing | Path::Complicated => self.is_plain = false,
            }
        }
        (*path, *clips) = (Path::Nothing, false);
    }
}

struct Look<'a> {
    page: Area,
    found: Option<Placed<'a>>,
    drawing: Option<&'static str>,
    operators: usize,
}

/// The path under construction, as far as it can be followed.
#[derive(Clone, Copy)]
enum Path {
    Nothing,
    Rectangle(Area),
    Complicated,
}

impl<'a> Look<'a> {
    fn run(&mut self, content: &[u8], resources: &Resources<'a>, start: State, depth: usize) {
        let mut state = start;
        let mut saved = Vec::new();
        let (mut path, mut clips) = (Path::Nothing, false);
        let mut operators = TypedIter::new(content);
        while let Some(operator) = operators.next() {
            self.operators += 1;
            if self.operators > MAX_OPERATORS {
                self.drawing = Some("it is drawn with very many lines");
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
                Op::NonStrokeColorDeviceGray(grey) => state.ink = Ink::of(&[grey.0]),
                Op::NonStrokeColorDeviceRgb(rgb) => state.ink = Ink::of(&[rgb.0, rgb.1, rgb.2]),
                Op::NonStrokeColorCmyk(cmyk) => state.ink = Ink::of_cmyk([cmyk.0, cmyk.1, cmyk.2, cmyk.3]),
                // A new colour space starts with black in all but the rare ones; what `sc` sets in them is not followed.
                Op::NonStrokeColor(_) | Op::NonStrokeColorNamed(_) | Op::ColorSpaceNonStroke(_) => {
                    state.ink = Ink::Other;
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
                    let is_background = state.ink == Ink::White && self.found.is_none();
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
                    self.paint("it has text");
                }
                Op::BeginMarkedContentWithProperties(mark) if mark.0.as_ref() == OC => self.paint("it has layers"),
                Op::InlineImage(_) => self.paint("its picture stands in the content itself"),
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
        self.drawing.get_or_insert(what);
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
            Some(b"Image") => self.paint_picture(object, resources, state),
            _ => self.paint("it has something unknown"),
        }
    }

    fn paint_picture(&mut self, picture: Stream<'a>, resources: &Resources<'a>, state: State) {
        let bounds = state.ctm.bounds(0.0, 0.0, 1.0, 1.0);
        let visible = bounds.intersection(&state.clip);
        if visible.width() <= 0.0 || visible.height() <= 0.0 {
            return;
        }
        let dict = picture.dict();
        let has_mask = ["SMask", "Mask"].iter().any(|key| is_something(dict, key));
        let is_stencil = dict.get::<bool>("ImageMask").unwrap_or(false);
        let (across, down) = visible.spans(&self.page);
        let hides_all_below = across && down && state.is_plain && !has_mask && !is_stencil;
        if hides_all_below {
            (self.found, self.drawing) = (None, None);
        }
        if self.found.is_some() {
            self.paint("it has several pictures");
        } else if !state.is_plain || has_mask {
            self.paint("its picture shines through");
        } else if !state.ctm.is_axis_aligned() {
            self.paint("its picture stands askew");
        } else if !bounds.is_kept_by(&visible) {
            self.paint("its picture is cut");
        } else if !fills(&visible, &self.page) {
            self.paint("its picture is small");
        } else {
            self.found = Some(Placed { picture, matrix: state.ctm, ink: state.ink, resources: resources.clone() });
        }
    }
}

/// Whether a picture is the page's, not a picture on it: from edge to edge in one direction, and more than half in the other.
/// Scans of uneven size are put like that on pages of one size.
fn fills(picture: &Area, page: &Area) -> bool {
    let (across, down) = picture.spans(page);
    let area = |area: &Area| area.width() * area.height();
    (across || down) && area(picture) >= area(page) * 0.5
}

fn is_something(dict: &Dict<'_>, key: &str) -> bool {
    match dict.get_raw::<Object<'_>>(key) {
        None | Some(MaybeRef::NotRef(Object::Null(_))) => false,
        Some(_) => !matches!(dict.get::<Object<'_>>(key), Some(Object::Null(_))),
    }
}

/// Whether a graphics state leaves pictures as they are.
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

impl Ink {
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
