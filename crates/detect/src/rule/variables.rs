//! Variables of rules, and address and port expressions resolved into sets.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::argument::Argument;
use super::ast::{AddressExpression, PortExpression};
use super::header;
use super::limits::{NESTING_MAX, RANGES_MAX, RESOLVE_STEPS_MAX};
use super::ranges::{AddressSet, PortSet, RangeSet};

/// Why an expression cannot be resolved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VariableError {
    /// No such variable.
    #[error("the variable ${name} is not set; set it with --var {name}=VALUE")]
    Unknown {
        /// Its name.
        name: String,
    },
    /// Variables that need each other.
    #[error("the variables {} need each other in a circle", .names.join(" -> "))]
    Circle {
        /// The circle, first name repeated at its end.
        names: Vec<String>,
    },
    /// Variables within variables, too deep or too many.
    #[error(
        "variables within each other, more than {NESTING_MAX} deep or {RESOLVE_STEPS_MAX} members in all"
    )]
    TooComplex,
    /// Nothing is left after the negations.
    #[error("`{expression}` leaves nothing{hint}")]
    Empty {
        /// The expression.
        expression: String,
        /// What to do about it, if known.
        hint: String,
    },
    /// Too many ranges.
    #[error("`{expression}` has more than {RANGES_MAX} ranges")]
    TooLarge {
        /// The expression.
        expression: String,
    },
    /// The value of a variable cannot be read.
    #[error("the value of {name}: {message}")]
    Value {
        /// The variable.
        name: String,
        /// What was expected.
        message: String,
    },
}

/// Variables by name: addresses and ports apart, as in rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variables {
    addresses: BTreeMap<String, AddressExpression>,
    ports: BTreeMap<String, PortExpression>,
}

const ADDRESSES: &[(&str, &str)] = &[
    ("HOME_NET", "[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]"),
    ("EXTERNAL_NET", "!$HOME_NET"),
    ("HTTP_SERVERS", "$HOME_NET"),
    ("SMTP_SERVERS", "$HOME_NET"),
    ("SQL_SERVERS", "$HOME_NET"),
    ("DNS_SERVERS", "$HOME_NET"),
    ("TELNET_SERVERS", "$HOME_NET"),
    ("DC_SERVERS", "$HOME_NET"),
    ("AIM_SERVERS", "$EXTERNAL_NET"),
    ("DNP3_SERVER", "$HOME_NET"),
    ("DNP3_CLIENT", "$HOME_NET"),
    ("MODBUS_SERVER", "$HOME_NET"),
    ("MODBUS_CLIENT", "$HOME_NET"),
    ("ENIP_SERVER", "$HOME_NET"),
    ("ENIP_CLIENT", "$HOME_NET"),
];

const PORTS: &[(&str, &str)] = &[
    ("HTTP_PORTS", "80"),
    ("SHELLCODE_PORTS", "!80"),
    ("ORACLE_PORTS", "1521"),
    ("SSH_PORTS", "22"),
    ("FTP_PORTS", "21"),
    ("FILE_DATA_PORTS", "[$HTTP_PORTS,110,143]"),
    ("DNP3_PORTS", "20000"),
    ("MODBUS_PORTS", "502"),
    ("SIP_PORTS", "[5060,5061]"),
    ("VXLAN_PORTS", "4789"),
    ("GENEVE_PORTS", "6081"),
    ("TEREDO_PORTS", "3544"),
];

impl Default for Variables {
    /// HOME_NET is the private networks of RFC 1918, everything else follows from it.
    fn default() -> Self {
        let mut variables = Self {
            addresses: BTreeMap::new(),
            ports: BTreeMap::new(),
        };
        for (name, value) in ADDRESSES {
            if let Ok(expression) = header::addresses(Argument::new(value.as_bytes(), 0)) {
                variables.addresses.insert((*name).to_owned(), expression);
            }
        }
        for (name, value) in PORTS {
            if let Ok(expression) = header::ports(Argument::new(value.as_bytes(), 0)) {
                variables.ports.insert((*name).to_owned(), expression);
            }
        }
        variables
    }
}

