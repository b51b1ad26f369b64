//! Ctrl-C, a service manager's stop, and its wish that files be read again.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A flag that becomes true on SIGINT or SIGTERM; the second signal ends the program at once.
pub fn stop_flag() -> std::io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// A flag that becomes true on SIGHUP; whoever obeys sets it back.
pub fn reload_flag() -> std::io::Result<Arc<AtomicBool>> {
    let reload = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGHUP, Arc::clone(&reload))?;
    Ok(reload)
}

/// The system's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the program looks at it"
)]
pub fn now() -> event::Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    event::Timestamp::from_nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
