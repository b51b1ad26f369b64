//! A rule as it grows while its options are read: which buffer is selected, what came before.

use super::argument::Argument;
use super::ast::{
    BufferSelection, Content, FlowDirection, Item, Keyword, PAYLOAD, Protocol, ProtocolKind, Span,
    Transform,
};
use super::identity::PartialMeta;
use super::limits::{BUFFERS_MAX, TRANSFORMS_MAX};
use super::problem::{Fault, ProblemKind};
use super::tables::buffers::Buffer;

/// What the options said so far.
pub(crate) struct Builder {
    /// Buffers used, payload first.
    pub buffers: Vec<BufferSelection>,
    /// Options so far.
    pub options: Vec<Item>,
    /// Identity so far.
    pub meta: PartialMeta,
    /// Names made by `byte_extract` and `byte_math`, each with the number of options before it.
    variables: Vec<(String, usize)>,
    /// What deserves a look although the rule is kept.
    pub remarks: Vec<Fault>,
    /// Application protocols that can still match; `None`: any.
    applications: Option<Vec<&'static str>>,
    selection: Selection,
}

/// The buffer that options look at now.
enum Selection {
    Payload,
    Sticky(Sticky),
}

struct Sticky {
    buffer: &'static Buffer,
    base: BufferSelection,
    /// Transforms that the next option will see for the first time.
    pending: Vec<Transform>,
    /// Index in the rule's buffers, once an option used it.
    index: Option<usize>,
    /// No transform was used yet, so one may still follow.
    open: bool,
    span: Span,
}

impl Builder {
    pub fn new(protocol: Protocol) -> Self {
        let applications = (protocol.kind == ProtocolKind::Application)
            .then(|| plain(spellings(&[protocol.name]), protocol.name));
        Self {
            buffers: vec![payload()],
            options: Vec::new(),
            meta: PartialMeta::default(),
            variables: Vec::new(),
            remarks: Vec::new(),
            applications,
            selection: Selection::Payload,
        }
    }

    /// Adds an option that looks at no buffer.
    pub fn push(&mut self, keyword: Keyword, span: Span) {
        self.options.push(Item {
            keyword,
            buffer: 0,
            span,
        });
    }

    /// Adds an option that looks at the selected buffer.
    pub fn push_on_buffer(&mut self, keyword: Keyword, span: Span) -> Result<(), Fault> {
        let buffer = self.selected(span)?;
        self.options.push(Item {
            keyword,
            buffer,
            span,
        });
        Ok(())
    }

    /// Adds an option on a buffer other than the selected one (`pcre:"/a/U"`, `uricontent`).
    pub fn push_on(
        &mut self,
        keyword: Keyword,
        buffer: &'static Buffer,
        span: Span,
    ) -> Result<(), Fault> {
        if let Selection::Sticky(sticky) = &self.selection {
            if same_bytes(sticky.buffer.name, buffer.name) {
                return self.push_on_buffer(keyword, span);
            }
            return Err(Fault::meaning(
                span,
                format!(
                    "this option is about `{}`, but the sticky buffer `{}` is still selected; write `pkt_data;` before it, \
                     or select `{}` instead",
                    buffer.name, sticky.buffer.name, buffer.name
                ),
            ));
        }
        self.push_beside(keyword, buffer, span)
    }

    /// Adds an option on a buffer of its own, whatever is selected (`tls.issuerdn:"..."`).
    pub fn push_beside(
        &mut self,
        keyword: Keyword,
        buffer: &'static Buffer,
        span: Span,
    ) -> Result<(), Fault> {
        if let Selection::Sticky(sticky) = &self.selection
            && sticky.buffer.multiple
        {
            // Options on the selected entry could not be told from those on a new one.
            return Err(Fault::meaning(
                span,
                format!(
                    "the sticky buffer `{}` is still selected; write `pkt_data;` before this",
                    sticky.buffer.name
                ),
            ));
        }
        self.require_protocols(buffer.protocols, buffer.name, span)?;
        let index = self.index_of(selection_of(buffer), buffer.multiple, span)?;
        self.options.push(Item {
            keyword,
            buffer: index,
            span,
        });
        Ok(())
    }

    /// Selects a sticky buffer.
    pub fn select(
        &mut self,
        buffer: &'static Buffer,
        parameter: Option<String>,
        direction: Option<FlowDirection>,
        span: Span,
    ) -> Result<(), Fault> {
        self.leave_buffer()?;
        self.require_protocols(buffer.protocols, buffer.name, span)?;
        self.selection = Selection::Sticky(Sticky {
            buffer,
            base: BufferSelection {
                parameter,
                direction,
                ..selection_of(buffer)
            },
            pending: Vec::new(),
            index: None,
            open: true,
            span,
        });
        Ok(())
    }

