//! Every open flow, found by its key, in order of its last packet.
//!
//! Flows stand in one list per timeout, the one idle for longest in front: a packet moves its
//! flow to the end, a tick looks at the fronts only, and nothing is ever searched.

use crate::flow::Flow;
use crate::hasher::Seeds;
use crate::key::Key;
use event::Timestamp;
use std::collections::HashMap;

/// The timeout that a flow stands under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    TcpNew,
    TcpEstablished,
    TcpClosed,
    UdpNew,
    UdpEstablished,
    IcmpNew,
    IcmpEstablished,
    OtherNew,
    OtherEstablished,
}

impl Class {
    /// Whether nobody has answered.
    const fn is_unanswered(self) -> bool {
        matches!(
            self,
            Self::TcpNew | Self::UdpNew | Self::IcmpNew | Self::OtherNew
        )
    }

    /// Whether both sides have spoken and may go on.
    pub const fn is_in_progress(self) -> bool {
        matches!(
            self,
            Self::TcpEstablished
                | Self::UdpEstablished
                | Self::IcmpEstablished
                | Self::OtherEstablished
        )
    }

    pub const ALL: [Self; 9] = [
        Self::TcpNew,
        Self::TcpEstablished,
        Self::TcpClosed,
        Self::UdpNew,
        Self::UdpEstablished,
        Self::IcmpNew,
        Self::IcmpEstablished,
        Self::OtherNew,
        Self::OtherEstablished,
    ];
}

/// More unanswered flows than one in so many are a scan or a flood.
const UNANSWERED_PART: usize = 8;

/// Place of a flow in the table.
pub(crate) type Slot = u32;

/// No slot.
const NONE: Slot = Slot::MAX;

pub(crate) struct Table<S> {
    entries: Vec<Entry<S>>,
    free: Vec<Slot>,
    /// With secret seeds because peers choose the keys; no result depends on its order.
    index: HashMap<Key, Slot, Seeds>,
    lists: [List; Class::ALL.len()],
}

struct Entry<S> {
    flow: Option<Box<Flow<S>>>,
    class: Class,
    previous: Slot,
    next: Slot,
}

#[derive(Clone, Copy)]
struct List {
    front: Slot,
    back: Slot,
    length: usize,
}

impl<S> Table<S> {
    pub fn new() -> Self {
        Self {
            entries: Vec::new(),
            free: Vec::new(),
            index: HashMap::default(),
            lists: [List {
                front: NONE,
                back: NONE,
                length: 0,
            }; Class::ALL.len()],
        }
    }

    /// Number of open flows.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Where the flow of a key is.
    pub fn find(&self, key: &Key) -> Option<Slot> {
        self.index.get(key).copied()
    }

    /// The flow at a place.
    pub fn flow_mut(&mut self, slot: Slot) -> Option<&mut Flow<S>> {
        self.entries.get_mut(slot as usize)?.flow.as_deref_mut()
    }

