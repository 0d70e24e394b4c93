//! Scans in layers, as in mixed raster content (ITU-T T.44): the ink as a mask of one bit at full resolution, and the colours of ink and paper at a
//! low one. Text stays sharp, and the file becomes a fraction of the scan.

mod cells;
mod ink;
mod layers;

pub(in crate::pdf) use layers::{InkLayers, Layers, compacted};
