//! One test report in the form that JUnit began and nobody ever wrote down.
//!
//! Ant, Maven, pytest, gotestsum, jest, nextest and many others write `testsuites`, `testsuite` and
//! `testcase` elements with a `failure`, `error` or `skipped` inside, and counts as attributes. The
//! elements and the counts are both read, and where they say different things the worse counts.

use chrono::{DateTime, NaiveDateTime};
use lynchpin::base::Instant;
use lynchpin::model::Outcome;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::text::{cut, is_object_id, printable};

/// Elements within each other; the deepest dialect has six.
const DEPTH_MAX: usize = 64;
/// Bytes of a name that are kept.
const NAME_BYTES: usize = 1024;
/// Names of a property that holds the commit which was tested, in lower case.
const COMMIT_PROPERTIES: [&str; 4] = ["commit", "git.commit", "git_commit", "sha"];

/// What a report says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// What it is called: the name of all suites, or that of the only one.
    pub(crate) name: Option<String>,
    /// How it came out as a whole.
    pub(crate) outcome: Outcome,
    /// The newest time in it, taken as UTC where it bears no zone.
    pub(crate) at: Option<Instant>,
    /// The commit that was tested, in lower case: an id or its beginning.
    pub(crate) commit: Option<String>,
}

/// Reads a report; nothing if the text is XML of another kind.
///
/// # Errors
///
/// What is wrong with it, if it is a report and cannot be trusted to be whole.
pub(crate) fn read(bytes: &[u8]) -> Result<Option<Report>, String> {
    // What programs under test print is often no text; what a report is told by always is.
    let text = String::from_utf8_lossy(bytes);
    let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(&text));
    let mut reading = Reading::default();
    loop {
        let event = reader.read_event().map_err(|error| {
            format!("no well-formed XML at byte {}: {error}", reader.error_position())
        })?;
        match event {
            Event::Start(element) => {
                if !reading.begin(&element)? {
                    return Ok(None);
                }
                reading.depth += 1;
            }
            Event::Empty(element) => {
                if !reading.begin(&element)? {
                    return Ok(None);
                }
                reading.end();
            }
            Event::End(_) => {
                reading.depth = reading.depth.saturating_sub(1);
                reading.end();
            }
            Event::DocType(_) => reading.typed = true,
            Event::Text(text) => {
                let outside = reading.depth == 0 && !text.trim().is_empty();
                outside.then_some(()).map_or(Ok(()), |()| Err("text outside of the report"))?;
            }
            Event::Eof => break,
            Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::GeneralRef(_) => {}
        }
    }
    reading.report().map(Some)
}

/// A report as far as it was read.
#[derive(Debug, Default)]
struct Reading {
    depth: usize,
    /// Whether there was a root element.
    begun: bool,
    /// Whether it brings a document type of its own.
    typed: bool,
    all_name: Option<String>,
    suite_names: Vec<Option<String>>,
    commit: Option<String>,
    at: Option<Instant>,
    /// The depth of the test that is open, and whether it was skipped.
    case: Option<(usize, bool)>,
    cases: u64,
    cases_skipped: u64,
    failures: u64,
    errors: u64,
    /// What the outermost element counts: tests, and those of them that did not run.
    declared_tests: Option<u64>,
    declared_skipped: u64,
}

impl Reading {
    /// Takes the beginning of an element; whether the text is a report at all.
    fn begin(&mut self, element: &BytesStart<'_>) -> Result<bool, String> {
        let name = element.local_name();
        let name: &str = name.as_ref();
        if self.depth == 0 {
            if self.begun {
                return Err("more than one report in a file".to_owned());
            }
            if !matches!(name, "testsuites" | "testsuite") {
                return Ok(false);
            }
            if self.typed {
                return Err("a document type, which is not read: leave it out".to_owned());
            }
            self.begun = true;
        }
        if self.depth >= DEPTH_MAX {
            return Err(format!("more than {DEPTH_MAX} elements within each other"));
        }
        match name {
            "testsuites" | "testsuite" => self.suite(name, element)?,
            "testcase" => self.case(element)?,
            "failure" => self.failures += 1,
            "error" => self.errors += 1,
            "skipped" | "disabled" | "ignored" => {
                if let Some((_, skipped)) = self.case.as_mut() {
                    *skipped = true;
                }
            }
            "property" if self.case.is_none() => self.property(element)?,
            _ => {}
        }
        Ok(true)
    }

