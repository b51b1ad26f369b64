//! What pings carry. An answer holds the data of its question (RFC 792, RFC 4443 section 4.2), and who pings sends the same
//! data each time, but for a time stamp at its beginning. Pings that carry messages do neither.

use wire::packet::Icmp;

/// Bytes of a message that are compared; what changes about a tunnel changes here too.
const COMPARED_BYTES: usize = 64;
/// A time stamp and a counter may stand here (16 bytes in the ping of iputils, 8 elsewhere).
const STAMP_BYTES: usize = 16;
/// Questions whose answers may still come.
const WAITING_MAX: usize = 4;

/// Counts over a conversation of pings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Echoes {
    waiting: [Question; WAITING_MAX],
    next: usize,
    /// Answers whose data is not that of their question; a shortened one is not counted.
    pub altered_replies: u64,
    /// Questions with other data than those just before, behind the time stamp.
    pub changed_requests: u64,
}

#[derive(Clone, Copy, Debug)]
struct Question {
    id: (u16, u16),
    data: [u8; COMPARED_BYTES],
    length: usize,
    is_open: bool,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            id: (0, 0),
            data: [0; COMPARED_BYTES],
            length: 0,
            is_open: false,
        }
    }
}

impl Echoes {
    /// Takes a message; `None` in its type is no echo.
    pub fn message(&mut self, icmp: &Icmp<'_>, data: &[u8]) {
        let (Some(id), Some(sequence)) = (icmp.id, icmp.sequence) else {
            return;
        };
        match icmp.kind {
            8 | 128 => self.question((id, sequence), data),
            0 | 129 => self.answer((id, sequence), data),
            _ => {}
        }
    }

    fn question(&mut self, id: (u16, u16), data: &[u8]) {
        let begin = data.get(..COMPARED_BYTES).unwrap_or(data);
        let mut question = Question {
            id,
            length: data.len(),
            is_open: true,
            ..Question::default()
        };
        for (to, from) in question.data.iter_mut().zip(begin) {
            *to = *from;
        }
        // Other than all of the last ones: two programs may ping the same machine, and a port that mirrors both sides shows
        // each question twice.
        let mut known = self.waiting.iter().filter(|one| one.length > 0);
        let is_first = known.clone().next().is_none();
        let is_same = |one: &Question| {
            one.length == question.length
                && one.data.get(STAMP_BYTES..) == question.data.get(STAMP_BYTES..)
        };
        if !is_first && question.length > 0 && !known.any(is_same) {
            self.changed_requests = self.changed_requests.saturating_add(1);
        }
        if let Some(place) = self.waiting.get_mut(self.next) {
            *place = question;
        }
        self.next = self.next.wrapping_add(1) % WAITING_MAX;
    }

    fn answer(&mut self, id: (u16, u16), data: &[u8]) {
        let mut waiting = self.waiting.iter_mut();
        let Some(question) = waiting.find(|one| one.is_open && one.id == id) else {
            return;
        };
        question.is_open = false;
        // Some answer a large ping with its beginning only.
        let common = data.len().min(COMPARED_BYTES);
        let is_same =
            data.len() <= question.length && data.get(..common) == question.data.get(..common);
        if !is_same {
            self.altered_replies = self.altered_replies.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Echoes;
    use wire::packet::Icmp;

    /// Altered answers and changed questions of a conversation.
    fn counts(pairs: &[(&[u8], &[u8])]) -> (u64, u64) {
        let mut echoes = Echoes::default();
        for (sequence, (question, answer)) in pairs.iter().enumerate() {
            for (kind, data) in [(8, question), (0, answer)] {
                let icmp = Icmp {
                    kind,
                    code: 0,
                    id: Some(7),
                    sequence: Some(sequence as u16),
                    quoted: None,
                };
                echoes.message(&icmp, data);
            }
        }
        (echoes.altered_replies, echoes.changed_requests)
    }

    #[test]
    fn an_ordinary_ping_gives_back_what_it_was_given() {
        let data: Vec<u8> = (0..56).collect();
        assert_eq!(counts(&[(&data, &data), (&data, &data)]), (0, 0));
        // Time stamps differ, and some answer with the beginning only.
        let later: Vec<u8> = [&[9; 16][..], &data[16..]].concat();
        assert_eq!(counts(&[(&data, &data[..32]), (&later, &later)]), (0, 0));
    }

    #[test]
    fn messages_in_pings_differ() {
        let (one, two) = ([1; 56], [2; 56]);
        assert_eq!(counts(&[(&one, &two), (&two, &one)]), (2, 1));
        // An empty question that waits, and an answer that says something.
        assert_eq!(counts(&[(b"", b"whoami"), (b"", b"")]), (1, 0));
    }

    #[test]
    fn an_answer_without_its_question_says_nothing() {
        let mut echoes = Echoes::default();
        let icmp = Icmp {
            kind: 0,
            code: 0,
            id: Some(1),
            sequence: Some(1),
            quoted: None,
        };
        echoes.message(&icmp, b"stray");
        assert_eq!((echoes.altered_replies, echoes.changed_requests), (0, 0));
    }
}
