//! A watching program reads what enemies write: it keeps no right that it does not need.

use caps::CapSet;

/// A privilege could not be given up.
#[derive(Debug, thiserror::Error)]
#[error("cannot give up privileges: {0}")]
pub struct PrivilegeError(String);

/// Gives up every capability for this thread and all that it starts, and forbids gaining any by
/// starting programs. To be called once the rings are open and before threads are started.
pub fn give_up_privileges() -> Result<(), PrivilegeError> {
    for set in [
        CapSet::Ambient,
        CapSet::Effective,
        CapSet::Permitted,
        CapSet::Inheritable,
    ] {
        caps::clear(None, set).map_err(|error| PrivilegeError(error.to_string()))?;
    }
    rustix::thread::set_no_new_privs(true).map_err(|error| PrivilegeError(error.to_string()))
}
