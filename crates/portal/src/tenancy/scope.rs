//! Who asks, and within which tenants. No query runs without it.

use super::{Action, Place, Resource, Role, SensorId, TenantId, UserId, policy};
use crate::{Code, Error};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person who has signed in.
    User {
        /// Who.
        id: UserId,
        /// What the person may do.
        role: Role,
        /// In whose data the person works.
        place: Place,
    },
    /// A sensor that has proved its key.
    Sensor(SensorId),
    /// The portal itself: jobs, set-up from the command line, and the steps before somebody is known.
    System,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tenants {
    One(TenantId),
    All,
}

/// Which sites' sensors and incidents are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sites {
    All,
    /// Those that the person is given.
    OfPerson,
}

/// Who asks, and within which tenants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    actor: Actor,
    tenants: Tenants,
    sites: Sites,
}

/// What a person may have to do with who is limited to sites; all else is about the tenant as a whole.
const OF_SITES: &[Resource] = &[
    Resource::Profile,
    Resource::Tenant,
    Resource::Dashboard,
    Resource::Incident,
    Resource::ActionTick,
    Resource::Note,
    Resource::Discussion,
    Resource::ContactCard,
    Resource::SavedView,
    Resource::Sensor,
    Resource::Site,
];

impl Scope {
    /// A person of a tenant.
    pub const fn user(tenant: TenantId, id: UserId, role: Role) -> Self {
        Self::visitor(tenant, id, role, Place::Home)
    }

    /// A member of staff in a tenant that is not the own one.
    pub(super) const fn visitor(tenant: TenantId, id: UserId, role: Role, place: Place) -> Self {
        Self {
            actor: Actor::User { id, role, place },
            tenants: Tenants::One(tenant),
            sites: Sites::All,
        }
    }

    /// A sensor of a tenant.
    pub const fn sensor(tenant: TenantId, id: SensorId) -> Self {
        Self {
            actor: Actor::Sensor(id),
            tenants: Tenants::One(tenant),
            sites: Sites::All,
        }
    }

    /// The portal itself, within one tenant.
    pub const fn system_in(tenant: TenantId) -> Self {
        Self {
            actor: Actor::System,
            tenants: Tenants::One(tenant),
            sites: Sites::All,
        }
    }

    /// The portal itself, over all tenants.
    pub const fn system() -> Self {
        Self {
            actor: Actor::System,
            tenants: Tenants::All,
            sites: Sites::All,
        }
    }

    /// The same person, limited to the sites that the person is given.
    pub const fn limited_to_sites(self) -> Self {
        Self {
            sites: Sites::OfPerson,
            ..self
        }
    }

    /// The person who is limited to sites, if it is one.
    pub const fn limited_person(&self) -> Option<UserId> {
        match (self.sites, self.actor) {
            (Sites::OfPerson, Actor::User { id, .. }) => Some(id),
            _ => None,
        }
    }

    /// What a statement's condition adds so that it finds only what the sensors of seen sites told; the sensor's identifier
    /// stands in `column`. Empty for whoever sees all sites.
    pub fn seen(&self, column: &str) -> String {
        self.limited_person().map_or_else(String::new, |id| {
            // An identifier's own form has no sign that means anything in a statement.
            format!(
                " AND {column} IN (SELECT seen.id FROM sensors seen JOIN user_sites given
                 ON given.tenant_id = seen.tenant_id AND given.site_id = seen.site_id WHERE given.user_id = '{id}')"
            )
        })
    }

    /// The same for statements on sites, whose identifier stands in `column`.
    pub fn seen_sites(&self, column: &str) -> String {
        self.limited_person().map_or_else(String::new, |id| {
            format!(" AND {column} IN (SELECT given.site_id FROM user_sites given WHERE given.user_id = '{id}')")
        })
    }

    /// Who asks.
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// The one tenant that queries stay within.
    ///
    /// # Errors
    /// Forbidden for a scope over all tenants.
    pub fn tenant(&self) -> Result<TenantId, Error> {
        match self.tenants {
            Tenants::One(tenant) => Ok(tenant),
            Tenants::All => Err(Code::Forbidden.into()),
        }
    }

    /// The one tenant that queries stay within; none for a scope over all tenants.
    pub const fn only_tenant(&self) -> Option<TenantId> {
        match self.tenants {
            Tenants::One(tenant) => Some(tenant),
            Tenants::All => None,
        }
    }

    /// Passes only the portal itself, over all tenants.
    ///
    /// # Errors
    /// Forbidden for everybody else.
    pub fn require_all_tenants(&self) -> Result<(), Error> {
        match (self.actor, self.tenants) {
            (Actor::System, Tenants::All) => Ok(()),
            _ => Err(Code::Forbidden.into()),
        }
    }

    /// The person who asks.
    ///
    /// # Errors
    /// Forbidden for everybody else.
    pub fn user_id(&self) -> Result<UserId, Error> {
        match self.actor {
            Actor::User { id, .. } => Ok(id),
            Actor::Sensor(_) | Actor::System => Err(Code::Forbidden.into()),
        }
    }

    /// The role of the person who asks; none for everybody else.
    pub const fn role(&self) -> Option<Role> {
        match self.actor {
            Actor::User { role, .. } => Some(role),
            Actor::Sensor(_) | Actor::System => None,
        }
    }

    /// The sensor that asks.
    ///
    /// # Errors
    /// Forbidden for everybody else.
    pub fn sensor_id(&self) -> Result<SensorId, Error> {
        match self.actor {
            Actor::Sensor(id) => Ok(id),
            Actor::User { .. } | Actor::System => Err(Code::Forbidden.into()),
        }
    }

    /// What the policy allows the person who asks, as `incident:read`.
    pub fn rights(&self) -> Vec<String> {
        match self.actor {
            Actor::User { role, place, .. } => policy::rights(role, place, |resource| {
                self.limited_person().is_none() || OF_SITES.contains(&resource)
            }),
            Actor::Sensor(_) | Actor::System => Vec::new(),
        }
    }

    /// Passes when the policy allows it; the portal itself may do anything, a sensor nothing here.
    ///
    /// # Errors
    /// Forbidden otherwise.
    pub fn authorize(&self, action: Action, resource: Resource) -> Result<(), Error> {
        let allowed = match self.actor {
            Actor::User { .. }
                if self.limited_person().is_some() && !OF_SITES.contains(&resource) =>
            {
                false
            }
            Actor::User { role, place, .. } => policy::allows(role, place, action, resource),
            Actor::System => true,
            Actor::Sensor(_) => false,
        };
        if allowed {
            Ok(())
        } else {
            Err(Code::Forbidden.into())
        }
    }
}
