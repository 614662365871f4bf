//! The payment provider's own ledger, from its file or over HTTP.

use anyhow::{Context, ensure};

use crate::evidence::ProviderEntry;

/// Reads all entries from a file or a base URL; a torn last line is ignored.
pub(super) async fn read(source: &str, key: Option<&str>) -> anyhow::Result<Vec<ProviderEntry>> {
    let text = if source.starts_with("http://") || source.starts_with("https://") {
        let url = format!("{}/v1/ledger", source.trim_end_matches('/'));
        let request = reqwest::Client::new().get(&url).bearer_auth(key.unwrap_or_default());
        let response = request.send().await.with_context(|| format!("cannot reach {url}"))?;
        ensure!(response.status().is_success(), "{url} answered {}", response.status());
        response.text().await?
    } else {
        let text = tokio::fs::read_to_string(source).await;
        text.with_context(|| format!("cannot read the provider's ledger {source}"))?
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let parse = |(n, line)| {
        serde_json::from_str(line)
            .with_context(|| format!("line {} of the provider's ledger", n + 1))
    };
    whole.lines().enumerate().map(parse).collect()
}
