//! Options that read numbers out of the payload: `byte_test` and its family, and `base64_decode`.

use super::content::Value;

/// How bytes become a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFormat {
    /// Binary, most significant byte first (the default).
    Big,
    /// Binary, least significant byte first.
    Little,
    /// Binary, in the byte order that the DCE/RPC header announces.
    Dce,
    /// Digits in ASCII.
    Text(Radix),
}

/// Base of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Radix {
    /// None given: `0x` means hexadecimal, a leading 0 octal, else decimal.
    Auto,
    /// `dec`
    Decimal,
    /// `hex`
    Hexadecimal,
    /// `oct`
    Octal,
}

/// `byte_test`: compare a number in the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByteTest {
    /// Bytes to read.
    pub count: Value,
    /// `!` before the operator.
    pub negated: bool,
    /// Test to make: payload number on the left, `value` on the right.
    pub operator: TestOperator,
    /// Number to compare with.
    pub value: Value,
    /// Where to read.
    pub offset: Value,
    /// `offset` counts from the end of the previous match.
    pub relative: bool,
    /// How bytes become a number.
    pub format: NumberFormat,
    /// `bitmask`: applied to the number read, which is then shifted right by the mask's trailing zeros.
    pub bitmask: Option<u32>,
}

/// Operator of `byte_test`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestOperator {
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `=`
    Equal,
    /// `<=`
    LessOrEqual,
    /// `>=`
    GreaterOrEqual,
    /// `&`: any bit in common.
    And,
    /// `^`: the exclusive-or is not zero.
    Xor,
}

/// `byte_jump`: move the end of the previous match by a number in the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByteJump {
    /// Bytes to read; 0 reads none (only `post_offset` moves).
    pub count: Value,
    /// Where to read.
    pub offset: Value,
    /// `offset` counts from the end of the previous match.
    pub relative: bool,
    /// How bytes become a number.
    pub format: NumberFormat,
    /// `multiplier`, 1 if not given.
    pub multiplier: u32,
    /// `align`: round the number up to four bytes.
    pub align: bool,
    /// Where the jump starts.
    pub origin: JumpOrigin,
    /// `post_offset`: added at the end.
    pub post_offset: Value,
    /// `bitmask`: applied to the number read, then shifted right by the mask's trailing zeros.
    pub bitmask: Option<u32>,
}

/// Where a `byte_jump` starts to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JumpOrigin {
    /// After the bytes read.
    Here,
    /// `from_beginning` of the buffer.
    Beginning,
    /// `from_end` of the buffer.
    End,
}

/// `byte_extract`: keep a number of the payload under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByteExtract {
    /// Bytes to read.
    pub count: u8,
    /// Where to read.
    pub offset: i32,
    /// Name of the result.
    pub name: String,
    /// `offset` counts from the end of the previous match.
    pub relative: bool,
    /// How bytes become a number.
    pub format: NumberFormat,
    /// `multiplier`, 1 if not given.
    pub multiplier: u32,
    /// `align`: round the number up to 2 or 4 bytes.
    pub align: Option<u8>,
    /// `bitmask`: applied to the number read, then shifted right by the mask's trailing zeros.
    pub bitmask: Option<u32>,
}

/// `byte_math`: compute with a number of the payload, keep the result under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByteMath {
    /// Bytes to read.
    pub count: Value,
    /// Where to read.
    pub offset: Value,
    /// Operator between the number read (left) and `operand` (right).
    pub operator: MathOperator,
    /// Right operand.
    pub operand: Value,
    /// Name of the result.
    pub result: String,
    /// `offset` counts from the end of the previous match.
    pub relative: bool,
    /// How bytes become a number.
    pub format: NumberFormat,
    /// `bitmask`: applied to the number read, then shifted right by the mask's trailing zeros.
    pub bitmask: Option<u32>,
}

/// Operator of `byte_math`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MathOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`; no match when the operand is zero.
    Divide,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
}

/// `base64_decode`: decode from the current buffer into `base64_data`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base64Decode {
    /// Encoded bytes to take at most; to the end if `None`.
    pub bytes: Option<u32>,
    /// Where to begin.
    pub offset: u32,
    /// `offset` counts from the end of the previous match.
    pub relative: bool,
}
