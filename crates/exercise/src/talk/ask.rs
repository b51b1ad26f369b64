//! What a rule asks of the buffers of its conversation, by name.

use crate::bytes::ByteSet;
use crate::chain::{Chain, Shape, Unable, restricted, solve, transformed, untransformed};
use detect::rule::Rule;
use detect::rule::ast::{Comparison, Flow, FlowDirection, FlowState, Keyword, Transform};

/// All that a rule asks.
pub(crate) struct Ask<'a> {
    pub(crate) rule: &'a Rule,
    pub(crate) seed: u64,
    buffers: Vec<Asked>,
}

/// What is asked of one buffer.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) name: &'static str,
    pub(crate) chain: Chain,
    transforms: Vec<Transform>,
    /// What must not hold: in a near miss, the chain of the rule itself.
    avoided: Option<Chain>,
}

impl<'a> Ask<'a> {
    /// What the rule asks; `avoided` is a buffer with a chain that must not hold there.
    pub(crate) fn of(
        rule: &'a Rule,
        avoided: Option<(usize, &Chain)>,
        seed: u64,
    ) -> Result<Self, Unable> {
        let mut buffers: Vec<Asked> = Vec::new();
        let mut decoded = None;
        for (index, selection) in rule.buffers.iter().enumerate() {
            let chain = Chain::of(rule, index)?;
            let avoided = avoided
                .filter(|(at, _)| *at == index)
                .map(|(_, chain)| chain.clone());
            let asked = Asked {
                name: selection.name,
                chain,
                transforms: selection.transforms.clone(),
                avoided,
            };
            if asked.name == "base64_data" {
                decoded = Some(asked.solve(Shape::default(), seed, |_| true)?);
            } else if !asked.chain.is_empty() {
                buffers.push(asked);
            }
        }
        if decoded.is_some() {
            for asked in &mut buffers {
                asked.chain.decoded.clone_from(&decoded);
            }
        }
        Ok(Self {
            rule,
            seed,
            buffers,
        })
    }

    /// What is asked of the buffer (the first of this name).
    pub(crate) fn buffer(&self, name: &str) -> Option<&Asked> {
        self.buffers.iter().find(|asked| asked.name == name)
    }

    /// All that is asked of buffers of this name, one entry each.
    pub(crate) fn entries(&self, name: &str) -> impl Iterator<Item = &Asked> {
        self.buffers.iter().filter(move |asked| asked.name == name)
    }

    /// What is asked of several names that mean the same bytes, as one.
    pub(crate) fn merged(&self, names: &[&str]) -> Option<Asked> {
        let mut all = self
            .buffers
            .iter()
            .filter(|asked| names.contains(&asked.name));
        let first = all.next()?.clone();
        Some(all.fold(first, |merged, asked| Asked {
            chain: merged.chain.and(&asked.chain),
            avoided: merged.avoided.or_else(|| asked.avoided.clone()),
            ..merged
        }))
    }

    /// Whether any buffer of these names is asked for.
    pub(crate) fn names_any(&self, names: &[&str]) -> bool {
        self.buffers.iter().any(|asked| names.contains(&asked.name))
    }

    /// Names of the buffers asked for.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.buffers.iter().map(|asked| asked.name)
    }

    /// Tests of a number.
    pub(crate) fn numbers(&self, keyword: &str) -> Vec<Comparison<u64>> {
        let tests = self
            .rule
            .options
            .iter()
            .filter_map(|item| match &item.keyword {
                Keyword::Number(number) if number.keyword == keyword => Some(number.comparison),
                _ => None,
            });
        tests.collect()
    }

    /// A number that passes the tests of a keyword: `default` if it does.
    pub(crate) fn number(&self, keyword: &str, default: u64, limit: u64) -> Result<u64, Unable> {
        let tests = self.numbers(keyword);
        let passes = |number: &u64| tests.iter().all(|test| test.accepts(*number));
        let near = tests.iter().flat_map(|test| match *test {
            Comparison::Equal(number)
            | Comparison::LessOrEqual(number)
            | Comparison::GreaterOrEqual(number) => vec![number],
            Comparison::NotEqual(number) | Comparison::Greater(number) => vec![number + 1],
            Comparison::Less(number) => vec![number.saturating_sub(1)],
            Comparison::Between(low, high) => vec![low + 1, high.saturating_sub(1)],
            Comparison::NotBetween(low, high) => vec![low, high],
            Comparison::Bits { value, mask, .. } => vec![value, mask, 0],
        });
        std::iter::once(default)
            .chain(near)
            .chain(0..256)
            .filter(|number| *number <= limit)
            .find(passes)
            .ok_or_else(|| format!("no number passes {keyword}"))
    }

    /// The words of a keyword.
    pub(crate) fn words(&self, keyword: &str) -> Vec<(String, bool)> {
        let words = self
            .rule
            .options
            .iter()
            .filter_map(|item| match &item.keyword {
                Keyword::Named(named) if named.keyword == keyword => Some(named.words.clone()),
                _ => None,
            });
        words.flatten().collect()
    }

    /// The `flow` options put together.
    pub(crate) fn flow(&self) -> Flow {
        flow_of(self.rule)
    }

    /// Whether the packet that matches goes to the client.
    pub(crate) fn answers(&self) -> bool {
        match self.flow().direction {
            Some(direction) => direction == FlowDirection::ToClient,
            None => self.names().any(speaks_server),
        }
    }

    /// Whether the flow must not be established.
    pub(crate) fn is_unestablished(&self) -> bool {
        self.flow().state == Some(FlowState::NotEstablished)
    }
}

