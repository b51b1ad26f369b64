//! Counting what is told of a company where nothing is wrong.

use super::inside::ADMINISTRATORS;
use super::server::{BACKUP, MAIL, MONITOR, SCANNER, UNKNOWN_SCANNER};
use super::{Deed, Kind, Office, show};
use analyze::{Brain, Known, Machine as KnownMachine, Prefix, Role, Settings};
use event::{Incident, Severity};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

/// Incidents that are shown with their reasons.
const SHOWN_MAX: usize = 40;

/// What the company has said about its machines: scanner, monitoring, backup, mail, two administrators.
pub fn known(office: &Office) -> Settings {
    let machine = |address: Ipv4Addr, role: Role| {
        Prefix::new(address.into(), 32).map(|address| KnownMachine { address, role })
    };
    let mut machines: Vec<KnownMachine> = [
        (SCANNER, Role::VulnerabilityScanner),
        (MONITOR, Role::Monitoring),
        (BACKUP, Role::BackupServer),
        (MAIL, Role::MailServer),
    ]
    .into_iter()
    .filter_map(|(address, role)| machine(address, role))
    .collect();
    let desks = office.machines.iter().filter(|one| one.kind == Kind::Desk);
    machines.extend(
        desks
            .take(ADMINISTRATORS - 1)
            .filter_map(|one| machine(one.address, Role::AdminWorkstation)),
    );
    Settings {
        known: Known {
            machine: machines,
            ..Known::default()
        },
        ..Settings::default()
    }
}

/// Whether this is the scanner that nobody has registered.
pub fn is_unknown_scanner(host: IpAddr) -> bool {
    host == IpAddr::from(UNKNOWN_SCANNER)
}

/// What was told of a company.
pub struct Told {
    /// Each incident in its latest form.
    pub incidents: BTreeMap<String, Incident>,
    /// When an incident was first told as medium or more; milliseconds since the start.
    pub first: BTreeMap<String, u64>,
    kinds: BTreeMap<&'static str, u64>,
    /// Bytes of the brain's state at the end.
    pub state_bytes: usize,
}

/// Lets the company live, with what else happens on each day, and shows everything to the brain.
pub fn live(office: &Office, mut beside: impl FnMut(u64, &mut Vec<Deed>)) -> Told {
    let mut brain = Brain::new(known(office));
    let mut told = Told {
        incidents: BTreeMap::new(),
        first: BTreeMap::new(),
        kinds: BTreeMap::new(),
        state_bytes: 0,
    };
    let mut number = 0_u64;
    for day in 0..office.days {
        let mut deeds = office.day(day);
        beside(day, &mut deeds);
        deeds.sort_by_key(|deed| (deed.at, deed.client));
        for deed in &deeds {
            number += 1;
            *told.kinds.entry(kind(&deed.what)).or_default() += 1;
            show(&mut brain, deed, number);
            if number.is_multiple_of(4_000) {
                told.take(&mut brain, deed.at);
            }
        }
        let count = told.incidents.len();
        eprintln!("day {day}: {number} deeds so far, {count} incidents");
    }
    let end = office.days * super::DAY;
    brain.finish(super::event::time(end));
    told.take(&mut brain, end);
    told.state_bytes = brain.snapshot().map_or(0, |state| state.len());
    told
}

impl Told {
    fn take(&mut self, brain: &mut Brain, at: u64) {
        for incident in brain.changed_incidents() {
            if incident.severity >= Severity::Medium {
                self.first.entry(incident.incident_id.clone()).or_insert(at);
            }
            self.incidents
                .insert(incident.incident_id.clone(), incident);
        }
    }

    /// Incidents of medium or more.
    pub fn loud(&self) -> impl Iterator<Item = &Incident> {
        self.incidents
            .values()
            .filter(|incident| incident.severity >= Severity::Medium)
    }
}

/// Measures a company where nothing is wrong.
pub fn measure(machines: usize, days: u64, seed: u64) {
    let office = Office::new(seed, machines, days);
    let told = live(&office, |_, _| {});
    tell(&office, &told, &BTreeSet::new());
}

fn kind(what: &super::What) -> &'static str {
    match what {
        super::What::Lookup { .. } => "names looked up",
        super::What::Call(_) => "conversations outside",
        super::What::Flow(_) => "other flows",
        super::What::Event { kind, .. } => kind,
    }
}

/// Prints what passed and what was told falsely; machines where something is wrong are left out.
pub fn tell(office: &Office, told: &Told, infected: &BTreeSet<IpAddr>) {
    let healthy = office.machines.len().saturating_sub(infected.len()) as u64;
    let host_days = healthy * office.days;
    println!("| what passed | times |\n|---|---|");
    for (kind, count) in &told.kinds {
        println!("| {kind} | {count} |");
    }
    let mut machines: BTreeMap<Kind, usize> = BTreeMap::new();
    for machine in &office.machines {
        *machines.entry(machine.kind).or_default() += 1;
    }
    let words: Vec<String> = machines
        .iter()
        .map(|(kind, count)| format!("{count} {}", kind.words()))
        .collect();
    println!(
        "\n{} machines: {}\n",
        office.machines.len(),
        words.join(", ")
    );
    let of_scanner = |incident: &&Incident| is_unknown_scanner(incident.host.ip);
    let rightly = told.loud().filter(of_scanner).count();
    let falsely: Vec<&Incident> = told
        .loud()
        .filter(|incident| !of_scanner(incident) && !infected.contains(&incident.host.ip))
        .collect();
    println!("| what spoke | false incidents |\n|---|---|");
    let mut by: BTreeMap<String, usize> = BTreeMap::new();
    for incident in &falsely {
        let lines = incident.detections.iter().map(|line| line.id.as_str());
        let lines: Vec<&str> = lines.collect::<BTreeSet<_>>().into_iter().collect();
        *by.entry(lines.join(", ")).or_default() += 1;
    }
    for (lines, count) in &by {
        println!("| {lines} | {count} |");
    }
    for incident in falsely.iter().take(SHOWN_MAX) {
        explain(incident);
    }
    println!(
        "\nfalse incidents of medium or more: {} in {host_days} host-days ({:.2} per 1,000); the unregistered scanner was told {rightly} time(s)",
        falsely.len(),
        falsely.len() as f64 * 1_000.0 / host_days as f64
    );
}

fn explain(incident: &Incident) {
    let lines: Vec<String> = incident
        .detections
        .iter()
        .map(|line| {
            let reasons: Vec<&str> = line.reasons.iter().map(|one| one.en.as_ref()).collect();
            format!("{} {:.2}: {}", line.id, line.confidence, reasons.join("; "))
        })
        .collect();
    eprintln!(
        "{} {:?} {:.2} {}",
        incident.host.ip,
        incident.severity,
        incident.confidence,
        lines.join(" | ")
    );
}
