//! Boosted trees (Friedman, Greedy function approximation, 2001): evaluation and storage.

use super::{take, take_u32};

const TREES_MAX: usize = 2_000;
const NODES_MAX: usize = 1_024;

/// A node: either asks whether a feature is at most a value, or is a leaf.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// The feature asked for; [`Node::LEAF`] for a leaf.
    pub feature: u8,
    /// The value compared with, or what the leaf weighs.
    pub value: f32,
    /// The node that follows when the feature is at most the value; the next but one follows otherwise. Always further on.
    pub then: u16,
}

impl Node {
    /// Marks a leaf.
    pub const LEAF: u8 = 255;
}

/// A tree, its root first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    /// Nodes.
    pub nodes: Vec<Node>,
}

/// Trees whose answers are added up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forest {
    /// Where the sum begins.
    pub base: f32,
    /// Trees.
    pub trees: Vec<Tree>,
}

impl Tree {
    /// What the tree answers.
    pub fn score(&self, features: &[f32]) -> f32 {
        let mut at = 0;
        while let Some(node) = self.nodes.get(at) {
            if node.feature == Node::LEAF {
                return node.value;
            }
            let feature = features
                .get(usize::from(node.feature))
                .copied()
                .unwrap_or(0.0);
            let next = usize::from(node.then) + usize::from(feature > node.value);
            if next <= at {
                return 0.0;
            }
            at = next;
        }
        0.0
    }
}

impl Forest {
    /// The sum of all answers: log-odds.
    pub fn score(&self, features: &[f32]) -> f32 {
        self.trees
            .iter()
            .fold(self.base, |sum, tree| sum + tree.score(features))
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.base.to_le_bytes());
        bytes.extend_from_slice(&(self.trees.len() as u32).to_le_bytes());
        for tree in &self.trees {
            bytes.extend_from_slice(&(tree.nodes.len() as u32).to_le_bytes());
            for node in &tree.nodes {
                bytes.push(node.feature);
                bytes.extend_from_slice(&node.then.to_le_bytes());
                bytes.extend_from_slice(&node.value.to_le_bytes());
            }
        }
    }

    pub(super) fn read(rest: &mut &[u8], features: usize) -> Option<Self> {
        let base = f32::from_bits(take_u32(rest)?);
        let count = take_u32(rest)? as usize;
        if count > TREES_MAX {
            return None;
        }
        let mut trees = Vec::with_capacity(count);
        for _ in 0..count {
            let length = take_u32(rest)? as usize;
            if length > NODES_MAX {
                return None;
            }
            let mut nodes = Vec::with_capacity(length);
            for _ in 0..length {
                let feature = take(rest, 1)?[0];
                let then = u16::from_le_bytes(take(rest, 2)?.try_into().ok()?);
                let value = f32::from_bits(take_u32(rest)?);
                if feature != Node::LEAF && usize::from(feature) >= features || !value.is_finite() {
                    return None;
                }
                nodes.push(Node {
                    feature,
                    value,
                    then,
                });
            }
            trees.push(Tree { nodes });
        }
        Some(Self { base, trees })
    }
}
