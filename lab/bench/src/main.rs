//! `bench <name> [--quick] [--out file]`.

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    bench::run().await
}
