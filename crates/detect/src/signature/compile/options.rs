//! Options that look at no buffer: what they test, what they change, what they say.

use super::lists::Lists;
use super::rule::way;
use super::{Missing, hosts, modbus, packet, settings};
use crate::rule::ast::{
    BitOperation, Comparison, FileStore, Flow, FlowBits, FlowInt, FlowIntOperation, FragmentMode,
    Keyword, LogConfig, Named, Number, Rule, StreamMode, Value, XBits, XBitsTrack,
};
use crate::rule::tables::protocols;
use crate::signature::RuleMeta;
use crate::signature::program::{
    ChainStep, CounterChange, CounterTest, CounterValue, Effect, EventName, FileTest, FlowTest,
    MemoryTest, NumberTest, PacketTest, Step, StoreScope, StoreWish, TestOperatorOrNot,
    TrafficSide,
};
use std::collections::HashMap;
use std::sync::Arc;
use wire::registry;

/// Names that rules share: flow bits, counters, lists.
#[derive(Default)]
pub(super) struct SharedNames {
    bits: HashMap<String, u32>,
    counters: HashMap<String, u32>,
}

impl SharedNames {
    /// Names of flow bits in the order of their numbers.
    pub(super) fn bit_names(&self) -> Vec<Arc<str>> {
        in_order(&self.bits)
    }
}

impl SharedNames {
    /// Names of flow counters in the order of their numbers.
    pub(super) fn counter_names(&self) -> Vec<Arc<str>> {
        in_order(&self.counters)
    }
}

fn store_wish(store: &FileStore) -> StoreWish {
    StoreWish {
        direction: store.flow_direction().map(way),
        scope: match store.scope {
            Some("tx") => StoreScope::Transaction,
            Some("ssn" | "flow") => StoreScope::Flow,
            _ => StoreScope::File,
        },
    }
}

fn in_order(names: &HashMap<String, u32>) -> Vec<Arc<str>> {
    let mut names: Vec<(u32, &String)> =
        names.iter().map(|(name, number)| (*number, name)).collect();
    names.sort_unstable();
    names
        .into_iter()
        .map(|(_, name)| Arc::from(name.as_str()))
        .collect()
}

fn numbered(names: &mut HashMap<String, u32>, name: &str) -> u32 {
    let next = u32::try_from(names.len()).unwrap_or(u32::MAX);
    *names.entry(name.to_owned()).or_insert(next)
}

/// What the options without buffer come to.
pub(super) struct Options {
    pub meta: RuleMeta,
    pub flow: FlowTest,
    pub packet: Vec<PacketTest>,
    pub memory: Vec<MemoryTest>,
    pub packet_variables: Vec<(String, Vec<u8>, bool)>,
    pub numbers: Vec<NumberTest>,
    pub file: Vec<FileTest>,
    pub events: Vec<EventName>,
    pub effects: Vec<Effect>,
    /// Tests of whole buffers by name.
    pub sized: Vec<(&'static str, Vec<ChainStep>)>,
    /// The rule is about a file even where it tests nothing of it.
    pub is_file: bool,
}

impl Options {
    pub(super) fn read(
        rule: &Rule,
        names: &mut SharedNames,
        lists: &mut Lists<'_>,
    ) -> Result<Self, Missing> {
        let mut options = Self {
            meta: RuleMeta::new(rule.action, &rule.meta, &lists.settings().classification),
            flow: FlowTest::default(),
            packet: Vec::new(),
            memory: Vec::new(),
            packet_variables: Vec::new(),
            numbers: Vec::new(),
            file: Vec::new(),
            events: Vec::new(),
            effects: Vec::new(),
            sized: Vec::new(),
            is_file: false,
        };
        for item in &rule.options {
            options.add(&item.keyword, names, lists)?;
        }
        Ok(options)
    }

