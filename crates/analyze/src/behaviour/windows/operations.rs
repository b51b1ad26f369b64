//! Which remote calls of Windows mean what: interfaces and operation numbers as Microsoft's open specifications have
//! them (MS-SCMR, MS-TSCH, MS-RRP, MS-WMI, MS-COM, MS-DRSR, MS-NRPC, MS-EFSR, MS-RPRN, MS-PAR, MS-DFSNM, MS-FSRVP,
//! MS-LSAD, MS-SAMR, MS-SRVS, MS-WKST). Which of them attackers use, and how, is public in MITRE ATT&CK.

use super::act::Act;

/// Some operations of one interface, and what a call of them does.
struct Operations {
    interface: &'static str,
    numbers: &'static [u64],
    act: Act,
}

const fn of(interface: &'static str, numbers: &'static [u64], act: Act) -> Operations {
    Operations {
        interface,
        numbers,
        act,
    }
}

const SERVICES: &str = "367abb81-9844-35f1-ad32-98f038001003";
const TASKS_AT: &str = "1ff70682-0a51-30e8-076d-740be8cee98b";
const TASKS: &str = "86d35949-83c9-4044-b424-db363231fd0c";
const REGISTRY: &str = "338cd001-2244-31f1-aaaa-900038001003";
const WMI_LOGIN: &str = "f309ad18-d86a-11d0-a075-00c04fb68820";
const WMI: &str = "9556dc99-828c-11cf-a37e-00aa003240c7";
const AUTOMATION: &str = "00020400-0000-0000-c000-000000000046";
const REPLICATION: &str = "e3514235-4b06-11d1-ab04-00c04fc2dcd2";
const NETLOGON: &str = "12345678-1234-abcd-ef00-01234567cffb";
const EFS_BY_LSA: &str = "c681d488-d850-11d0-8c52-00c04fd90f7e";
const EFS: &str = "df1941c5-fe89-4e79-bf10-463657acf44d";
const SPOOLER: &str = "12345678-1234-abcd-ef00-0123456789ab";
const SPOOLER_ASYNC: &str = "76f03f96-cdfd-44fc-a22c-64950a001209";
const DFS: &str = "4fc742e0-4a10-11cf-8273-00aa004ae673";
const SHADOW_COPIES: &str = "a8e0653c-2744-4389-a61d-7373df8b2292";
const LSA: &str = "12345778-1234-abcd-ef00-0123456789ab";
const ACCOUNTS: &str = "12345778-1234-abcd-ef00-0123456789ac";
const SERVER: &str = "4b324fc8-1670-01d3-1278-5a47bf6ee188";
const WORKSTATION: &str = "6bffd098-a112-3610-9833-46c3f87e345a";
const MAPPER: &str = "e1af8308-5d1f-11c9-91a4-08002b14a0fa";

const OPERATIONS: [Operations; 31] = [
    of(SERVICES, &[12, 24, 44, 45, 60], Act::ServiceCreated),
    of(SERVICES, &[11, 23], Act::ServiceChanged),
    of(SERVICES, &[19, 31], Act::ServiceStarted),
    of(SERVICES, &[15, 27, 64], Act::ServicesOpened),
    of(TASKS_AT, &[0], Act::TaskCreated),
    of(TASKS, &[1], Act::TaskCreated),
    of(TASKS, &[12], Act::TaskStarted),
    of(REGISTRY, &[6, 22], Act::RegistryWritten),
    of(REGISTRY, &[20, 31], Act::RegistrySaved),
    of(WMI_LOGIN, &[6], Act::WmiOpened),
    of(WMI, &[24, 25], Act::WmiExecuted),
    of(AUTOMATION, &[6], Act::ObjectInvoked),
    of(REPLICATION, &[3], Act::SecretsReplicated),
    of(REPLICATION, &[12, 16], Act::DirectoryAsked),
    of(REPLICATION, &[5, 17], Act::ReplicaAdded),
    of(NETLOGON, &[5, 15, 26], Act::MachineLogOn),
    of(NETLOGON, &[6, 30], Act::MachinePasswordSet),
    of(
        EFS_BY_LSA,
        &[0, 4, 5, 6, 7, 8, 9, 12, 13, 15, 16],
        Act::LogOnCoerced,
    ),
    of(
        EFS,
        &[0, 4, 5, 6, 7, 8, 9, 12, 13, 15, 16],
        Act::LogOnCoerced,
    ),
    of(DFS, &[12, 13], Act::LogOnCoerced),
    of(SHADOW_COPIES, &[8, 9], Act::ShadowCopiesAsked),
    of(SPOOLER, &[62, 65], Act::PrinterNotificationAsked),
    of(SPOOLER, &[9, 89], Act::PrinterDriverAdded),
    of(SPOOLER_ASYNC, &[39], Act::PrinterDriverAdded),
    of(LSA, &[42, 43], Act::SecretsRead),
    of(ACCOUNTS, &[12, 50], Act::AccountCreated),
    // Users, groups, aliases, members, whole lists of accounts.
    of(
        ACCOUNTS,
        &[8, 11, 13, 15, 25, 33, 40, 48, 51],
        Act::AccountsListed,
    ),
    of(SERVER, &[15, 36], Act::SharesListed),
    of(SERVER, &[12], Act::SessionsListed),
    of(WORKSTATION, &[2], Act::SessionsListed),
    of(MAPPER, &[2], Act::EndpointsListed),
];

/// What a call does; None for the many that do nothing of interest.
pub(super) fn act(interface: &str, number: u64) -> Option<Act> {
    OPERATIONS
        .iter()
        .find(|known| known.interface == interface && known.numbers.contains(&number))
        .map(|known| known.act)
}

/// Names of pipes that remote-execution tools open, as the tools' own documentation has them.
const TOOL_PIPES: [&str; 7] = [
    "psexesvc",
    "paexec",
    "remcom_communication",
    "remcom_communicaton",
    "csexec",
    "winexesvc",
    "xcmdpipe",
];

/// What opening a pipe of this name does.
pub(super) fn pipe(name: &str) -> Option<Act> {
    let name = name.trim_start_matches('\\').to_ascii_lowercase();
    let name = name.strip_prefix("pipe\\").unwrap_or(&name);
    if TOOL_PIPES.iter().any(|known| name.starts_with(known)) {
        return Some(Act::ToolPipeOpened);
    }
    // The call itself may be encrypted, or refused.
    match name {
        "svcctl" => Some(Act::ServicesOpened),
        "atsvc" => Some(Act::TasksOpened),
        "efsrpc" => Some(Act::EncryptionPipeOpened),
        _ => None,
    }
}
