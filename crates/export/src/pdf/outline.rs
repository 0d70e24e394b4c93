use std::io::{self, Write};

use pdf_writer::{Finish, Ref, TextStr};

use super::object_file::ObjectFile;

/// A bookmark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlineItem {
    /// Its text.
    pub title: String,
    /// The page it leads to: its place in the PDF, from 0.
    pub page: usize,
    /// The bookmarks below it.
    pub children: Vec<OutlineItem>,
}

/// A page as the target of a bookmark.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageTarget {
    pub(super) page: Ref,
    /// Height of the page, points.
    pub(super) top: f32,
    pub(super) is_rotated: bool,
}

/// Writes the bookmarks, and returns the object for the catalog; `None` where there are none. Bookmarks to pages that the PDF does not have are left out
/// with those below them.
pub(super) fn write_outline<W: Write>(
    file: &mut ObjectFile<W>,
    items: &[OutlineItem],
    pages: &[PageTarget],
) -> io::Result<Option<Ref>> {
    let root = file.reserve();
    let (children, count) = write_items(file, items, root, pages)?;
    file.write(|chunk| {
        let mut outline = chunk.outline(root);
        if let (Some(first), Some(last)) = (children.first(), children.last()) {
            outline.first(*first).last(*last).count(count);
        }
    })?;
    Ok((!children.is_empty()).then_some(root))
}

/// Writes bookmarks of the same level, and returns their objects and the number of those that are shown: all of the first level, none below it.
fn write_items<W: Write>(
    file: &mut ObjectFile<W>,
    items: &[OutlineItem],
    parent: Ref,
    pages: &[PageTarget],
) -> io::Result<(Vec<Ref>, i32)> {
    let known: Vec<(&OutlineItem, PageTarget)> =
        items.iter().filter_map(|item| Some((item, *pages.get(item.page)?))).collect();
    let refs: Vec<Ref> = known.iter().map(|_| file.reserve()).collect();
    for (at, (item, target)) in known.iter().enumerate() {
        let (children, count) = write_items(file, &item.children, refs[at], pages)?;
        file.write(|chunk| {
            let mut writer = chunk.outline_item(refs[at]);
            writer.title(TextStr(&item.title)).parent(parent);
            if let Some(previous) = at.checked_sub(1) {
                writer.prev(refs[previous]);
            }
            if let Some(next) = refs.get(at + 1) {
                writer.next(*next);
            }
            if let (Some(first), Some(last)) = (children.first(), children.last()) {
                // Negative: closed.
                writer.first(*first).last(*last).count(-count);
            }
            let destination = writer.dest().page(target.page);
            if target.is_rotated {
                destination.fit();
            } else {
                destination.xyz(0.0, target.top, None);
            }
            writer.finish();
        })?;
    }
    Ok((refs.clone(), refs.len() as i32))
}
