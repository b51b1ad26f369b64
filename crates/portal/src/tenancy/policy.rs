//! Role × place × action × resource: the whole policy of the portal in one table.

use super::TenantKind;
use serde::{Deserialize, Serialize};

/// What a person may be. The first three are a customer's people.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the customer's portal: people, sensors, incidents.
    Administrator,
    /// The registered person in charge: works on incidents.
    Contact,
    /// Reads.
    Viewer,
    /// Of the partner who sold the service: the first line for its customers.
    Partner,
    /// Of the operator: the second line, for all customers.
    Analyst,
    /// Of the operator: makes detection content, reads what it found.
    Lab,
    /// Of the operator: runs the service, takes in partners and customers.
    Operator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Administrator,
        Self::Contact,
        Self::Viewer,
        Self::Partner,
        Self::Analyst,
        Self::Lab,
        Self::Operator,
    ];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Contact => "contact",
            Self::Viewer => "viewer",
            Self::Partner => "partner",
            Self::Analyst => "analyst",
            Self::Lab => "lab",
            Self::Operator => "operator",
        }
    }

    /// From the name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }

    /// Where such people are at home.
    pub const fn home(self) -> TenantKind {
        match self {
            Self::Administrator | Self::Contact | Self::Viewer => TenantKind::Customer,
            Self::Partner => TenantKind::Partner,
            Self::Analyst | Self::Lab | Self::Operator => TenantKind::Operator,
        }
    }

    /// Whether such people work in the data of tenants that are not their own.
    pub const fn is_staff(self) -> bool {
        !matches!(self.home(), TenantKind::Customer)
    }
}

/// In whose data a person works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the own tenant's.
    Home,
    /// In a customer's, as staff.
    Customer,
    /// In that of a customer who lets its partner act for it.
    AllowingCustomer,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 3] = [Self::Home, Self::Customer, Self::AllowingCustomer];
}

/// What may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Read,
    Create,
    Update,
    Delete,
}

/// To what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// The user's own name, languages, mails and password.
    Profile,
    /// The tenant one works in: its name, its partner, what it allows.
    Tenant,
    /// The tenants that a partner or the operator looks after; `Create` takes in another.
    Customers,
    /// Figures of the tenant.
    Dashboard,
    /// Incidents as sensors report them; `Update` is how far handling has come.
    Incident,
    /// Ticks at recommended actions.
    ActionTick,
    /// Notes to incidents.
    Note,
    /// What customer and SOC say to each other about incidents.
    Discussion,
    /// What the SOC notes for itself; no customer reads it.
    InternalNote,
    /// What is hidden on the customer's word.
    Suppression,
    /// Whom to call.
    ContactCard,
    /// What a person looks for again: each person's own.
    SavedView,
    /// Sensors as the portal knows them.
    Sensor,
    /// Places where sensors stand, and who sees which.
    Site,
    /// Secrets by which sensors enrol.
    SensorSecret,
    /// Who did what.
    AuditLog,
    /// Where else the tenant's incidents are told, and who is told when nobody stirs.
    Notification,
    /// The tenant's people and invitations.
    Person,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 4] = [Self::Read, Self::Create, Self::Update, Self::Delete];
}

impl Resource {
    /// Every resource.
    pub const ALL: &'static [Self] = &[
        Self::Profile,
        Self::Tenant,
        Self::Customers,
        Self::Dashboard,
        Self::Incident,
        Self::ActionTick,
        Self::Note,
        Self::Discussion,
        Self::InternalNote,
        Self::Suppression,
        Self::ContactCard,
        Self::SavedView,
        Self::Sensor,
        Self::Site,
        Self::SensorSecret,
        Self::AuditLog,
        Self::Notification,
        Self::Person,
    ];
}

use Action::{Create, Delete, Read, Update};
use Place::{AllowingCustomer, Customer, Home};
use Resource::{
    ActionTick, AuditLog, Customers, Dashboard, Incident, Note, Notification, Person, Profile,
    Sensor, SensorSecret, Tenant,
};
use Resource::{ContactCard, Discussion, InternalNote, SavedView, Site, Suppression};

