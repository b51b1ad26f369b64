//! Values of events, with the names of EVE.

use super::parser::{Attribute, Message, operation};
use super::state::LdapTransaction;
use crate::protocol::Fields;

/// All values of a transaction.
pub(super) fn fields(transaction: &LdapTransaction, fields: &mut dyn Fields) {
    if let Some(message) = &transaction.request {
        fields.begin_record("request");
        common(message, fields);
        request(message, fields);
        fields.end();
    }
    if transaction.responses.is_empty() {
        return;
    }
    fields.begin_list("responses");
    for message in &transaction.responses {
        fields.begin_record("");
        common(message, fields);
        response(message, fields);
        fields.end();
    }
    fields.end();
}

fn common(message: &Message, fields: &mut dyn Fields) {
    fields.bytes("operation", operation_name(message.operation).as_bytes());
    fields.number("message_id", message.id);
}

const fn operation_name(number: u8) -> &'static str {
    match number {
        0 => "bind_request",
        1 => "bind_response",
        2 => "unbind_request",
        3 => "search_request",
        4 => "search_result_entry",
        5 => "search_result_done",
        6 => "modify_request",
        7 => "modify_response",
        8 => "add_request",
        9 => "add_response",
        10 => "del_request",
        11 => "del_response",
        12 => "mod_dn_request",
        13 => "mod_dn_response",
        14 => "compare_request",
        15 => "compare_response",
        16 => "abandon_request",
        19 => "search_result_reference",
        23 => "extended_request",
        24 => "extended_response",
        25 => "intermediate_response",
        _ => "unknown",
    }
}

fn request(message: &Message, fields: &mut dyn Fields) {
    if message.operation == operation::UNBIND {
        return;
    }
    fields.begin_record(operation_name(message.operation));
    match message.operation {
        operation::BIND => bind(message, fields),
        operation::SEARCH => search(message, fields),
        operation::MODIFY => {
            fields.bytes("object", &message.name);
            fields.begin_list("changes");
            for attribute in &message.attributes {
                fields.begin_record("");
                if let Some(change) = attribute.change {
                    fields.bytes("operation", change.as_bytes());
                }
                fields.bytes("modification_type", &attribute.name);
                values("modification_values", attribute, fields);
                fields.end();
            }
            fields.end();
        }
        operation::ADD => {
            fields.bytes("entry", &message.name);
            attributes("name", message, fields);
        }
        operation::DELETE => fields.bytes("dn", &message.name),
        operation::RENAME => {
            fields.bytes("entry", &message.name);
            fields.bytes("new_rdn", &message.other);
            fields.truth("delete_old_rdn", message.flag);
        }
        operation::COMPARE => {
            fields.bytes("entry", &message.name);
            if let Some(attribute) = message.attributes.first() {
                fields.begin_record("attribute_value_assertion");
                fields.bytes("description", &attribute.name);
                if let Some(value) = attribute.values.first() {
                    fields.bytes("value", value);
                }
                fields.end();
            }
        }
        operation::ABANDON => {
            if let Some(id) = message.numbers.first() {
                fields.number("message_id", *id);
            }
        }
        operation::EXTENDED => fields.bytes("name", &message.other),
        _ => {}
    }
    fields.end();
}

fn bind(message: &Message, fields: &mut dyn Fields) {
    if let Some(version) = message.numbers.first() {
        fields.number("version", *version);
    }
    fields.bytes("name", &message.name);
    if let Some(mechanism) = &message.mechanism {
        fields.begin_record("sasl");
        fields.bytes("mechanism", mechanism);
        fields.end();
    }
    if let Some(length) = message.password_length {
        fields.truth("simple", true);
        fields.truth("anonymous", length == 0);
    }
    if let Some(user) = &message.user {
        user.fields(fields);
    }
}