    fn add(
        &mut self,
        keyword: &Keyword,
        names: &mut SharedNames,
        lists: &mut Lists<'_>,
    ) -> Result<(), Missing> {
        match keyword {
            Keyword::Content(_)
            | Keyword::Pcre(_)
            | Keyword::IsDataAt(_)
            | Keyword::BufferSize(_)
            | Keyword::ByteTest(_)
            | Keyword::ByteJump(_)
            | Keyword::ByteExtract(_)
            | Keyword::ByteMath(_)
            | Keyword::Base64Decode(_)
            | Keyword::Absent(_)
            | Keyword::Dataset(_)
            | Keyword::DataReputation(_)
            | Keyword::Asn1(_)
            | Keyword::Entropy(_) => {} // steps of a chain
            Keyword::Prefilter | Keyword::Requires(_) => {} // nothing to do any more
            Keyword::Tag(tag) => self.meta.tag = Some(*tag),
            Keyword::Number(number) => self.number(number)?,
            Keyword::Named(named) => self.named(named)?,
            Keyword::Flag(name) => self.flag(name)?,
            Keyword::TcpFlags(flags) => self.packet.push(PacketTest::TcpFlags(*flags)),
            Keyword::FragmentBits(bits) => self.packet.push(PacketTest::FragmentBits(*bits)),
            Keyword::StreamSize(size) => self.memory.push(MemoryTest::StreamSize(*size)),
            Keyword::Flow(flow) => self.flow(*flow),
            Keyword::FlowBits(bits) => self.flow_bits(bits, names),
            Keyword::FlowInt(counter) => self.flow_int(counter, names)?,
            Keyword::XBits(bits) if bits.track == XBitsTrack::Transaction => {
                self.transaction_bit(bits, names);
            }
            Keyword::XBits(bits) => self.meta.x_bits.push(bits.clone()),
            Keyword::HostBits(bits) => self.meta.host_bits.push(bits.clone()),
            Keyword::Threshold(threshold) => self.meta.threshold = Some(*threshold),
            Keyword::DetectionFilter(filter) => self.meta.filter = Some(filter.clone()),
            Keyword::AppLayerProtocol(protocol) => self.memory.push(MemoryTest::Protocol {
                name: protocol.name.clone(),
                negated: protocol.negated,
                scope: protocol.scope,
            }),
            Keyword::Event(event) => self.event(event),
            Keyword::FileText(text) => self.file.push(match text.keyword {
                "fileext" => FileTest::Extension {
                    text: text.text.clone(),
                    negated: text.negated,
                },
                "filemagic" => FileTest::Magic {
                    text: text.text.clone(),
                    negated: text.negated,
                },
                _ => FileTest::Name {
                    text: text.text.clone(),
                    negated: text.negated,
                },
            }),
            Keyword::FileHash(hash) => {
                let list = lists.hashes(hash)?;
                self.file.push(FileTest::Hash {
                    hash: hash.clone(),
                    list,
                });
            }
            Keyword::FileStore(store) => {
                self.is_file = true;
                self.effects.push(Effect::Store(store_wish(store)));
            }
            Keyword::Geography(geography) => {
                self.memory
                    .push(hosts::country(geography, lists.settings())?);
            }
            Keyword::IpReputation(reputation) => {
                let test = hosts::reputation(reputation, lists.settings())?;
                self.memory.push(test);
            }
            Keyword::DceInterface(interface) => {
                self.whole("dcerpc.iface", Step::Interface(*interface));
            }
            Keyword::DceOperations(ranges) => {
                self.whole("dcerpc.opnum", Step::Operations(ranges.clone()));
            }
            Keyword::Rpc(rpc) => self.packet.push(PacketTest::RemoteCall(rpc.clone())),
            Keyword::LogConfig(config) => self.log_config(config)?,
        }
        Ok(())
    }

    /// A test of a whole buffer.
    fn whole(&mut self, buffer: &'static str, step: Step) {
        self.sized
            .push((buffer, vec![ChainStep { step, retry: false }]));
    }

