//! The examples of docs/windows.md: each object is on exactly when the page says so.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::Path;

use lynchpin::base::Instant;
use lynchpin::calendar::{Next, Occasion};

/// The fenced blocks of a page: the word behind the fence, and the text.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let mut parts = page.split("```");
    parts.next();
    let inside = parts.step_by(2);
    inside.map(|block| block.split_once('\n').expect("a fence stands on its line")).collect()
}

#[test]
fn every_example_is_on_when_the_page_says_so() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/windows.md");
    let page = fs::read_to_string(path).expect("the page");
    let blocks = blocks(&page);
    let (pairs, rest) = blocks.as_chunks::<2>();
    assert!(rest.is_empty() && pairs.len() >= 5, "each example has its times below it");
    for [(kind, object), (below, times)] in pairs {
        assert_eq!((*kind, *below), ("json", "text"), "{object}");
        let occasions = serde_json::from_str(object).expect("the example is one");
        let occasion = Occasion::compile(&occasions).expect("the example can be compiled");
        let mut at = Instant::EPOCH;
        for line in times.lines() {
            let found = (occasion.next_start(at), occasion.next_end(at));
            let [from, to] = [found.0, found.1].map(|next| match next {
                Next::At(at) => at.to_string(),
                Next::NoEndKnown | Next::NoMore | Next::BeyondLimit(_) => format!("{next:?}"),
            });
            assert_eq!(format!("{from}  {to}"), line, "{object}");
            at = found.1.at().expect("it ends");
        }
    }
}
