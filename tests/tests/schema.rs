//! The published JSON Schema is the one that the types make.

use std::fs;
use std::path::Path;

use lynchpin::model::Portfolio;

#[test]
fn the_portfolio_schema_is_current() {
    let schema = schemars::schema_for!(Portfolio);
    let made = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/portfolio-1.json");
    #[expect(clippy::disallowed_methods, reason = "a test may be told to renew what it checks")]
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &made).unwrap();
    }
    let published = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == made,
        "schema/portfolio-1.json is not what the types make: run the tests with BLESS=1 and read \
         the diff"
    );
}