    fn number(&mut self, number: &Number) -> Result<(), Missing> {
        if let Some(test) = packet::number_test(number) {
            self.packet.push(test);
            return Ok(());
        }
        let comparison = number.comparison;
        match number.keyword {
            "filesize" => self.file.push(FileTest::Size(comparison)),
            "urilen" => {
                let buffer = if number.qualifier == Some("raw") {
                    "http.uri.raw"
                } else {
                    "http.uri"
                };
                self.sized.push((
                    buffer,
                    vec![ChainStep {
                        step: Step::Size(comparison),
                        retry: false,
                    }],
                ));
            }
            "flow.age" => self.memory.push(MemoryTest::Age(comparison)),
            name if name.starts_with("flow.pkts") || name.starts_with("flow.bytes") => {
                self.memory
                    .push(traffic(name, number.qualifier, comparison));
            }
            name => {
                let name = match name {
                    "tls.cert_notbefore" => "tls.cert_not_before",
                    "tls.cert_notafter" => "tls.cert_not_after",
                    other => other,
                };
                if registry::numbers(name).is_empty() {
                    return Err(Missing::new(number.keyword));
                }
                let direction = number.direction.map(way);
                self.numbers.push(NumberTest {
                    name,
                    comparison,
                    index: number.index,
                    direction,
                    is_time: false,
                });
            }
        }
        Ok(())
    }

    fn named(&mut self, named: &Named) -> Result<(), Missing> {
        if let Some(test) = packet::named_test(named) {
            self.packet.push(test?);
            return Ok(());
        }
        if named.keyword == "http2.settings" {
            self.numbers.push(settings::test(named)?);
            return Ok(());
        }
        let buffer = match named.keyword {
            // Marks are for the queues of a firewall; Hinomi only watches.
            "nfq_set_mark" => return Ok(()),
            "flow.elephant" => {
                let word = named.words.first().map(|(word, _)| word.as_str());
                self.memory.push(MemoryTest::Elephant(traffic_side(word)));
                return Ok(());
            }
            "flowvar" | "pktvar" => return self.variable(named),
            "tls.version" | "ssl_version" => "ssl_version",
            "ssl_state" => "ssl_state",
            "ssh.protoversion" => "ssh.proto",
            "mqtt.connack.session_present" => return self.truth(named),
            other => other,
        };
        if registry::buffers(buffer).is_empty() {
            return Err(Missing::new(named.keyword));
        }
        if named.keyword == "modbus" {
            let asked = modbus::asked(named)?;
            if let Some(words) = asked.words {
                self.words(buffer, vec![words]);
            }
            if let Some(test) = asked.test {
                self.whole("modbus.touches", Step::Modbus(test));
            }
            return Ok(());
        }
        if matches!(named.keyword, "dnp3_obj" | "cip_service") {
            // Their parts belong together; the protocol tells each combination as one word.
            self.words(buffer, vec![joined(named)]);
            return Ok(());
        }
        let words = named
            .words
            .iter()
            .map(|(word, negated)| {
                let dotted = word
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'.');
                let word = match (named.keyword, word.as_str()) {
                    ("tls.version", word) if dotted => format!("tls{word}"),
                    ("ftp.reply_received", "true" | "on" | "1") => "yes".to_owned(),
                    ("ftp.reply_received", "false" | "off" | "0") => "no".to_owned(),
                    (_, word) => word.to_owned(),
                };
                (word.into_bytes(), *negated)
            })
            .collect();
        self.words(buffer, words);
        Ok(())
    }

    /// What an expression took down, of the flow or of the packet, holds some text.
    fn variable(&mut self, named: &Named) -> Result<(), Missing> {
        let [(name, _), (value, negated)] = named.words.as_slice() else {
            return Err(Missing::because(
                named.keyword,
                "a name and a value, with a comma between them".to_owned(),
            ));
        };
        let text = value.trim().trim_matches('"').as_bytes().to_vec();
        if named.keyword == "pktvar" {
            self.packet_variables.push((name.clone(), text, *negated));
        } else {
            self.memory.push(MemoryTest::Variable {
                name: name.clone(),
                text,
                negated: *negated,
            });
        }
        Ok(())
    }

    /// The whole of a buffer is one of these.
    fn words(&mut self, buffer: &'static str, words: Vec<(Vec<u8>, bool)>) {
        let step = ChainStep {
            step: Step::Words(words),
            retry: false,
        };
        self.sized.push((buffer, vec![step]));
    }

