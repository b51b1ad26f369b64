//! Packets from the sensor's pieces to the browser's file.

use super::pcap::tests::{header, packet};
use super::{accept, queries, service};
use crate::tenancy::{Role, Scope};
use crate::testing::{NOON, Side, World, samples};
use crate::{Code, limits};
use axum::http::Method;
use http_body_util::BodyExt as _;
use link::{CapturePiece, PieceTaken};

const INCIDENT: &str = "sample-0001";

fn piece(capture: &str, offset: usize, bytes: &[u8]) -> CapturePiece {
    CapturePiece {
        capture: capture.to_owned(),
        incident_ids: vec![samples::incident(1, NOON).incident_id],
        offset: offset as u64,
        bytes: bytes.to_vec(),
    }
}

async fn send(world: &World, side: &Side, piece: CapturePiece) -> PieceTaken {
    accept(world.context(), &side.sensor, piece).await.unwrap()
}

async fn download(world: &World, email: &str, incident: &str) -> (Vec<u8>, String) {
    let browser = world.browser(email).await;
    let request = browser.request(Method::GET, &format!("{incident}/packets"), None);
    let response = world.router_answer(request).await;
    assert_eq!(response.status(), 200);
    let kind = response.headers()["content-type"].to_str().unwrap();
    assert_eq!(kind, "application/vnd.tcpdump.pcap");
    let name = response.headers()["content-disposition"].to_str().unwrap();
    let name = name.to_owned();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (bytes.to_vec(), name)
}

#[tokio::test]
async fn pieces_become_one_file_that_only_the_right_people_get() {
    let world = World::new().await;
    let (ours, theirs) = (world.side("ours").await, world.side("theirs").await);
    assert!(samples::incident(1, NOON).incident_id.starts_with(INCIDENT));
    let one = [header(1), packet(3, b"three"), packet(5, b"five")].concat();
    let two = [header(1), packet(4, b"four")].concat();
    let cut = header(1).len() + packet(3, b"three").len();
    assert_eq!(
        send(&world, &ours, piece("one", 0, &one)).await,
        PieceTaken::Unknown
    );
    let incident = world.sample(&ours, 1).await;
    for (offset, bytes, have) in [
        (cut, &one[cut..], 0),
        (0, &one[..cut], cut),
        // The answer was lost.
        (0, &one[..], cut),
        (cut, &one[cut..], one.len()),
        (one.len(), &[], one.len()),
    ] {
        let taken = send(&world, &ours, piece("one", offset, bytes)).await;
        assert_eq!(taken, PieceTaken::Have(have as u64), "{offset}");
    }
    send(&world, &ours, piece("two", 0, &two)).await;
    let nonsense = send(
        &world,
        &ours,
        piece("three", 0, b"no capture at all, not one"),
    )
    .await;
    assert_eq!(nonsense, PieceTaken::Enough);

    let (file, name) = download(&world, &ours.email, &incident).await;
    let expected = [
        header(1),
        packet(3, b"three"),
        packet(4, b"four"),
        packet(5, b"five"),
    ]
    .concat();
    assert_eq!(file, expected);
    assert!(
        name.starts_with("attachment; filename=\"incident-"),
        "{name}"
    );

    let administrator = world.browser(&ours.email).await;
    let shown = administrator.get(&incident).await.is(200).json();
    assert_eq!(shown["packets"]["captures"], 2);
    assert_eq!(shown["packets"]["packets"], 3);
    let log = administrator
        .get("/api/v1/audit?act=packets_downloaded")
        .await;
    assert_eq!(log.is(200).json()["items"].as_array().unwrap().len(), 1);

    let viewer = world.user(ours.tenant, "viewer", Role::Viewer).await;
    let viewer = world.browser(&viewer).await;
    assert!(viewer.get(&incident).await.is(200).json()["packets"].is_null());
    viewer.get(&format!("{incident}/packets")).await.is(403);
    let stranger = world.browser(&theirs.email).await;
    stranger.get(&format!("{incident}/packets")).await.is(404);
    // Another customer's sensor does not reach the incident by naming it.
    assert_eq!(
        send(&world, &theirs, piece("one", 0, &one)).await,
        PieceTaken::Unknown
    );
    // Without packets there is no file.
    let bare = world.sample(&theirs, 1).await;
    stranger.get(&format!("{bare}/packets")).await.is(404);
}

#[tokio::test]
async fn there_is_an_end_to_what_is_kept() {
    let world = World::new().await;
    let side = world.side("ours").await;
    let incident = world.sample(&side, 1).await;
    let large = packet(1, &vec![7; 200_000]).repeat(5);
    let mut captures = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let mut have = 0;
        loop {
            let begun = if have == 0 { header(1) } else { Vec::new() };
            let bytes = [begun, large.clone()].concat();
            match send(&world, &side, piece(name, have, &bytes)).await {
                PieceTaken::Have(bytes) => have = usize::try_from(bytes).unwrap(),
                _ => break,
            }
        }
        captures.push(have as u64);
    }
    let total: u64 = captures.iter().sum();
    assert!(
        captures
            .iter()
            .all(|bytes| *bytes <= limits::CAPTURE_BYTES_MAX)
    );
    assert!(total <= limits::INCIDENT_PACKETS_BYTES_MAX, "{captures:?}");
    assert!(captures[0] > 3_000_000 && captures[1] > 3_000_000);

    // The oldest goes first, and is not asked for again.
    let context = world.context();
    let mut transaction = context.database.write(&Scope::system()).await.unwrap();
    let most = total - 1;
    service::drop_oldest(&mut transaction, None, most, context.clock.micros())
        .await
        .unwrap();
    let left = queries::total(&mut transaction, None).await.unwrap();
    assert_eq!(left, total - captures[0]);
    transaction.commit().await.unwrap();
    let again = [header(1), large].concat();
    assert_eq!(
        send(&world, &side, piece("a", 0, &again)).await,
        PieceTaken::Enough
    );
    let administrator = world.browser(&side.email).await;
    let shown = administrator.get(&incident).await.is(200).json();
    assert_eq!(shown["packets"]["bytes"], left);

    let sensor = side.sensor.sensor_id().unwrap();
    administrator
        .send(
            Method::DELETE,
            &format!("/api/v1/sensors/{sensor}"),
            serde_json::json!({}),
        )
        .await
        .is(204);
    let refused = accept(context, &side.sensor, piece("e", 0, &again)).await;
    assert_eq!(refused.unwrap_err().code(), Some(Code::SensorBarred));
}
