//! Tables of named things: each protocol's `fields.rs` lists its buffers and numbers once, name
//! and accessor side by side.

use crate::protocol::{Direction, FieldSpec, Inspected};

/// Who takes the instances of a buffer.
pub type VisitBytes<'a> = &'a mut dyn FnMut(&[u8]);

/// Who takes the instances of a number.
pub type VisitNumber<'a> = &'a mut dyn FnMut(u64);

/// A sticky buffer of transactions of type `T`, with how to read it.
pub struct Buffer<T: 'static> {
    /// Name and side.
    pub spec: FieldSpec,
    /// Calls the visitor with each instance.
    pub of: fn(&T, Direction, VisitBytes<'_>),
}

/// A number of transactions of type `T`, with how to read it.
pub struct Number<T: 'static> {
    /// Name and side.
    pub spec: FieldSpec,
    /// Calls the visitor with each instance.
    pub of: fn(&T, Direction, VisitNumber<'_>),
}

impl<T> Buffer<T> {
    /// A buffer known on `inspected`.
    pub const fn new(
        name: &'static str,
        inspected: Inspected,
        of: fn(&T, Direction, VisitBytes<'_>),
    ) -> Self {
        Self {
            spec: FieldSpec { name, inspected },
            of,
        }
    }
}

impl<T> Number<T> {
    /// A number known on `inspected`.
    pub const fn new(
        name: &'static str,
        inspected: Inspected,
        of: fn(&T, Direction, VisitNumber<'_>),
    ) -> Self {
        Self {
            spec: FieldSpec { name, inspected },
            of,
        }
    }
}

const UNNAMED: FieldSpec = FieldSpec {
    name: "",
    inspected: Inspected::Both,
};

/// The names of a table of buffers, for `ProtocolSpec::buffers`.
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler; the length is the array's own"
)]
pub const fn buffer_specs<T: 'static, const N: usize>(table: &[Buffer<T>; N]) -> [FieldSpec; N] {
    let mut specs = [UNNAMED; N];
    let mut index = 0;
    while index < N {
        specs[index] = table[index].spec;
        index += 1;
    }
    specs
}

/// The names of a table of numbers, for `ProtocolSpec::numbers`.
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler; the length is the array's own"
)]
pub const fn number_specs<T: 'static, const N: usize>(table: &[Number<T>; N]) -> [FieldSpec; N] {
    let mut specs = [UNNAMED; N];
    let mut index = 0;
    while index < N {
        specs[index] = table[index].spec;
        index += 1;
    }
    specs
}

/// `Transaction::buffer` by table; silent on the side where the buffer is not known.
pub fn visit_buffer<T>(
    table: &[Buffer<T>],
    transaction: &T,
    index: usize,
    direction: Direction,
    visit: VisitBytes<'_>,
) {
    if let Some(buffer) = table.get(index)
        && buffer.spec.inspected.covers(direction)
    {
        (buffer.of)(transaction, direction, visit);
    }
}

/// `Transaction::number` by table; silent on the side where the number is not known.
pub fn visit_number<T>(
    table: &[Number<T>],
    transaction: &T,
    index: usize,
    direction: Direction,
    visit: VisitNumber<'_>,
) {
    if let Some(number) = table.get(index)
        && number.spec.inspected.covers(direction)
    {
        (number.of)(transaction, direction, visit);
    }
}

impl Inspected {
    /// Whether a field is known on that side.
    pub const fn covers(self, direction: Direction) -> bool {
        match self {
            Self::ToServer => matches!(direction, Direction::ToServer),
            Self::ToClient => matches!(direction, Direction::ToClient),
            Self::Both => true,
        }
    }
}
