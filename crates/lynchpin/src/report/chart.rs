//! What a risk model is worth, as pictures that need nothing else: no script, no font, no link.
//!
//! Each lies on a ground of its own, so that it can be read on a light page and on a dark one, and
//! says in words what it shows, for whoever does not see it. The same measures give the same bytes;
//! all sizes are whole numbers.
//!
//! ```
//! use lynchpin::report::chart;
//! use lynchpin::risk::measure::Ranking;
//!
//! let ranking = Ranking::new(&[900, 100, 500, 300], &[true, false, false, true])?;
//! let picture = chart::lift(&ranking, "shop, last year");
//! assert!(picture.contains("<title>shop, last year</title>"));
//! assert!(picture.contains("riskiest 50 %: 50.0 % of the failures, 1.0 times chance"));
//! # Ok::<(), lynchpin::base::Error>(())
//! ```

use super::safe;
use super::svg::{LINE, PAD, escape, note, text, wide};
use super::words::{counted, percent};
use crate::base::Probability;
use crate::risk::measure::{Bin, Calibration, Ranking};

/// The side of the square that is drawn in, and how far it is from the left and from the top.
const SIDE: usize = 400;
const LEFT: usize = 72;
const TOP: usize = 44;
/// The size of it all, but for the lines below and what is wide in them.
const WIDTH: usize = LEFT + SIDE + 36;
const HEIGHT: usize = TOP + SIDE + 64;
/// The widest title, in columns.
const TITLE_COLUMNS: usize = 48;
/// The shares of the changes that are marked on the curve, in per cent.
const MARKED: [u32; 4] = [5, 10, 20, 50];
const BILLION: u32 = 1_000_000_000;

/// Whether probabilities come true: for each bin, the share that failed over what was said, with
/// the number of changes; on the line, it would be the same. The axes end at the first of 1, 2, 5,
/// 10, 20, 50 and 100 % that holds everything.
#[must_use]
pub fn reliability(found: &Calibration, title: &str) -> String {
    let largest = found.bins.iter().flat_map(|bin| [bin.predicted, bin.observed]).max();
    let ends = [1, 2, 5, 10, 20, 50].map(|percent| BILLION / 100 * percent);
    let most = largest.unwrap_or(Probability::ONE).parts_per_billion();
    let axis = Axis { most: ends.into_iter().find(|end| most <= *end).unwrap_or(BILLION) };
    let place = |bin: &Bin| axis.place(bin.predicted, bin.observed);
    let mut chart = Chart::new(title, axis, ["said to fail", "failed"]);
    chart.line(found.bins.iter().map(place));
    for (number, bin) in (1_usize..).zip(&found.bins) {
        let (said, failed) = (percent(bin.predicted), percent(bin.observed));
        let changes = usize::try_from(bin.count).unwrap_or(usize::MAX);
        let changes = counted(changes, "change", "changes");
        chart.point(place(bin), &number.to_string());
        chart.say(format!("{number}: {changes}, said to fail {said}, failed {failed}"));
    }
    chart.say(format!("calibration error {}", percent(found.error)));
    chart.draw()
}

/// How many of the failures are among the riskiest changes: the share of the failures over the
/// share of the changes, with 5, 10, 20 and 50 % of the changes marked. On the line would be what
/// chance finds.
#[must_use]
pub fn lift(ranking: &Ranking, title: &str) -> String {
    if ranking.failures() == 0 {
        return note("nothing failed: there is nothing to rank");
    }
    let axis = Axis { most: BILLION };
    let share = |percent: u32| Probability::from_parts_per_billion(BILLION / 100 * percent);
    // Something failed, so that there is a recall.
    let recall = |percent: u32| ranking.recall(percent).unwrap_or(Probability::ZERO);
    let place = |percent: u32| axis.place(share(percent), recall(percent));
    let mut chart = Chart::new(title, axis, ["the riskiest changes", "of the failures"]);
    chart.line((0..=100).map(place));
    for marked in MARKED {
        let found = recall(marked);
        // In tenths, rounded.
        let times = (found.parts_per_billion() / marked).saturating_add(500_000) / 1_000_000;
        chart.point(place(marked), &format!("{marked} %"));
        chart.say(format!(
            "riskiest {marked} %: {} of the failures, {}.{} times chance",
            percent(found),
            times / 10,
            times % 10,
        ));
    }
    chart.draw()
}