impl Variables {
    /// Sets a variable, with or without the dollar. A known name keeps its kind; a new one is about ports if its name
    /// ends with `_PORT` or `_PORTS`, else about addresses. A list may stand without its brackets.
    ///
    /// # Errors
    /// [`VariableError::Value`] if the value cannot be read.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), VariableError> {
        let name = name.trim().trim_start_matches('$');
        let list = value.contains(',') && !value.trim_start().starts_with(['[', '!']);
        let value = if list {
            format!("[{value}]")
        } else {
            value.to_owned()
        };
        let argument = Argument::new(value.as_bytes(), 0).trim();
        let wrong = |message: String| VariableError::Value {
            name: name.to_owned(),
            message,
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        if name.is_empty() || !name.bytes().all(plain) {
            return Err(wrong("a name has letters, digits and `_`".to_owned()));
        }
        let ports = self.ports.contains_key(name)
            || (!self.addresses.contains_key(name)
                && (name.ends_with("_PORTS") || name.ends_with("_PORT")));
        if ports {
            let expression = header::ports(argument).map_err(|fault| wrong(fault.message))?;
            self.ports.insert(name.to_owned(), expression);
        } else {
            let expression = header::addresses(argument).map_err(|fault| wrong(fault.message))?;
            self.addresses.insert(name.to_owned(), expression);
        }
        Ok(())
    }

    /// Names and values as written, addresses first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, String)> {
        let addresses = self
            .addresses
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_string()));
        addresses.chain(
            self.ports
                .iter()
                .map(|(name, value)| (name.as_str(), value.to_string())),
        )
    }
}

/// Resolves expressions; equal expressions give the same set, computed once.
#[derive(Debug)]
pub struct Resolver<'a> {
    variables: &'a Variables,
    addresses: HashMap<AddressExpression, Arc<AddressSet>>,
    ports: HashMap<PortExpression, Arc<PortSet>>,
}

impl<'a> Resolver<'a> {
    /// A resolver over these variables.
    pub fn new(variables: &'a Variables) -> Self {
        Self {
            variables,
            addresses: HashMap::new(),
            ports: HashMap::new(),
        }
    }

    /// The addresses that `expression` means, never empty.
    ///
    /// # Errors
    /// A [`VariableError`] that names the variable or the expression.
    pub fn addresses(
        &mut self,
        expression: &AddressExpression,
    ) -> Result<Arc<AddressSet>, VariableError> {
        if let Some(known) = self.addresses.get(expression) {
            return Ok(Arc::clone(known));
        }
        let set = resolve_addresses(self.variables, expression, &mut Walk::default())?;
        let ranges = set.v4.ranges().len().saturating_add(set.v6.ranges().len());
        check_size(expression, set.is_empty(), ranges)?;
        let set = Arc::new(set);
        self.addresses.insert(expression.clone(), Arc::clone(&set));
        Ok(set)
    }

    /// The ports that `expression` means, never empty.
    ///
    /// # Errors
    /// A [`VariableError`] that names the variable or the expression.
    pub fn ports(&mut self, expression: &PortExpression) -> Result<Arc<PortSet>, VariableError> {
        if let Some(known) = self.ports.get(expression) {
            return Ok(Arc::clone(known));
        }
        let set = resolve_ports(self.variables, expression, &mut Walk::default())?;
        check_size(expression, set.is_empty(), set.ranges().len())?;
        let set = Arc::new(set);
        self.ports.insert(expression.clone(), Arc::clone(&set));
        Ok(set)
    }
}

fn check_size(expression: &impl ToString, empty: bool, ranges: usize) -> Result<(), VariableError> {
    if empty {
        let expression = expression.to_string();
        let external = expression == "$EXTERNAL_NET";
        let hint = if external {
            "; with HOME_NET=any, set EXTERNAL_NET=any as well"
        } else {
            ""
        };
        return Err(VariableError::Empty {
            expression,
            hint: hint.to_owned(),
        });
    }
    if ranges > RANGES_MAX {
        return Err(VariableError::TooLarge {
            expression: expression.to_string(),
        });
    }
    Ok(())
}

/// Where a resolution stands: the variables it is within, and how much it did.
#[derive(Default)]
struct Walk {
    names: Vec<String>,
    steps: usize,
}

impl Walk {
    /// One more expression. Groups cannot be nested deeper than the reader allows, so steps bound the whole walk.
    fn step(&mut self) -> Result<(), VariableError> {
        self.steps = self.steps.saturating_add(1);
        if self.steps > RESOLVE_STEPS_MAX {
            Err(VariableError::TooComplex)
        } else {
            Ok(())
        }
    }

