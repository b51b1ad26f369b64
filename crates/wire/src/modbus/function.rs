//! Functions by their codes (Modbus Application Protocol 1.1b3, section 5).

/// Reads.
pub const READ: u8 = 0x01;
/// Writes.
pub const WRITE: u8 = 0x02;
/// Discrete inputs.
pub const DISCRETES: u8 = 0x04;
/// Coils.
pub const COILS: u8 = 0x08;
/// Input registers.
pub const INPUT: u8 = 0x10;
/// Holding registers.
pub const HOLDING: u8 = 0x20;
/// One value.
pub const SINGLE: u8 = 0x40;
/// Several values.
pub const MULTIPLE: u8 = 0x80;

/// Name of a function.
pub const fn name(code: u8) -> &'static str {
    match code {
        1 => "RdCoils",
        2 => "RdDiscreteInputs",
        3 => "RdHoldRegs",
        4 => "RdInputRegs",
        5 => "WrSingleCoil",
        6 => "WrSingleReg",
        7 => "RdExcStatus",
        8 => "Diagnostic",
        9 => "Program484",
        10 => "Poll484",
        11 => "GetCommEventCtr",
        12 => "GetCommEventLog",
        13 => "ProgramController",
        14 => "PollController",
        15 => "WrMultCoils",
        16 => "WrMultRegs",
        17 => "ReportServerID",
        18 => "Program884",
        19 => "ResetCommLink",
        20 => "RdFileRec",
        21 => "WrFileRec",
        22 => "MaskWrReg",
        23 => "RdWrMultRegs",
        24 => "RdFIFOQueue",
        43 => "MEI",
        _ => "Unknown",
    }
}

/// What a function touches, as bits.
pub const fn access(code: u8) -> u8 {
    match code {
        1 => READ | COILS,
        2 => READ | DISCRETES,
        3 => READ | HOLDING,
        4 => READ | INPUT,
        5 => WRITE | COILS | SINGLE,
        6 => WRITE | HOLDING | SINGLE,
        15 => WRITE | COILS | MULTIPLE,
        16 => WRITE | HOLDING | MULTIPLE,
        20 | 24 => READ,
        21 => WRITE,
        22 => WRITE | HOLDING,
        23 => READ | WRITE | HOLDING | MULTIPLE,
        _ => 0,
    }
}

/// Which kind of code it is, in the words of events and of rules.
pub const fn category(code: u8, sub: Option<u16>) -> (&'static str, &'static str) {
    match (code, sub) {
        (9 | 10 | 13 | 14 | 41 | 42 | 90 | 91 | 125..=127, _) => ("RESERVED", "reserved"),
        (8, Some(sub)) if sub == 19 || sub >= 21 => ("RESERVED", "reserved"),
        (43, Some(kind)) if kind != 13 && kind != 14 => ("RESERVED", "reserved"),
        (65..=72 | 100..=110, _) => ("USER_DEFINED", "user"),
        (1..=8 | 11 | 12 | 15..=17 | 20..=24 | 43, _) => ("PUBLIC_ASSIGNED", "assigned"),
        (18 | 19, _) => ("RESERVED", "reserved"),
        _ => ("PUBLIC_UNASSIGNED", "unassigned"),
    }
}

/// Name of what a server says instead of an answer.
pub const fn exception(code: u8) -> &'static str {
    match code {
        1 => "IllegalFunction",
        2 => "IllegalDataAddr",
        3 => "IllegalDataValue",
        4 => "ServerDeviceFail",
        5 => "Ack",
        6 => "ServerDeviceBusy",
        7 => "NegAck",
        8 => "MemParityErr",
        10 => "GatewayPathUnavailable",
        11 => "GatewayTargetFailToResp",
        _ => "Unknown",
    }
}
