//! YAML documents as trees with line numbers. The reader of the library is a state machine without recursion; here the
//! tree is bounded in depth and in size, aliases included, so that a few lines cannot unfold into millions.

use super::limits::{DEPTH_MAX, DOCUMENTS_MAX, NODES_MAX};
use super::problem::{Fault, ProblemClass, fault};
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::BTreeMap;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// From 1.
    pub line: u32,
    pub value: Value,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A single value, as it was written.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    pub text: String,
    /// Without quotes, so that `null` and `true` mean what they say.
    pub is_plain: bool,
}

/// The name of a value in a map.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub line: u32,
    pub text: String,
}

impl Scalar {
    /// Nothing, rather than empty text.
    pub fn is_null(&self) -> bool {
        self.is_plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// A truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self.text.as_str() {
            "true" | "True" | "TRUE" if self.is_plain => Some(true),
            "false" | "False" | "FALSE" if self.is_plain => Some(false),
            _ => None,
        }
    }
}

impl Node {
    /// The text of a single value.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) if !scalar.is_null() => Some(&scalar.text),
            _ => None,
        }
    }

    /// The value of a name in a map.
    pub fn member(&self, name: &str) -> Option<&Node> {
        let Value::Map(members) = &self.value else {
            return None;
        };
        let found = members.iter().find(|(key, _)| key.text == name)?;
        Some(&found.1)
    }

    /// Names and values of a map.
    pub fn members(&self) -> Option<&[(Key, Node)]> {
        match &self.value {
            Value::Map(members) => Some(members),
            _ => None,
        }
    }

    /// The texts of a list; a single text is a list of one.
    pub fn texts(&self) -> Vec<&str> {
        match &self.value {
            Value::List(nodes) => nodes.iter().filter_map(Node::text).collect(),
            _ => self.text().into_iter().collect(),
        }
    }
}

/// What is under way.
enum Open {
    List(Vec<Node>),
    Map(Vec<(Key, Node)>, Option<Key>),
}

struct Frame {
    line: u32,
    anchor: usize,
    /// Nodes before it began.
    nodes_before: usize,
    open: Open,
}

#[derive(Default)]
struct Builder {
    frames: Vec<Frame>,
    /// Named values, with their size.
    anchors: BTreeMap<usize, (Node, usize)>,
    nodes: usize,
    root: Option<Node>,
    /// The rest of a document with a fault is passed over.
    fault: Option<Fault>,
}

/// The documents of a file in order, each by itself good or bad. What is not YAML ends the file.
pub(crate) fn documents(text: &str) -> Vec<Result<Node, Fault>> {
    let mut documents = Vec::new();
    let mut builder = Builder::default();
    for item in Parser::new_from_str(text) {
        let (event, span) = match item {
            Ok(item) => item,
            Err(error) => {
                let line = u32::try_from(error.marker().line()).unwrap_or(0);
                let info = error.info();
                documents.push(Err(fault(
                    line,
                    ProblemClass::Yaml,
                    format!("YAML として読めません（{info}）"),
                    format!("this is not YAML: {info}"),
                )));
                return documents;
            }
        };
        let line = u32::try_from(span.start.line()).unwrap_or(0);
        if matches!(event, Event::DocumentEnd) {
            let builder = std::mem::take(&mut builder);
            match (builder.fault, builder.root) {
                (Some(fault), _) => documents.push(Err(fault)),
                (None, Some(root)) => documents.push(Ok(root)),
                (None, None) => {}
            }
            if documents.len() >= DOCUMENTS_MAX {
                documents.push(Err(too_many(line)));
                return documents;
            }
        } else if builder.fault.is_none() {
            builder.fault = builder.take(event, line).err();
        }
    }
    documents
}