    /// Steps into a variable, unless that goes in a circle.
    fn enter(&mut self, name: &str) -> Result<(), VariableError> {
        if let Some(begin) = self.names.iter().position(|known| known == name) {
            let names = self
                .names
                .iter()
                .skip(begin)
                .cloned()
                .chain([name.to_owned()]);
            return Err(VariableError::Circle {
                names: names.map(|name| format!("${name}")).collect(),
            });
        }
        if self.names.len() >= NESTING_MAX {
            return Err(VariableError::TooComplex);
        }
        self.names.push(name.to_owned());
        Ok(())
    }

    fn leave(&mut self) {
        self.names.pop();
    }
}

fn resolve_addresses(
    variables: &Variables,
    expression: &AddressExpression,
    walk: &mut Walk,
) -> Result<AddressSet, VariableError> {
    walk.step()?;
    Ok(match expression {
        AddressExpression::Any => AddressSet::all(),
        AddressExpression::Network {
            address,
            prefix_bits,
        } => AddressSet::network(*address, *prefix_bits),
        AddressExpression::Range { first, last } => AddressSet::range(*first, *last),
        AddressExpression::Variable(name) => {
            walk.enter(name)?;
            let value = variables.addresses.get(name);
            let value = value.ok_or_else(|| VariableError::Unknown { name: name.clone() })?;
            let set = resolve_addresses(variables, value, walk)?;
            walk.leave();
            set
        }
        AddressExpression::Not(inner) => {
            let set = resolve_addresses(variables, inner, walk)?;
            AddressSet {
                v4: set.v4.complement(),
                v6: set.v6.complement(),
            }
        }
        AddressExpression::Group(members) => {
            let (mut v4, mut v6) = (Gathered::new(), Gathered::new());
            for member in members {
                let (member, negated) = match member {
                    AddressExpression::Not(inner) => (inner.as_ref(), true),
                    other => (other, false),
                };
                let set = resolve_addresses(variables, member, walk)?;
                v4.add(&set.v4, negated);
                v6.add(&set.v6, negated);
            }
            AddressSet {
                v4: v4.set(),
                v6: v6.set(),
            }
        }
    })
}

fn resolve_ports(
    variables: &Variables,
    expression: &PortExpression,
    walk: &mut Walk,
) -> Result<PortSet, VariableError> {
    walk.step()?;
    Ok(match expression {
        PortExpression::Any => RangeSet::all(),
        PortExpression::Range { first, last } => RangeSet::of(vec![(*first, *last)]),
        PortExpression::Variable(name) => {
            walk.enter(name)?;
            let value = variables.ports.get(name);
            let value = value.ok_or_else(|| VariableError::Unknown { name: name.clone() })?;
            let set = resolve_ports(variables, value, walk)?;
            walk.leave();
            set
        }
        PortExpression::Not(inner) => resolve_ports(variables, inner, walk)?.complement(),
        PortExpression::Group(members) => {
            let mut all = Gathered::new();
            for member in members {
                let (member, negated) = match member {
                    PortExpression::Not(inner) => (inner.as_ref(), true),
                    other => (other, false),
                };
                all.add(&resolve_ports(variables, member, walk)?, negated);
            }
            all.set()
        }
    })
}

/// Members of a group as they come: positive ones add, negated ones take away, whatever their order.
struct Gathered<T> {
    positive: Option<Vec<(T, T)>>,
    negative: Vec<(T, T)>,
}

impl<T: super::ranges::Position> Gathered<T> {
    fn new() -> Self {
        Self {
            positive: None,
            negative: Vec::new(),
        }
    }

    fn add(&mut self, set: &RangeSet<T>, negated: bool) {
        let ranges = set.ranges().iter().copied();
        if negated {
            self.negative.extend(ranges);
        } else {
            self.positive.get_or_insert_default().extend(ranges);
        }
    }

    /// A group of negations only means everything else.
    fn set(self) -> RangeSet<T> {
        let negative = RangeSet::of(self.negative);
        match self.positive {
            Some(positive) => RangeSet::of(positive).without(&negative),
            None => negative.complement(),
        }
    }
}