    /// Adds a flow at the end of its list. None when there are no more places to number.
    pub fn insert(&mut self, flow: Box<Flow<S>>, class: Class) -> Option<Slot> {
        let key = flow.key;
        let entry = Entry {
            flow: Some(flow),
            class,
            previous: NONE,
            next: NONE,
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                *self.entries.get_mut(slot as usize)? = entry;
                slot
            }
            None => {
                let slot = Slot::try_from(self.entries.len()).ok()?;
                if slot == NONE {
                    return None;
                }
                self.entries.push(entry);
                slot
            }
        };
        self.index.insert(key, slot);
        self.link(slot, class);
        Some(slot)
    }

    /// Takes a flow out for as long as a packet is being worked on.
    pub fn borrow(&mut self, slot: Slot) -> Option<Box<Flow<S>>> {
        self.entries.get_mut(slot as usize)?.flow.take()
    }

    /// Puts it back, at the end of the list of its class.
    pub fn give_back(&mut self, slot: Slot, flow: Box<Flow<S>>, class: Class) {
        if let Some(entry) = self.entries.get_mut(slot as usize) {
            entry.flow = Some(flow);
        }
        self.unlink(slot);
        self.link(slot, class);
    }

    /// Puts it back where it was.
    pub fn put_back(&mut self, slot: Slot, flow: Box<Flow<S>>) {
        if let Some(entry) = self.entries.get_mut(slot as usize) {
            entry.flow = Some(flow);
        }
    }

    /// Takes a flow out for good.
    pub fn remove(&mut self, slot: Slot) -> Option<Box<Flow<S>>> {
        let flow = self.borrow(slot)?;
        self.forget(slot, &flow.key);
        Some(flow)
    }

    /// The same for one that was borrowed.
    pub fn forget(&mut self, slot: Slot, key: &Key) {
        self.index.remove(key);
        self.unlink(slot);
        self.free.push(slot);
    }

    /// The flow of a class that is idle for longest, and when its last packet came.
    pub fn front(&self, class: Class) -> Option<(Slot, Timestamp)> {
        let slot = self.lists.get(class as usize)?.front;
        let flow = self.entries.get(slot as usize)?.flow.as_ref()?;
        Some((slot, flow.seen))
    }

    /// The flow whose end says least, of those idle for longest: one that is over; one that nobody answered, where those
    /// are many (a scan, a flood); else any. A few unanswered flows are how every conversation begins: where they had to
    /// give way first, nothing new could begin beside many that are open.
    pub fn least_missed(&self) -> Option<(Slot, Class)> {
        let lists = Class::ALL.into_iter().zip(&self.lists);
        let unanswered: usize = lists
            .filter(|(class, _)| class.is_unanswered())
            .map(|(_, list)| list.length)
            .fold(0, usize::saturating_add);
        let flood = unanswered > self.len() / UNANSWERED_PART;
        let rank = |class: Class| match class {
            Class::TcpClosed => 0,
            _ if flood && class.is_unanswered() => 1,
            _ => 2,
        };
        let fronts = Class::ALL.into_iter();
        fronts
            .filter_map(|class| self.front(class).map(|(slot, seen)| (slot, seen, class)))
            .min_by_key(|(_, seen, class)| (rank(*class), *seen))
            .map(|(slot, _, class)| (slot, class))
    }

    /// Every flow, in no order that means anything.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Flow<S>> {
        self.entries
            .iter_mut()
            .filter_map(|entry| entry.flow.as_deref_mut())
    }

    /// Takes all flows out, in the order in which they began.
    pub fn take_all(&mut self) -> Vec<Box<Flow<S>>> {
        let mut flows: Vec<_> = self
            .entries
            .iter_mut()
            .filter_map(|entry| entry.flow.take())
            .collect();
        flows.sort_by_key(|flow| (flow.conversation.start, flow.order));
        *self = Self::new();
        flows
    }

    fn link(&mut self, slot: Slot, class: Class) {
        let Some(list) = self.lists.get_mut(class as usize) else {
            return;
        };
        list.length = list.length.saturating_add(1);
        let back = std::mem::replace(&mut list.back, slot);
        if back == NONE {
            list.front = slot;
        }
        if let Some(entry) = self.entries.get_mut(slot as usize) {
            entry.class = class;
            entry.previous = back;
            entry.next = NONE;
        }
        if let Some(entry) = self.entries.get_mut(back as usize) {
            entry.next = slot;
        }
    }

    fn unlink(&mut self, slot: Slot) {
        let Some(entry) = self.entries.get_mut(slot as usize) else {
            return;
        };
        let (class, previous, next) = (entry.class, entry.previous, entry.next);
        if let Some(list) = self.lists.get_mut(class as usize) {
            list.length = list.length.saturating_sub(1);
        }
        if let Some(before) = self.entries.get_mut(previous as usize) {
            before.next = next;
        } else if let Some(list) = self.lists.get_mut(class as usize) {
            list.front = next;
        }
        if let Some(after) = self.entries.get_mut(next as usize) {
            after.previous = previous;
        } else if let Some(list) = self.lists.get_mut(class as usize) {
            list.back = previous;
        }
    }
}