    /// Selects the payload again.
    pub fn select_payload(&mut self) -> Result<(), Fault> {
        self.leave_buffer()?;
        self.selection = Selection::Payload;
        Ok(())
    }

    /// The selected buffer must have been used before another is selected or the rule ends.
    pub fn leave_buffer(&self) -> Result<(), Fault> {
        match &self.selection {
            Selection::Sticky(sticky) if sticky.index.is_none() || !sticky.pending.is_empty() => {
                Err(Fault::meaning(
                    sticky.span,
                    format!(
                        "the buffer `{}` is selected, but no option looks at it",
                        sticky.buffer.name
                    ),
                ))
            }
            _ => Ok(()),
        }
    }

    /// Whether a sticky buffer is selected.
    pub fn has_sticky_buffer(&self) -> bool {
        matches!(self.selection, Selection::Sticky(_))
    }

    /// Adds a transform to the selected buffer.
    pub fn transform(&mut self, transform: Transform, name: &str, span: Span) -> Result<(), Fault> {
        let Selection::Sticky(sticky) = &mut self.selection else {
            return Err(Fault::meaning(
                span,
                format!("`{name}` needs a sticky buffer before it"),
            ));
        };
        if !sticky.open {
            return Err(Fault::meaning(
                span,
                format!(
                    "`{name}` must stand directly behind the buffer; select `{}` again first",
                    sticky.buffer.name
                ),
            ));
        }
        if sticky.pending.len() >= TRANSFORMS_MAX {
            return Err(Fault::limit(
                span,
                format!("more than {TRANSFORMS_MAX} transforms on one buffer"),
            ));
        }
        sticky.pending.push(transform);
        Ok(())
    }

    /// The content that a modifier is about: the last one.
    pub fn last_content(&mut self, modifier: &str, span: Span) -> Result<&mut Content, Fault> {
        let content = self
            .options
            .iter_mut()
            .rev()
            .find_map(|item| match &mut item.keyword {
                Keyword::Content(content) => Some(content),
                _ => None,
            });
        content
            .ok_or_else(|| Fault::meaning(span, format!("`{modifier}` needs a content before it")))
    }

    /// Moves the last content to `buffer`, as the older modifiers do.
    pub fn move_content(
        &mut self,
        buffer: &'static Buffer,
        name: Argument<'_>,
    ) -> Result<(), Fault> {
        let span = name.span();
        let modifier = name.shown();
        if let Selection::Sticky(sticky) = &self.selection {
            return Err(Fault::meaning(
                span,
                format!(
                    "`{modifier}` cannot be used while the sticky buffer `{}` is selected; write `pkt_data;` before the \
                     content, or select `{}` instead",
                    sticky.buffer.name, buffer.name
                ),
            ));
        }
        self.require_protocols(buffer.protocols, buffer.name, span)?;
        if self.last_content(&modifier, span)?.rawbytes {
            return Err(Fault::meaning(
                span,
                format!("`{modifier}` and `rawbytes` exclude each other"),
            ));
        }
        let index = self.index_of(selection_of(buffer), buffer.multiple, span)?;
        let item = self
            .options
            .iter_mut()
            .rev()
            .find(|item| matches!(item.keyword, Keyword::Content(_)));
        match item {
            Some(item) if item.buffer == 0 => {
                item.buffer = index;
                Ok(())
            }
            Some(_) => Err(Fault::meaning(
                span,
                format!("`{modifier}`: the content before it already has a buffer"),
            )),
            None => Err(Fault::meaning(
                span,
                format!("`{modifier}` needs a content before it"),
            )),
        }
    }

    /// Notes that the last option made a variable.
    pub fn add_variable(&mut self, name: String) {
        self.variables
            .push((name, self.options.len().saturating_sub(1)));
    }

    /// Whether a variable is made by an option so far.
    pub fn has_variable(&self, name: &str) -> bool {
        self.variables.iter().any(|(known, _)| known == name)
    }

    /// Whether a variable is made before the last content, so that a modifier of that content may use it.
    pub fn has_variable_for_content(&self, name: &str) -> bool {
        let is_content = |item: &Item| matches!(item.keyword, Keyword::Content(_));
        let content = self
            .options
            .iter()
            .rposition(is_content)
            .unwrap_or(self.options.len());
        self.variables
            .iter()
            .any(|(known, place)| known == name && *place < content)
    }

