//! Frames out of an interface, for drills in networks of one's own.

use crate::RingError;
use crate::socket::{bind, interface_index, open_socket};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

/// A socket that sends frames as they are.
pub struct FrameSender {
    socket: OwnedFd,
}

impl FrameSender {
    /// Opens an interface for sending. Needs CAP_NET_RAW.
    pub fn open(interface: &str) -> Result<Self, RingError> {
        let index = interface_index(interface)?;
        let socket = open_socket(interface)?;
        bind(&socket, index, 0).map_err(|source| RingError::System {
            step: "bind",
            interface: interface.to_owned(),
            source,
        })?;
        Ok(Self { socket })
    }

    /// Sends one frame, link layer included; waits while the interface's queue is full.
    pub fn send(&self, frame: &[u8]) -> io::Result<()> {
        loop {
            // SAFETY: frame is a slice that lives through the call.
            #[allow(unsafe_code)]
            let sent = unsafe {
                libc::send(
                    self.socket.as_raw_fd(),
                    frame.as_ptr().cast(),
                    frame.len(),
                    0,
                )
            };
            if sent >= 0 {
                return Ok(());
            }
            let error = io::Error::last_os_error();
            match error.raw_os_error() {
                Some(libc::EINTR) => {}
                Some(libc::ENOBUFS) => std::thread::yield_now(),
                _ => return Err(error),
            }
        }
    }
}
