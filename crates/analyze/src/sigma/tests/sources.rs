//! Log sources of SigmaHQ over events as our sensor tells them.

use super::{INSIDE, OUTSIDE, between, event, matches, read, rules, titles};
use crate::sigma::SigmaOutlook;
use event::{Communication, Event, Severity, Stage};

const OTHER: &str = "192.168.1.6";

fn rule(source: &str, selection: &str) -> String {
    format!(
        "title: t\nlevel: high\nlogsource: {source}\ndetection:\n  s: {selection}\n  condition: s\n"
    )
}

const DNS: &str = r#"{"dns":{"type":"request","id":1,"flags":"110","queries":[{"rrname":"a.Example.com","rrtype":"TXT"}]}}"#;
const ANSWER: &str = r#"{"dns":{"type":"response","id":1,"flags":"8183","rcode":"NXDOMAIN","queries":[{"rrname":"a.example.com","rrtype":"TXT"}],"answers":[{"rrname":"a.example.com","rrtype":"TXT","rdata":"hello"}]}}"#;
const HTTP: &str = r#"{"http":{"hostname":"www.example.com","url":"/a/b.php?cmd=id","http_user_agent":"curl/8","http_method":"POST","http_refer":"http://x/","status":200,"http_content_type":"text/html","length":55,"protocol":"HTTP/1.1"}}"#;
const TLS: &str = r#"{"tls":{"sni":"www.example.com","version":"TLS 1.2","subject":"CN=x","issuerdn":"CN=y","serial":"08:BB:00:EE","ja3":{"hash":"abc"}}}"#;
const TREE: &str = r#"{"smb":{"command":"SMB2_COMMAND_TREE_CONNECT","tree_id":1,"named_pipe":"\\\\10.1.1.1\\IPC$","share_type":"PIPE"}}"#;
const CREATE: &str = r#"{"smb":{"command":"SMB2_COMMAND_CREATE","tree_id":1,"filename":"spoolss","disposition":"FILE_OPEN"}}"#;
const CALL: &str = r#"{"smb":{"command":"SMB2_COMMAND_IOCTL","tree_id":1,"dcerpc":{"request":"REQUEST","opnum":12,"interfaces":[{"uuid":"367abb81-9844-35f1-ad32-98f038001003","version":"2.0","ack_result":0}]}}}"#;
const COERCE: &str = r#"{"dcerpc":{"request":"REQUEST","req":{"opnum":4},"interfaces":[{"uuid":"df1941c5-fe89-4e79-bf10-463657acf44d","version":"1.0","ack_result":0}]}}"#;
const TICKET: &str = r#"{"krb5":{"msg_type":"KRB_TGS_REP","cname":"eve","realm":"CORP","sname":"MSSQL/db","ticket_encryption":"rc4-hmac","encryption":"aes256-cts-hmac-sha1-96"}}"#;
const RDP: &str = r#"{"rdp":{"event_type":"initial_request","cookie":"admin"}}"#;
const FLOW: &str = r#"{"flow":{"pkts_toserver":5,"pkts_toclient":4,"bytes_toserver":900,"bytes_toclient":70000,"age":3}}"#;
const DEAD: &str = r#"{"flow":{"pkts_toserver":5,"pkts_toclient":0,"bytes_toserver":900,"bytes_toclient":0,"age":3}}"#;

