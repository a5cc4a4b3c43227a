//! What needs no Python: a panic is an error, and every error has its exception.

#[path = "../src/family.rs"]
mod family;
#[path = "../src/guard.rs"]
mod guard;

use family::{Family, Given};
use guard::Guard;
use lynchpin::base::ErrorCode;

#[test]
fn a_panic_becomes_an_error_and_breaks_its_own_object() {
    let (hit, other) = (Guard::default(), Guard::default());
    assert_eq!(hit.change(|| Ok(7)), Ok(7));
    let error =
        hit.change(|| -> lynchpin::base::Result<()> { panic!("{} things", 2) }).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Panic);
    assert!(error.to_string().contains("2 things"), "{error}");
    assert_eq!(hit.change(|| Ok(7)).unwrap_err().code(), ErrorCode::Broken);
    assert_eq!(hit.read(|| Ok(7)).unwrap_err().code(), ErrorCode::Broken);
    assert_eq!(other.change(|| Ok(7)), Ok(7));
}

#[test]
fn a_panic_while_reading_breaks_nothing() {
    let guard = Guard::default();
    let error = guard.read(|| -> lynchpin::base::Result<()> { panic!("plain") }).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Panic);
    assert_eq!(guard.read(|| Ok(7)), Ok(7));
}

#[test]
fn any_payload_is_taken() {
    let error = Guard::default().read(|| -> lynchpin::base::Result<()> { panic!("plain") });
    assert!(error.unwrap_err().to_string().contains("plain"));
    let odd =
        Guard::default().read(|| -> lynchpin::base::Result<()> { std::panic::panic_any(7_u8) });
    assert!(odd.unwrap_err().to_string().contains("no message"));
}

#[test]
fn only_malformed_input_reads_as_such() {
    let of = |code: ErrorCode| Family::of(code, Given::Question);
    assert_eq!(of(ErrorCode::Panic), Family::Panic);
    assert_eq!(of(ErrorCode::Broken), Family::Broken);
    assert_eq!(of(ErrorCode::LimitExceeded), Family::Limit);
    assert_eq!(of(ErrorCode::StageUnknown), Family::NotFound);
    assert_eq!(of(ErrorCode::Cancelled), Family::Lynchpin);
    assert_eq!(of(ErrorCode::Other), Family::Lynchpin);
    assert_eq!(of(ErrorCode::StoreForked), Family::Ledger);
    assert_eq!(of(ErrorCode::Io), Family::Ledger);
    for code in ErrorCode::ALL {
        let family = of(*code);
        // The numbers say it too: below 1500 a document or policy is malformed, from 1600 on work
        // was stopped. Lists that do not belong together are the exception.
        let malformed = code.number() < 1500 || *code == ErrorCode::BadArgument;
        assert_eq!(family == Family::Question, malformed, "{code}");
        assert_eq!(Family::of(*code, Given::Document) == Family::Document, malformed, "{code}");
        assert_eq!(Family::of(*code, Given::Policy) == Family::Policy, malformed, "{code}");
    }
}
