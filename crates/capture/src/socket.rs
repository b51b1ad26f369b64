//! Packet sockets: what the ring and the sender share.

use crate::RingError;
use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr;

/// The number of an interface.
pub(crate) fn interface_index(interface: &str) -> Result<u32, RingError> {
    let missing = || RingError::NoInterface(interface.to_owned());
    let name = CString::new(interface).map_err(|_| missing())?;
    // SAFETY: name is a C string that lives through the call.
    #[allow(unsafe_code)]
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    if index == 0 {
        Err(missing())
    } else {
        Ok(index)
    }
}

/// A packet socket to which nothing arrives before it is bound.
pub(crate) fn open_socket(interface: &str) -> Result<OwnedFd, RingError> {
    // Protocol 0: nothing arrives before the ring is there and the socket is bound.
    // SAFETY: a plain system call without pointers.
    #[allow(unsafe_code)]
    let socket = unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) };
    if socket < 0 {
        let source = io::Error::last_os_error();
        return Err(match source.kind() {
            io::ErrorKind::PermissionDenied => RingError::NotAllowed(interface.to_owned()),
            _ => RingError::System {
                step: "open a packet socket",
                interface: interface.to_owned(),
                source,
            },
        });
    }
    // SAFETY: the descriptor is open and nobody else owns it.
    #[allow(unsafe_code)]
    Ok(unsafe { OwnedFd::from_raw_fd(socket) })
}

/// Sets an option of the packet level.
pub(crate) fn set_option<T>(socket: &OwnedFd, option: libc::c_int, value: &T) -> io::Result<()> {
    // SAFETY: value is a plain structure of the option's type that lives through the call.
    #[allow(unsafe_code)]
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_PACKET,
            option,
            ptr::from_ref(value).cast(),
            size_of::<T>() as libc::socklen_t,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

fn empty_address() -> libc::sockaddr_ll {
    libc::sockaddr_ll {
        sll_family: libc::AF_PACKET as libc::c_ushort,
        sll_protocol: 0,
        sll_ifindex: 0,
        sll_hatype: 0,
        sll_pkttype: 0,
        sll_halen: 0,
        sll_addr: [0; 8],
    }
}

/// Binds to an interface for frames of a protocol (`ETH_P_ALL` for all, 0 for none).
pub(crate) fn bind(socket: &OwnedFd, index: u32, protocol: u16) -> io::Result<()> {
    let mut address = empty_address();
    address.sll_protocol = protocol.to_be();
    address.sll_ifindex = index as libc::c_int;
    // SAFETY: address is a whole sockaddr_ll that lives through the call.
    #[allow(unsafe_code)]
    let result = unsafe {
        libc::bind(
            socket.as_raw_fd(),
            (&raw const address).cast(),
            size_of_val(&address) as libc::socklen_t,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// ARPHRD type of the interface that the socket is bound to.
pub(crate) fn hardware_type(socket: &OwnedFd) -> io::Result<u16> {
    let mut address = empty_address();
    let mut len = size_of_val(&address) as libc::socklen_t;
    // SAFETY: address and len live through the call, and len is the size of address.
    #[allow(unsafe_code)]
    let result =
        unsafe { libc::getsockname(socket.as_raw_fd(), (&raw mut address).cast(), &raw mut len) };
    if result == 0 {
        Ok(address.sll_hatype)
    } else {
        Err(io::Error::last_os_error())
    }
}
