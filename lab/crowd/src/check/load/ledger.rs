//! The provider's own ledger, from its file or over HTTP.

use anyhow::{Context, ensure};

use crate::check::evidence::ProviderEntry;

/// Reads all entries; a torn last line is passed over.
pub(super) async fn read(place: &str, key: Option<&str>) -> anyhow::Result<Vec<ProviderEntry>> {
    let text = if place.starts_with("http://") || place.starts_with("https://") {
        let url = format!("{}/v1/ledger", place.trim_end_matches('/'));
        let request = reqwest::Client::new().get(&url).bearer_auth(key.unwrap_or_default());
        let answer = request.send().await.with_context(|| format!("cannot reach {url}"))?;
        ensure!(answer.status().is_success(), "{url} answered {}", answer.status());
        answer.text().await?
    } else {
        let text = tokio::fs::read_to_string(place).await;
        text.with_context(|| format!("cannot read the provider's ledger {place}"))?
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let parse = |(n, line)| {
        serde_json::from_str(line).with_context(|| format!("line {} of the ledger", n + 1))
    };
    whole.lines().enumerate().map(parse).collect()
}
