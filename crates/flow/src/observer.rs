//! What a worker's flows tell: to the detection engine, to the event log, to the correlator.

use crate::conversation::{Conversation, Digests, File, FilePhase};
use event::{Event, Timestamp};
use wire::frame::Frame;
use wire::packet::Packet;
use wire::protocol::{Direction, Transaction};

/// The packet during which something was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Its time.
    pub time: Timestamp,
    /// Its number in the capture, from 1 (a reassembled datagram has that of its last fragment);
    /// at a timeout, that of the last packet read.
    pub packet_number: u64,
}

/// A packet with what the flow table knows of it.
pub struct PacketContext<'a, 'p> {
    /// When.
    pub moment: Moment,
    /// The decoded packet.
    pub packet: &'a Packet<'p>,
    /// Which way, where it belongs to a flow.
    pub direction: Direction,
    /// TCP payload that reassembly accepted (part of the stream); false for payload outside the
    /// window, retransmitted, or on a connection that is not tracked.
    pub in_stream: bool,
    /// All of it was delivered in the stream with this packet and nothing else was, so that a listener to the stream
    /// that heard of it has seen just these bytes.
    pub in_stream_whole: bool,
    /// Put together from fragments.
    pub reassembled: bool,
}

/// Reassembled bytes of one direction, contiguous, the newest at the end.
pub struct StreamWindow<'a> {
    /// When.
    pub moment: Moment,
    /// Which way.
    pub direction: Direction,
    /// Bytes kept from before (at most `limits::STREAM_WINDOW_BYTES_MAX`) and the new ones.
    pub bytes: &'a [u8],
    /// How many of `bytes`, at the end, are new.
    pub fresh: usize,
    /// Position in the stream of `bytes[0]`, from 0 at the first payload byte.
    pub offset: u64,
    /// Bytes before the fresh ones are missing (the window starts anew after a gap).
    pub after_gap: bool,
    /// The direction ends here: what waited for more is to be looked at now. `fresh` may be 0.
    pub ends: bool,
}

/// Somebody who listens to a worker's flows. Order of calls for one packet: `flow_begins`; then,
/// for each stretch that reassembly delivers, what the parser found in it (`side_complete`,
/// `file`, events) and `stream`, so that the protocol is known there; then anomalies of the packet
/// itself; then `packet`.
pub trait Observer<S> {
    /// A new flow; its first packet follows.
    fn flow_begins(&mut self, flow: &mut Conversation<S>, moment: Moment);

    /// Every packet, after its payload went through reassembly and parsers. `flow` is None for
    /// packets that belong to none (ARP, fragments not yet complete, refused by a limit).
    fn packet(&mut self, flow: Option<&mut Conversation<S>>, context: &PacketContext<'_, '_>);

    /// New reassembled bytes of a TCP direction, as far as `Settings::stream_depth_bytes`; not
    /// told any more once the parser is done with the conversation (encrypted from here on),
    /// except for the end of a direction that had bytes. Where copies of the same bytes differ, the
    /// anomaly `reassembly_overlap_different_data` is told, and then the bytes once more as a host
    /// reads them for whom the last copy counts: only then are bytes shown again.
    fn stream(&mut self, flow: &mut Conversation<S>, window: &StreamWindow<'_>);

    /// One side of a transaction is complete: rules over its buffers run now.
    fn side_complete(
        &mut self,
        flow: &mut Conversation<S>,
        transaction: &dyn Transaction,
        direction: Direction,
        moment: Moment,
    );

    /// A stretch of bytes that the protocol gives a name (rule keyword `frame`).
    fn frame(&mut self, _flow: &mut Conversation<S>, _frame: &Frame<'_>, _moment: Moment) {}

    /// A file begins (type known), or ends.
    fn file(
        &mut self,
        flow: &mut Conversation<S>,
        file: &File,
        phase: FilePhase,
        transaction: Option<&dyn Transaction>,
        moment: Moment,
    );

    /// The digests wanted of files that begin now.
    fn digests(&self) -> Digests {
        Digests::default()
    }

    /// Bytes of a file that follow those in its `body`, because no more of it is kept. Not told where nothing is kept
    /// at all, and not after bytes were missing.
    fn file_rest(&mut self, _flow: &mut Conversation<S>, _file: &File, _bytes: &[u8]) {}

    /// Something is wrong, by Suricata's name of the event without its prefix: `layer` is
    /// `decoder`, `stream` or the protocol's name. The anomaly event itself comes by `event`.
    fn anomaly(
        &mut self,
        flow: Option<&mut Conversation<S>>,
        layer: &'static str,
        name: &'static str,
        direction: Direction,
        moment: Moment,
    );

    /// The same within a transaction, which may not be complete yet.
    fn transaction_anomaly(
        &mut self,
        flow: &mut Conversation<S>,
        layer: &'static str,
        name: &'static str,
        _transaction_id: u64,
        direction: Direction,
        moment: Moment,
    ) {
        self.anomaly(Some(flow), layer, name, direction, moment);
    }

    /// A fact about a flow, one of its transactions or files is about to be told: the listener may add to it. False:
    /// it is not told.
    fn adorn(&mut self, _flow: &mut Conversation<S>, _event: &mut Event) -> bool {
        true
    }

    /// Bytes that the listener's own state of a flow holds beside it.
    fn held_bytes(&self, _state: &S) -> usize {
        0
    }

    /// A fact for the log: transaction, file, flow, anomaly events, in EVE form.
    fn event(&mut self, event: Event);

    /// A flow ends (closed, timed out, evicted, end of capture); its flow event has been told.
    fn flow_ends(&mut self, flow: &mut Conversation<S>, moment: Moment);
}