    /// Takes the end of the element that is one deeper than now.
    fn end(&mut self) {
        if let Some((_, skipped)) = self.case.take_if(|(depth, _)| *depth == self.depth) {
            self.cases += 1;
            self.cases_skipped += u64::from(skipped);
        }
    }

    fn suite(&mut self, name: &str, element: &BytesStart<'_>) -> Result<(), String> {
        let mut called = None;
        for (key, value) in attributes(element)? {
            match key.as_str() {
                "name" => called = Some(cut(&printable(&value), NAME_BYTES)),
                "timestamp" => self.at = self.at.max(instant(&value)),
                "failures" => self.failures = self.failures.max(number(&key, &value)?),
                "errors" => self.errors = self.errors.max(number(&key, &value)?),
                "tests" if self.depth == 0 && !value.trim().is_empty() => {
                    self.declared_tests = Some(number(&key, &value)?);
                }
                "skipped" | "disabled" | "ignored" if self.depth == 0 => {
                    let more = number(&key, &value)?;
                    self.declared_skipped = self.declared_skipped.saturating_add(more);
                }
                _ => {}
            }
        }
        let called = called.filter(|name| !name.is_empty());
        if name == "testsuites" {
            self.all_name = self.all_name.take().or(called);
        } else if self.depth <= 1 {
            self.suite_names.push(called);
        }
        Ok(())
    }

    fn case(&mut self, element: &BytesStart<'_>) -> Result<(), String> {
        let mut skipped = false;
        for (key, value) in attributes(element)? {
            match (key.as_str(), value.to_ascii_lowercase().as_str()) {
                ("status" | "result", "failed" | "failure" | "fail") => self.failures += 1,
                ("status" | "result", "error" | "errored") => self.errors += 1,
                ("status" | "result", "notrun" | "skipped" | "disabled" | "ignored")
                | ("result", "suppressed") => skipped = true,
                _ => {}
            }
        }
        self.case = Some((self.depth, skipped));
        Ok(())
    }

    fn property(&mut self, element: &BytesStart<'_>) -> Result<(), String> {
        let found = attributes(element)?;
        let of = |wanted: &str| {
            found.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.trim())
        };
        let name = of("name").unwrap_or_default().to_ascii_lowercase();
        let value = of("value").unwrap_or_default().to_ascii_lowercase();
        if value.is_empty() || !COMMIT_PROPERTIES.contains(&name.as_str()) {
            return Ok(());
        }
        if !is_object_id(&value) {
            let value = cut(&printable(&value), NAME_BYTES);
            return Err(format!("`{value}` as {name}: 7 to 64 digits of a commit's id expected"));
        }
        match &self.commit {
            Some(known) if !known.starts_with(&value) && !value.starts_with(known) => {
                Err(format!("two commits, {known} and {value}, in one report"))
            }
            Some(known) if known.len() >= value.len() => Ok(()),
            _ => {
                self.commit = Some(value);
                Ok(())
            }
        }
    }

    fn report(self) -> Result<Report, String> {
        if self.depth > 0 {
            return Err("the report has no end: the file is cut off".to_owned());
        }
        if !self.begun {
            return Err("no XML element in it".to_owned());
        }
        let name = match self.suite_names.as_slice() {
            _ if self.all_name.is_some() => self.all_name.clone(),
            [only] => only.clone(),
            _ => None,
        };
        let counted_none = self.declared_tests.is_some_and(|tests| tests <= self.declared_skipped);
        let outcome = if self.failures > 0 {
            Outcome::Failed
        } else if self.errors > 0 {
            Outcome::Errored
        } else if counted_none || self.cases <= self.cases_skipped {
            Outcome::Skipped
        } else {
            Outcome::Passed
        };
        Ok(Report { name, outcome, at: self.at, commit: self.commit })
    }
}

