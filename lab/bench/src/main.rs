//! `bench <name> [--quick] [--out file]`.

use mimalloc::MiMalloc;

/// That of the services: what is measured of them here has to allocate as they do. Baselines have it,
/// too.
#[global_allocator]
static GLOBAL: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    bench::run().await
}
