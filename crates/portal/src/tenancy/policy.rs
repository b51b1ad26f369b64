//! Role × action × resource: the whole policy of the portal in one table.

use serde::{Deserialize, Serialize};

/// What a person of a customer may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the customer's portal: people, sensors, incidents.
    Administrator,
    /// The registered person in charge: works on incidents.
    Contact,
    /// Reads.
    Viewer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Administrator, Self::Contact, Self::Viewer];

    /// The name in JSON and in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Contact => "contact",
            Self::Viewer => "viewer",
        }
    }

    /// From the name in the database.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }
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
    /// Figures of the tenant.
    Dashboard,
    /// Incidents as sensors report them; `Update` is how far handling has come.
    Incident,
    /// Ticks at recommended actions.
    ActionTick,
    /// Notes to incidents.
    Note,
    /// Sensors as the portal knows them.
    Sensor,
    /// Secrets by which sensors enrol.
    SensorSecret,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 4] = [Self::Read, Self::Create, Self::Update, Self::Delete];
}

impl Resource {
    /// Every resource.
    pub const ALL: [Self; 7] = [
        Self::Profile,
        Self::Dashboard,
        Self::Incident,
        Self::ActionTick,
        Self::Note,
        Self::Sensor,
        Self::SensorSecret,
    ];
}

use Action::{Create, Delete, Read, Update};
use Resource::{ActionTick, Dashboard, Incident, Note, Profile, Sensor, SensorSecret};

/// What each role may do; what does not stand here is forbidden.
const TABLE: &[(Role, Resource, &[Action])] = &[
    (Role::Administrator, Profile, &[Read, Update]),
    (Role::Administrator, Dashboard, &[Read]),
    (Role::Administrator, Incident, &[Read, Update]),
    (Role::Administrator, ActionTick, &[Update]),
    (Role::Administrator, Note, &[Create]),
    (Role::Administrator, Sensor, &[Read, Create, Update, Delete]),
    (Role::Administrator, SensorSecret, &[Create]),
    (Role::Contact, Profile, &[Read, Update]),
    (Role::Contact, Dashboard, &[Read]),
    (Role::Contact, Incident, &[Read, Update]),
    (Role::Contact, ActionTick, &[Update]),
    (Role::Contact, Note, &[Create]),
    (Role::Contact, Sensor, &[Read]),
    (Role::Viewer, Profile, &[Read, Update]),
    (Role::Viewer, Dashboard, &[Read]),
    (Role::Viewer, Incident, &[Read]),
    (Role::Viewer, Sensor, &[Read]),
];

/// Whether a role may do something.
pub fn allows(role: Role, action: Action, resource: Resource) -> bool {
    TABLE.iter().any(|(known_role, known_resource, actions)| {
        *known_role == role && *known_resource == resource && actions.contains(&action)
    })
}

#[cfg(test)]
mod tests {
    use super::{Action, Resource, Role, allows};
    use std::fmt::Write as _;

    #[test]
    fn the_whole_matrix() {
        let mut matrix = String::new();
        for resource in Resource::ALL {
            for role in Role::ALL {
                let _ = write!(matrix, "{:<13} {:<14}", format!("{resource:?}"), role.key());
                for action in Action::ALL {
                    let word = format!("{action:?}").to_lowercase();
                    let shown = if allows(role, action, resource) {
                        word
                    } else {
                        "-".into()
                    };
                    let _ = write!(matrix, " {shown:<7}");
                }
                matrix.truncate(matrix.trim_end().len());
                matrix.push('\n');
            }
        }
        insta::assert_snapshot!(matrix);
    }
}
