//! The command as its users run it: what it prints, and what it ends with.

mod assess;
mod malformed;
mod run;
mod sample;
mod status;