#[test]
fn sources_and_fields_are_those_of_our_events() {
    let out = |kind, body| vec![event(kind, 0, body)];
    let inbound = |kind, body| vec![between(kind, 0, body, OUTSIDE, INSIDE)];
    let shared: Vec<Event> = vec![event("smb", 0, TREE), event("smb", 1, CREATE)];
    for (source, selection, events, expected) in [
        (
            "{category: dns}",
            "{query|endswith: .example.com, record_type: TXT}",
            out("dns", DNS),
            1,
        ),
        (
            "{category: dns}",
            "{query|endswith: .example.com}",
            vec![event("dns", 0, DNS), event("dns", 1, ANSWER)],
            1,
        ),
        ("{category: dns}", "{answer: hello}", out("dns", ANSWER), 1),
        (
            "{product: zeek, service: dns}",
            "{rcode_name: NXDOMAIN, qtype_name: txt, Z: 0}",
            out("dns", ANSWER),
            1,
        ),
        (
            "{product: zeek, service: dns}",
            "{Z: 1}",
            out("dns", DNS),
            1,
        ),
        (
            "{category: dns_query, product: windows}",
            "{QueryName: a.example.com}",
            out("dns", DNS),
            1,
        ),
        (
            "{category: dns_query, product: windows}",
            "{QueryName: a.example.com, Image: x}",
            out("dns", DNS),
            0,
        ),
        (
            "{category: proxy}",
            "{c-uri|contains: 'example.com/a/', cs-method: POST, c-uri-extension: php}",
            out("http", HTTP),
            1,
        ),
        (
            "{category: proxy}",
            "{c-useragent|startswith: curl, sc-status: 200, cs-host: www.example.com}",
            out("http", HTTP),
            1,
        ),
        (
            "{category: proxy}",
            "{c-useragent|startswith: curl}",
            inbound("http", HTTP),
            0,
        ),
        (
            "{category: proxy}",
            "{cs-host|endswith: .example.com}",
            out("tls", TLS),
            1,
        ),
        (
            "{category: webserver}",
            "{cs-uri-query|contains: 'b.php?cmd=', cs-method: POST}",
            inbound("http", HTTP),
            1,
        ),
        (
            "{category: webserver}",
            "{cs-uri-query: cmd=id, cs-uri-stem|endswith: .php}",
            inbound("http", HTTP),
            1,
        ),
        (
            "{category: webserver}",
            "['cmd=id', nothing]",
            inbound("http", HTTP),
            1,
        ),
        (
            "{category: webserver}",
            "['cmd=id', nothing]",
            out("http", HTTP),
            0,
        ),
        (
            "{category: firewall}",
            "{dst_port: 80, action: accept, blocked: 'false'}",
            out("flow", FLOW),
            1,
        ),
        (
            "{category: firewall}",
            "{dst_port: 80, action: accept}",
            out("flow", DEAD),
            0,
        ),
        (
            "{category: firewall}",
            "{dst_ip|cidr: 203.0.113.0/24, src_ip: 192.168.1.5}",
            out("flow", FLOW),
            1,
        ),
        (
            "{product: zeek, service: conn}",
            "{conn_state: S0, orig_bytes|gt: 800}",
            out("flow", DEAD),
            1,
        ),
        (
            "{product: zeek, service: http}",
            "{method: POST, user_agent|contains: curl, uri|endswith: id, status_code: 200}",
            out("http", HTTP),
            1,
        ),
        (
            "{product: zeek, service: x509}",
            "{certificate.serial: 8BB00EE}",
            out("tls", TLS),
            1,
        ),
        (
            "{product: zeek, service: ssl}",
            "{server_name: www.example.com, version: TLSv12, ja3: abc}",
            out("tls", TLS),
            1,
        ),
        (
            "{product: zeek, service: smb_files}",
            "{path|endswith: 'IPC$', name: spoolss}",
            shared.clone(),
            1,
        ),
        (
            "{product: zeek, service: smb_mapping}",
            "{path|endswith: 'IPC$', share_type: PIPE}",
            shared,
            1,
        ),
        (
            "{product: zeek, service: dce_rpc}",
            "{endpoint: svcctl, operation: CreateServiceW}",
            out("smb", CALL),
            1,
        ),
        (
            "{product: zeek, service: dce_rpc}",
            "{operation|startswith: efs}",
            out("dcerpc", COERCE),
            1,
        ),
        (
            "{product: rpc_firewall, category: application}",
            "{EventLog: RPCFW, EventID: 3, InterfaceUuid: df1941c5-fe89-4e79-bf10-463657acf44d, OpNum: 4}",
            out("dcerpc", COERCE),
            1,
        ),
        (
            "{product: zeek, service: kerberos}",
            "{request_type: TGS, cipher: rc4-hmac, service|contains: SQL, success: 'true'}",
            out("krb5", TICKET),
            1,
        ),
        (
            "{product: zeek, service: rdp}",
            "{id.orig_h|cidr: 192.168.0.0/16, cookie: admin}",
            out("rdp", RDP),
            1,
        ),
        (
            "{category: network_connection, product: windows}",
            "{DestinationIp: 203.0.113.9, Initiated: 'true'}",
            out("flow", FLOW),
            1,
        ),
        (
            "{category: network_connection, product: windows}",
            "{DestinationHostname|endswith: example.com}",
            out("tls", TLS),
            1,
        ),
        (
            "{product: suricata, service: tls}",
            "{tls.ja3.hash: abc, src_ip: 192.168.1.5, dest_port: 80}",
            out("tls", TLS),
            1,
        ),
        (
            "{category: process_creation, product: windows}",
            "{Image: x}",
            out("flow", FLOW),
            0,
        ),
    ] {
        let rules = rules(&rule(source, selection));
        assert_eq!(
            titles(&rules, &events).len(),
            expected,
            "{source} {selection}"
        );
    }
}

