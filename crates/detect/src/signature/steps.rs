//! What is done with the bytes of one buffer, step by step.

use super::program::{Capture, DataSet, SharedSet};
use crate::rule::ast::{
    Asn1, Base64Decode, Comparison, DatasetCommand, DceInterface, Entropy, JumpOrigin,
    MathOperator, NumberFormat, TestOperator,
};
use crate::signature::inspect::modbus::ModbusTest;
use crate::signature::inspect::regex::Expression;
use crate::signature::inspect::search::Needle;
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct ChainStep {
    pub step: Step,
    /// A later step counts from where this one ends: if it fails, the next place of this one is tried.
    pub retry: bool,
}

/// A number in the rule, or one extracted before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operand {
    Number(i64),
    Variable(usize),
}

#[derive(Debug)]
pub(crate) enum Step {
    Content(ContentStep),
    Pcre {
        expression: Expression,
        negated: bool,
        relative: bool,
        /// Groups that are taken down.
        captures: Vec<Arc<Capture>>,
    },
    IsDataAt {
        position: Operand,
        negated: bool,
        relative: bool,
    },
    Size(Comparison<u64>),
    ByteTest(ByteTestStep),
    ByteJump(ByteJumpStep),
    ByteExtract(ByteExtractStep),
    ByteMath(ByteMathStep),
    Base64 {
        decode: Base64Decode,
        inner: Vec<ChainStep>,
    },
    /// How even the bytes of the buffer of this name are spread.
    Entropy(Entropy, &'static str),
    /// Oddities of BER.
    Asn1(Asn1),
    /// The whole buffer goes to a set that rules change.
    SharedDataset {
        set: Arc<SharedSet>,
        command: DatasetCommand,
    },
    /// The whole buffer stands in a set, or does not.
    Dataset {
        set: Arc<DataSet>,
        negated: bool,
    },
    /// The score of the whole buffer.
    Reputation {
        set: Arc<DataSet>,
        comparison: Comparison<u64>,
    },
    /// The buffer is this interface of remote procedure calls.
    Interface(DceInterface),
    /// The buffer is the number of an operation within one of these ranges, ends included.
    Operations(Vec<(u16, u16)>),
    /// The buffer is what a request of Modbus touches.
    Modbus(ModbusTest),
    /// The whole buffer is one of these words.
    Words(Vec<(Vec<u8>, bool)>),
}

#[derive(Debug)]
pub(crate) struct ContentStep {
    pub needle: Needle,
    /// The rule's author wants the rule selected by this.
    pub fast: bool,
    pub negated: bool,
    pub ends: bool,
    pub offset: Option<Operand>,
    pub depth: Option<Operand>,
    pub distance: Option<Operand>,
    pub within: Option<Operand>,
}

impl ContentStep {
    pub fn is_relative(&self) -> bool {
        self.distance.is_some() || self.within.is_some()
    }
}

#[derive(Debug)]
pub(crate) struct ByteTestStep {
    pub count: Operand,
    pub negated: bool,
    pub operator: TestOperator,
    pub value: Operand,
    pub offset: Operand,
    pub relative: bool,
    pub format: NumberFormat,
    pub bitmask: Option<u32>,
}

#[derive(Debug)]
pub(crate) struct ByteJumpStep {
    pub count: Operand,
    pub offset: Operand,
    pub relative: bool,
    pub format: NumberFormat,
    pub multiplier: u32,
    pub align: bool,
    pub origin: JumpOrigin,
    pub post_offset: Operand,
    pub bitmask: Option<u32>,
}

#[derive(Debug)]
pub(crate) struct ByteExtractStep {
    pub count: i64,
    pub offset: i64,
    pub variable: usize,
    pub relative: bool,
    pub format: NumberFormat,
    pub multiplier: u32,
    pub align: Option<u8>,
    pub bitmask: Option<u32>,
}

#[derive(Debug)]
pub(crate) struct ByteMathStep {
    pub count: Operand,
    pub offset: Operand,
    pub operator: MathOperator,
    pub operand: Operand,
    pub variable: usize,
    pub relative: bool,
    pub format: NumberFormat,
    pub bitmask: Option<u32>,
}
