//! Services by folder, where nothing says more.

use std::borrow::Cow;
use std::collections::BTreeSet;

/// Folders that only hold others, in which each folder is a service.
const WORKSPACES: [&str; 10] = [
    "apps",
    "cmd",
    "components",
    "crates",
    "libs",
    "modules",
    "packages",
    "plugins",
    "projects",
    "services",
];

/// How far down folders are services of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Those at the top, and those in a workspace.
    Workspaces,
    /// Those at the top.
    Top,
    /// None: there are too many.
    None,
}

/// The folder that is the service of a path; none for what lies at the top or in a hidden folder,
/// which belongs to the repository as a whole.
///
/// What lies directly in a workspace belongs to the workspace.
pub(crate) fn folder(path: &str, depth: Depth) -> Option<&str> {
    let (top, rest) = path.split_once('/')?;
    if top.starts_with('.') || depth == Depth::None {
        return None;
    }
    let inner = rest.split_once('/').map(|(inner, _)| inner);
    match inner.filter(|inner| !inner.starts_with('.')) {
        Some(inner) if depth == Depth::Workspaces && WORKSPACES.contains(&top) => {
            path.get(..top.len().saturating_add(1).saturating_add(inner.len()))
        }
        Some(_) | None => Some(top),
    }
}

/// The folders of all paths, sorted, at most so many, and how far down they go.
pub(crate) fn folders<'a>(paths: &'a [Cow<'a, str>], most: usize) -> (BTreeSet<&'a str>, Depth) {
    for depth in [Depth::Workspaces, Depth::Top] {
        let found: BTreeSet<&str> = paths.iter().filter_map(|path| folder(path, depth)).collect();
        if found.len() <= most {
            return (found, depth);
        }
    }
    (BTreeSet::new(), Depth::None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_at_the_top_and_in_workspaces_are_services() {
        for (path, expected) in [
            ("README.md", None),
            (".github/workflows/ci.yml", None),
            ("src/a/b.c", Some("src")),
            ("crates/core/src/lib.rs", Some("crates/core")),
            ("crates/README.md", Some("crates")),
            ("crates/.cargo/config", Some("crates")),
            ("packages/@shop/cart/x", Some("packages/@shop")),
            ("src/crates/x/y", Some("src")),
        ] {
            assert_eq!(folder(path, Depth::Workspaces), expected, "{path}");
        }
        assert_eq!(folder("crates/core/x", Depth::Top), Some("crates"));
    }

    #[test]
    fn too_many_folders_are_taken_together() {
        let of = |path: &str| Cow::Owned(path.to_owned());
        let mut paths: Vec<Cow<'_, str>> = (0..5).map(|n| of(&format!("apps/{n}/x"))).collect();
        paths.push(of("b/x"));
        assert_eq!(folders(&paths, 6).1, Depth::Workspaces);
        let (found, depth) = folders(&paths, 5);
        assert_eq!((found.into_iter().collect::<Vec<_>>(), depth), (vec!["apps", "b"], Depth::Top));
        assert_eq!(folders(&paths, 1), (BTreeSet::new(), Depth::None));
    }
}
