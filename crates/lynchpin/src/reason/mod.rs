//! Floor 1: verdicts, reason codes and the tree that explains an answer.