fn search(message: &Message, fields: &mut dyn Fields) {
    fields.bytes("base_object", &message.name);
    let mut numbers = message.numbers.iter().copied();
    let mut next = || numbers.next().unwrap_or_default();
    let scope: &[u8] = match next() {
        0 => b"base_object",
        1 => b"single_level",
        2 => b"whole_subtree",
        _ => b"unknown",
    };
    fields.bytes("scope", scope);
    let aliases: &[u8] = match next() {
        0 => b"never_deref_aliases",
        1 => b"deref_in_searching",
        2 => b"deref_finding_base_obj",
        3 => b"deref_always",
        _ => b"unknown",
    };
    fields.bytes("deref_alias", aliases);
    fields.number("size_limit", next());
    fields.number("time_limit", next());
    fields.truth("types_only", message.flag);
    if let Some(filter) = &message.filter {
        fields.begin_record("filter");
        fields.bytes("type", filter.kind.as_bytes());
        fields.bytes("value", &filter.text);
        fields.end();
    }
    fields.begin_list("attributes");
    for attribute in &message.attributes {
        fields.bytes("", &attribute.name);
    }
    fields.end();
}

fn values(name: &'static str, attribute: &Attribute, fields: &mut dyn Fields) {
    fields.begin_list(name);
    for value in &attribute.values {
        fields.bytes("", value);
    }
    fields.end();
}

fn attributes(name: &'static str, message: &Message, fields: &mut dyn Fields) {
    fields.begin_list("attributes");
    for attribute in &message.attributes {
        fields.begin_record("");
        fields.bytes(name, &attribute.name);
        values("values", attribute, fields);
        fields.end();
    }
    fields.end();
}

fn response(message: &Message, fields: &mut dyn Fields) {
    fields.begin_record(operation_name(message.operation));
    match message.operation {
        operation::SEARCH_ENTRY => {
            fields.bytes("base_object", &message.name);
            attributes("type", message, fields);
        }
        operation::SEARCH_REFERENCE => fields.bytes("uri", &message.other),
        operation::INTERMEDIATE => fields.bytes("name", &message.other),
        _ => {}
    }
    if let Some(outcome) = &message.outcome {
        fields.bytes("result_code", result_name(outcome.code).as_bytes());
        fields.bytes("matched_dn", &outcome.matched);
        fields.bytes("message", &outcome.message);
        if !message.other.is_empty() {
            fields.bytes("name", &message.other);
        }
    }
    fields.end();
}

/// A result's name (RFC 4511, 4.1.9); its number where it has none here.
fn result_name(code: u64) -> String {
    let name = match code {
        0 => "success",
        1 => "operations_error",
        2 => "protocol_error",
        3 => "time_limit_exceeded",
        4 => "size_limit_exceeded",
        5 => "compare_false",
        6 => "compare_true",
        7 => "auth_method_not_supported",
        8 => "stronger_auth_required",
        10 => "referral",
        11 => "admin_limit_exceeded",
        12 => "unavailable_critical_extension",
        13 => "confidentiality_required",
        14 => "sasl_bind_in_progress",
        16 => "no_such_attribute",
        17 => "undefined_attribute_type",
        18 => "inappropriate_matching",
        19 => "constraint_violation",
        20 => "attribute_or_value_exists",
        21 => "invalid_attribute_syntax",
        32 => "no_such_object",
        33 => "alias_problem",
        34 => "invalid_dns_syntax",
        36 => "alias_dereferencing_problem",
        48 => "inappropriate_authentication",
        49 => "invalid_credentials",
        50 => "insufficient_access_rights",
        51 => "busy",
        52 => "unavailable",
        53 => "unwilling_to_perform",
        54 => "loop_detect",
        64 => "naming_violation",
        65 => "object_class_violation",
        66 => "not_allowed_on_non_leaf",
        67 => "not_allowed_on_rdn",
        68 => "entry_already_exists",
        69 => "object_class_mods_prohibited",
        71 => "affects_multiple_dsas",
        80 => "other",
        other => return other.to_string(),
    };
    name.to_owned()
}
