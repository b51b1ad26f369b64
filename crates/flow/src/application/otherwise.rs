//! The other reading: where copies of the same bytes differ, a host may have taken those that we did not.

use super::detection::{Detection, Verdict};
use super::listener::Listener;
use super::{Application, Stage, parser_of};
use crate::observer::Observer;
use wire::protocol::{Direction, Expected, FileStart, Transaction, Visitor};

impl Application {
    /// Reads a direction, from its first byte on, as it may have been meant. Rules see what is found; the log has the
    /// first reading, and the anomaly that says that there is another.
    pub fn read_otherwise<S, O: Observer<S> + ?Sized>(
        &self,
        direction: Direction,
        bytes: &[u8],
        listener: &mut Listener<'_, S, O>,
    ) {
        let port = listener.conversation.server.port;
        let spec = match &self.stage {
            Stage::Parsing { spec, .. } => *spec,
            _ => match Detection::default().stream(direction, bytes, port) {
                Verdict::Found(spec) => spec,
                _ => return,
            },
        };
        let mut parser = parser_of(spec, listener);
        let mut quiet = Quiet { listener };
        parser.feed(direction, bytes, &mut quiet);
        parser.finish(direction, &mut quiet);
    }
}

/// Hears transactions only.
struct Quiet<'a, 'b, S, O: ?Sized> {
    listener: &'a mut Listener<'b, S, O>,
}

impl<S, O: Observer<S> + ?Sized> Visitor for Quiet<'_, '_, S, O> {
    fn side_complete(&mut self, transaction: &dyn Transaction, direction: Direction) {
        let listener = &mut *self.listener;
        let moment = listener.moment;
        listener
            .observer
            .side_complete(listener.conversation, transaction, direction, moment);
    }

    fn transaction_complete(&mut self, _: &dyn Transaction) {}

    fn file_open(&mut self, _: &FileStart<'_>) {}

    fn file_data(&mut self, _: u64, _: &[u8]) {}

    fn file_gap(&mut self, _: u64, _: u64) {}

    fn file_close(&mut self, _: u64, _: bool) {}

    fn anomaly(&mut self, _: &'static str, _: Direction, _: Option<u64>) {}

    fn change_protocol(&mut self, _: Option<&'static str>, _: Direction, _: &[u8]) {}

    fn expect(&mut self, _: &Expected<'_>) {}
}
