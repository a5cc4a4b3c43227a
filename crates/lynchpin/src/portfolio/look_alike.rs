//! Ids of people that look alike.

use unicode_security::confusable_detection::skeleton;

/// The form in which two ids that a reader cannot tell apart are equal: lower case, with letters
/// that look like others replaced by them. For finding duplicates only, never for showing.
///
/// ```
/// use lynchpin::portfolio::look_alike;
///
/// assert_eq!(look_alike("Paypal"), look_alike("paypaI"));
/// assert_ne!(look_alike("ann"), look_alike("anna"));
/// ```
#[must_use]
pub fn look_alike(id: &str) -> String {
    // Lower case comes second too: the look-alike of a capital I is a small l.
    skeleton(&skeleton(id).collect::<String>().to_lowercase()).collect()
}
