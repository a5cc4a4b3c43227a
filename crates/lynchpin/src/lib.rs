#![forbid(unsafe_code)]
#![doc = include_str!("../README.md")]

pub mod portfolio;
pub mod reason;

pub mod model;
pub mod wire;

pub mod gate;
pub mod plan;
pub mod risk;

pub mod report;

pub mod base;
pub mod calendar;
pub mod graph;
pub mod history;
pub mod slo;
pub mod study;
