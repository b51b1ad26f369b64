//! Calls of the service manager (MS-SCMR) by DCE/RPC (C706) through a named pipe.

use super::message::wide;

const SERVICE_MANAGER: [u8; 20] = [
    0x81, 0xbb, 0x7a, 0x36, 0x44, 0x98, 0xf1, 0x35, 0xad, 0x32, 0x98, 0xf0, 0x38, 0x00, 0x10, 0x03,
    2, 0, 0, 0,
];
const NDR: [u8; 20] = [
    0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60,
    2, 0, 0, 0,
];

/// Numbers of operations.
pub(crate) const CLOSE_HANDLE: u16 = 0;
pub(crate) const CREATE_SERVICE: u16 = 12;
pub(crate) const OPEN_MANAGER: u16 = 15;
pub(crate) const START_SERVICE: u16 = 19;

/// A handle that the manager gave.
pub(crate) type Handle = [u8; 20];

/// Binds to the service manager.
pub(crate) fn bind() -> Vec<u8> {
    let mut body = vec![0xb8, 0x10, 0xb8, 0x10, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0];
    body.extend(SERVICE_MANAGER);
    body.extend(NDR);
    fragment(11, 1, &body)
}

/// Accepts the binding.
pub(crate) fn bound() -> Vec<u8> {
    let mut body = vec![0xb8, 0x10, 0xb8, 0x10, 0x53, 0x2a, 0, 0, 13, 0];
    body.extend(b"\\PIPE\\ntsvcs\0");
    body.resize(24, 0);
    body.extend([1, 0, 0, 0, 0, 0, 0, 0]);
    body.extend(NDR);
    fragment(12, 1, &body)
}

/// A call.
pub(crate) fn request(call: u32, operation: u16, arguments: &[u8]) -> Vec<u8> {
    let mut body = (arguments.len() as u32).to_le_bytes().to_vec();
    body.extend([0, 0]);
    body.extend(operation.to_le_bytes());
    body.extend_from_slice(arguments);
    fragment(0, call, &body)
}

/// What a call gives back.
pub(crate) fn response(call: u32, results: &[u8]) -> Vec<u8> {
    let mut body = (results.len() as u32).to_le_bytes().to_vec();
    body.extend([0; 4]);
    body.extend_from_slice(results);
    fragment(2, call, &body)
}

/// Arguments of ROpenSCManagerW.
pub(crate) fn open_manager(machine: &str) -> Vec<u8> {
    let mut bytes = 0x0002_0000_u32.to_le_bytes().to_vec();
    bytes.extend(text(&format!("\\\\{machine}")));
    bytes.extend([0; 4]);
    bytes.extend(0x0000_0027_u32.to_le_bytes());
    bytes
}

/// Arguments of RCreateServiceW.
pub(crate) fn create_service(manager: &Handle, name: &str, program: &str) -> Vec<u8> {
    let mut bytes = manager.to_vec();
    bytes.extend(text(name));
    bytes.extend(0x0002_0004_u32.to_le_bytes());
    bytes.extend(text(name));
    for number in [0x000f_01ff_u32, 0x10, 3, 0] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(text(program));
    bytes.extend([0; 28]);
    bytes
}

/// Arguments of RStartServiceW.
pub(crate) fn start_service(service: &Handle) -> Vec<u8> {
    [&service[..], &[0; 8]].concat()
}

fn text(text: &str) -> Vec<u8> {
    let mut content = wide(text);
    content.extend([0, 0]);
    let count = (content.len() / 2) as u32;
    let mut bytes: Vec<u8> = [count, 0, count]
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    content.resize(content.len().next_multiple_of(4), 0);
    bytes.extend(content);
    bytes
}

fn fragment(kind: u8, call: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![5, 0, kind, 3, 0x10, 0, 0, 0];
    bytes.extend((16 + body.len() as u16).to_le_bytes());
    bytes.extend([0, 0]);
    bytes.extend(call.to_le_bytes());
    bytes.extend_from_slice(body);
    bytes
}
