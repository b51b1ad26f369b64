//! The header.

use std::fmt::{self, Display, Formatter};

use crate::rule::ast::{
    Action, ActionScope, AddressExpression, Direction, Endpoint, PortExpression, Rule,
};

pub(super) fn write(rule: &Rule, out: &mut Formatter<'_>) -> fmt::Result {
    let arrow = match rule.direction {
        Direction::Forward => "->",
        Direction::Either => "<>",
        Direction::Transaction => "=>",
    };
    let scope = match rule.scope {
        None => "",
        Some(ActionScope::Packet) => ":packet",
        Some(ActionScope::Flow) => ":flow",
    };
    write!(out, "{}{scope} {}", rule.action, rule.protocol.name)?;
    if let Some(hook) = rule.protocol.hook {
        write!(out, ":{}", hook.name)?;
    }
    write!(out, " {} {arrow} {}", rule.source, rule.destination)
}

impl Display for Action {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Alert => "alert",
            Self::Pass => "pass",
            Self::Drop => "drop",
            Self::Reject => "reject",
            Self::RejectDestination => "rejectdst",
            Self::RejectBoth => "rejectboth",
            Self::Config => "config",
        })
    }
}

impl Display for Endpoint {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.addresses, self.ports)
    }
}

impl Display for AddressExpression {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => out.write_str("any"),
            Self::Network {
                address,
                prefix_bits,
            } => write!(out, "{address}/{prefix_bits}"),
            Self::Range { first, last } => write!(out, "{first}-{last}"),
            Self::Variable(name) => write!(out, "${name}"),
            Self::Group(members) => group(members, out),
            Self::Not(inner) => write!(out, "!{inner}"),
        }
    }
}

impl Display for PortExpression {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => out.write_str("any"),
            Self::Range { first, last } if first == last => write!(out, "{first}"),
            Self::Range { first, last } => write!(out, "{first}:{last}"),
            Self::Variable(name) => write!(out, "${name}"),
            Self::Group(members) => group(members, out),
            Self::Not(inner) => write!(out, "!{inner}"),
        }
    }
}

fn group<T: Display>(members: &[T], out: &mut Formatter<'_>) -> fmt::Result {
    for (position, member) in members.iter().enumerate() {
        write!(out, "{}{member}", if position == 0 { "[" } else { "," })?;
    }
    out.write_str("]")
}
