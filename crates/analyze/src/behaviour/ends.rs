//! Who opened a conversation and who answers in it, from an event that may be told from either side.

use crate::HomeNet;
use event::{Endpoint, Event};

/// Ports above 1023 at which services answer.
const HIGH_SERVICES: [u16; 14] = [
    1433, 1521, 3128, 3306, 3389, 5432, 5900, 5985, 5986, 6379, 8000, 8080, 8443, 8888,
];

/// Client and server. Events of answers, and of files, stand as their packets travelled. A well-known port decides; next,
/// where one end is the customer's, that one is the client; then the lower port serves.
pub(super) fn ends(home: Option<&HomeNet>, event: &Event) -> Option<(Endpoint, Endpoint)> {
    let (source, dest) = (event.source?, event.dest?);
    let serves = |end: Endpoint| end.port < 1024 || HIGH_SERVICES.contains(&end.port);
    let ours = |end: Endpoint| home.is_some_and(|home| home.contains(end.ip));
    let source_serves = match (serves(source), serves(dest)) {
        (true, false) => true,
        (false, true) => false,
        _ => match (ours(source), ours(dest)) {
            (false, true) => true,
            (true, false) => false,
            _ => source.port < dest.port && home.is_some(),
        },
    };
    Some(if source_serves {
        (dest, source)
    } else {
        (source, dest)
    })
}

#[cfg(test)]
mod tests {
    use super::ends;
    use crate::HomeNet;
    use event::{Endpoint, Event, Timestamp};

    #[test]
    fn the_one_who_answers_is_the_server_however_the_event_is_told() {
        let home = HomeNet::default();
        for (client, server) in [
            ("192.168.1.5 50000", "203.0.113.9 80"),
            ("203.0.113.9 50000", "192.168.1.5 80"),
            ("192.168.1.5 2000", "192.168.1.6 3389"),
            ("192.168.1.5 2000", "203.0.113.9 7080"),
            ("192.168.1.5 50000", "192.168.1.6 7000"),
        ] {
            let end = |text: &str| {
                let (ip, port) = text.split_once(' ').unwrap();
                Endpoint::new(ip.parse().unwrap(), port.parse().unwrap())
            };
            let (client, server) = (end(client), end(server));
            for (source, dest) in [(client, server), (server, client)] {
                let mut event = Event::new(Timestamp::new(0, 0), "fileinfo");
                (event.source, event.dest) = (Some(source), Some(dest));
                assert_eq!(ends(Some(&home), &event), Some((client, server)));
            }
        }
    }
}
