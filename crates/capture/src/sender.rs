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

    /// Sends frames in their order with few calls of the kernel; says how many were sent, which is all of them but where
    /// the kernel refuses one (too long for the interface): that one is then the first of the rest.
    pub fn send_many(&self, frames: &[&[u8]]) -> io::Result<usize> {
        let mut pieces: Vec<libc::iovec> = frames
            .iter()
            .map(|frame| libc::iovec {
                iov_base: frame.as_ptr().cast_mut().cast(),
                iov_len: frame.len(),
            })
            .collect();
        let mut messages: Vec<libc::mmsghdr> = pieces
            .iter_mut()
            .map(|piece| {
                // SAFETY: mmsghdr is a plain structure of numbers and pointers; all zeros is a message to nobody.
                #[allow(unsafe_code)]
                let mut message: libc::mmsghdr = unsafe { std::mem::zeroed() };
                message.msg_hdr.msg_iov = piece;
                message.msg_hdr.msg_iovlen = 1;
                message
            })
            .collect();
        let mut sent = 0;
        while sent < messages.len() {
            let rest = &mut messages[sent..];
            // SAFETY: rest is as long as said; each message points to one piece, and each piece to one frame, which
            // all live through the call, and the kernel only reads the frames.
            #[allow(unsafe_code)]
            let count = unsafe {
                libc::sendmmsg(
                    self.socket.as_raw_fd(),
                    rest.as_mut_ptr(),
                    rest.len() as libc::c_uint,
                    0,
                )
            };
            if let Ok(count) = usize::try_from(count) {
                sent += count;
                continue;
            }
            let error = io::Error::last_os_error();
            match error.raw_os_error() {
                Some(libc::EINTR) => {}
                Some(libc::ENOBUFS) => std::thread::yield_now(),
                Some(libc::EMSGSIZE) => return Ok(sent),
                _ => return Err(error),
            }
        }
        Ok(sent)
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
