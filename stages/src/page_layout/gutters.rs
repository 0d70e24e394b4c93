use shelf_pages::Bbox;

/// At most this fraction of rows may cross a column gap, as a heading over several columns does.
const MAX_CROSSING_RATIO: f64 = 0.1;

/// The middles of the gaps between columns, px: where almost no row has a word, for at least `min_px`. `rows` are the boxes of each row's words.
pub(crate) fn gutters(rows: &[Vec<Bbox>], min_px: f64) -> Vec<u32> {
    let left = rows.iter().flatten().map(|word| word.x).min().unwrap_or(0);
    let right = rows.iter().flatten().map(Bbox::right).max().unwrap_or(0);
    let max_crossing = (MAX_CROSSING_RATIO * rows.len() as f64).floor() as usize;
    let is_free = |x: u32| {
        rows.iter().filter(|row| row.iter().any(|word| word.x <= x && x < word.right())).count() <= max_crossing
    };
    let mut gutters = Vec::new();
    let mut start: Option<u32> = None;
    for x in left..=right {
        match (is_free(x) && x < right, start) {
            (true, None) => start = Some(x),
            (false, Some(from)) => {
                if f64::from(x - from) >= min_px {
                    gutters.push(u32::midpoint(from, x));
                }
                start = None;
            }
            _ => {}
        }
    }
    gutters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_that_all_rows_share_are_gutters() {
        let row = |y: u32, words: &[(u32, u32)]| -> Vec<Bbox> {
            words.iter().map(|(x, width)| Bbox { x: *x, y, width: *width, height: 20 }).collect()
        };
        let rows = [row(0, &[(0, 90), (150, 30), (230, 20)]), row(30, &[(0, 40), (50, 50), (140, 40), (220, 30)])];
        assert_eq!(gutters(&rows, 30.0), [120, 200]);
        assert_eq!(gutters(&rows, 45.0), Vec::<u32>::new());
    }
}