impl Builder {
    fn take(&mut self, event: Event<'_>, line: u32) -> Result<(), Fault> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let value = Value::Scalar(Scalar {
                    text: text.into_owned(),
                    is_plain: style == ScalarStyle::Plain,
                });
                self.count(1, line)?;
                self.add(Node { line, value }, anchor, 1)
            }
            Event::SequenceStart(anchor, _) => self.open(line, anchor, Open::List(Vec::new())),
            Event::MappingStart(anchor, _) => self.open(line, anchor, Open::Map(Vec::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor) else {
                    return Err(fault(
                        line,
                        ProblemClass::Yaml,
                        "参照先のアンカーがまだ終わっていないか、ありません",
                        "the anchor that is referred to is not there, or not complete",
                    ));
                };
                let size = *size;
                // Before the copy is made: it is what a bomb would be made of.
                let nodes = self.nodes.saturating_add(size);
                if nodes > NODES_MAX {
                    return Err(too_large(line));
                }
                let node = node.clone();
                self.nodes = nodes;
                self.add(node, 0, size)
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn count(&mut self, more: usize, line: u32) -> Result<(), Fault> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > NODES_MAX {
            return Err(too_large(line));
        }
        Ok(())
    }

    fn open(&mut self, line: u32, anchor: usize, open: Open) -> Result<(), Fault> {
        if self.frames.len() >= DEPTH_MAX {
            return Err(fault(
                line,
                ProblemClass::Limit,
                format!("リストとマップの入れ子が {DEPTH_MAX} 段を超えています"),
                format!("lists and maps stand more than {DEPTH_MAX} deep within each other"),
            ));
        }
        let nodes_before = self.nodes;
        self.count(1, line)?;
        self.frames.push(Frame {
            line,
            anchor,
            nodes_before,
            open,
        });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Fault> {
        let Some(frame) = self.frames.pop() else {
            return Ok(());
        };
        let value = match frame.open {
            Open::List(nodes) => Value::List(nodes),
            Open::Map(members, _) => Value::Map(members),
        };
        let size = self.nodes.saturating_sub(frame.nodes_before);
        let line = frame.line;
        self.add(Node { line, value }, frame.anchor, size)
    }

    /// Puts a complete value where it belongs.
    fn add(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), Fault> {
        if anchor != 0 {
            // A copy for later: it counts, too.
            self.count(size, node.line)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut frame.open {
            Open::List(nodes) => nodes.push(node),
            Open::Map(members, key) => match key.take() {
                None => *key = Some(key_of(node)?),
                Some(name) => members.push((name, node)),
            },
        }
        if let Open::Map(members, Some(key)) = &frame.open
            && members.len() < MEMBERS_COMPARED
            && members.iter().any(|(known, _)| known.text == key.text)
        {
            let name = super::problem::shown(&key.text);
            return Err(fault(
                key.line,
                ProblemClass::Yaml,
                format!("同じ名前「{name}」が同じマップに二度あります"),
                format!("{name:?} stands twice in one map"),
            ));
        }
        Ok(())
    }
}

/// Maps of rules are small; comparing all names of a huge one would take long.
const MEMBERS_COMPARED: usize = 500;

fn key_of(node: Node) -> Result<Key, Fault> {
    match node.value {
        Value::Scalar(scalar) => Ok(Key {
            line: node.line,
            text: scalar.text,
        }),
        _ => Err(fault(
            node.line,
            ProblemClass::Yaml,
            "マップの名前には文字列だけが使えます",
            "names in a map must be text",
        )),
    }
}

fn too_large(line: u32) -> Fault {
    fault(
        line,
        ProblemClass::Limit,
        format!("一つの文書の値が、参照の展開も含めて {NODES_MAX} 個を超えています"),
        format!("one document has more than {NODES_MAX} values, aliases unfolded"),
    )
}

fn too_many(line: u32) -> Fault {
    fault(
        line,
        ProblemClass::Limit,
        format!("一つのファイルの文書が {DOCUMENTS_MAX} 個を超えています。残りは読みません"),
        format!("more than {DOCUMENTS_MAX} documents in one file; the rest is not read"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_lines() {
        let text = "title: a\nlist:\n  - x\n  - 'y'\n---\nb: ~\n";
        let documents = documents(text);
        assert_eq!(documents.len(), 2);
        let first = documents[0].as_ref().unwrap();
        assert_eq!(first.member("title").unwrap().text(), Some("a"));
        let list = first.member("list").unwrap();
        assert_eq!(list.texts(), ["x", "y"]);
        let Value::List(nodes) = &list.value else {
            panic!()
        };
        assert_eq!(nodes[1].line, 4);
        let second = documents[1].as_ref().unwrap();
        assert_eq!(second.member("b").unwrap().text(), None);
    }

    #[test]
    fn what_would_grow_without_end_is_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for step in 1..12 {
            let before = step - 1;
            let many = vec![format!("*a{before}"); 9].join(", ");
            bomb.push_str(&format!("a{step}: &a{step} [{many}]\n"));
        }
        let itself = "a: &a [*a]\n";
        let deep = "[".repeat(200) + &"]".repeat(200);
        let deeper = "[".repeat(100_000);
        let mut block = String::new();
        for depth in 0..300 {
            block.push_str(&" ".repeat(depth));
            block.push_str("a:\n");
        }
        for text in [
            &bomb,
            itself,
            &deep,
            &deeper,
            &block,
            "a: 1\na: 2\n",
            "{[a]: b}",
        ] {
            let found = documents(text);
            assert!(
                found.iter().any(Result::is_err),
                "{}",
                super::super::problem::shown(text)
            );
        }
    }
}
