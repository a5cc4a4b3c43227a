//! Floor 9: documents, questions and answers as bytes.
//!
//! The only place that knows JSON as a document form. Reading is strict: unknown fields, doubled
//! keys, fractions and anything else unexpected are refused, with every problem found and its
//! place.

mod answer;
mod ask;
mod calendar;
mod compose;
mod daily;
mod document;
mod entry;
mod fact;
mod lines;
mod queue;
pub mod risk;
mod strict;
mod workflow;

pub use answer::{Answer, Comparison, Decision, Lint, Reason, Tree, cites};
pub use ask::{
    Changed, ComparePolicies, Decide, Detail, DryRun, LintPolicy, Plan, Question, Reach,
    RiskHistory, Score, Split, Verdicts, WhatIf, ask, read_question,
};
pub use calendar::Calendar;
pub use compose::{Actions, Collisions, Compose};
pub use daily::{Agenda, Ending, Population, Waiting};
pub use document::{read_portfolio, write_portfolio};
pub use entry::{AsOf, Came, Claim, Policies, Record};
pub use fact::{
    CanonicalFact, Stamp, canonical_facts, each_canonical_fact, forget_words, push_fact,
};
pub use queue::Queue;
pub use strict::read_strict;
pub use workflow::{NextAnswer, NextStates, Standing, Workflow, WorkflowAnswer};
