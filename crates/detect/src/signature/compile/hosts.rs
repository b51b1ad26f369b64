//! Tests of what is known of addresses: `geoip`, `iprep`.

use super::{Missing, Settings};
use crate::rule::ast::{Geography, IpReputation};
use crate::signature::program::{MemoryTest, ReputationTest};
use std::sync::Arc;

pub(super) fn country(geography: &Geography, settings: &Settings) -> Result<MemoryTest, Missing> {
    let Some(countries) = &settings.countries else {
        let reason = "no database of countries was given".to_owned();
        return Err(Missing::because("geoip", reason));
    };
    let wanted = geography.countries.iter().filter_map(|(code, negated)| {
        let code = code.as_bytes().first_chunk::<2>()?;
        Some((*code, *negated))
    });
    Ok(MemoryTest::Country {
        side: geography.side,
        wanted: wanted.collect(),
        countries: Arc::clone(countries),
    })
}

pub(super) fn reputation(
    reputation: &IpReputation,
    settings: &Settings,
) -> Result<MemoryTest, Missing> {
    let Some(lists) = &settings.reputations else {
        let reason = "no reputation lists were given".to_owned();
        return Err(Missing::because("iprep", reason));
    };
    let Some(category) = lists.category(&reputation.category) else {
        let reason = format!("no list of categories names {}", reputation.category);
        return Err(Missing::because("iprep", reason));
    };
    let test = match (reputation.comparison, reputation.is_set) {
        (Some(comparison), _) => ReputationTest::Score(comparison),
        (None, is_set) => ReputationTest::IsThere(is_set.unwrap_or(true)),
    };
    Ok(MemoryTest::Reputation {
        side: reputation.side,
        category,
        test,
        lists: Arc::clone(lists),
    })
}
