//! Which program speaks: its user agent, and which TLS greeting it has.

use crate::random::Random;
use crate::world::Stack;

/// A program that speaks HTTP and TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Browser {
    /// The commonest browser on Windows.
    Chrome,
    /// The same engine under another name.
    Edge,
    /// The other engine.
    Firefox,
    /// The browser of the fruit.
    Safari,
    /// A program of a server.
    ServerAgent,
    /// The update agent of the system.
    UpdateAgent,
    /// What an exploit kit likes to see.
    OldExplorer,
}

impl Browser {
    /// A browser that runs on the given system.
    pub(crate) fn of(stack: Stack, random: &mut Random) -> Self {
        match stack {
            Stack::Apple => Self::Safari,
            Stack::Linux => Self::Firefox,
            Stack::Windows => *random.pick(&[
                Self::Chrome,
                Self::Chrome,
                Self::Edge,
                Self::Edge,
                Self::Firefox,
            ]),
        }
    }

    /// What it calls itself.
    pub(crate) const fn user_agent(self) -> &'static str {
        match self {
            Self::Chrome => {
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/136.0.0.0 Safari/537.36"
            }
            Self::Edge => {
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/136.0.0.0 Safari/537.36 Edg/136.0.0.0"
            }
            Self::Firefox => {
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:138.0) Gecko/20100101 Firefox/138.0"
            }
            Self::Safari => {
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) Version/18.4 Safari/605.1.15"
            }
            Self::ServerAgent => "curl/8.5.0",
            Self::UpdateAgent => "Update-Agent/10.0.10011.16384 Client-Protocol/2.70",
            Self::OldExplorer => {
                "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; SLCC2; rv:11.0) like Gecko"
            }
        }
    }
}
