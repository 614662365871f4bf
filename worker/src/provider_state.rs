//! How the payment provider does: told by the instances that call it to those that let people in.
//!
//! It goes by signs of life, like everything that instances know of each other. There is none while
//! all is well.

use crate::{app::App, roles::Role};
use database::{DatabaseError, workers::heartbeats};
use std::time::Duration;

/// What stands in the place of a role in signs of life.
const TRIED: &str = "provider_tried";
const AWAY: &str = "provider_away";
/// Signs of life that are older tell nothing; they are given each second.
const FRESH: Duration = Duration::from_secs(3);

/// Whether calls to the provider are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProviderState {
    /// They are, or nothing is known.
    Answers,
    /// They were not; a few are made to find out.
    Tried,
    /// They are not, so none is made.
    Away,
}

/// Tells how the provider does for this instance; to be repeated each second.
pub(crate) async fn tell(app: &App, state: ProviderState) -> Result<(), DatabaseError> {
    let sign = match state {
        ProviderState::Answers => return Ok(()),
        ProviderState::Tried => TRIED,
        ProviderState::Away => AWAY,
    };
    heartbeats::beat(&app.pool, &app.instance, sign).await
}

/// Returns how the provider does for all who call it.
pub(crate) async fn look(app: &App) -> Result<ProviderState, DatabaseError> {
    let calling = Role::Payments.as_str();
    let alive = heartbeats::n_alive(&app.pool, &[calling, TRIED, AWAY], FRESH).await?;
    let n = |sign: &str| alive.get(sign).copied().unwrap_or_default();
    Ok(judge(n(calling), n(TRIED), n(AWAY)))
}

/// An instance that cannot reach the provider leaves its calls to the others, so the provider is
/// away only if it is for everybody.
const fn judge(n_calling: i64, n_trying: i64, n_without: i64) -> ProviderState {
    match (n_trying, n_without) {
        (0, 0) => ProviderState::Answers,
        (0, n_without) if n_without >= n_calling => ProviderState::Away,
        _ => ProviderState::Tried,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provider_is_away_only_if_it_is_for_everybody() {
        assert_eq!(judge(0, 0, 0), ProviderState::Answers);
        assert_eq!(judge(3, 0, 0), ProviderState::Answers);
        assert_eq!(judge(3, 0, 2), ProviderState::Tried);
        assert_eq!(judge(3, 1, 3), ProviderState::Tried);
        assert_eq!(judge(3, 0, 3), ProviderState::Away);
    }
}
