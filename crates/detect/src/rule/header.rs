//! The header of a rule: `alert tcp $HOME_NET any -> [192.0.2.0/24,!192.0.2.7] 80`.

use std::net::IpAddr;

use super::argument::Argument;
use super::ast::{
    Action, ActionScope, AddressExpression, Direction, Endpoint, PortExpression, Protocol,
};
use super::limits::{GROUP_MEMBERS_MAX, NESTING_MAX};
use super::problem::{Fault, ProblemKind};
use super::tables::{hooks, nearest, protocols};

/// Everything before the parenthesis.
pub(crate) struct Header {
    pub action: Action,
    pub scope: Option<ActionScope>,
    pub protocol: Protocol,
    pub source: Endpoint,
    pub direction: Direction,
    pub destination: Endpoint,
}

/// Reads the header; also what follows it, from the opening parenthesis on.
pub(crate) fn parse(rule: Argument<'_>) -> Result<(Header, Argument<'_>), Fault> {
    let mut rest = rule.trim();
    let mut next = |what: &str| -> Result<Argument<'_>, Fault> {
        let (word, behind) = word(rest)?;
        if word.is_empty() {
            return Err(rest.take(1).expected(what));
        }
        rest = behind;
        Ok(word)
    };
    let (action, scope) = scoped_action(next("an action (alert, pass, drop, reject)")?)?;
    let protocol_at = next("a protocol")?;
    let protocol = protocol(protocol_at)?;
    let source_addresses = next("a source address")?;
    let source_ports = next("a source port")?;
    let direction_at = next("a direction (->, <> or =>)")?;
    let direction = direction(direction_at)?;
    let destination_addresses = next("a destination address")?;
    let destination_ports = next("a destination port")?;
    let header = Header {
        action,
        scope,
        protocol,
        source: Endpoint {
            addresses: addresses(source_addresses)?,
            ports: ports(source_ports)?,
        },
        direction,
        destination: Endpoint {
            addresses: addresses(destination_addresses)?,
            ports: ports(destination_ports)?,
        },
    };
    if direction == Direction::Transaction
        && header.protocol.kind != super::ast::ProtocolKind::Application
    {
        return Err(direction_at.meaning(
            "`=>` is about both directions of a transaction: it needs an application protocol",
        ));
    }
    if !rest.text.starts_with(b"(") {
        return Err(rest.take(1).expected("`(` and the options"));
    }
    Ok((header, rest))
}

/// The next word; brackets keep white space together, an opening parenthesis ends a word.
fn word(text: Argument<'_>) -> Result<(Argument<'_>, Argument<'_>), Fault> {
    let text = text.trim();
    let mut depth = 0_usize;
    for (position, byte) in text.text.iter().copied().enumerate() {
        match byte {
            b'[' => depth = depth.saturating_add(1),
            b']' => {
                depth = depth.checked_sub(1).ok_or_else(|| {
                    text.skip(position)
                        .take(1)
                        .syntax("`]` without a `[` before it")
                })?;
            }
            b'(' if depth == 0 => return Ok((text.take(position), text.skip(position))),
            _ if depth == 0 && byte.is_ascii_whitespace() => {
                return Ok((text.take(position), text.skip(position).trim()));
            }
            _ => {}
        }
    }
    if depth > 0 {
        return Err(text.take(1).syntax("a `[` is never closed"));
    }
    Ok((text, text.skip(text.text.len())))
}

const ACTIONS: &[&str] = &[
    "alert",
    "pass",
    "drop",
    "reject",
    "rejectsrc",
    "rejectdst",
    "rejectboth",
    "config",
];

/// The action, and behind a colon how far it reaches.
fn scoped_action(word: Argument<'_>) -> Result<(Action, Option<ActionScope>), Fault> {
    if word.lower().starts_with("accept:") || word.is("accept") {
        return Err(Fault {
            kind: ProblemKind::Refused,
            span: word.span(),
            message: "`accept` is for rules of a firewall, which let nothing else through; Hinomi only watches, so there is \
                      nothing to accept"
                .to_owned(),
        });
    }
    let Some((name, scope)) = word.split_once(b':') else {
        return Ok((action(word)?, None));
    };
    let action = action(name)?;
    if matches!(action, Action::Alert | Action::Config) {
        return Err(scope.meaning(format!(
            "`{action}` says nothing of packets or flows; leave out `:{}`",
            scope.shown()
        )));
    }
    match scope.lower().as_str() {
        "packet" => Ok((action, Some(ActionScope::Packet))),
        "flow" => Ok((action, Some(ActionScope::Flow))),
        _ => Err(scope.expected("how far the action reaches (packet, flow)")),
    }
}

