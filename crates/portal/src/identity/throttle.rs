//! Slows down guessing, per account and address. It is counted in the database, so that all portals on one count together,
//! and in bounded space. Browsers in which somebody has signed in before are counted apart (OWASP: device cookies): who
//! guesses elsewhere keeps nobody out of his own.

use crate::Error;
use crate::context::Context;
use crate::database::{Connection, query, scalar};
use crate::error::{Code, Refusal};
use crate::limits::THROTTLE_ENTRIES_MAX;
use crate::secret::hexadecimal;
use crate::tenancy::Scope;
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;

const FREE_FAILURES_AT_PLACE: i64 = 5;
const FREE_FAILURES_OF_ADDRESS: i64 = 30;
const FREE_FAILURES_OF_ACCOUNT: i64 = 50;
const WAIT_SECONDS_MAX: i64 = 900;
const FORGOTTEN_AFTER_SECONDS: i64 = 3600;

/// An attempt to prove to be somebody. After five failures for one account from one address or known browser, thirty from
/// one address, or fifty for one account from anywhere but known browsers, each further one doubles the wait, up to 15
/// minutes. An hour without failure forgets.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// Who one wants to be, and by what.
    pub account: &'a str,
    /// Where the attempt comes from.
    pub address: IpAddr,
    /// The browser or session, where the account knows it.
    pub browser: Option<&'a str>,
}

impl Attempt<'_> {
    /// Takes the right to try once. The attempt counts as failed until [`Self::succeeded`], so that attempts at the same
    /// moment count too.
    ///
    /// # Errors
    /// Too many attempts, with the seconds to wait; or the database fails.
    pub async fn take(self, context: &Context) -> Result<(), Error> {
        let system = Scope::system();
        let now = context.clock.now().seconds();
        let mut transaction = context.database.write(&system).await?;
        let sources = self.sources();
        let mut wait = 0;
        for (source, _) in &sources {
            wait = wait.max(blocked_until(&mut transaction, &system, source).await? - now);
        }
        if wait > 0 {
            return Err(Error::Refused(Refusal {
                code: Code::TooManyAttempts,
                detail: None,
                retry_after_seconds: Some(wait.unsigned_abs()),
            }));
        }
        let forgotten = now.saturating_sub(FORGOTTEN_AFTER_SECONDS);
        make_room(&mut transaction, &system, forgotten, THROTTLE_ENTRIES_MAX).await?;
        for (source, free) in &sources {
            fail(&mut transaction, &system, source, *free, now).await?;
        }
        transaction.commit().await
    }

    /// The attempt was right: its place starts anew, what is counted wider gets the attempt back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn succeeded(self, context: &Context) -> Result<(), Error> {
        let system = Scope::system();
        let mut transaction = context.database.write(&system).await?;
        for (place, (source, _)) in self.sources().iter().enumerate() {
            if place == 0 {
                forget(&mut transaction, &system, source).await?;
            } else {
                give_back(&mut transaction, &system, source).await?;
            }
        }
        transaction.commit().await
    }

    /// What the attempt is counted for, each with its free failures; the narrowest first.
    fn sources(self) -> Vec<(String, i64)> {
        let account = self.account.to_lowercase();
        let account = account.as_bytes();
        if let Some(browser) = self.browser {
            let source = digest(&[b"browser", account, browser.as_bytes()]);
            return vec![(source, FREE_FAILURES_AT_PLACE)];
        }
        let network = network_of(self.address);
        vec![
            (
                digest(&[b"place", account, &network]),
                FREE_FAILURES_AT_PLACE,
            ),
            (digest(&[b"address", &network]), FREE_FAILURES_OF_ADDRESS),
            (digest(&[b"account", account]), FREE_FAILURES_OF_ACCOUNT),
        ]
    }
}

/// An IPv6 caller has a whole /64 to call from.
fn network_of(address: IpAddr) -> [u8; 16] {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => {
            let network = v6.to_bits() & (u128::MAX << 64);
            network.to_be_bytes()
        }
    }
}

fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hexadecimal(&hash.finalize())
}

async fn blocked_until(
    connection: &mut Connection,
    scope: &Scope,
    source: &str,
) -> Result<i64, Error> {
    scope.require_all_tenants()?;
    let until: Option<i64> =
        scalar("SELECT MAX(blocked_until) FROM sign_in_failures WHERE source = $1")
            .bind(source)
            .fetch_one(connection)
            .await?;
    Ok(until.unwrap_or(0))
}

/// Counts a failure, and blocks for twice as long with each one that is not free.
async fn fail(
    connection: &mut Connection,
    scope: &Scope,
    source: &str,
    free: i64,
    now: i64,
) -> Result<(), Error> {
    scope.require_all_tenants()?;
    let failures: i64 = scalar(
        "INSERT INTO sign_in_failures (source, failures, last_at, blocked_until) VALUES ($1, 1, $2, 0)
         ON CONFLICT (source) DO UPDATE SET failures = sign_in_failures.failures + 1, last_at = excluded.last_at
         RETURNING failures",
    )
    .bind(source)
    .bind(now)
    .fetch_one(&mut *connection)
    .await?;
    let beyond = failures.saturating_sub(free);
    if beyond < 0 {
        return Ok(());
    }
    let doubled = u32::try_from(beyond.min(30)).unwrap_or(30);
    let wait = 1_i64.checked_shl(doubled).unwrap_or(i64::MAX);
    query("UPDATE sign_in_failures SET blocked_until = $2 WHERE source = $1")
        .bind(source)
        .bind(now.saturating_add(wait.min(WAIT_SECONDS_MAX)))
        .execute(connection)
        .await?;
    Ok(())
}

