//! Varied incidents to look at and to test with. Every address is of a documentation range or private.

use event::{
    Action, Advice, Communication, Detector, EvidenceLine, Explained, Host, Incident, Record,
    Severity, Stage, Status, Subject, Text, Timestamp, When,
};

struct Plot {
    communications: &'static [Communication],
    stages: &'static [Stage],
    severity: Severity,
    confidence: f32,
    peers: &'static [&'static str],
    detection: (&'static str, &'static str, &'static str),
    title: (&'static str, &'static str),
    summary: (&'static str, &'static str),
}

use Communication as C;
use Stage as S;

const PLOTS: &[Plot] = &[
    Plot {
        communications: &[C::ReconAccess],
        stages: &[S::Reconnaissance],
        severity: Severity::Low,
        confidence: 0.7,
        peers: &["10.20.0.0/24"],
        detection: ("scan.horizontal", "Sweep of port 445", "T1046"),
        title: (
            "{host} が社内の端末を調べて回っています",
            "{host} is probing other machines in the office",
        ),
        summary: (
            "この端末が短い時間に多くの端末へ接続を試みました。管理作業でなければ、感染した端末が次の標的を探している可能性があります。",
            "This machine tried to connect to many others within a short time. Unless somebody was doing maintenance, malware may be looking for its next victim.",
        ),
    },
    Plot {
        communications: &[
            C::CompromisedSite,
            C::RedirectorSite,
            C::ExploitSite,
            C::MalwareDownload,
            C::CommandAndControl,
        ],
        stages: &[
            S::Delivery,
            S::Exploitation,
            S::Installation,
            S::CommandAndControl,
        ],
        severity: Severity::Critical,
        confidence: 0.97,
        peers: &[
            "shop.example.com",
            "go.example.net",
            "198.51.100.23",
            "update.example.org",
        ],
        detection: ("1:2900014", "Executable after exploit page", "T1189"),
        title: (
            "{host} が改ざんサイト経由でマルウェアに感染しました",
            "{host} was infected through a tampered website",
        ),
        summary: (
            "改ざんされたサイトから攻撃サイトへ転送され、実行ファイルをダウンロードしたあと、外部のサーバーと定期的に通信しています。端末は遠隔操作されているおそれがあります。",
            "The machine was sent from a tampered site to an attack site, downloaded a program and now talks to a server outside at regular intervals. It may be under remote control.",
        ),
    },
    Plot {
        communications: &[C::CommandAndControl],
        stages: &[S::CommandAndControl],
        severity: Severity::High,
        confidence: 0.88,
        peers: &["203.0.113.77"],
        detection: ("beacon", "Regular connections every 60 s", "T1071.001"),
        title: (
            "{host} が C&C サーバーと通信しています",
            "{host} talks to a command-and-control server",
        ),
        summary: (
            "人の操作とは考えにくい一定の間隔で、同じ外部サーバーへ小さな通信を繰り返しています。マルウェアが指示を待っているときの特徴です。",
            "The machine sends small messages to the same outside server at intervals too regular for a person. Malware that waits for orders looks like this.",
        ),
    },
    Plot {
        communications: &[C::Ransomware, C::LateralMovement],
        stages: &[S::LateralMovement, S::Impact],
        severity: Severity::Critical,
        confidence: 0.93,
        peers: &["10.20.0.5", "FILESRV01"],
        detection: (
            "ransomware",
            "412 files rewritten and renamed in 3 minutes",
            "T1486",
        ),
        title: (
            "{host} がファイルサーバーのファイルを暗号化しています",
            "{host} is encrypting files on the file server",
        ),
        summary: (
            "短時間に多数のファイルが書き換えられ、名前が変更されています。ランサムウェアによる暗号化が進行中の可能性が高く、至急の対応が必要です。",
            "Many files were rewritten and renamed within minutes. Ransomware is very likely at work right now: act at once.",
        ),
    },
    Plot {
        communications: &[C::Tor],
        stages: &[S::CommandAndControl],
        severity: Severity::Medium,
        confidence: 0.8,
        peers: &["192.0.2.90"],
        detection: ("192.0.2.90", "Tor relay", "T1090.003"),
        title: (
            "{host} が Tor を利用しています",
            "{host} uses the Tor network",
        ),
        summary: (
            "通信相手を隠す Tor ネットワークへの接続がありました。業務で利用していない場合は、利用者に確認してください。",
            "The machine connected to Tor, a network that hides whom one talks to. If that is not part of the work, ask the person who uses it.",
        ),
    },
    Plot {
        communications: &[C::MalvertisingSite, C::ProfilingSite],
        stages: &[S::Delivery],
        severity: Severity::Low,
        confidence: 0.55,
        peers: &["ads.example.net", "check.example.org"],
        detection: ("1:2900031", "Browser profiling script", "T1592"),
        title: (
            "{host} が悪性広告サイトを表示しました",
            "{host} opened a malicious advertisement",
        ),
        summary: (
            "悪性の広告からブラウザの情報を調べるサイトへ移動しました。攻撃はここで止まっています。",
            "An advertisement led to a site that examines browsers for weaknesses. The attack went no further.",
        ),
    },
    Plot {
        communications: &[C::LateralMovement],
        stages: &[S::LateralMovement],
        severity: Severity::High,
        confidence: 0.81,
        peers: &["10.20.0.12", "10.20.0.31", "10.20.0.44"],
        detection: ("1:2900050", "Remote service created over SMB", "T1021.002"),
        title: (
            "{host} から社内の他の端末へ侵入が広がっています",
            "{host} is breaking into other machines in the office",
        ),
        summary: (
            "この端末が管理者用の共有を使って、ほかの端末でプログラムを動かしました。侵入が広がっている可能性があります。",
            "This machine used administrative shares to run programs on others. An intruder may be spreading.",
        ),
    },
    Plot {
        communications: &[C::ExploitKitDownload, C::MalwareDownload],
        stages: &[S::Exploitation, S::Installation],
        severity: Severity::Medium,
        confidence: 0.74,
        peers: &["cdn.example.org", "203.0.113.9"],
        detection: (
            "44d88612fea8a8f36de82e1278abb02f",
            "Known malware by MD5",
            "T1204.002",
        ),
        title: (
            "{host} がマルウェアをダウンロードしました",
            "{host} downloaded malware",
        ),
        summary: (
            "既知のマルウェアと一致するファイルを受信しました。実行されたかどうかは通信からは分かりません。",
            "A file known as malware arrived. Whether it was run cannot be told from the network.",
        ),
    },
];

