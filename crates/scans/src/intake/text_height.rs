use super::raster::Raster;

/// Part of the page that is looked at, px: enough for some hundred letters, whatever the scan's resolution.
const WINDOW: (u32, u32) = (3000, 3000);
/// Fewer letters than this say nothing.
const FEWEST_LETTERS: usize = 40;

/// The height of the small letters (those without ascender or descender) on a page, px; `None` where there is no text.
///
/// Letters are connected dark spots. Most of a page's spots are small letters, so their height is the most frequent one.
pub(crate) fn small_letter_height(page: &Raster) -> Option<f64> {
    let window = Window::in_the_middle_of(page);
    let darkness_below = window.threshold(page)?;
    let heights = Spots::of(page, &window, darkness_below).letter_heights();
    if heights.len() < FEWEST_LETTERS {
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
        let (width, height) = (page.width.min(WINDOW.0), page.height.min(WINDOW.1));
        Self { x: (page.width - width) / 2, y: (page.height - height) / 2, width, height }
    }

    /// Otsu's threshold: what is below is ink. `None` for a page of one colour.
    fn threshold(&self, page: &Raster) -> Option<u8> {
        let mut histogram = [0_u64; 256];
        for y in self.y..self.y + self.height {
            for x in self.x..self.x + self.width {
                histogram[usize::from(page.light(x, y))] += 1;
            }
        }
        let total: u64 = histogram.iter().sum();
        let sum: f64 = histogram.iter().enumerate().map(|(light, count)| light as f64 * *count as f64).sum();
        let (mut below, mut sum_below, mut best, mut threshold) = (0_u64, 0.0, 0.0, None);
        for (light, count) in histogram.iter().enumerate().take(255) {
            below += count;
            sum_below += light as f64 * *count as f64;
            if below == 0 || below == total {
                continue;
            }
            let above = (total - below) as f64;
            let distance = sum_below / below as f64 - (sum - sum_below) / above;
            let between = below as f64 * above * distance * distance;
            if between > best {
                (best, threshold) = (between, Some(light as u8 + 1));
            }
        }
        threshold
    }
}

/// Connected dark spots, found row by row by joining runs that touch.
struct Spots {
    /// The spot that a spot was joined to; itself where it stands alone.
    joined_to: Vec<u32>,
    boxes: Vec<SpotBox>,
    window_height: u32,
}

#[derive(Clone, Copy)]
struct SpotBox {
    left: u32,
    right: u32,
    top: u32,
    bottom: u32,
}

#[derive(Clone, Copy)]
struct Run {
    start: u32,
    end: u32,
    spot: u32,
}

impl Spots {
    fn of(page: &Raster, window: &Window, darkness_below: u8) -> Self {
        let mut spots = Self { joined_to: Vec::new(), boxes: Vec::new(), window_height: window.height };
        let mut above: Vec<Run> = Vec::new();
        for y in window.y..window.y + window.height {
            let mut runs: Vec<Run> = Vec::new();
            let mut x = window.x;
            let end = window.x + window.width;
            while x < end {
                if page.light(x, y) >= darkness_below {
                    x += 1;
                    continue;
                }
                let start = x;
                while x < end && page.light(x, y) < darkness_below {
                    x += 1;
                }
                runs.push(spots.add_run(start, x, y, &above));
            }
            above = runs;
        }
        spots
    }

    fn add_run(&mut self, start: u32, end: u32, y: u32, above: &[Run]) -> Run {
        let first = above.partition_point(|run| run.end < start);
        let touching = above[first..].iter().take_while(|run| run.start <= end);
        let mut spot = None;
        for run in touching {
            let other = self.root(run.spot);
            spot = Some(spot.map_or(other, |spot| self.join(spot, other)));
        }
        let spot = spot.unwrap_or_else(|| {
            self.joined_to.push(self.boxes.len() as u32);
            self.boxes.push(SpotBox { left: start, right: end, top: y, bottom: y });
            (self.boxes.len() - 1) as u32
        });
        let area = &mut self.boxes[spot as usize];
        area.left = area.left.min(start);
        area.right = area.right.max(end);
        area.bottom = y;
        Run { start, end, spot }
    }

    fn root(&mut self, mut spot: u32) -> u32 {
        while self.joined_to[spot as usize] != spot {
            let next = self.joined_to[spot as usize];
            self.joined_to[spot as usize] = self.joined_to[next as usize];
            spot = next;
        }
        spot
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

    /// Heights of what has the shape of a letter, px.
    fn letter_heights(&self) -> Vec<u32> {
        let alone = self.boxes.iter().enumerate().filter(|(spot, _)| self.joined_to[*spot] == *spot as u32);
        alone
            .map(|(_, area)| (area.right - area.left, area.bottom - area.top + 1))
            .filter(|(_, height)| *height >= 5 && *height <= self.window_height / 8)
            .filter(|(width, height)| width * 4 >= *height && *width <= height * 3)
            .map(|(_, height)| height)
            .collect()
    }
}

/// The height around which most letters lie, within a tenth up and down.
fn most_frequent(mut heights: Vec<u32>) -> Option<f64> {
    heights.sort_unstable();
    // Dots, commas and speckle are small and many: what is below half of the taller letters is no letter.
    let tall = heights[heights.len() * 8 / 10];
    heights.retain(|height| height * 2 >= tall);
    let near = |centre: u32| {
        let reach = (centre / 10).max(1);
        let from = heights.partition_point(|height| *height < centre.saturating_sub(reach));
        let to = heights.partition_point(|height| *height <= centre + reach);
        &heights[from..to]
    };
    let best = heights.iter().copied().max_by_key(|centre| (near(*centre).len(), std::cmp::Reverse(*centre)))?;
    let crowd = near(best);
    Some(f64::from(crowd.iter().sum::<u32>()) / crowd.len() as f64)
}
