//! `requires`: a rule may ask for a version, features and keywords; unmet, it is left out without complaint.

use super::RawOption;
use crate::rule::argument::Argument;
use crate::rule::ast::{Keyword, Requirement, Span, VersionBound};
use crate::rule::builder::Builder;
use crate::rule::problem::{Fault, ProblemKind};
use crate::rule::tables;

/// Version of the language that this reader speaks.
const LANGUAGE_VERSION: (u8, u8, u8) = (8, 0, 7);

pub(super) fn requires(
    builder: &mut Builder,
    argument: Argument<'_>,
    span: Span,
) -> Result<(), Fault> {
    if builder
        .options
        .iter()
        .any(|item| matches!(item.keyword, Keyword::Requires(_)))
    {
        return Err(Fault::meaning(
            span,
            "`requires` stands twice; write all in one",
        ));
    }
    let requirement = parse(argument)?;
    builder.push(Keyword::Requires(requirement), span);
    Ok(())
}

/// Looks at `requires` before all other options: a rule for another version may hold what this reader cannot know.
pub(crate) fn check_requirements(options: &[RawOption<'_>]) -> Result<(), Fault> {
    for option in options {
        let Some(argument) = option.argument.filter(|_| option.name.is("requires")) else {
            continue;
        };
        let requirement = parse(argument)?;
        let unmet = |message: String| Fault {
            kind: ProblemKind::RequirementUnmet,
            span: argument.span(),
            message,
        };
        if !requirement.versions.is_empty()
            && !requirement
                .versions
                .iter()
                .any(|bounds| bounds.iter().all(holds))
        {
            let (major, minor, patch) = LANGUAGE_VERSION;
            return Err(unmet(format!(
                "asks for another version than {major}.{minor}.{patch}: `{}`",
                argument.shown()
            )));
        }
        if let Some(keyword) = requirement
            .keywords
            .iter()
            .find(|keyword| tables::form(keyword).is_none())
        {
            return Err(unmet(format!(
                "asks for the keyword `{keyword}`, which is not known"
            )));
        }
        if let Some(feature) = requirement.features.first() {
            return Err(unmet(format!(
                "asks for the feature `{feature}`, which is not there"
            )));
        }
    }
    Ok(())
}

fn holds(bound: &VersionBound) -> bool {
    match bound.operator {
        "<" => LANGUAGE_VERSION < bound.version,
        "<=" => LANGUAGE_VERSION <= bound.version,
        ">" => LANGUAGE_VERSION > bound.version,
        _ => LANGUAGE_VERSION >= bound.version,
    }
}

fn parse(argument: Argument<'_>) -> Result<Requirement, Fault> {
    let mut requirement = Requirement::default();
    for part in argument.split(b',') {
        let (key, rest) = part.first_word();
        match () {
            () if key.is("feature") => requirement
                .features
                .push(rest.name("the name of a feature")?),
            () if key.is("keyword") => requirement
                .keywords
                .push(rest.name("the name of a keyword")?),
            () if key.is("version") => {
                if !requirement.versions.is_empty() {
                    return Err(part.meaning("`version` stands twice"));
                }
                requirement.versions = rest.split(b'|').map(bounds).collect::<Result<_, _>>()?;
            }
            () => return Err(part.expected("`feature NAME`, `keyword NAME` or `version BOUNDS`")),
        }
    }
    Ok(requirement)
}

/// `>= 7.0.3 < 8`: all must hold.
fn bounds(argument: Argument<'_>) -> Result<Vec<VersionBound>, Fault> {
    let mut bounds = Vec::new();
    let mut rest = argument;
    while !rest.is_empty() {
        let operators = ["<=", ">=", "<", ">"];
        let Some(operator) = operators
            .into_iter()
            .find(|sign| rest.strip(sign).is_some())
        else {
            return Err(rest.expected("<, <=, > or >= and a version"));
        };
        let behind = rest.skip(operator.len()).trim();
        let (number, behind) = behind.first_word();
        bounds.push(VersionBound {
            operator,
            version: version(number)?,
        });
        rest = behind;
    }
    if bounds.is_empty() {
        return Err(argument.expected("<, <=, > or >= and a version"));
    }
    Ok(bounds)
}

fn version(argument: Argument<'_>) -> Result<(u8, u8, u8), Fault> {
    let mut parts = argument.split(b'.');
    let mut next = || {
        parts
            .next()
            .map_or(Ok(0), |part| part.number(255))
            .map(|part| u8::try_from(part).unwrap_or(0))
    };
    let version = (next()?, next()?, next()?);
    match parts.next() {
        Some(more) => Err(more.expected("the end of the version")),
        None => Ok(version),
    }
}
