#![forbid(unsafe_code)]
#![doc = include_str!("../README.md")]

pub mod base;
pub mod gate;
pub mod graph;
pub mod history;
pub mod model;
pub mod plan;
pub mod portfolio;
pub mod reason;
pub mod report;
pub mod risk;
pub mod wire;