    /// Narrows the application protocol to those that have a keyword; fails if none is left.
    pub fn require_protocols(
        &mut self,
        protocols: &[&'static str],
        keyword: &str,
        span: Span,
    ) -> Result<(), Fault> {
        if protocols.is_empty() {
            return Ok(());
        }
        let wanted = spellings(protocols);
        let left = match &self.applications {
            None => plain(wanted, ""),
            Some(current) => current
                .iter()
                .copied()
                .filter(|name| wanted.contains(name))
                .collect(),
        };
        if left.is_empty() {
            let current = self
                .applications
                .as_deref()
                .unwrap_or_default()
                .join(" or ");
            return Err(Fault::meaning(
                span,
                format!(
                    "`{keyword}` belongs to {}, but the rule is about {current}",
                    protocols.join(" or ")
                ),
            ));
        }
        self.applications = Some(left);
        Ok(())
    }

    /// Notes something that deserves a look.
    pub fn remark(&mut self, span: Span, message: String) {
        self.remarks.push(Fault {
            kind: ProblemKind::Remark,
            span,
            message,
        });
    }

    /// Numbers the buffers by their first use. A modifier such as `http_header` names a buffer after its content, so
    /// without this the same rule in its two spellings would differ.
    pub fn order_buffers(&mut self) {
        let used = self.options.iter().map(|item| item.buffer);
        let order = used.fold(vec![0], |mut order, buffer| {
            if !order.contains(&buffer) {
                order.push(buffer);
            }
            order
        });
        let place = |buffer| order.iter().position(|old| *old == buffer);
        for item in &mut self.options {
            item.buffer = place(item.buffer).unwrap_or(0);
        }
        self.buffers = order
            .iter()
            .filter_map(|old| self.buffers.get(*old).cloned())
            .collect();
    }

    /// Index of the selected buffer, made on first use.
    fn selected(&mut self, span: Span) -> Result<usize, Fault> {
        let Selection::Sticky(sticky) = &mut self.selection else {
            return Ok(0);
        };
        let multiple = sticky.buffer.multiple;
        if sticky.pending.is_empty()
            && let Some(index) = sticky.index
        {
            return Ok(index);
        }
        let mut selection = sticky.base.clone();
        sticky.open = sticky.pending.is_empty();
        selection.transforms = std::mem::take(&mut sticky.pending);
        let index = self.index_of(selection, multiple, span)?;
        if let Selection::Sticky(sticky) = &mut self.selection {
            sticky.index = Some(index);
        }
        Ok(index)
    }

    /// Index of a buffer; one that may be there many times is new each time.
    fn index_of(
        &mut self,
        selection: BufferSelection,
        multiple: bool,
        span: Span,
    ) -> Result<usize, Fault> {
        let known = (!multiple)
            .then(|| self.buffers.iter().position(|buffer| *buffer == selection))
            .flatten();
        if let Some(index) = known {
            return Ok(index);
        }
        if self.buffers.len() >= BUFFERS_MAX {
            return Err(Fault::limit(
                span,
                format!("more than {BUFFERS_MAX} buffers in one rule"),
            ));
        }
        self.buffers.push(selection);
        Ok(self.buffers.len().saturating_sub(1))
    }
}

/// The payload as a buffer.
fn payload() -> BufferSelection {
    BufferSelection {
        name: PAYLOAD,
        parameter: None,
        direction: None,
        transforms: Vec::new(),
    }
}

/// Bodies of HTTP responses are files as well: `pcre:"/a/Q"` fits both buffers.
fn same_bytes(selected: &str, wanted: &str) -> bool {
    selected == wanted || (selected, wanted) == ("file.data", "http.response_body")
}

fn selection_of(buffer: &'static Buffer) -> BufferSelection {
    BufferSelection {
        name: buffer.name,
        ..payload()
    }
}

/// The single protocols that names stand for: `http` is HTTP/1 and HTTP/2; DNS over HTTP/2 has the keywords of both.
fn spellings(names: &[&'static str]) -> Vec<&'static str> {
    let mut all = Vec::new();
    for name in names {
        match *name {
            "http" => all.extend(["http1", "http2", "doh2"]),
            "http2" => all.extend(["http2", "doh2"]),
            "dns" => all.extend(["dns", "doh2"]),
            other => all.push(other),
        }
    }
    all
}

/// Without DNS over HTTP/2, unless the rule names it: else every keyword of HTTP would go with every one of DNS.
fn plain(mut names: Vec<&'static str>, header: &str) -> Vec<&'static str> {
    names.retain(|name| *name != "doh2" || header == "doh2");
    names
}
