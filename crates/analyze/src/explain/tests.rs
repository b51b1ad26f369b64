//! What a reader gets to see of some incidents, whole.

use super::{Facts, Told, explain};
use crate::correlate::{Assessment, Link, Sureness};
use event::{
    Communication, Detector, EvidenceLine, Gateway, Host, Language, Record, Severity, Stage, Text,
    ThreatClass, Timestamp, When,
};
use std::fmt::Write as _;

fn line(second: i64, detector: Detector, id: &str, name: &str, of: Communication) -> EvidenceLine {
    EvidenceLine {
        time: Timestamp::new(1_763_806_000 + second, 0),
        detector,
        id: id.to_owned(),
        name: name.to_owned(),
        technique: vec!["T1071.001".to_owned(), "T9999".to_owned()],
        reasons: vec![Text::new("理由", "a reason")],
        communication: Some(of),
        stage: Stage::CommandAndControl,
        confidence: 0.7,
        count: 7,
        host: None,
        event: Record::new(),
    }
}

fn assessment(communications: &[Communication], severity: Severity, infected: bool) -> Assessment {
    Assessment {
        communications: communications.to_vec(),
        main: communications.last().copied(),
        stages: vec![Stage::Delivery],
        class: ThreatClass::MalwareCommunication,
        severity,
        confidence: 0.8,
        infected,
        sureness: Sureness {
            strongest: 0,
            sources: communications.len(),
            weak: 1,
            whole: infected,
        },
    }
}

fn told(
    assessment: &Assessment,
    evidence: &[EvidenceLine],
    gateway: Gateway,
    site: Option<&str>,
) -> Told {
    let host = Host {
        ip: "192.168.1.23".parse().unwrap(),
        mac: None,
        name: Some("PC-23".to_owned()),
    };
    let other = Host {
        name: None,
        ..host.clone()
    };
    let several = assessment.severity == Severity::Critical;
    explain(&Facts {
        assessment,
        host: &host,
        others: if several {
            std::slice::from_ref(&other)
        } else {
            &[]
        },
        link: several.then_some(Link::Spread),
        strongest: evidence.first(),
        peers: &["calls.example".to_owned()],
        first_seen: Timestamp::new(1_763_806_000, 0),
        count: 7,
        evidence,
        site,
        gateway,
        utc_offset_minutes: 540,
    })
}

/// As a plain page.
fn page(told: &Told, language: Language) -> String {
    let mut page = String::new();
    let mut put = |head: &str, text: &Text| {
        let _ = writeln!(page, "{head}: {}", text.in_language(language));
    };
    put("title", &told.title);
    put("summary", &told.summary);
    for action in &told.actions {
        let when = match action.when {
            When::Now => "now",
            When::Today => "today",
            When::Later => "later",
        };
        put(&format!("{when} [{}]", action.key), &action.text);
    }
    let advice = told.advice.as_ref().unwrap();
    put("meaning", &advice.meaning);
    put("course", &advice.course);
    for text in &advice.checked {
        put("checked", text);
    }
    for text in &advice.reasons {
        put("reason", text);
    }
    put("tell", &advice.tell);
    put("preserve", &advice.preserve);
    put("ask", &advice.ask);
    for entry in &advice.explained {
        let name = entry.name.in_language(language);
        put(
            &format!("{:?} {} ({name})", entry.subject, entry.key),
            &entry.text,
        );
    }
    let _ = writeln!(page, "deadline: {:?}", advice.deadline);
    page
}

#[test]
fn a_family_that_reports_to_its_master() {
    let download = Communication::MalwareDownload;
    let control = Communication::CommandAndControl;
    let evidence = [
        line(
            0,
            Detector::Behaviour,
            "disguised_program",
            "program in disguise",
            download,
        ),
        line(
            300,
            Detector::Signature,
            "1:1",
            "ET MALWARE Emotet CnC Beacon",
            control,
        ),
    ];
    let judged = assessment(&[download, control], Severity::High, true);
    let told = told(&judged, &evidence, Gateway::UrlFilter, Some("本社"));
    insta::assert_snapshot!("emotet_ja", page(&told, Language::Ja));
    insta::assert_snapshot!("emotet_en", page(&told, Language::En));
}

#[test]
fn ransomware_without_a_gateway() {
    let evidence = [line(
        0,
        Detector::Behaviour,
        "share_encryption",
        "files rewritten",
        Communication::Ransomware,
    )];
    let judged = assessment(&[Communication::Ransomware], Severity::Critical, true);
    let told = told(&judged, &evidence, Gateway::None, None);
    insta::assert_snapshot!("ransomware_ja", page(&told, Language::Ja));
}

#[test]
fn probes_that_came_to_nothing() {
    let evidence = [line(
        0,
        Detector::Scan,
        "vertical_scan",
        "ports of one host",
        Communication::ReconAccess,
    )];
    let judged = assessment(&[Communication::ReconAccess], Severity::Low, false);
    let told = told(&judged, &evidence, Gateway::Unknown, None);
    insta::assert_snapshot!("probes_ja", page(&told, Language::Ja));
}

/// Nothing that a reader gets has an open slot or a mark in it, whatever the incident is about.
#[test]
fn nothing_is_left_open() {
    for main in Communication::ALL {
        for gateway in Gateway::ALL {
            let evidence = [line(0, Detector::Signature, "1:1", "WannaCry", main)];
            let told = told(
                &assessment(&[main], Severity::High, true),
                &evidence,
                gateway,
                None,
            );
            for language in [Language::Ja, Language::En] {
                let page = page(&told, language);
                for open in ["{", "}", "[["] {
                    assert!(!page.contains(open), "{main:?}: {open} in\n{page}");
                }
            }
        }
    }
}

/// By when somebody has to look follows from how bad it is.
#[test]
fn deadlines_follow_severity() {
    let deadlines: Vec<String> = Severity::ALL
        .into_iter()
        .map(|severity| format!("{:?}", severity.deadline()))
        .collect();
    assert_eq!(deadlines, ["ReportOnly", "NextBusinessDay", "Today", "Now"]);
}
