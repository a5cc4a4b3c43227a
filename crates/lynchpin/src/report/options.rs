//! What a caller may choose about the look of an answer.

use std::collections::BTreeMap;

use crate::base::Instant;
use crate::base::id::ChangeId;
use crate::model::Portfolio;

/// Whether the text may carry the escape sequences of a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Text and nothing else: for files, pipes and logs.
    #[default]
    Plain,
    /// Colours by ANSI escape sequences: for terminals.
    Ansi,
}

/// How much of a tree of reasons is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fold {
    /// What is met stands on one line; what is not is shown down to its leaves.
    #[default]
    Met,
    /// Everything is shown.
    Nothing,
}

/// The look of an answer.
///
/// ```
/// use lynchpin::report::{Fold, Options, Style};
///
/// let options = Options::new().with_style(Style::Ansi).with_fold(Fold::Nothing);
/// assert_eq!(options.style, Style::Ansi);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Options<'a> {
    /// Plain, or with colours.
    pub style: Style,
    /// How much of a tree is shown.
    pub fold: Fold,
    /// What the changes are called; only their ids are shown, if it is not said.
    pub titles: Option<&'a Titles>,
    /// The most waves that a picture shows, and the most groups of each; all, if it is not said.
    pub drawn_max: Option<usize>,
}

impl<'a> Options<'a> {
    /// Plain text, what is met folded, without titles.
    #[must_use]
    pub fn new() -> Self {
        Options::default()
    }

    /// In that style.
    #[must_use]
    pub fn with_style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// Folded like that.
    #[must_use]
    pub fn with_fold(mut self, fold: Fold) -> Self {
        self.fold = fold;
        self
    }

    /// With those titles beside the ids of changes.
    #[must_use]
    pub fn with_titles(mut self, titles: &'a Titles) -> Self {
        self.titles = Some(titles);
        self
    }

    /// With pictures of at most so many waves and so many groups of each: what is connected is
    /// drawn first, and how much is not drawn is said in the picture.
    #[must_use]
    pub fn with_drawn_max(mut self, most: usize) -> Self {
        self.drawn_max = Some(most);
        self
    }

    /// A change's title as it may be printed, if it is known.
    pub(super) fn title(&self, id: &ChangeId) -> Option<String> {
        self.titles?.get(id)
    }
}

/// The widest title shown, in columns: what fits on a line beside a verdict and an id.
const TITLE_COLUMNS: usize = 56;

/// What changes are called: answers carry ids only.
///
/// ```
/// use lynchpin::base::Instant;
/// use lynchpin::model::Portfolio;
/// use lynchpin::report::Titles;
///
/// let titles = Titles::of(&Portfolio::default(), Instant::LAST);
/// assert!(titles.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Titles {
    of: BTreeMap<ChangeId, String>,
}

impl Titles {
    /// The title of each change as of that instant: that of its newest revision recorded by then.
    #[must_use]
    pub fn of(portfolio: &Portfolio, at: Instant) -> Titles {
        let mut newest: BTreeMap<&ChangeId, (u32, Option<&String>)> = BTreeMap::new();
        for change in &portfolio.changes {
            if change.recorded.unwrap_or(change.at) > at {
                continue;
            }
            let known = newest.entry(&change.id).or_insert((0, None));
            if change.revision > known.0 {
                *known = (change.revision, change.title.as_ref());
            }
        }
        let titled = |(id, (_, title)): (&ChangeId, (u32, Option<&String>))| {
            title.map(|title| (id.clone(), title.clone()))
        };
        Titles { of: newest.into_iter().filter_map(titled).collect() }
    }

    /// The same titles, each after what says where its change is from, where that is known.
    ///
    /// ```
    /// use lynchpin::base::Instant;
    /// use lynchpin::report::Titles;
    ///
    /// let portfolio = serde_json::from_str(
    ///     r#"{"lynchpin": "portfolio/1", "changes": [{"id": "C-1", "revision": 1,
    ///         "title": "Round fares", "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"#,
    /// ).unwrap();
    /// let titles = Titles::of(&portfolio, Instant::LAST).placed(|_| Some("shop".to_owned()));
    /// assert_eq!(titles.get(&"C-1".parse()?).as_deref(), Some("shop: Round fares"));
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    #[must_use]
    pub fn placed(mut self, place: impl Fn(&ChangeId) -> Option<String>) -> Titles {
        for (id, title) in &mut self.of {
            if let Some(place) = place(id) {
                *title = format!("{place}: {title}");
            }
        }
        self
    }

    /// A change's title, cut to a line and safe to print, if it has one.
    #[must_use]
    pub fn get(&self, id: &ChangeId) -> Option<String> {
        self.of.get(id).map(|title| super::safe::line(title, TITLE_COLUMNS))
    }

    /// Whether no change has a title.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }
}
