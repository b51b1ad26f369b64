//! `?tenant=`: in whose data a member of staff works with a request. Taken out of the address before any handler reads it,
//! so that no route has to know of it.

use crate::error::Code;
use crate::tenancy::TenantId;
use crate::{Error, limits};
use axum::extract::Request;
use axum::http::Uri;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// The tenant that a request asks for; it names nothing that the caller may see until that is looked up.
#[derive(Clone, Copy)]
pub struct AskedTenant(pub TenantId);

const NAME: &str = "tenant";

/// Takes `tenant` out of the query string.
pub(super) async fn take(mut request: Request, next: Next) -> Response {
    match split(request.uri()) {
        Ok(None) => next.run(request).await,
        Ok(Some((tenant, rest))) => {
            request.extensions_mut().insert(AskedTenant(tenant));
            *request.uri_mut() = rest;
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

/// The tenant and the address without it; none where none is named. What cannot be a tenant names nothing that exists.
fn split(uri: &Uri) -> Result<Option<(TenantId, Uri)>, Error> {
    let Some(query) = uri.query() else {
        return Ok(None);
    };
    if query.len() > limits::QUERY_STRING_BYTES_MAX {
        return Err(Error::invalid("query string too long"));
    }
    let is_ours = |pair: &&str| pair.split('=').next() == Some(NAME);
    let mut named = query.split('&').filter(is_ours);
    let Some(pair) = named.next() else {
        return Ok(None);
    };
    if named.next().is_some() {
        return Err(Error::invalid("tenant is named twice"));
    }
    let tenant = pair.get(NAME.len() + 1..).unwrap_or_default().parse()?;
    let rest: Vec<&str> = query.split('&').filter(|pair| !is_ours(pair)).collect();
    let path = uri.path();
    let rest = if rest.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", rest.join("&"))
    };
    let rest = rest.parse().map_err(|_| Error::from(Code::NotFound))?;
    Ok(Some((tenant, rest)))
}

#[cfg(test)]
mod tests {
    use super::split;
    use crate::tenancy::TenantId;

    #[test]
    fn the_tenant_is_taken_out_wherever_it_stands() {
        let id = TenantId::generate();
        for (before, after) in [
            (format!("/a?tenant={id}"), "/a"),
            (format!("/a?q=x&tenant={id}"), "/a?q=x"),
            (
                format!("/a?tenant={id}&q=%26tenant=1&r"),
                "/a?q=%26tenant=1&r",
            ),
        ] {
            let (found, rest) = split(&before.parse().unwrap()).unwrap().unwrap();
            assert_eq!((found, rest.to_string().as_str()), (id, after));
        }
        for without in ["/a", "/a?tenants=1", "/a?x=tenant=1"] {
            assert!(split(&without.parse().unwrap()).unwrap().is_none());
        }
        for wrong in ["/a?tenant", "/a?tenant=", "/a?tenant=1", "/a?tenant=%20"] {
            assert!(split(&wrong.parse().unwrap()).is_err(), "{wrong}");
        }
        let twice = format!("/a?tenant={id}&tenant={id}");
        assert!(split(&twice.parse().unwrap()).is_err());
    }
}
