use crate::raster::Raster;

/// Side of the part of the page that is examined, px: enough for some hundred letters at any resolution.
const WINDOW_PX: u32 = 3000;
/// Fewer letters than this are not evaluated.
const MIN_LETTERS: usize = 40;

/// The height of letters without ascender or descender, px; `None` for a page without text.
///
/// Letters are connected components of dark pixels. Most components of a page are such letters, so their height is the most frequent one.
pub(crate) fn x_height_px(page: &Raster) -> Option<f64> {
    let window = Window::in_the_middle_of(page);
    let threshold = window.threshold(page)?;
    let heights = ConnectedComponents::of(page, &window, threshold).letter_heights();
    if heights.len() < MIN_LETTERS {
        return None;
    }
    most_frequent(heights)
}

struct Window {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

impl Window {
    fn in_the_middle_of(page: &Raster) -> Self {
        let (width, height) = (page.width.min(WINDOW_PX), page.height.min(WINDOW_PX));
        Self { x: (page.width - width) / 2, y: (page.height - height) / 2, width, height }
    }

    /// Otsu's threshold: pixels below it are dark. `None` for a page of one colour.
    fn threshold(&self, page: &Raster) -> Option<u8> {
        let mut histogram = [0_u64; 256];
        for y in self.y..self.y + self.height {
            for x in self.x..self.x + self.width {
                histogram[usize::from(page.luminance(x, y))] += 1;
            }
        }
        let total: u64 = histogram.iter().sum();
        let sum: f64 = histogram.iter().enumerate().map(|(luminance, count)| luminance as f64 * *count as f64).sum();
        let (mut below, mut sum_below, mut best, mut threshold) = (0_u64, 0.0, 0.0, None);
        for (luminance, count) in histogram.iter().enumerate().take(255) {
            below += count;
            sum_below += luminance as f64 * *count as f64;
            if below == 0 || below == total {
                continue;
            }
            let above = (total - below) as f64;
            let distance = sum_below / below as f64 - (sum - sum_below) / above;
            let between = below as f64 * above * distance * distance;
            if between > best {
                (best, threshold) = (between, Some(luminance as u8 + 1));
            }
        }
        threshold
    }
}

/// Connected components of dark pixels, found row by row by joining runs that touch.
struct ConnectedComponents {
    /// Union-find: the component that a component was joined to, or itself.
    joined_to: Vec<u32>,
    boxes: Vec<ComponentBox>,
    window_height: u32,
}

#[derive(Clone, Copy)]
struct ComponentBox {
    left: u32,
    right: u32,
    top: u32,
    bottom: u32,
}

#[derive(Clone, Copy)]
struct Run {
    start: u32,
    end: u32,
    component: u32,
}

impl ConnectedComponents {
    fn of(page: &Raster, window: &Window, threshold: u8) -> Self {
        let mut components = Self { joined_to: Vec::new(), boxes: Vec::new(), window_height: window.height };
        let mut above: Vec<Run> = Vec::new();
        for y in window.y..window.y + window.height {
            let mut runs: Vec<Run> = Vec::new();
            let mut x = window.x;
            let end = window.x + window.width;
            while x < end {
                if page.luminance(x, y) >= threshold {
                    x += 1;
                    continue;
                }
                let start = x;
                while x < end && page.luminance(x, y) < threshold {
                    x += 1;
                }
                runs.push(components.add_run(start, x, y, &above));
            }
            above = runs;
        }
        components
    }

    fn add_run(&mut self, start: u32, end: u32, y: u32, above: &[Run]) -> Run {
        let first = above.partition_point(|run| run.end < start);
        let touching = above[first..].iter().take_while(|run| run.start <= end);
        let mut component = None;
        for run in touching {
            let other = self.root(run.component);
            component = Some(component.map_or(other, |component| self.join(component, other)));
        }
        let component = component.unwrap_or_else(|| {
            self.joined_to.push(self.boxes.len() as u32);
            self.boxes.push(ComponentBox { left: start, right: end, top: y, bottom: y });
            (self.boxes.len() - 1) as u32
        });
        let area = &mut self.boxes[component as usize];
        area.left = area.left.min(start);
        area.right = area.right.max(end);
        area.bottom = y;
        Run { start, end, component }
    }

    fn root(&mut self, mut component: u32) -> u32 {
        while self.joined_to[component as usize] != component {
            let next = self.joined_to[component as usize];
            self.joined_to[component as usize] = self.joined_to[next as usize];
            component = next;
        }
        component
    }

    fn join(&mut self, one: u32, other: u32) -> u32 {
        if one != other {
            let joined = self.boxes[other as usize];
            let area = &mut self.boxes[one as usize];
            area.left = area.left.min(joined.left);
            area.right = area.right.max(joined.right);
            area.top = area.top.min(joined.top);
            area.bottom = area.bottom.max(joined.bottom);
            self.joined_to[other as usize] = one;
        }
        one
    }

    /// Heights of the components that have the shape of a letter, px.
    fn letter_heights(&self) -> Vec<u32> {
        let roots =
            self.boxes.iter().enumerate().filter(|(component, _)| self.joined_to[*component] == *component as u32);
        roots
            .map(|(_, area)| (area.right - area.left, area.bottom - area.top + 1))
            .filter(|(_, height)| *height >= 5 && *height <= self.window_height / 8)
            .filter(|(width, height)| width * 4 >= *height && *width <= height * 3)
            .map(|(_, height)| height)
            .collect()
    }
}

/// The height around which most letters are, give or take a tenth.
fn most_frequent(mut heights: Vec<u32>) -> Option<f64> {
    heights.sort_unstable();
    // Dots, commas and specks are small and many: components below half of the height of tall letters are ignored.
    let tall = heights[heights.len() * 8 / 10];
    heights.retain(|height| height * 2 >= tall);
    let near = |centre: u32| {
        let reach = (centre / 10).max(1);
        let from = heights.partition_point(|height| *height < centre.saturating_sub(reach));
        let to = heights.partition_point(|height| *height <= centre + reach);
        &heights[from..to]
    };
    let best = heights.iter().copied().max_by_key(|centre| (near(*centre).len(), std::cmp::Reverse(*centre)))?;
    let nearest = near(best);
    Some(f64::from(nearest.iter().sum::<u32>()) / nearest.len() as f64)
}
