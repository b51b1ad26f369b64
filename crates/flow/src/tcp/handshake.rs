//! How connections begin: the three-way handshake and its odd relatives.

use super::connection::is_signed;
use super::{Connection, Delivery, Segment, Sink, State};
use crate::limits::{OTHER_SYNS_MAX, SYN_DATA_BYTES_MAX};
use crate::settings::Settings;
use wire::packet::tcp_flags::{ACK, FIN, RST, SYN};
use wire::protocol::Direction;

impl Connection {
    /// A connection that begins, or is picked up, with this segment; None where the settings
    /// leave it alone. The segment itself is still to be given to it.
    pub fn open(segment: &Segment<'_>, settings: &Settings) -> Option<Self> {
        let header = segment.header;
        if header.has(RST) || header.has(FIN) {
            return None;
        }
        let one_sided = settings.one_sided;
        let mut connection = match (header.has(SYN), header.has(ACK)) {
            (true, false) => Self::new(State::SynSent, one_sided, false),
            (true, true) if settings.midstream || one_sided => {
                let mut connection = Self::new(State::SynSent, one_sided, true);
                connection.client.begin(header.acknowledgement);
                connection
            }
            (false, true) if settings.midstream => {
                let mut connection = Self::new(State::Established, one_sided, true);
                let other = connection.side_mut(segment.direction.reverse());
                other.begin(header.acknowledgement);
                connection
            }
            _ => return None,
        };
        connection.signed = is_signed(header.options);
        if header.has(SYN) && !header.has(ACK) {
            connection.begin_asking(segment);
        }
        Some(connection)
    }

    /// A segment with SYN.
    pub(super) fn synchronize(&mut self, segment: &Segment<'_>, sink: Sink<'_>) -> bool {
        match (segment.header.has(ACK), segment.direction) {
            (false, Direction::ToServer) => self.ask(segment, sink),
            (false, Direction::ToClient) => self.ask_back(segment, sink),
            (true, Direction::ToClient) => return self.answer(segment, sink),
            (true, Direction::ToServer) => self.answer_back(segment, sink),
        }
        false
    }

    /// SYN from the client.
    fn ask(&mut self, segment: &Segment<'_>, sink: Sink<'_>) {
        let first = segment.header.sequence.wrapping_add(1);
        let same = self.client.next_sequence() == Some(first);
        match self.state {
            State::SynSent if same => {
                self.client.window_shift = segment.header.window_scale.or(Some(0));
            }
            State::SynSent => {
                if !self.other_syns.contains(&first) {
                    if self.other_syns.len() < OTHER_SYNS_MAX {
                        self.other_syns.push(first);
                    } else {
                        sink(segment.direction, Delivery::Anomaly("3whs_syn_flood"));
                    }
                }
                self.begin_asking(segment);
            }
            State::SynReceived if !same => {
                let anomaly = Delivery::Anomaly("3whs_syn_resend_diff_seq_on_syn_recv");
                sink(segment.direction, anomaly);
            }
            State::SynReceived => {}
            _ if same && self.client.position() == 0 => {
                sink(segment.direction, Delivery::Anomaly("est_syn_resend"));
            }
            _ => sink(
                segment.direction,
                Delivery::Anomaly("est_syn_resend_diff_seq"),
            ),
        }
    }

    fn begin_asking(&mut self, segment: &Segment<'_>) {
        self.client.begin(segment.header.sequence.wrapping_add(1));
        self.client.window = segment.header.window;
        self.client.window_shift = segment.header.window_scale.or(Some(0));
        let kept = segment.payload.len().min(SYN_DATA_BYTES_MAX);
        self.syn_data = segment.payload.get(..kept).unwrap_or(&[]).to_vec();
    }

    /// SYN from the server: both ask at once, or the handshake has four steps (RFC 9293, 3.5).
    fn ask_back(&mut self, segment: &Segment<'_>, sink: Sink<'_>) {
        if self.state != State::SynSent {
            sink(segment.direction, Delivery::Anomaly("est_syn_toclient"));
            return;
        }
        self.server.begin(segment.header.sequence.wrapping_add(1));
        self.server.window = segment.header.window;
        self.server.window_shift = segment.header.window_scale.or(Some(0));
        self.state = State::SynReceived;
    }