    /// `yes` or `no` asks for a number that is 1 or 0.
    fn truth(&mut self, named: &Named) -> Result<(), Missing> {
        if registry::numbers(named.keyword).is_empty() {
            return Err(Missing::new(named.keyword));
        }
        for (word, negated) in &named.words {
            let wanted = matches!(word.as_str(), "yes" | "true") != *negated;
            self.numbers.push(NumberTest {
                name: named.keyword,
                comparison: Comparison::Equal(wanted.into()),
                index: None,
                direction: None,
                is_time: false,
            });
        }
        Ok(())
    }

    fn flag(&mut self, name: &'static str) -> Result<(), Missing> {
        match name {
            "noalert" => self.meta.silent = true,
            "alert" => self.meta.silent = false,
            "sameip" => self.packet.push(PacketTest::SameAddress),
            // Hinomi neither hands flows back to a kernel nor stores certificates because of a rule.
            "bypass" | "tls.store" => {}
            "tls.cert_expired" => self.validity(&[("tls.cert_not_after", Comparison::Less(0))]),
            "tls.cert_valid" => self.validity(&[
                ("tls.cert_not_before", Comparison::LessOrEqual(0)),
                ("tls.cert_not_after", Comparison::GreaterOrEqual(0)),
            ]),
            "ftpbounce" => self.sized.push((
                "ftpbounce",
                vec![ChainStep {
                    step: Step::Words(vec![(b"yes".to_vec(), false)]),
                    retry: false,
                }],
            )),
            other => return Err(Missing::new(other)),
        }
        Ok(())
    }

