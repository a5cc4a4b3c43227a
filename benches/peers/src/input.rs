//! What is judged, as the figures write it.

use serde::Deserialize;
use std::collections::BTreeSet;

/// One change as the gate sees it.
#[derive(Deserialize)]
pub struct Input {
    /// What became of the unit tests: `passed`, `failed`, `running` or `missing`.
    pub unit: String,
    /// What became of the integration tests.
    pub integration: String,
    /// What became of the scan.
    pub scan: String,
    /// Who made the change.
    pub author: String,
    /// Who approved it, and in which role.
    pub approvals: Vec<Approval>,
    /// The risk in parts per billion.
    pub risk: i64,
    /// Whether its window is open.
    pub window: bool,
}

/// One approval.
#[derive(Deserialize)]
pub struct Approval {
    /// Who gave it.
    pub by: String,
    /// In which role.
    pub role: String,
}

/// The roles that can approve.
pub const ROLES: [&str; 4] = ["qa", "security", "operations", "product"];
/// From how many of them approvals must come.
pub const ROLES_NEEDED: i64 = 2;
/// What the risk must be below, in parts per billion.
pub const RISK_BELOW: i64 = 200_000_000;

impl Input {
    /// In how many roles somebody but the author approved.
    pub fn roles(&self) -> i64 {
        let others = self.approvals.iter().filter(|approval| approval.by != self.author);
        let roles: BTreeSet<&str> = others.map(|approval| approval.role.as_str()).collect();
        roles.len() as i64
    }
}