async fn forget(connection: &mut Connection, scope: &Scope, source: &str) -> Result<(), Error> {
    scope.require_all_tenants()?;
    query("DELETE FROM sign_in_failures WHERE source = $1")
        .bind(source)
        .execute(connection)
        .await?;
    Ok(())
}

async fn give_back(connection: &mut Connection, scope: &Scope, source: &str) -> Result<(), Error> {
    scope.require_all_tenants()?;
    query("UPDATE sign_in_failures SET failures = failures - 1, blocked_until = 0 WHERE source = $1 AND failures > 0")
        .bind(source)
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets what is old; when all is fresh, the tenth that has failed least.
async fn make_room(
    connection: &mut Connection,
    scope: &Scope,
    forgotten: i64,
    most: i64,
) -> Result<(), Error> {
    scope.require_all_tenants()?;
    query("DELETE FROM sign_in_failures WHERE last_at < $1")
        .bind(forgotten)
        .execute(&mut *connection)
        .await?;
    let count: i64 = scalar("SELECT COUNT(*) FROM sign_in_failures")
        .fetch_one(&mut *connection)
        .await?;
    if count >= most {
        query(
            "DELETE FROM sign_in_failures WHERE source IN
                 (SELECT source FROM sign_in_failures ORDER BY failures, last_at, source LIMIT $1)",
        )
        .bind(count.saturating_sub(most).saturating_add(most / 10))
        .execute(connection)
        .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Attempt, WAIT_SECONDS_MAX, make_room};
    use crate::Scope;
    use crate::database::scalar;
    use crate::error::Error;
    use crate::testing::World;
    use std::net::{IpAddr, Ipv4Addr};

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

    const fn at(account: &str, address: IpAddr) -> Attempt<'_> {
        Attempt {
            account,
            address,
            browser: None,
        }
    }

    /// The seconds to wait; none when the attempt was taken.
    async fn wait(world: &World, attempt: Attempt<'_>) -> u64 {
        match attempt.take(world.context()).await {
            Ok(()) => 0,
            Err(Error::Refused(refusal)) => refusal.retry_after_seconds.unwrap(),
            Err(error) => panic!("{error}"),
        }
    }

    #[tokio::test]
    async fn the_sixth_failure_waits_and_the_wait_doubles() {
        let world = World::new().await;
        let account = at("a@example.jp", HERE);
        for _ in 0..5 {
            assert_eq!(wait(&world, account).await, 0);
        }
        assert_eq!(wait(&world, at("A@EXAMPLE.JP", HERE)).await, 1);
        assert_eq!(wait(&world, at("a@example.jp", THERE)).await, 0);
        world.clock.advance_seconds(1);
        assert_eq!(wait(&world, account).await, 0);
        assert_eq!(wait(&world, account).await, 2);
        for _ in 0..12 {
            world.clock.advance_seconds(WAIT_SECONDS_MAX);
            assert_eq!(wait(&world, account).await, 0);
        }
        assert_eq!(wait(&world, account).await, 900);
        account.succeeded(world.context()).await.unwrap();
        assert_eq!(wait(&world, account).await, 0);
        // An hour forgets.
        for _ in 0..8 {
            wait(&world, account).await;
        }
        world.clock.advance_seconds(3601);
        for _ in 0..5 {
            assert_eq!(wait(&world, account).await, 0);
        }
    }

    #[tokio::test]
    async fn guessing_is_slowed_from_one_address_and_from_many() {
        let world = World::new().await;
        for number in 0..30 {
            assert_eq!(wait(&world, at(&format!("{number}@x"), HERE)).await, 0);
        }
        assert!(wait(&world, at("31@x", HERE)).await > 0, "one address");
        for number in 0..50 {
            let address = IpAddr::V4(Ipv4Addr::new(198, 51, 100, number));
            assert_eq!(wait(&world, at("victim@x", address)).await, 0);
        }
        let mut attempt = at("victim@x", THERE);
        assert!(wait(&world, attempt).await > 0, "many addresses");
        // What the account knows is counted apart, and counted.
        attempt.browser = Some("known");
        for _ in 0..5 {
            assert_eq!(wait(&world, attempt).await, 0);
        }
        assert!(wait(&world, attempt).await > 0);
    }

    #[tokio::test]
    async fn all_portals_on_one_database_count_together() {
        let world = World::new().await;
        let Some((beside, _closing)) = world.beside().await else {
            return;
        };
        for _ in 0..5 {
            assert_eq!(wait(&world, at("a@x", HERE)).await, 0);
        }
        assert_eq!(wait(&beside, at("a@x", HERE)).await, 1);
    }

    #[tokio::test]
    async fn space_is_bounded_and_the_most_guessed_is_remembered() {
        let world = World::new().await;
        for _ in 0..6 {
            wait(&world, at("victim@x", HERE)).await;
        }
        for number in 0..40_u8 {
            let address = IpAddr::V4(Ipv4Addr::new(198, 51, 100, number));
            wait(&world, at(&format!("{number}@x"), address)).await;
        }
        let system = Scope::system();
        let mut transaction = world.context().database.write(&system).await.unwrap();
        make_room(&mut transaction, &system, 0, 20).await.unwrap();
        let left: i64 = scalar("SELECT COUNT(*) FROM sign_in_failures")
            .fetch_one(&mut transaction)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(left, 18);
        assert!(wait(&world, at("victim@x", HERE)).await > 0);
    }
}