    /// Tests of a certificate's dates against the time of the packet.
    fn validity(&mut self, tests: &[(&'static str, Comparison<u64>)]) {
        let tests = tests.iter().map(|(name, comparison)| NumberTest {
            name,
            comparison: *comparison,
            index: None,
            direction: None,
            is_time: true,
        });
        self.numbers.extend(tests);
    }

    fn flow(&mut self, flow: Flow) {
        let test = &mut self.flow;
        test.direction = flow.direction.map(way).or(test.direction);
        test.state = flow.state.or(test.state);
        test.stream = flow
            .stream
            .map(|mode| mode == StreamMode::OnlyStream)
            .or(test.stream);
        test.fragment = flow.fragment.or(test.fragment);
        let asks_fragment = matches!(
            flow.fragment,
            Some(FragmentMode::OnlyFragment | FragmentMode::NoFragment)
        );
        test.needs_flow |= test.direction.is_some() || test.state.is_some() && !asks_fragment;
    }

    fn transaction_bit(&mut self, bits: &XBits, names: &mut SharedNames) {
        // Their names live in a space of their own.
        let bit = numbered(&mut names.bits, &format!("tx/{}", bits.name));
        match bits.operation {
            BitOperation::IsSet => self
                .memory
                .push(MemoryTest::TransactionBit { bit, set: true }),
            BitOperation::IsNotSet => {
                self.memory
                    .push(MemoryTest::TransactionBit { bit, set: false });
            }
            operation => self.effects.push(Effect::TransactionBit { bit, operation }),
        }
    }

    fn log_config(&mut self, config: &LogConfig) -> Result<(), Missing> {
        let (subsystem, what) = &config.subsystem;
        if (subsystem.as_str(), what.as_str()) == ("tracking", "disable") {
            // Packets that are not followed make no flow to be told.
            self.effects.push(Effect::Untrack);
            return Ok(());
        }
        if (subsystem.as_str(), what.as_str()) != ("logging", "disable") {
            return Err(Missing::because("config", format!("{subsystem} {what}")));
        }
        self.effects.push(Effect::Silence {
            whole_flow: config.scope == "flow",
        });
        Ok(())
    }

    fn flow_bits(&mut self, bits: &FlowBits, names: &mut SharedNames) {
        let numbers: Vec<u32> = bits
            .names
            .iter()
            .map(|name| numbered(&mut names.bits, name))
            .collect();
        match bits.operation {
            BitOperation::IsSet => self.memory.push(MemoryTest::Bits {
                bits: numbers,
                set: true,
            }),
            BitOperation::IsNotSet => self.memory.push(MemoryTest::Bits {
                bits: numbers,
                set: false,
            }),
            operation => {
                self.effects.extend(
                    numbers
                        .into_iter()
                        .map(|bit| Effect::Bit { bit, operation }),
                );
            }
        }
    }

    fn flow_int(&mut self, flow_int: &FlowInt, names: &mut SharedNames) -> Result<(), Missing> {
        let counter = numbered(&mut names.counters, &flow_int.name);
        let mut value = |value: &Value| match value {
            Value::Number(number) => u32::try_from(*number)
                .map(CounterValue::Number)
                .map_err(|_| Missing::new("flowint with a number that does not fit")),
            Value::Variable(name) => Ok(CounterValue::Counter(numbered(&mut names.counters, name))),
        };
        let compare = |operator, value| MemoryTest::Counter {
            counter,
            test: CounterTest::Compare(operator, value),
        };
        let is_set = |set| MemoryTest::Counter {
            counter,
            test: CounterTest::IsSet(set),
        };
        let change = |change, value| Effect::Counter {
            counter,
            change,
            value,
        };
        use FlowIntOperation as Operation;
        match &flow_int.operation {
            Operation::Assign(number) => self
                .effects
                .push(change(CounterChange::Assign, value(number)?)),
            Operation::Add(number) => self
                .effects
                .push(change(CounterChange::Add, value(number)?)),
            Operation::Subtract(number) => self
                .effects
                .push(change(CounterChange::Subtract, value(number)?)),
            Operation::Less(number) => self
                .memory
                .push(compare(TestOperatorOrNot::Less, value(number)?)),
            Operation::LessOrEqual(number) => self
                .memory
                .push(compare(TestOperatorOrNot::LessOrEqual, value(number)?)),
            Operation::Greater(number) => self
                .memory
                .push(compare(TestOperatorOrNot::Greater, value(number)?)),
            Operation::GreaterOrEqual(number) => {
                self.memory
                    .push(compare(TestOperatorOrNot::GreaterOrEqual, value(number)?));
            }
            Operation::Equal(number) => self
                .memory
                .push(compare(TestOperatorOrNot::Equal, value(number)?)),
            Operation::NotEqual(number) => self
                .memory
                .push(compare(TestOperatorOrNot::NotEqual, value(number)?)),
            Operation::IsSet => self.memory.push(is_set(true)),
            Operation::IsNotSet => self.memory.push(is_set(false)),
        }
        Ok(())
    }

    fn event(&mut self, event: &Named) {
        for (word, negated) in &event.words {
            let name = match event.keyword {
                "decode-event" => format!("decoder.{word}"),
                "stream-event" => format!("stream.{word}"),
                _ => match word.split_once('.') {
                    // The protocol may stand there under another of its names (`ikev2` for `ike`).
                    Some((protocol, event)) => {
                        let known = protocols::application(protocol).unwrap_or(protocol);
                        format!("{known}.{event}")
                    }
                    None => format!("applayer.{word}"),
                },
            };
            self.events.push(EventName {
                name,
                negated: *negated,
            });
        }
    }
}

/// The words of a keyword as one, each part after a comma and without blanks at its ends.
fn joined(named: &Named) -> (Vec<u8>, bool) {
    let parts: Vec<&str> = named.words.iter().map(|(word, _)| word.trim()).collect();
    let negated = named.words.iter().any(|(_, negated)| *negated);
    (parts.join(",").into_bytes(), negated)
}

fn traffic_side(word: Option<&str>) -> TrafficSide {
    match word {
        Some("toserver") => TrafficSide::ToServer,
        Some("toclient") => TrafficSide::ToClient,
        Some("either") => TrafficSide::Either,
        _ => TrafficSide::Both,
    }
}

fn traffic(name: &str, qualifier: Option<&str>, comparison: Comparison<u64>) -> MemoryTest {
    let side = name.rsplit_once('_').map(|(_, side)| side);
    let side = traffic_side(side.or(qualifier));
    MemoryTest::Traffic {
        bytes: name.starts_with("flow.bytes"),
        side,
        comparison,
    }
}
