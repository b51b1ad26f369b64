//! Streams to transactions: a request with its answer.

use super::parser::{Data, HEADER_BYTES, LENGTH_MAX, Message, message};
use crate::frame::Frame;
use crate::limits::MODBUS_TRANSACTIONS_MAX;
use crate::pieces::{Pieces, Step};
use crate::protocol::{Direction, Parser, Visitor};
use std::collections::VecDeque;

/// A request with its answer.
#[derive(Debug, Default)]
pub struct ModbusTransaction {
    /// Number in the conversation.
    pub id: u64,
    /// What is asked.
    pub request: Option<Message>,
    /// What is answered.
    pub response: Option<Message>,
}

/// One conversation.
#[derive(Debug, Default)]
pub struct Modbus {
    to_server: Pieces,
    to_client: Pieces,
    next_id: u64,
    open: VecDeque<ModbusTransaction>,
}

impl Parser for Modbus {
    fn feed(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) {
        let mut pieces = std::mem::take(self.side(direction));
        pieces.feed(bytes, |bytes| self.step(direction, bytes, visitor));
        *self.side(direction) = pieces;
    }

    fn gap(&mut self, direction: Direction, missing: u64, _: &mut dyn Visitor) {
        let side = self.side(direction);
        if !side.gap(missing) {
            side.end();
        }
    }

    fn finish(&mut self, direction: Direction, visitor: &mut dyn Visitor) {
        self.side(direction).end();
        // What is asked after the server's end is never answered.
        if self.to_client.is_over() {
            while let Some(transaction) = self.open.pop_front() {
                visitor.transaction_complete(&transaction);
            }
        }
    }

    fn is_done(&self) -> bool {
        self.to_server.is_over() && self.to_client.is_over() && self.open.is_empty()
    }
}

impl Modbus {
    const fn side(&mut self, direction: Direction) -> &mut Pieces {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn step(&mut self, direction: Direction, bytes: &[u8], visitor: &mut dyn Visitor) -> Step {
        let [_, _, _, _, high, low, ..] = bytes else {
            return Step::More;
        };
        let length = u16::from_be_bytes([*high, *low]);
        if !(2..=LENGTH_MAX).contains(&length) {
            visitor.anomaly("invalid_length", direction, Some(self.next_id));
            return Step::Over;
        }
        let whole = HEADER_BYTES.saturating_add(length.into());
        let Some(packet) = bytes.get(..whole) else {
            return Step::More;
        };
        visitor.frame(&Frame::whole("pdu", direction, packet));
        if let Some(message) = message(direction, packet) {
            match direction {
                Direction::ToServer => self.request(message, visitor),
                Direction::ToClient => self.response(message, visitor),
            }
        }
        Step::Used(whole as u64)
    }

    fn request(&mut self, message: Message, visitor: &mut dyn Visitor) {
        let transaction = ModbusTransaction {
            id: self.next_id,
            request: Some(message),
            response: None,
        };
        self.next_id = self.next_id.saturating_add(1);
        tell_errors(&transaction, Direction::ToServer, visitor);
        visitor.side_complete(&transaction, Direction::ToServer);
        self.open.push_back(transaction);
        if self.open.len() > MODBUS_TRANSACTIONS_MAX
            && let Some(oldest) = self.open.pop_front()
        {
            visitor.anomaly("flooded", Direction::ToServer, Some(oldest.id));
            visitor.transaction_complete(&oldest);
        }
    }

    fn response(&mut self, message: Message, visitor: &mut dyn Visitor) {
        let number = message.transaction_id;
        let asked = self.open.iter().position(|open| {
            let request = open.request.as_ref();
            request.is_some_and(|request| request.transaction_id == number)
        });
        let mut transaction = asked
            .and_then(|place| self.open.remove(place))
            .unwrap_or_else(|| {
                let id = self.next_id;
                self.next_id = id.saturating_add(1);
                visitor.anomaly("unsolicited_response", Direction::ToClient, Some(id));
                ModbusTransaction {
                    id,
                    ..ModbusTransaction::default()
                }
            });
        transaction.response = Some(message);
        if mismatched(&transaction) {
            visitor.anomaly("value_mismatch", Direction::ToClient, Some(transaction.id));
        }
        tell_errors(&transaction, Direction::ToClient, visitor);
        visitor.side_complete(&transaction, Direction::ToClient);
        visitor.transaction_complete(&transaction);
    }
}

/// What the message of a direction has wrong, under the names of anomalies.
fn tell_errors(transaction: &ModbusTransaction, direction: Direction, visitor: &mut dyn Visitor) {
    let message = match direction {
        Direction::ToServer => &transaction.request,
        Direction::ToClient => &transaction.response,
    };
    let errors = message.iter().flat_map(|message| &message.errors);
    for error in errors {
        let name = match *error {
            "DATA_LENGTH" => "invalid_length",
            "FUNC_CODE" => "invalid_function_code",
            "PROTO_ID" => "invalid_protocol_id",
            "EXC_CODE" => "invalid_exception_code",
            _ => "invalid_value",
        };
        visitor.anomaly(name, direction, Some(transaction.id));
    }
}

/// The answer is to something else than what was asked.
fn mismatched(transaction: &ModbusTransaction) -> bool {
    let (Some(request), Some(response)) = (&transaction.request, &transaction.response) else {
        return false;
    };
    if request.function() != response.function() {
        return true;
    }
    match (&request.data, &response.data) {
        (
            Data::WriteOne(..) | Data::WriteMask(..),
            answer @ (Data::WriteOne(..) | Data::WriteMask(..)),
        ) => &request.data != answer,
        (Data::WriteMany(address, quantity, _), Data::WriteMany(answered, count, _)) => {
            (address, quantity) != (answered, count)
        }
        (Data::Read(_, quantity), Data::ReadAnswer(data)) => {
            let quantity = usize::from(*quantity);
            let wanted = match request.function() {
                1 | 2 => quantity.div_ceil(8),
                _ => quantity.saturating_mul(2),
            };
            wanted != data.len()
        }
        _ => false,
    }
}
