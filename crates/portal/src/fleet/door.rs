//! The sensors' door: what comes over the link, handed to the areas it concerns.

use crate::context::Context;
use crate::incidents::{self, Accepted};
use crate::suppressions::reach;
use crate::{Code, Error, fleet};
use event::Timestamp;
use link::{
    Admitted, Authority, Delivery, Enrolment, Heartbeat, HeartbeatReply, Inbox, Outcome, Receipt,
    Refusal, SensorRef,
};
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// An open port for sensors.
pub struct Door {
    context: Context,
    listener: TcpListener,
}

impl Door {
    /// Opens the port.
    ///
    /// # Errors
    /// When it is taken.
    pub async fn bind(context: &Context) -> Result<Self, Error> {
        let address = context.settings.link_listen;
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| Error::Listen { address, source })?;
        Ok(Self {
            context: context.clone(),
            listener,
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> Result<SocketAddr, Error> {
        let address = self.context.settings.link_listen;
        self.listener
            .local_addr()
            .map_err(|source| Error::Listen { address, source })
    }

    /// Takes what sensors say until `stop`.
    ///
    /// # Errors
    /// When the authority's files cannot be used.
    pub async fn serve(self, stop: impl Future<Output = ()>) -> Result<(), Error> {
        let inbox = Arc::new(Desk(self.context.clone()));
        let now = self.context.clock.now();
        Ok(link::serve(self.listener, &self.context.authority, now, inbox, stop).await?)
    }
}

struct Desk(Context);

impl Inbox for Desk {
    async fn enrol(&self, enrolment: Enrolment) -> Result<Admitted, Refusal> {
        let context = &self.0;
        let key = Authority::requested_key_sha256(&enrolment.csr_pem).map_err(|_| {
            Refusal::Unavailable("the request for a certificate makes no sense".into())
        })?;
        let (tenant, sensor) = fleet::service::enrol(context, &enrolment.secret, &key)
            .await
            .map_err(refusal)?;
        let certificate_pem = context
            .authority
            .sign_sensor(&enrolment.csr_pem, &sensor.to_string(), context.clock.now())
            .map_err(|error| Refusal::Unavailable(error.to_string()))?;
        let name = fleet::service::name(context, tenant, sensor)
            .await
            .map_err(refusal)?;
        Ok(Admitted {
            sensor_id: sensor.to_string(),
            name,
            certificate_pem,
            authority_pem: context.authority.certificate_pem().to_owned(),
        })
    }

    async fn incident(&self, sensor: &SensorRef, delivery: Delivery) -> Result<Receipt, Refusal> {
        let scope = fleet::service::identify(&self.0, &sensor.key_sha256)
            .await
            .map_err(refusal)?;
        let outcome = match incidents::accept(&self.0, &scope, &delivery.incident).await {
            Ok(Accepted::New) => Outcome::New,
            Ok(Accepted::Updated) => Outcome::Updated,
            Ok(Accepted::Duplicate | Accepted::Stale) => Outcome::Duplicate,
            Err(Error::Refused(refused)) if refused.code == Code::TooLarge => {
                // It would never fit: without a receipt it would block everything behind it.
                tracing::error!(
                    sensor = sensor.sensor_id,
                    incident = delivery.incident.incident_id,
                    "an incident is too large to be taken"
                );
                Outcome::Rejected
            }
            Err(error) => return Err(refusal(error)),
        };
        Ok(Receipt {
            message_id: delivery.message_id,
            outcome,
        })
    }

    async fn heartbeat(
        &self,
        sensor: &SensorRef,
        heartbeat: Heartbeat,
    ) -> Result<HeartbeatReply, Refusal> {
        let scope = fleet::service::identify(&self.0, &sensor.key_sha256)
            .await
            .map_err(refusal)?;
        let has = heartbeat.suppressions_version;
        let noted = noted(heartbeat, self.0.clock.now());
        fleet::service::heartbeat(&self.0, &scope, noted)
            .await
            .map_err(refusal)?;
        let suppressions = reach::exchange(&self.0, &scope, has).await;
        Ok(HeartbeatReply {
            suppressions: suppressions.map_err(refusal)?,
        })
    }
}

/// What a sensor says, in the portal's words. A clock is known by when its word arrives.
fn noted(said: Heartbeat, now: Timestamp) -> fleet::Heartbeat {
    let interfaces = said.interfaces.into_iter();
    let interfaces = interfaces.map(|counted| fleet::InterfaceCounters {
        name: counted.name,
        packets: counted.packets,
        bytes: counted.bytes,
        drops: counted.drops,
    });
    let health = said.health.unwrap_or_default();
    let offset_ms = said.time.micros().saturating_sub(now.micros()) / 1000;
    fleet::Heartbeat {
        version: said.version,
        uptime_seconds: said.uptime_s,
        interfaces: interfaces.collect(),
        rules_loaded: said.rules_loaded,
        rules_refused: said.rules_refused,
        flows: said.flows,
        queue_length: said.queued,
        health: fleet::Health {
            clock_offset_ms: Some(offset_ms),
            cpu_process_permille: health.cpu_process_permille,
            cpu_machine_permille: health.cpu_machine_permille,
            // 0 is the sensor's word for unknown.
            memory_bytes: Some(said.memory_bytes).filter(|bytes| *bytes > 0),
            memory_machine_bytes: health.memory_machine_bytes,
            memory_available_bytes: health.memory_available_bytes,
            disk_bytes: health.disk_bytes,
            disk_free_bytes: health.disk_free_bytes,
            packets_shed: health.packets_shed,
            events: Some(said.events),
            detections: health.detections,
            incidents_lost: Some(said.lost),
            endpoints: Some(said.endpoints),
            tcp_both_sides: health.tcp_both_sides,
            tcp_one_side: health.tcp_one_side,
            vlans: health.vlans,
            indicators: health.indicators,
            rules_at: health.rules_at,
            intelligence_at: health.intelligence_at,
        },
    }
}

fn refusal(error: Error) -> Refusal {
    match &error {
        Error::Refused(refused) => match refused.code {
            Code::SecretRefused => Refusal::BadSecret,
            Code::SensorBarred | Code::Forbidden => Refusal::Barred,
            code => Refusal::Unavailable(code.key().to_owned()),
        },
        _ => {
            tracing::error!(%error, "what a sensor said could not be taken");
            Refusal::Unavailable(error.to_string())
        }
    }
}