const HOSTS: &[(&str, Option<&str>)] = &[
    ("10.20.0.23", Some("PC-23")),
    ("10.20.0.41", Some("KEIRI-PC02")),
    ("10.20.0.5", Some("FILESRV01")),
    ("10.20.0.77", None),
    ("10.20.1.8", Some("営業ノート08")),
    ("2001:db8:20::1f", Some("LAB-1F")),
];

const ACTIONS: &[(&str, &str, &str)] = &[
    (
        "isolate_host",
        "LAN ケーブルを抜くか Wi-Fi を切り、端末をネットワークから切り離してください。電源は切らないでください。",
        "Unplug the network cable or turn off Wi-Fi. Do not switch the machine off.",
    ),
    (
        "ask_user",
        "利用者に、その時刻に何をしていたか、画面に変わった表示が出なかったかを確認してください。",
        "Ask the person who uses the machine what was done at that time and whether anything odd appeared.",
    ),
    (
        "scan_host",
        "ウイルス対策ソフトを最新にして、端末全体を検査してください。",
        "Update the antivirus program and scan the whole machine.",
    ),
    (
        "change_passwords",
        "この端末で使っていたパスワードを、別の端末から変更してください。",
        "Change the passwords used on this machine, from another machine.",
    ),
    (
        "call_support",
        "判断に迷う場合は、サポート窓口にご連絡ください。",
        "If in doubt, call the support desk.",
    ),
];

/// The incident of a number: the same number gives the same incident, last seen some hours before `now`.
pub fn incident(number: u64, now: Timestamp) -> Incident {
    let pick = |length: usize, step: u64| (number.wrapping_mul(step) % length as u64) as usize;
    let plot = &PLOTS[pick(PLOTS.len(), 1)];
    let (ip, name) = HOSTS[pick(HOSTS.len(), 5)];
    let host_shown = name.unwrap_or(ip);
    let age_minutes = (number * number * 19 % (28 * 24 * 60)) as i64;
    let last_seen = now.plus_nanos(-(age_minutes + 1) * 60_000_000_000);
    let first_seen = last_seen.plus_nanos(-((number % 7 + 1) as i64) * 600_000_000_000);
    let say = |(ja, en): (&'static str, &'static str)| {
        Text::new(
            ja.replace("{host}", host_shown),
            en.replace("{host}", host_shown),
        )
    };
    Incident {
        incident_id: format!("sample-{number:04}"),
        revision: 1,
        status: if age_minutes < 600 {
            Status::Open
        } else {
            Status::Closed
        },
        class: plot.communications[plot.communications.len() - 1].class(),
        communications: plot.communications.to_vec(),
        stages: plot.stages.to_vec(),
        severity: plot.severity,
        confidence: plot.confidence,
        host: Host {
            ip: ip.parse().expect("an address"),
            mac: Some(format!("02:00:5e:00:53:{:02x}", number % 256)),
            name: name.map(str::to_owned),
        },
        others: Vec::new(),
        peers: plot.peers.iter().map(|peer| (*peer).to_owned()).collect(),
        first_seen,
        last_seen,
        detections: detections(plot, ip, first_seen, last_seen, number),
        title: say(plot.title),
        summary: say(plot.summary),
        actions: ACTIONS
            .iter()
            .take(2 + pick(4, 3))
            .map(|(key, ja, en)| Action {
                key: (*key).to_owned(),
                when: match *key {
                    "isolate_host" | "ask_user" => When::Now,
                    _ => When::Today,
                },
                text: Text::new(*ja, *en),
            })
            .collect(),
        advice: Some(advice(plot.severity)),
        suppressed_by: Vec::new(),
    }
}

