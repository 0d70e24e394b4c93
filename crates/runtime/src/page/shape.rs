use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::marker::PhantomData;

/// Types that are no JSON object, such as a list: parts of an output, never a whole one. `#[page]` implements it for tuple structs and for
/// enums without a tag.
pub trait PartOnly {}

/// Outputs that are a JSON object, as far as the compiler can tell.
#[diagnostic::on_unimplemented(
    message = "an output is a struct with named fields",
    label = "not a struct with named fields: make it a field of one",
    note = "an enum with `#[serde(tag = \"…\")]`, whose variants have named fields, is an output as well"
)]
pub trait Object {}

/// What [`OutputShape`] finds a type to be.
pub enum Whole {}
/// What [`OutputShape`] finds a type to be that implements [`PartOnly`].
pub enum Part {}

impl Object for Whole {}

/// The output of a stage, of which `register!` asks whether it can be one.
pub struct OutputShape<T>(PhantomData<T>);

impl<T> OutputShape<T> {
    /// Of the type.
    pub const OF: Self = Self(PhantomData);
}

/// Finds out which shape an output has: of the two implementations the compiler takes the one with a reference if it can.
pub trait FindShape {
    /// `Whole` or `Part`.
    type Shape;
    /// Only its type is of interest.
    fn shape(&self) -> PhantomData<Self::Shape> {
        PhantomData
    }
}

impl<T: PartOnly> FindShape for &OutputShape<T> {
    type Shape = Part;
}

impl<T> FindShape for OutputShape<T> {
    type Shape = Whole;
}

/// Takes the shape of what can be an output.
pub const fn accept<S: Object>(_: PhantomData<S>) {}

impl<T> PartOnly for Vec<T> {}
impl<T> PartOnly for Option<T> {}
impl<T> PartOnly for BTreeSet<T> {}
impl<T, S> PartOnly for HashSet<T, S> {}
impl<K, V> PartOnly for BTreeMap<K, V> {}
impl<K, V, S> PartOnly for HashMap<K, V, S> {}