#[test]
fn each_rule_says_what_it_can_do() {
    for (source, selection, expected) in [
        ("{category: dns}", "{query: x}", "dns"),
        ("{category: proxy}", "{cs-host: x}", "http tls quic"),
        ("{category: proxy}", "{cs-host: x, c-uri: y}", "http"),
        (
            "{category: proxy}",
            "{cs-host: x, cs-cookie: null}",
            "http - cs-cookie",
        ),
        ("{category: proxy}", "{cs-cookie: x}", "never"),
        (
            "{category: process_creation, product: windows}",
            "{Image: x}",
            "other",
        ),
        (
            "{category: network_connection, product: windows}",
            "{Image: x, DestinationIp: 1.1.1.1}",
            "other",
        ),
        (
            "{product: zeek, service: dce_rpc}",
            "{operation: x}",
            "dcerpc smb",
        ),
    ] {
        let rules = read(&rule(source, selection));
        let outlook = match rules.reviews().next().unwrap().outlook {
            SigmaOutlook::Looks { kinds, without } if without.is_empty() => kinds.join(" "),
            SigmaOutlook::Looks { kinds, without } => {
                format!("{} - {}", kinds.join(" "), without.join(" "))
            }
            SigmaOutlook::OtherLog(_) => "other".to_owned(),
            SigmaOutlook::Never(_) => "never".to_owned(),
        };
        assert_eq!(outlook, expected, "{source} {selection}");
    }
}

#[test]
fn a_match_becomes_a_claim_with_author_and_licence() {
    let home = crate::HomeNet::default();
    let text = "title: Odd agent
id: 11111111-2222-3333-4444-555555555555
status: test
author: Jane Doe
license: DRL 1.1
level: high
tags: [attack.command-and-control, attack.t1071.001, cve.2021-1]
logsource: {category: proxy}
detection:
  s: {c-useragent|startswith: curl}
  condition: s
";
    let seen = event("http", 0, HTTP);
    let found = matches(&rules(text), std::slice::from_ref(&seen));
    let told = crate::sigma::event(&found[0], &seen);
    assert_eq!(told.kind, "sigma");
    assert_eq!(told.text("sigma.author"), Some("Jane Doe"));
    assert_eq!(told.text("sigma.license"), Some("DRL 1.1"));
    assert_eq!(told.text("http.hostname"), Some("www.example.com"));
    let claim = crate::sigma::detection(&found[0], &seen, &told, &home).unwrap();
    assert_eq!(claim.id, "sigma:11111111-2222-3333-4444-555555555555");
    assert_eq!(claim.communication, Some(Communication::CommandAndControl));
    assert_eq!(
        (claim.stage, claim.severity),
        (Stage::CommandAndControl, Severity::High)
    );
    assert_eq!(claim.technique, ["T1071.001"]);
    assert!(claim.confidence >= 0.5);
    assert_eq!(claim.subject.ip.to_string(), INSIDE);
    assert_eq!(claim.peer_name.as_deref(), Some("www.example.com"));
    for part in ["Jane Doe", "DRL 1.1", "11111111-2222", "Odd agent"] {
        assert!(
            claim.reasons[0].en.contains(part) && claim.reasons[0].ja.contains(part),
            "{part}"
        );
    }
}

#[test]
fn tags_and_places_decide_the_claim() {
    let home = crate::HomeNet::default();
    let claim = |tags: &str, from: &str, to: &str| {
        let text = rule(
            "{product: hinomi, service: http}",
            "{http.http_method: POST}",
        )
        .replace("level: high", &format!("level: high\ntags: [{tags}]"));
        let seen = between("http", 0, HTTP, from, to);
        let found = matches(&rules(&text), std::slice::from_ref(&seen));
        let claim = crate::sigma::detection(&found[0], &seen, &seen, &home).unwrap();
        (
            claim.communication.map(Communication::key),
            claim.stage.key(),
            claim.subject.ip.to_string(),
        )
    };
    let (inside, other) = (INSIDE.to_owned(), OTHER);
    assert_eq!(
        claim("attack.t1190, attack.initial-access", OUTSIDE, INSIDE),
        (None, "exploitation", inside.clone())
    );
    assert_eq!(
        claim("attack.t1190", INSIDE, other),
        (Some("lateral_movement"), "lateral_movement", inside.clone())
    );
    assert_eq!(
        claim("attack.t1090.003", INSIDE, OUTSIDE),
        (Some("tor"), "command_and_control", inside.clone())
    );
    assert_eq!(
        claim("attack.discovery", INSIDE, other),
        (Some("recon_access"), "reconnaissance", inside.clone())
    );
    assert_eq!(
        claim("attack.t1486, attack.impact", INSIDE, other),
        (Some("ransomware"), "impact", inside)
    );
}
