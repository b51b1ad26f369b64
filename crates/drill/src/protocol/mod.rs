//! Writers of application protocols: values in, bytes out.

pub(crate) mod browser;
pub(crate) mod dns;
