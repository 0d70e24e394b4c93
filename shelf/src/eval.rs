//! Error rates of texts and scores of labels, against ground truth.

pub use shelf_eval::{
    ErrorRate, HyphenScore, JudgedHyphen, Normalisation, Rule, Score, Truth, TruthError, conserved, judge_hyphens,
    labels, score,
};
