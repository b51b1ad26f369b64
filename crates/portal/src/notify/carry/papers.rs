//! What the messages of one batch need, read once for all of them: an incident is told to many people, and many incidents to one.
//! A batch is short, so that nothing read for it grows old.

use crate::context::Context;
use crate::identity::User;
use crate::incidents::{self, IncidentDetail, IncidentKey};
use crate::notify::model::{EndpointId, Preferences, SubscriptionId};
use crate::notify::partner;
use crate::notify::queries::deliveries::Job;
use crate::notify::queries::endpoints::{self, Known};
use crate::notify::queries::people::{self, Subscriber};
use crate::tenancy::{self, Scope, TenantId, UserId};
use crate::{Code, Error, identity};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// What was read, and what is being read.
struct Shelf<K, V>(Mutex<HashMap<K, Arc<OnceCell<V>>>>);

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Shelf<K, V> {
    /// Reads what nobody has read yet; who asks meanwhile waits for that.
    async fn take(&self, key: K, read: impl Future<Output = Result<V, Error>>) -> Result<V, Error> {
        let cell = {
            let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(shelf.entry(key).or_default())
        };
        cell.get_or_try_init(|| read).await.cloned()
    }
}

/// A person, and how the person wants to be told.
pub struct Reader {
    pub user: User,
    pub preferences: Preferences,
}

/// What the messages of a batch need.
#[derive(Default)]
pub struct Papers {
    incidents: Shelf<(TenantId, IncidentKey), Arc<IncidentDetail>>,
    readers: Shelf<(TenantId, UserId), Arc<Reader>>,
    browsers: Shelf<(TenantId, SubscriptionId), Option<Arc<Subscriber>>>,
    endpoints: Shelf<(TenantId, EndpointId), Arc<Known>>,
    tenants: Shelf<TenantId, String>,
}

impl Papers {
    /// The incident of a message.
    pub async fn incident(
        &self,
        context: &Context,
        job: &Job,
    ) -> Result<Arc<IncidentDetail>, Error> {
        let id = job.incident.ok_or(Code::NotFound)?;
        let read = async {
            let scope = Scope::system_in(job.tenant);
            Ok(Arc::new(
                incidents::service::detail(context, &scope, id).await?,
            ))
        };
        self.incidents.take((job.tenant, id), read).await
    }

    /// Where the person of a message is at home; none when the message must not go there any more. Asked for each message.
    pub async fn home(&self, context: &Context, job: &Job) -> Result<Option<TenantId>, Error> {
        if !partner::is_for_partner(job) {
            return Ok(Some(job.tenant));
        }
        let scope = Scope::system_in(job.tenant);
        let mut connection = context.database.read(&scope).await?;
        partner::home_of_reader(&mut connection, job).await
    }

    /// A person at home there.
    pub async fn reader(
        &self,
        context: &Context,
        home: TenantId,
        user: UserId,
    ) -> Result<Arc<Reader>, Error> {
        let read = async {
            let scope = Scope::system_in(home);
            let user = identity::service::user(context, &scope, user).await?;
            let mut connection = context.database.read(&scope).await?;
            let preferences = people::preferences_of(&mut connection, &scope, user.id).await?;
            Ok(Arc::new(Reader { user, preferences }))
        };
        self.readers.take((home, user), read).await
    }

    /// A browser of a person at home there, where it still takes messages.
    pub async fn browser(
        &self,
        context: &Context,
        home: TenantId,
        browser: SubscriptionId,
    ) -> Result<Option<Arc<Subscriber>>, Error> {
        let read = async {
            let scope = Scope::system_in(home);
            let mut connection = context.database.read(&scope).await?;
            let known = people::subscriber_of(&mut connection, &scope, browser).await?;
            Ok(known.map(Arc::new))
        };
        self.browsers.take((home, browser), read).await
    }

    /// A system of a tenant.
    pub async fn endpoint(
        &self,
        context: &Context,
        tenant: TenantId,
        endpoint: EndpointId,
    ) -> Result<Arc<Known>, Error> {
        let read = async {
            let scope = Scope::system_in(tenant);
            let mut connection = context.database.read(&scope).await?;
            Ok(Arc::new(
                endpoints::one(&mut connection, &scope, endpoint).await?,
            ))
        };
        self.endpoints.take((tenant, endpoint), read).await
    }

    /// The name of a tenant.
    pub async fn tenant(&self, context: &Context, tenant: TenantId) -> Result<String, Error> {
        let scope = Scope::system_in(tenant);
        let read = tenancy::service::name(context, &scope);
        self.tenants.take(tenant, read).await
    }
}