fn action(word: Argument<'_>) -> Result<Action, Fault> {
    Ok(match word.lower().as_str() {
        "alert" => Action::Alert,
        "pass" => Action::Pass,
        "drop" => Action::Drop,
        "reject" | "rejectsrc" => Action::Reject,
        "rejectdst" => Action::RejectDestination,
        "rejectboth" => Action::RejectBoth,
        "config" => Action::Config,
        name => {
            let near = nearest(name, ACTIONS.iter().copied())
                .map(|near| format!("; did you mean `{near}`?"));
            let list = ACTIONS.join(", ");
            let shown = word.shown();
            return Err(word.syntax(format!(
                "expected an action ({list}), found `{shown}`{}",
                near.unwrap_or_default()
            )));
        }
    })
}

/// The protocol, and behind a colon where in its conversations the rule is asked.
fn protocol(word: Argument<'_>) -> Result<Protocol, Fault> {
    let Some((name, hook)) = word.split_once(b':') else {
        return plain_protocol(word);
    };
    let protocol = plain_protocol(name)?;
    // `<` lets firewalls accept what comes before as well.
    let hook = hook.strip("<").unwrap_or(hook);
    let known = hooks::hook(protocol, &hook.lower());
    if known.is_none() {
        let list = hooks::names(protocol).join(", ");
        return Err(hook.expected(&format!("a hook of {} ({list})", protocol.name)));
    }
    Ok(Protocol {
        hook: known,
        ..protocol
    })
}

fn plain_protocol(word: Argument<'_>) -> Result<Protocol, Fault> {
    let name = word.shown();
    protocols::protocol(&name).ok_or_else(|| {
        word.syntax(match nearest(&name, protocols::names()) {
            Some(near) => format!("unknown protocol `{name}`; did you mean `{near}`?"),
            None => format!("unknown protocol `{name}`"),
        })
    })
}

fn direction(word: Argument<'_>) -> Result<Direction, Fault> {
    match word.text {
        b"->" => Ok(Direction::Forward),
        b"<>" => Ok(Direction::Either),
        b"=>" => Ok(Direction::Transaction),
        b"<-" => Err(word.syntax("`<-` is no direction; exchange the two sides and write `->`")),
        _ => Err(word.expected("a direction (->, <> or =>)")),
    }
}

/// Reads an address expression.
pub(crate) fn addresses(text: Argument<'_>) -> Result<AddressExpression, Fault> {
    expression(text, 0, &mut 0)
}

/// Reads a port expression.
pub(crate) fn ports(text: Argument<'_>) -> Result<PortExpression, Fault> {
    expression(text, 0, &mut 0)
}

/// What address and port expressions have in common.
trait Expression: Sized {
    fn any() -> Self;
    fn variable(name: String) -> Self;
    fn group(members: Vec<Self>) -> Self;
    fn not(inner: Self) -> Self;
    fn leaf(text: Argument<'_>) -> Result<Self, Fault>;
}

fn expression<E: Expression>(
    text: Argument<'_>,
    depth: usize,
    members: &mut usize,
) -> Result<E, Fault> {
    let text = text.trim();
    if depth > NESTING_MAX {
        return Err(Fault::limit(
            text.span(),
            format!("more than {NESTING_MAX} brackets within each other"),
        ));
    }
    *members = members.saturating_add(1);
    if *members > GROUP_MEMBERS_MAX {
        return Err(Fault::limit(
            text.span(),
            format!("more than {GROUP_MEMBERS_MAX} members"),
        ));
    }
    let deeper = depth.saturating_add(1);
    if let Some(inner) = text.strip("!") {
        if inner.trim().is("any") {
            return Err(text.meaning("`!any` leaves nothing"));
        }
        return expression(inner, deeper, members).map(E::not);
    }
    if let Some(inner) = text.strip("[") {
        let Some(inside) = inner.text.strip_suffix(b"]") else {
            return Err(text.expected("a group that ends with `]`"));
        };
        let parts = split_members(Argument::new(inside, inner.start))?;
        let parsed = parts
            .into_iter()
            .map(|part| expression(part, deeper, members));
        return parsed.collect::<Result<Vec<E>, _>>().map(E::group);
    }
    if let Some(name) = text.strip("$") {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        if name.is_empty() || !name.text.iter().all(plain) {
            return Err(name.expected("the name of a variable"));
        }
        return Ok(E::variable(name.string()));
    }
    if text.is("any") {
        return Ok(E::any());
    }
    E::leaf(text)
}

/// Members between commas outside of inner brackets.
fn split_members(text: Argument<'_>) -> Result<Vec<Argument<'_>>, Fault> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (position, byte) in text.text.iter().copied().enumerate() {
        match byte {
            b'[' => depth = depth.saturating_add(1),
            b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(text.skip(start).take(position.saturating_sub(start)).trim());
                start = position.saturating_add(1);
            }
            _ => {}
        }
    }
    parts.push(text.skip(start).trim());
    match parts.iter().find(|part| part.is_empty()) {
        Some(empty) => Err(empty.expected("a member of the group")),
        None => Ok(parts),
    }
}

