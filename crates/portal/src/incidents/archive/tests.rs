//! The archive finds what the database finds.

use super::{Archive, Found, find};
use crate::database::Connection;
use crate::incidents::filter::IncidentQuery;
use crate::incidents::{self, queries};
use crate::tenancy::Scope;
use crate::testing::{NOON, Side, World, archive};
use axum::http::Method;
use serde_json::json;
use std::sync::Arc;

const INCIDENTS: u64 = 300;

/// Filled as the benchmark fills, with work done on some.
async fn filled(world: &World, side: &Side) {
    let some: Vec<_> = (0..INCIDENTS)
        .map(|number| archive::incident(number, NOON))
        .collect();
    incidents::accept_many(world.context(), &side.sensor, &some)
        .await
        .unwrap();
}

fn asked(text: &str) -> IncidentQuery {
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    });
    IncidentQuery::from_pairs(pairs.collect())
        .unwrap()
        .at(NOON.micros() + 3_600_000_000)
}

async fn by_database(
    connection: &mut Connection,
    scope: &Scope,
    query: &IncidentQuery,
    offset: u64,
) -> Found {
    Found {
        total: queries::count(connection, scope, query).await.unwrap(),
        ids: queries::ids(connection, scope, query, 20, offset)
            .await
            .unwrap(),
    }
}

#[tokio::test]
async fn any_query_finds_what_the_database_finds() {
    let world = World::new().await;
    let (side, other) = (world.side("a").await, world.side("b").await);
    filled(&world, &side).await;
    filled(&world, &other).await;
    let browser = world.browser(&side.email).await;
    let list = browser
        .get("/api/v1/incidents?per_page=40&sort=host")
        .await
        .is(200)
        .json();
    let ids: Vec<&str> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    let me = browser.get("/api/v1/session").await.is(200).json()["user"]["id"].clone();
    let changes = "/api/v1/incidents/changes";
    for change in [
        json!({ "ids": ids[..9], "handling": "resolved", "resolution": "false_alarm" }),
        json!({ "ids": ids[5..20], "assignee": { "user": me } }),
    ] {
        browser.send(Method::POST, changes, change).await.is(200);
    }
    let scope = Scope::system_in(side.tenant);
    let mut connection = world.context().database.read(&scope).await.unwrap();
    let me = me.as_str().unwrap();
    let sensor = side.sensor.sensor_id().unwrap();
    let mut filters: Vec<String> = archive::filters(NOON)
        .iter()
        .map(|(_, filter)| filter.clone())
        .collect();
    filters.extend([
        format!("assignee={me}"),
        format!("sensor={sensor}"),
        format!("sensor={}", other.sensor.sensor_id().unwrap()),
        "resolution=false_alarm".to_owned(),
        "suppressed=with&overdue=true".to_owned(),
        "suppressed=only".to_owned(),
        "q=100%25 _ !".to_owned(),
        "q=ＰＣ １０．".to_owned(),
        "host=PC-0017".to_owned(),
    ]);
    let mut found_some = 0;
    for filter in filters {
        for sort in ["last_seen", "first_seen", "severity", "confidence", "host"] {
            for order in ["asc", "desc"] {
                let query = asked(&format!("{filter}&sort={sort}&order={order}"));
                for offset in [0, 7] {
                    let found = find(world.context(), &mut connection, &scope, &query, 20, offset)
                        .await
                        .unwrap();
                    let expected = by_database(&mut connection, &scope, &query, offset).await;
                    assert_eq!(found, expected, "{filter} {sort} {order} {offset}");
                    found_some += usize::from(found.total > 0);
                }
            }
        }
    }
    assert!(found_some > 400, "{found_some}");
}

#[tokio::test]
async fn changes_are_seen_at_once_and_by_each_portal() {
    let world = World::new().await;
    let side = world.side("a").await;
    filled(&world, &side).await;
    let beside = world.beside().await;
    let browser = world.browser(&side.email).await;
    let path = "/api/v1/incidents?q=unheard-of";
    assert_eq!(browser.get(path).await.is(200).json()["total"], 0);
    // More revisions than there are incidents: the words of earlier ones are given back.
    for revision in 2..5 {
        let mut some: Vec<_> = (0..INCIDENTS)
            .map(|number| archive::incident(number, NOON))
            .collect();
        for one in &mut some {
            one.revision = revision;
            one.host.name = Some(format!("unheard-of-{revision}"));
        }
        incidents::accept_many(world.context(), &side.sensor, &some)
            .await
            .unwrap();
        assert_eq!(browser.get(path).await.is(200).json()["total"], INCIDENTS);
        let newest = format!("{path}-{revision}");
        assert_eq!(
            browser.get(&newest).await.is(200).json()["total"],
            INCIDENTS
        );
    }
    let earlier = browser.get(&format!("{path}-2")).await.is(200).json();
    assert_eq!(earlier["total"], 0);
    if let Some((second, _closing)) = beside {
        let scope = Scope::system_in(side.tenant);
        let mut connection = second.context().database.read(&scope).await.unwrap();
        let query = asked("q=unheard-of-4");
        let found = find(second.context(), &mut connection, &scope, &query, 5, 0)
            .await
            .unwrap();
        assert_eq!(found.total, INCIDENTS);
    }
}

#[tokio::test]
async fn where_memory_ends_tables_go_and_the_database_answers() {
    let world = World::new().await;
    let (side, other) = (world.side("a").await, world.side("b").await);
    filled(&world, &side).await;
    filled(&world, &other).await;
    let query = asked("");
    let mut sizes = Vec::new();
    let roomy = Archive::within(usize::MAX);
    for side in [&side, &other] {
        let scope = Scope::system_in(side.tenant);
        let mut connection = world.context().database.read(&scope).await.unwrap();
        let found = roomy
            .find(&mut connection, &scope, &query, 5, 0)
            .await
            .unwrap();
        assert_eq!(found.unwrap().total, INCIDENTS);
        sizes.push(
            Arc::clone(&roomy.shelf(side.tenant))
                .bytes
                .load(std::sync::atomic::Ordering::Relaxed),
        );
    }
    assert_eq!(roomy.shelves.lock().unwrap().len(), 2);
    for (room, tables, fits) in [(sizes[0] + sizes[1] / 2, 1, true), (sizes[0] / 2, 2, false)] {
        let tight = Archive::within(room);
        for side in [&side, &other, &side] {
            let scope = Scope::system_in(side.tenant);
            let mut connection = world.context().database.read(&scope).await.unwrap();
            let found = tight
                .find(&mut connection, &scope, &query, 5, 0)
                .await
                .unwrap();
            assert_eq!(found.is_some(), fits, "{room}");
        }
        assert_eq!(tight.shelves.lock().unwrap().len(), tables);
    }
}
