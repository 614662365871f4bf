# One image with all services; docker-compose.yml says which of them a container runs.
#
#   docker build -t sluice .
#   docker run --rm sluice admission --help

FROM rust:1.95-bookworm AS build
# librdkafka is built from source with its own configure script and links the system's OpenSSL.
RUN apt-get update \
    && apt-get install -y --no-install-recommends pkg-config libssl-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked \
        -p admission -p worker -p storefront-api -p cli -p sandbox-psp -p crowd \
    && mkdir /out \
    && for name in admission worker storefront-api sluice sandbox-psp crowd; do \
           install -s "target/release/$name" /out/; \
       done

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/sluice --create-home sluice
COPY --from=build /out/ /usr/local/bin/
COPY deploy/docker/entrypoint /usr/local/bin/sluice-entrypoint
USER sluice
WORKDIR /var/lib/sluice
# Storefront, admission and payment sandbox; 918x serve health and metrics.
EXPOSE 8080 8081 8090 9180 9181 9182
ENTRYPOINT ["sluice-entrypoint"]
CMD ["storefront-api"]
