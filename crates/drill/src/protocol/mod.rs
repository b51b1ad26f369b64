//! Writers of application protocols: values in, bytes out.

pub(crate) mod browser;
pub(crate) mod certificate;
pub(crate) mod clock;
pub(crate) mod dns;
pub(crate) mod http;
pub(crate) mod names;
pub(crate) mod program;
pub(crate) mod smb;
pub(crate) mod ssh;
pub(crate) mod tls;