/// Both axes of a square: from nothing to so many parts per billion.
#[derive(Clone, Copy)]
struct Axis {
    most: u32,
}

impl Axis {
    /// How far a share is along the axis.
    fn along(self, share: Probability) -> usize {
        let side = u64::try_from(SIDE).unwrap_or(0);
        let twice = u64::from(share.parts_per_billion()) * side * 2 + u64::from(self.most);
        usize::try_from(twice / (2 * u64::from(self.most))).unwrap_or(0).min(SIDE)
    }

    /// Where a point is: to the right and down from the upper left corner.
    fn place(self, right: Probability, up: Probability) -> (usize, usize) {
        (LEFT + self.along(right), TOP + SIDE - self.along(up))
    }
}

/// A square with axes, a curve, points and what it says.
struct Chart {
    title: String,
    axis: Axis,
    names: [&'static str; 2],
    curve: String,
    points: String,
    labels: String,
    said: Vec<String>,
}

impl Chart {
    fn new(title: &str, axis: Axis, names: [&'static str; 2]) -> Chart {
        let title = safe::line(title, TITLE_COLUMNS);
        let (curve, points, labels) = (String::new(), String::new(), String::new());
        Chart { title, axis, names, curve, points, labels, said: Vec::new() }
    }

    fn line(&mut self, places: impl Iterator<Item = (usize, usize)>) {
        let places: Vec<String> = places.map(|(x, y)| format!("{x},{y}")).collect();
        self.curve.push_str(&format!("<polyline points=\"{}\"/>\n", places.join(" ")));
    }

    fn point(&mut self, (x, y): (usize, usize), label: &str) {
        self.points.push_str(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"4\"/>\n"));
        self.labels.push_str(&text(x + PAD, y + LINE, label));
    }

    /// Says something below, and to whoever does not see the picture.
    fn say(&mut self, line: String) {
        self.said.push(line);
    }

    fn draw(&self) -> String {
        let (width, height) = (WIDTH.max(wide(&self.said)), HEIGHT + self.said.len() * LINE + PAD);
        let (title, desc) = (escape(&self.title), escape(&self.said.join("; ")));
        let (right, bottom) = (LEFT + SIDE, TOP + SIDE);
        let mut below = text(LEFT, TOP - LINE, &self.title);
        for (line, said) in self.said.iter().enumerate() {
            below.push_str(&text(PAD, HEIGHT + line * LINE, said));
        }
        let [grid, across, up] = self.grid();
        let [curve, points, labels] = [&self.curve, &self.points, &self.labels];
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" \
             viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             font-family=\"monospace\" font-size=\"13\">\n\
             <title>{title}</title>\n<desc>{desc}</desc>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#eef3f8\"/>\n\
             <g stroke=\"#ccd6e0\" fill=\"none\">\n{grid}</g>\n\
             <path d=\"M{LEFT} {bottom} L{right} {TOP}\" stroke=\"#667\" stroke-dasharray=\"4\"/>\n\
             <g stroke=\"#246\" stroke-width=\"2\" fill=\"none\">\n{curve}</g>\n\
             <g fill=\"#246\">\n{points}</g>\n<g fill=\"#123\">\n{labels}{below}</g>\n\
             <g fill=\"#123\" text-anchor=\"middle\">\n{across}</g>\n\
             <g fill=\"#123\" text-anchor=\"end\">\n{up}</g>\n</svg>\n"
        )
    }