/// The attributes of an element, by their names without a prefix.
fn attributes(element: &BytesStart<'_>) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error| format!("no well-formed attribute: {error}"))?;
        let key = attribute.key.local_name();
        let key: &str = key.as_ref();
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| format!("no well-formed value of `{}`: {error}", printable(key)))?;
        found.push((key.to_owned(), value.into_owned()));
    }
    Ok(found)
}

/// A count; nothing stands for none.
fn number(key: &str, value: &str) -> Result<u64, String> {
    let value = value.trim();
    if value.is_empty() {
        return Ok(0);
    }
    let shown = || cut(&printable(value), NAME_BYTES);
    value.parse().map_err(|_| format!("`{}` as number of {key}: a whole number expected", shown()))
}

/// A time in any of the forms in use; what is none, or lies outside of 1970 to 9999, says nothing.
pub(crate) fn instant(text: &str) -> Option<Instant> {
    let text = text.trim();
    let zoned = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    let plain = || {
        let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"];
        let mut read = forms.iter().map(|form| NaiveDateTime::parse_from_str(text, form));
        read.find_map(|read| read.ok()).map(|at| at.and_utc())
    };
    let at = zoned.ok().or_else(plain)?;
    Instant::from_micros(at.timestamp_micros()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(text: &str) -> Report {
        read(text.as_bytes()).unwrap().unwrap()
    }

    fn outcome(text: &str) -> Outcome {
        report(text).outcome
    }

    fn refused(text: &str) -> String {
        read(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn the_dialects_in_use_are_read() {
        let maven = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite \
            xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
            xsi:schemaLocation=\"x\" name=\"org.acme.CartTest\" time=\"0.1\" tests=\"2\" \
            errors=\"0\" skipped=\"1\" failures=\"0\"><properties>\
            <property name=\"java.version\" value=\"21\"/>\
            <property name=\"git.commit\" value=\"0123456789ABCDEF0123456789abcdef01234567\"/>\
            </properties><testcase name=\"adds\" classname=\"x\" time=\"0\"/>\
            <testcase name=\"sells\"><skipped message=\"later\"/></testcase></testsuite>";
        let found = report(maven);
        assert_eq!(found.name.as_deref(), Some("org.acme.CartTest"));
        assert_eq!(found.outcome, Outcome::Passed);
        assert_eq!(found.commit.as_deref(), Some("0123456789abcdef0123456789abcdef01234567"));
        let pytest = "<testsuites name=\"pytest tests\"><testsuite name=\"pytest\" errors=\"1\" \
            failures=\"0\" skipped=\"0\" tests=\"1\" time=\"0.1\" \
            timestamp=\"2026-11-20T11:00:00.5+01:00\"><testcase name=\"t\"><error \
            message=\"at &lt;teardown&gt;\">x</error></testcase></testsuite></testsuites>";
        let found = report(pytest);
        assert_eq!(found.name.as_deref(), Some("pytest tests"));
        assert_eq!(found.outcome, Outcome::Errored);
        assert_eq!(found.at.unwrap().to_string(), "2026-11-20T10:00:00.500000Z");
        let go = "<testsuites tests=\"2\" failures=\"1\" errors=\"0\"><testsuite tests=\"1\" \
            failures=\"0\" name=\"a\" timestamp=\"2026-11-20T10:00:00Z\"><testcase/></testsuite>\
            <testsuite tests=\"1\" failures=\"1\" name=\"b\"><testcase><failure/></testcase>\
            </testsuite></testsuites>";
        assert_eq!((report(go).name, report(go).outcome), (None, Outcome::Failed));
        let nextest = "<testsuites name=\"nextest-run\" tests=\"1\" failures=\"0\" errors=\"0\" \
            uuid=\"x\" timestamp=\"2026-11-20T10:00:00.000+00:00\"><testsuite name=\"shop\" \
            tests=\"1\" disabled=\"0\" errors=\"0\" failures=\"0\"><testcase name=\"t\">\
            <flakyFailure type=\"x\"/></testcase></testsuite></testsuites>";
        assert_eq!(outcome(nextest), Outcome::Passed);
        let google = "<testsuites tests=\"1\" failures=\"0\" disabled=\"1\" errors=\"0\" \
            name=\"AllTests\"><testsuite name=\"A\"><testcase status=\"notrun\" \
            result=\"suppressed\"/></testsuite></testsuites>";
        assert_eq!(outcome(google), Outcome::Skipped);
    }

    #[test]
    fn where_counts_and_elements_differ_the_worse_counts() {
        for (text, expected) in [
            ("<testsuite failures=\"1\"><testcase/></testsuite>", Outcome::Failed),
            (
                "<testsuite failures=\"0\"><testcase><failure/></testcase></testsuite>",
                Outcome::Failed,
            ),
            ("<testsuite errors=\"2\"><testcase/></testsuite>", Outcome::Errored),
            ("<testsuite errors=\"1\" failures=\"1\"/>", Outcome::Failed),
            ("<testsuite tests=\"0\"><testcase/></testsuite>", Outcome::Skipped),
            ("<testsuite tests=\"5\"/>", Outcome::Skipped),
            ("<testsuite tests=\"\" skipped=\"\"><testcase/></testsuite>", Outcome::Passed),
            ("<testsuite><testcase><skipped/></testcase><testcase/></testsuite>", Outcome::Passed),
            ("<testsuite><testcase status=\"failed\"/></testsuite>", Outcome::Failed),
            ("<testsuite><error/><testcase/></testsuite>", Outcome::Errored),
            ("<testsuites/>", Outcome::Skipped),
        ] {
            assert_eq!(outcome(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        for (text, expected) in [
            ("", "no XML element"),
            ("<testsuite><testcase/>", "cut off"),
            ("<testsuite><testcase></testsuite>", "no well-formed XML"),
            ("<testsuite/><testsuite/>", "more than one report"),
            ("<testsuite failures=\"many\"/>", "a whole number expected"),
            ("<testsuite failures=\"-1\"/>", "a whole number expected"),
            ("<testsuite failures=\"1\" failures=\"0\"/>", "no well-formed attribute"),
            ("<testsuite name=\"&bomb;\"/>", "no well-formed value"),
            ("<!DOCTYPE x [<!ENTITY a \"b\">]><testsuite/>", "a document type"),
            ("<testsuite/> and more", "text outside"),
            ("<testsuite><property name=\"sha\" value=\"main\"/></testsuite>", "digits"),
            (
                "<testsuite><property name=\"sha\" value=\"1234567\"/>\
                 <property name=\"commit\" value=\"7654321\"/></testsuite>",
                "two commits",
            ),
            (&"<testsuite>".repeat(100), "within each other"),
        ] {
            assert!(refused(text).contains(expected), "{text}: {}", refused(text));
        }
        assert_eq!(read(b"<coverage/>").unwrap(), None);
        assert!(read(b"\xff\xfe<\x00t\x00").is_err());
    }

    #[test]
    fn times_are_read_in_every_usual_form() {
        for text in [
            "2026-11-20T10:00:00Z",
            "2026-11-20T11:00:00+01:00",
            "2026-11-20T10:00:00",
            "2026-11-20 10:00:00.000",
        ] {
            assert_eq!(instant(text).unwrap().to_string(), "2026-11-20T10:00:00Z", "{text}");
        }
        for text in ["", "yesterday", "1903-01-01T00:00:00Z", "+99999-01-01T00:00:00Z"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