fn advice(severity: Severity) -> Advice {
    let text = |ja: &'static str, en: &'static str| Text::new(ja, en);
    Advice {
        deadline: severity.deadline(),
        meaning: text(
            "外から操作されている可能性があります。",
            "Somebody outside may be in control of it.",
        ),
        course: text(
            "はじめは静かです。数時間から数日後に、パスワードを盗む、社内の他の機器を調べる、という動きに進むのが普通です。",
            "It begins quietly. Hours or days later passwords are stolen and other machines are looked for.",
        ),
        checked: vec![
            text(
                "攻撃者の指令サーバーとの通信: 見つかりました。",
                "Contact with a control server: found.",
            ),
            text(
                "社内の他の機器への攻撃: 見つかっていません。",
                "Attacks on other machines inside: not found.",
            ),
            text(
                "「見つかっていません」は「安全です」という意味ではありません。",
                "\"Not found\" does not mean \"safe\".",
            ),
        ],
        reasons: vec![text(
            "別々の仕組みが、同じことを示しています。",
            "Different detectors point to the same thing.",
        )],
        tell: text(
            "利用者と責任者に、端末をネットワークから外すことを伝えてください。",
            "Tell the user and the person responsible that the machine is going off the network.",
        ),
        preserve: text(
            "電源は切らず、再起動もしないでください。手がかりが消えます。",
            "Do not switch it off or restart it: traces would be lost.",
        ),
        ask: text(
            "判断に迷うときは、サポート窓口に連絡してください。",
            "If in doubt, contact support.",
        ),
        explained: vec![Explained {
            subject: Subject::Term,
            key: "c2".to_owned(),
            name: text("C&C サーバー", "control server"),
            text: text(
                "攻撃者が、感染した端末に指示を送るためのサーバーです。",
                "A server from which attackers give orders to infected machines.",
            ),
            forms: vec!["指令サーバー".to_owned(), "control server".to_owned()],
        }],
    }
}

fn detections(
    plot: &Plot,
    ip: &'static str,
    first: Timestamp,
    last: Timestamp,
    number: u64,
) -> Vec<EvidenceLine> {
    let (id, name, technique) = plot.detection;
    let detector = match id {
        "scan.horizontal" => Detector::Scan,
        "beacon" | "ransomware" => Detector::Behaviour,
        _ if id.starts_with("1:") => Detector::Signature,
        _ => Detector::Indicator,
    };
    let steps = plot.communications.len() as i64;
    let length = last.nanos() - first.nanos();
    plot.communications
        .iter()
        .zip(0_i64..)
        .map(|(communication, step)| {
            let time = first.plus_nanos(length / steps.max(1) * step);
            let peer = plot.peers[step as usize % plot.peers.len()];
            EvidenceLine {
                time,
                detector,
                id: id.to_owned(),
                name: name.to_owned(),
                technique: vec![technique.to_owned()],
                reasons: vec![
                    Text::new(
                        format!("{peer} との通信が条件に一致しました。"),
                        format!("The communication with {peer} matched."),
                    ),
                    Text::new(
                        format!("同じ通信が {} 回ありました。", number % 40 + 1),
                        format!("The same was seen {} times.", number % 40 + 1),
                    ),
                ],
                communication: Some(*communication),
                stage: plot.stages[(step as usize).min(plot.stages.len() - 1)],
                confidence: plot.confidence,
                count: number % 40 + 1,
                host: None,
                event: event(time, ip, peer, step),
            }
        })
        .collect()
}

fn event(time: Timestamp, ip: &'static str, peer: &'static str, step: i64) -> Record {
    let mut http = Record::new();
    http.push("hostname", peer);
    http.push("url", format!("/landing/{step}"));
    http.push(
        "http_user_agent",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
    );
    http.push("status", 200_u64);
    let mut event = Record::new();
    event.push("timestamp", time.eve());
    event.push("event_type", "http");
    event.push("src_ip", ip);
    event.push("src_port", (49_152 + step) as u64);
    event.push("dest_ip", "198.51.100.23");
    event.push("dest_port", 80_u64);
    event.push("proto", "TCP");
    event.push("http", http);
    event
}