    /// SYN-ACK from the server.
    fn answer(&mut self, segment: &Segment<'_>, sink: Sink<'_>) -> bool {
        let header = segment.header;
        let first = header.sequence.wrapping_add(1);
        match self.state {
            State::SynSent => {}
            State::SynReceived => {
                if self.server.next_sequence() != Some(first) && self.server.position() == 0 {
                    self.other_answer = Some(first);
                    let anomaly = Delivery::Anomaly("3whs_synack_resend_with_diff_seq");
                    sink(segment.direction, anomaly);
                }
                return false;
            }
            _ => {
                // The last step was lost on its way to the server: ordinary.
                let ordinary =
                    self.server.next_sequence() == Some(first) && self.server.position() == 0;
                if !ordinary {
                    sink(segment.direction, Delivery::Anomaly("est_synack_resend"));
                }
                return false;
            }
        }
        let asked = self
            .client
            .next_sequence()
            .unwrap_or(header.acknowledgement);
        let ahead = header.acknowledgement.wrapping_sub(asked);
        if ahead as usize > self.syn_data.len() {
            let anomaly = Delivery::Anomaly("3whs_synack_with_wrong_ack");
            sink(segment.direction, anomaly);
            return false;
        }
        self.server.begin(first);
        self.server.window = header.window;
        // Scaling is used only where both offer it (RFC 7323, 1.3).
        match header.window_scale {
            Some(shift) => self.server.window_shift = Some(shift),
            None => {
                self.server.window_shift = Some(0);
                self.client.window_shift = Some(0);
            }
        }
        self.state = State::SynReceived;
        self.accept_syn_data(ahead, sink);
        self.server_syn_data(segment, sink)
    }

    /// SYN-ACK from the client, the third of four steps.
    fn answer_back(&mut self, segment: &Segment<'_>, sink: Sink<'_>) {
        match self.state {
            State::SynReceived => {}
            State::SynSent => {
                let anomaly = Delivery::Anomaly("3whs_synack_in_wrong_direction");
                sink(segment.direction, anomaly);
            }
            _ => sink(segment.direction, Delivery::Anomaly("est_synack_toserver")),
        }
    }

    /// What the SYN-ACK itself carries.
    fn server_syn_data(&mut self, segment: &Segment<'_>, sink: Sink<'_>) -> bool {
        if segment.payload.is_empty() {
            return false;
        }
        let mut header = *segment.header;
        header.sequence = header.sequence.wrapping_add(1);
        let shifted = Segment {
            header: &header,
            ..*segment
        };
        let granted = self.client.granted();
        let direction = segment.direction;
        self.server
            .take(&shifted, granted, &mut |it| sink(direction, it))
    }

    /// The server took `count` bytes of what the SYN carried; the rest is sent again.
    pub(super) fn accept_syn_data(&mut self, count: u32, sink: Sink<'_>) {
        let mut data = std::mem::take(&mut self.syn_data);
        data.truncate(count as usize);
        let Some(first) = self.client.next_sequence().filter(|_| !data.is_empty()) else {
            return;
        };
        self.client
            .take_bytes(first, &data, &mut |it| sink(Direction::ToServer, it));
    }

    /// A segment without SYN while the handshake is not complete: whether it completes it.
    pub(super) fn complete_handshake(&mut self, segment: &Segment<'_>, sink: Sink<'_>) -> bool {
        let header = segment.header;
        match (self.state, segment.direction) {
            (State::SynSent, Direction::ToServer) => {
                // The answer was not seen: enough only where answers are never seen.
                if !self.one_sided {
                    return false;
                }
                self.accept_syn_data(u32::MAX, sink);
            }
            (State::SynSent, Direction::ToClient) => {
                // The answer was lost on the way to us; this acknowledges the SYN all the same.
                let asked = self.client.next_sequence().unwrap_or(0);
                let ahead = header.acknowledgement.wrapping_sub(asked);
                if !header.has(ACK) || ahead as usize > self.syn_data.len() {
                    return false;
                }
                self.accept_syn_data(ahead, sink);
            }
            (_, Direction::ToServer) if header.has(ACK) => {
                if self.other_answer == Some(header.acknowledgement) {
                    self.server.begin(header.acknowledgement);
                }
                if !self.is_right_third_step(header.acknowledgement) {
                    let anomaly = Delivery::Anomaly("3whs_wrong_seq_wrong_ack");
                    sink(segment.direction, anomaly);
                    return false;
                }
            }
            (_, Direction::ToServer) => {
                sink(segment.direction, Delivery::Anomaly("3whs_ack_data_inject"));
                return false;
            }
            (_, Direction::ToClient) => {}
        }
        self.other_answer = None;
        self.state = State::Established;
        true
    }

    /// Whether an acknowledgement of the client fits the server's SYN, and what it sent since.
    fn is_right_third_step(&self, acknowledgement: u32) -> bool {
        let Some(next) = self.server.next_sequence() else {
            return true;
        };
        let ahead = acknowledgement.wrapping_sub(next) as i32;
        ahead.unsigned_abs() <= self.server.granted().max(self.client.granted())
    }
}