/// What each role may do in which place; what does not stand here is forbidden. What is allowed in a customer's data is
/// allowed in that of a customer who lets its partner act as well.
const TABLE: &[(Role, Place, Resource, &[Action])] = &[
    (Role::Administrator, Home, Profile, &[Read, Update]),
    (Role::Administrator, Home, Tenant, &[Read, Update]),
    (Role::Administrator, Home, Dashboard, &[Read]),
    (Role::Administrator, Home, Incident, &[Read, Update]),
    (Role::Administrator, Home, Discussion, &[Read, Create]),
    (
        Role::Administrator,
        Home,
        Suppression,
        &[Read, Create, Delete],
    ),
    (Role::Administrator, Home, ContactCard, &[Read, Update]),
    (
        Role::Administrator,
        Home,
        SavedView,
        &[Read, Create, Delete],
    ),
    (Role::Administrator, Home, ActionTick, &[Update]),
    (Role::Administrator, Home, Note, &[Create]),
    (
        Role::Administrator,
        Home,
        Sensor,
        &[Read, Create, Update, Delete],
    ),
    (
        Role::Administrator,
        Home,
        Site,
        &[Read, Create, Update, Delete],
    ),
    (Role::Administrator, Home, SensorSecret, &[Create]),
    (Role::Administrator, Home, AuditLog, &[Read]),
    (
        Role::Administrator,
        Home,
        Notification,
        &[Read, Create, Update, Delete],
    ),
    (
        Role::Administrator,
        Home,
        Person,
        &[Read, Create, Update, Delete],
    ),
    (Role::Contact, Home, Profile, &[Read, Update]),
    (Role::Contact, Home, Tenant, &[Read]),
    (Role::Contact, Home, Dashboard, &[Read]),
    (Role::Contact, Home, Incident, &[Read, Update]),
    (Role::Contact, Home, Discussion, &[Read, Create]),
    (Role::Contact, Home, Suppression, &[Read, Create, Delete]),
    (Role::Contact, Home, ContactCard, &[Read]),
    (Role::Contact, Home, SavedView, &[Read, Create, Delete]),
    (Role::Contact, Home, ActionTick, &[Update]),
    (Role::Contact, Home, Note, &[Create]),
    (Role::Contact, Home, Sensor, &[Read]),
    (Role::Contact, Home, Site, &[Read]),
    (Role::Viewer, Home, Profile, &[Read, Update]),
    (Role::Viewer, Home, Tenant, &[Read]),
    (Role::Viewer, Home, Dashboard, &[Read]),
    (Role::Viewer, Home, Incident, &[Read]),
    (Role::Viewer, Home, Discussion, &[Read]),
    (Role::Viewer, Home, Suppression, &[Read]),
    (Role::Viewer, Home, ContactCard, &[Read]),
    (Role::Viewer, Home, SavedView, &[Read, Create, Delete]),
    (Role::Viewer, Home, Sensor, &[Read]),
    (Role::Viewer, Home, Site, &[Read]),
    (Role::Partner, Home, Profile, &[Read, Update]),
    (Role::Partner, Home, Tenant, &[Read]),
    (Role::Partner, Home, Customers, &[Read]),
    (Role::Partner, Customer, Tenant, &[Read]),
    (Role::Partner, Customer, Dashboard, &[Read]),
    (Role::Partner, Customer, Incident, &[Read]),
    (Role::Partner, Customer, Discussion, &[Read]),
    (Role::Partner, Customer, Suppression, &[Read]),
    (Role::Partner, Customer, ContactCard, &[Read]),
    (Role::Partner, Customer, SavedView, &[Read, Create, Delete]),
    (Role::Partner, Customer, Sensor, &[Read]),
    (Role::Partner, Customer, Site, &[Read]),
    (Role::Partner, AllowingCustomer, Incident, &[Update]),
    (Role::Partner, AllowingCustomer, Discussion, &[Create]),
    (
        Role::Partner,
        AllowingCustomer,
        Suppression,
        &[Create, Delete],
    ),
    (Role::Partner, AllowingCustomer, ContactCard, &[Update]),
    (Role::Partner, AllowingCustomer, ActionTick, &[Update]),
    (Role::Partner, AllowingCustomer, Note, &[Create]),
    (Role::Analyst, Home, Profile, &[Read, Update]),
    (Role::Analyst, Home, Tenant, &[Read]),
    (Role::Analyst, Home, Customers, &[Read]),
    (Role::Analyst, Customer, Tenant, &[Read]),
    (Role::Analyst, Customer, Dashboard, &[Read]),
    (Role::Analyst, Customer, Incident, &[Read, Update]),
    (Role::Analyst, Customer, Discussion, &[Read, Create]),
    (Role::Analyst, Customer, InternalNote, &[Read, Create]),
    (
        Role::Analyst,
        Customer,
        Suppression,
        &[Read, Create, Delete],
    ),
    (Role::Analyst, Customer, ContactCard, &[Read]),
    (Role::Analyst, Customer, SavedView, &[Read, Create, Delete]),
    (Role::Analyst, Customer, ActionTick, &[Update]),
    (Role::Analyst, Customer, Note, &[Create]),
    (Role::Analyst, Customer, Sensor, &[Read]),
    (Role::Analyst, Customer, Site, &[Read]),
    (Role::Lab, Home, Profile, &[Read, Update]),
    (Role::Lab, Home, Tenant, &[Read]),
    (Role::Lab, Home, Customers, &[Read]),
    (Role::Lab, Customer, Tenant, &[Read]),
    (Role::Lab, Customer, Dashboard, &[Read]),
    (Role::Lab, Customer, Incident, &[Read]),
    (Role::Lab, Customer, Discussion, &[Read]),
    (Role::Lab, Customer, InternalNote, &[Read, Create]),
    (Role::Lab, Customer, Suppression, &[Read]),
    (Role::Lab, Customer, ContactCard, &[Read]),
    (Role::Lab, Customer, SavedView, &[Read, Create, Delete]),
    (Role::Lab, Customer, Sensor, &[Read]),
    (Role::Lab, Customer, Site, &[Read]),
    (Role::Operator, Home, Profile, &[Read, Update]),
    (Role::Operator, Home, Tenant, &[Read, Update]),
    (Role::Operator, Home, Customers, &[Read, Create, Update]),
    (Role::Operator, Customer, Tenant, &[Read, Update]),
    (Role::Operator, Customer, Dashboard, &[Read]),
    (Role::Operator, Customer, Site, &[Read]),
    (Role::Operator, Customer, Incident, &[Read]),
    (Role::Operator, Customer, Discussion, &[Read]),
    (Role::Operator, Customer, InternalNote, &[Read, Create]),
    (Role::Operator, Customer, Suppression, &[Read]),
    (Role::Operator, Customer, ContactCard, &[Read, Update]),
    (Role::Operator, Customer, SavedView, &[Read, Create, Delete]),
    (
        Role::Operator,
        Customer,
        Sensor,
        &[Read, Create, Update, Delete],
    ),
    (Role::Operator, Customer, SensorSecret, &[Create]),
    (
        Role::Operator,
        Customer,
        Notification,
        &[Read, Create, Update, Delete],
    ),
    (Role::Operator, Home, AuditLog, &[Read]),
    (
        Role::Operator,
        Home,
        Person,
        &[Read, Create, Update, Delete],
    ),
    (Role::Operator, Customer, Person, &[Read, Create]),
];

