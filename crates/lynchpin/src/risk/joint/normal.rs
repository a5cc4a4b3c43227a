//! The normal distribution.

/// How often a normal number is below another.
pub(super) fn below(number: f64) -> f64 {
    0.5 * libm::erfc(-number * std::f64::consts::FRAC_1_SQRT_2)
}

/// How high a normal number is at most, of one below which so many lie: nine more than which, or
/// nine less than which, is as good as certain.
const HIGH: f64 = 9.0;
/// Halving so often comes as near as a float can.
const HALVINGS: u32 = 60;

/// The number below which normal numbers are as often as a probability says.
pub(super) fn threshold(probability: f64) -> f64 {
    let (mut low, mut high) = (-HIGH, HIGH);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if below(middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_what_so_many_are_below() {
        assert!((below(0.0) - 0.5).abs() < 1e-15);
        assert!((below(1.959_963_984_540_054) - 0.975).abs() < 1e-15);
        assert!((threshold(0.975) - 1.959_963_984_540_054).abs() < 1e-12);
        assert!((threshold(0.001) + 3.090_232_306_167_813).abs() < 1e-11);
        assert!(threshold(0.0) < -8.9 && threshold(1.0) > 8.0);
    }
}