    /// The lines of the square, at each fifth, and what stands at its lower and its left side.
    fn grid(&self) -> [String; 3] {
        let (mut grid, mut across, mut up) = (String::new(), String::new(), String::new());
        let (right, bottom) = (LEFT + SIDE, TOP + SIDE);
        for fifth in 0..=5 {
            let share = Probability::from_parts_per_billion(self.axis.most / 5 * fifth);
            let (x, y) = self.axis.place(share, share);
            grid.push_str(&format!("<path d=\"M{x} {TOP} V{bottom} M{LEFT} {y} H{right}\"/>\n"));
            let said = percent(share).replace(".0 %", " %");
            across.push_str(&text(x, bottom + LINE, &said));
            up.push_str(&text(LEFT - PAD, y + 4, &said));
        }
        let [name_across, name_up] = self.names;
        across.push_str(&text(LEFT + SIDE / 2, bottom + 2 * LINE, name_across));
        let (x, y) = (14, TOP + SIDE / 2);
        across.push_str(&format!(
            "<text transform=\"translate({x} {y}) rotate(-90)\">{}</text>\n",
            escape(name_up)
        ));
        [grid, across, up]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(parts: u32) -> Probability {
        Probability::from_parts_per_billion(parts)
    }

    fn calibration(tenths: &[(u32, bool)]) -> Calibration {
        let said: Vec<Probability> = tenths.iter().map(|it| share(it.0 * 100_000_000)).collect();
        let failed: Vec<bool> = tenths.iter().map(|it| it.1).collect();
        Calibration::new(&said, &failed, share(1)).unwrap().unwrap()
    }

    #[test]
    fn points_are_where_they_belong() {
        let axis = Axis { most: BILLION };
        assert_eq!(axis.place(share(0), share(0)), (LEFT, TOP + SIDE));
        assert_eq!(axis.place(share(BILLION), share(BILLION / 4)), (LEFT + 400, TOP + 300));
        // To the nearest whole, a half upwards; nothing is drawn outside.
        assert_eq!(axis.along(share(1_249_999)), 0);
        assert_eq!(axis.along(share(1_250_000)), 1);
        assert_eq!(Axis { most: BILLION / 10 }.along(share(BILLION / 5)), SIDE);
    }

    #[test]
    fn each_bin_is_drawn_and_told_on_axes_that_hold_it() {
        let found = calibration(&[(1, false), (1, true), (2, false), (2, false)]);
        let drawn = reliability(&found, "shop");
        assert_eq!(drawn.matches("<circle").count(), 2);
        // Half of those of which a tenth was said failed: the axes end at fifty per cent.
        assert!(drawn.contains("<polyline points=\"152,44 232,444\"/>"), "{drawn}");
        assert!(drawn.contains("1: 2 changes, said to fail 10.0 %, failed 50.0 %"), "{drawn}");
        assert!(drawn.contains(">50 %</text>") && !drawn.contains(">60 %</text>"));
        assert!(drawn.contains(">calibration error 30.0 %</text>"), "{drawn}");
        let all = reliability(&calibration(&[(6, true)]), "shop");
        assert!(all.contains(">100 %</text>") && all.contains("1: 1 change, said"), "{all}");
        let none = reliability(&calibration(&[(0, false)]), "shop");
        assert!(none.contains(">1 %</text>") && !none.contains(">2 %</text>"), "{none}");
    }

    #[test]
    fn the_curve_goes_through_the_shares_that_are_told() {
        let ranking = Ranking::new(&[4, 3, 2, 1], &[true, false, true, false]).unwrap();
        let drawn = lift(&ranking, "shop");
        // Five per cent are a fifth of the one on top, which is half of the failures.
        assert!(drawn.contains("<circle cx=\"92\" cy=\"404\" r=\"4\"/>"), "{drawn}");
        let told = "riskiest 5 %: 10.0 % of the failures, 2.0 times chance";
        assert_eq!(drawn.matches(told).count(), 2, "{drawn}");
        assert!(drawn.contains("72,444 76,436 ") && drawn.contains(" 472,44\""), "{drawn}");
        assert_eq!(drawn.matches("<circle").count(), 4);
        let nothing = lift(&Ranking::new(&[1], &[false]).unwrap(), "shop");
        assert!(nothing.contains("nothing failed") && !nothing.contains("<circle"), "{nothing}");
    }

    #[test]
    fn a_title_stays_a_text_and_a_line() {
        let bad = "</title><script>alert('x')</script>\u{1b}[2J\n\u{202e}";
        let ranking = Ranking::new(&[1, 2], &[true, false]).unwrap();
        let long = bad.repeat(1_000);
        for title in [bad, &long] {
            let drawn = [lift(&ranking, title), reliability(&calibration(&[(1, true)]), title)];
            for picture in drawn {
                assert!(!picture.contains("<script") && !picture.contains('\u{1b}'), "{picture}");
                assert!(!picture.contains('\u{202e}') && picture.len() < 8_000, "{picture}");
                assert_eq!(picture.matches("<title>").count(), 1);
                assert_eq!(picture.matches("<desc>").count(), 1);
            }
        }
    }
}