/// Whether a role may do something in a place.
pub fn allows(role: Role, place: Place, action: Action, resource: Resource) -> bool {
    TABLE
        .iter()
        .any(|(known_role, known_place, known_resource, actions)| {
            let is_here = *known_place == place
                || (*known_place == Place::Customer && place == Place::AllowingCustomer);
            *known_role == role
                && is_here
                && *known_resource == resource
                && actions.contains(&action)
        })
}

/// Everything that a role may do in a place with resources of its reach, as `incident:read`.
pub fn rights(role: Role, place: Place, reaches: impl Fn(Resource) -> bool) -> Vec<String> {
    let every = Resource::ALL
        .iter()
        .flat_map(|resource| Action::ALL.map(|action| (*resource, action)));
    every
        .filter(|(resource, _)| reaches(*resource))
        .filter(|(resource, action)| allows(role, place, *action, *resource))
        .map(|(resource, action)| format!("{}:{}", snake_case(resource), snake_case(action)))
        .collect()
}

/// The name of a variant, as JSON has names.
fn snake_case(variant: impl std::fmt::Debug) -> String {
    let mut name = String::new();
    for (place, letter) in format!("{variant:?}").chars().enumerate() {
        if letter.is_uppercase() && place > 0 {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::{Action, Place, Resource, Role, allows};
    use std::fmt::Write as _;

    #[test]
    fn the_whole_matrix() {
        let mut matrix = String::new();
        for resource in Resource::ALL {
            for role in Role::ALL {
                for place in Place::ALL {
                    let allowed = |action: &Action| allows(role, place, *action, *resource);
                    if !Action::ALL.iter().any(allowed) {
                        continue;
                    }
                    let (resource, place) = (format!("{resource:?}"), format!("{place:?}"));
                    let _ = write!(matrix, "{resource:<13} {:<14} {place:<17}", role.key());
                    for action in Action::ALL {
                        let word = format!("{action:?}").to_lowercase();
                        let shown = if allowed(&action) { word } else { "-".into() };
                        let _ = write!(matrix, " {shown:<7}");
                    }
                    matrix.truncate(matrix.trim_end().len());
                    matrix.push('\n');
                }
            }
        }
        insta::assert_snapshot!(matrix);
    }

    #[test]
    fn a_customers_people_have_no_rights_elsewhere_and_nobody_a_profile() {
        for (action, resource) in Action::ALL.into_iter().flat_map(|action| {
            Resource::ALL
                .iter()
                .map(move |resource| (action, *resource))
        }) {
            for place in [Place::Customer, Place::AllowingCustomer] {
                for role in Role::ALL.into_iter().filter(|role| !role.is_staff()) {
                    assert!(
                        !allows(role, place, action, resource),
                        "{role:?} {resource:?}"
                    );
                }
                assert!(Role::ALL.iter().all(|role| !allows(
                    *role,
                    place,
                    action,
                    Resource::Profile
                )));
            }
        }
    }
}