/// The `flow` options of a rule put together.
pub(crate) fn flow_of(rule: &Rule) -> Flow {
    let mut all = Flow::default();
    for item in &rule.options {
        if let Keyword::Flow(flow) = &item.keyword {
            all.direction = all.direction.or(flow.direction);
            all.state = all.state.or(flow.state);
            all.stream = all.stream.or(flow.stream);
            all.fragment = all.fragment.or(flow.fragment);
        }
    }
    all
}

/// Whether a buffer is said by servers only.
fn speaks_server(name: &str) -> bool {
    const SERVERS: &[&str] = &[
        "http.stat_code",
        "http.stat_msg",
        "http.response_line",
        "http.response_body",
        "http.location",
        "http.server",
        "http.response_header",
        "tls.cert_subject",
        "tls.cert_issuer",
        "tls.cert_serial",
        "tls.cert_fingerprint",
        "tls.certs",
        "ja3s.hash",
        "ja3s.string",
        "dns.answers.rrname",
        "dns.answer.name",
    ];
    SERVERS.contains(&name)
}

impl Asked {
    /// Whether a text as it goes over the wire satisfies what is asked.
    pub(crate) fn accepts(&self, text: &[u8]) -> bool {
        transformed(text, &self.transforms).is_some_and(|text| self.accepts_transformed(&text))
    }

    fn accepts_transformed(&self, text: &[u8]) -> bool {
        self.chain.accepts(text)
            && !self
                .avoided
                .as_ref()
                .is_some_and(|avoided| avoided.accepts(text))
    }

    /// A text as it goes over the wire.
    pub(crate) fn solve(
        &self,
        shape: Shape,
        seed: u64,
        fits: impl Fn(&[u8]) -> bool,
    ) -> Result<Vec<u8>, Unable> {
        let mut shape = shape;
        restricted(&mut shape, &self.transforms)?;
        let undone = |text: &[u8]| untransformed(text, &self.transforms);
        let text = solve(&self.chain, &shape, seed, |text| {
            !self
                .avoided
                .as_ref()
                .is_some_and(|avoided| avoided.accepts(text))
                && undone(text).is_some_and(|text| fits(&text))
        })
        .map_err(|why| format!("{}: {why}", self.name))?;
        undone(&text).ok_or_else(|| format!("{}: the transform has no way back", self.name))
    }

    /// The first of some usual texts that satisfies what is asked, else one that is made.
    pub(crate) fn usual_or_solved(
        &self,
        usual: &[&[u8]],
        shape: Shape,
        seed: u64,
        fits: impl Fn(&[u8]) -> bool,
    ) -> Result<Vec<u8>, Unable> {
        match usual.iter().find(|text| self.accepts(text)) {
            Some(text) => Ok(text.to_vec()),
            None => self.solve(shape, seed, fits),
        }
    }
}

/// Text that is shown as it is, without white space.
pub(crate) fn shown() -> ByteSet {
    ByteSet::range(0x21, 0x7e)
}

/// The text's bytes, each as the only choice.
pub(crate) fn exactly(text: &[u8]) -> Vec<ByteSet> {
    text.iter().map(|byte| ByteSet::one(*byte)).collect()
}
