-- Who sells and what. A seller is the tenant: every row below names the one it belongs to.
create table sellers (
    id         uuid        primary key,
    name       text        not null constraint seller_named check (length(name) between 1 and 200),
    created_at timestamptz not null default now()
);

-- Keys of sellers and operators. The key itself is shown once; only its hash is here.
create table api_keys (
    hash         bytea       primary key constraint api_key_hash_length check (length(hash) = 32),
    role         text        not null constraint api_key_role_known check (role in ('seller', 'operator')),
    seller_id    uuid        references sellers,
    name         text        not null,
    created_at   timestamptz not null default now(),
    revoked_at   timestamptz,
    constraint api_key_of_seller check ((role = 'seller') = (seller_id is not null))
);

create table products (
    id          uuid        primary key,
    seller_id   uuid        not null references sellers,
    name        text        not null constraint product_named check (length(name) between 1 and 200),
    description text        not null default '',
    created_at  timestamptz not null default now()
);
create index products_of_seller on products (seller_id, id);

create table variants (
    id           uuid    primary key,
    product_id   uuid    not null references products,
    seller_id    uuid    not null references sellers,
    name         text    not null constraint variant_named check (length(name) between 1 and 200),
    price_minor  bigint  not null constraint variant_price_not_negative check (price_minor >= 0),
    currency     char(3) not null,
    -- Units that no drop has taken. A drop carves its units out of here and gives back what is left.
    stock        integer not null constraint variant_stock_not_negative check (stock >= 0)
);
create index variants_of_product on variants (product_id, id);