impl Expression for AddressExpression {
    fn any() -> Self {
        Self::Any
    }

    fn variable(name: String) -> Self {
        Self::Variable(name)
    }

    fn group(members: Vec<Self>) -> Self {
        Self::Group(members)
    }

    fn not(inner: Self) -> Self {
        Self::Not(Box::new(inner))
    }

    fn leaf(text: Argument<'_>) -> Result<Self, Fault> {
        if let Some((address, prefix)) = text.split_once(b'/') {
            let address = ip(address)?;
            let width = if address.is_ipv4() { 32 } else { 128 };
            let prefix_bits = match prefix.string().parse::<std::net::Ipv4Addr>() {
                Ok(mask) if address.is_ipv4() => mask_bits(u32::from(mask)).ok_or_else(|| {
                    prefix.meaning(format!("`{}` is no network mask", prefix.shown()))
                })?,
                _ => u8::try_from(prefix.number(width)?).unwrap_or(0),
            };
            return Ok(Self::Network {
                address,
                prefix_bits,
            });
        }
        if let Some((first_at, last_at)) = text.split_once(b'-') {
            let (first, last) = (ip(first_at)?, ip(last_at)?);
            if first.is_ipv4() != last.is_ipv4() {
                return Err(text.meaning("the ends of a range are of two families"));
            }
            if first > last {
                return Err(text.meaning(format!("the range is empty: {first} is above {last}")));
            }
            return Ok(Self::Range { first, last });
        }
        let address = ip(text)?;
        Ok(Self::Network {
            address,
            prefix_bits: if address.is_ipv4() { 32 } else { 128 },
        })
    }
}

fn ip(text: Argument<'_>) -> Result<IpAddr, Fault> {
    text.string()
        .parse()
        .map_err(|_| text.expected("an address, a network, a group, a variable or `any`"))
}

/// Prefix length of a mask without holes.
fn mask_bits(mask: u32) -> Option<u8> {
    let ones = mask.leading_ones();
    (mask.count_ones() == ones).then(|| u8::try_from(ones).unwrap_or(0))
}

impl Expression for PortExpression {
    fn any() -> Self {
        Self::Any
    }

    fn variable(name: String) -> Self {
        Self::Variable(name)
    }

    fn group(members: Vec<Self>) -> Self {
        Self::Group(members)
    }

    fn not(inner: Self) -> Self {
        Self::Not(Box::new(inner))
    }

    fn leaf(text: Argument<'_>) -> Result<Self, Fault> {
        let Some((first_at, last_at)) = text.split_once(b':') else {
            let port = port(text)?;
            return Ok(Self::Range {
                first: port,
                last: port,
            });
        };
        let first = if first_at.is_empty() {
            0
        } else {
            port(first_at)?
        };
        let last = if last_at.is_empty() {
            u16::MAX
        } else {
            port(last_at)?
        };
        if first_at.is_empty() && last_at.is_empty() {
            return Err(text.expected("a port on one side of the `:`"));
        }
        if first > last {
            return Err(text.meaning(format!("the range is empty: {first} is above {last}")));
        }
        Ok(Self::Range { first, last })
    }
}

fn port(text: Argument<'_>) -> Result<u16, Fault> {
    if text.text.is_empty() || !text.text.iter().all(u8::is_ascii_digit) {
        return Err(text.expected("a port, a range, a group, a variable or `any`"));
    }
    text.number(u64::from(u16::MAX))
        .map(|port| u16::try_from(port).unwrap_or(u16::MAX))
}
