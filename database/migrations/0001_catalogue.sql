-- Who sells and what. A seller is the tenant: every row below names the one it belongs to.
create table sellers (
    id             uuid        primary key,
    name           text        not null constraint seller_named check (length(name) between 1 and 200),
    created_at     timestamptz not null default now(),
    -- Drops that are scheduled, open or being settled at one time, at most: each has a partition of
    -- its own, and all sellers share those.
    max_live_drops integer     not null default 100 constraint seller_max_live_drops_known
        check (max_live_drops between 0 and 100000)
);

-- Keys of sellers and operators. The key itself is shown once; only its hash is here.
create table api_keys (
    -- Names the key; no secret.
    id           uuid        primary key,
    hash         bytea       not null constraint api_key_once unique
        constraint api_key_hash_length check (length(hash) = 32),
    role         text        not null constraint api_key_role_known
        check (role in ('seller', 'viewer', 'operator', 'admin')),
    seller_id    uuid        constraint api_key_seller_exists references sellers,
    name         text        not null constraint api_key_named check (length(name) between 1 and 200),
    created_at   timestamptz not null default now(),
    revoked_at   timestamptz,
    constraint api_key_of_seller check ((role = 'seller') = (seller_id is not null))
);
-- The audit log knows operators by name.
create unique index operator_key_named_once on api_keys (name)
    where seller_id is null and revoked_at is null;

-- Public keys of sellers' own sites, which say who their members are.
create table join_keys (
    id           uuid        primary key,
    seller_id    uuid        not null references sellers,
    name         text        not null constraint join_key_named check (length(name) between 1 and 200),
    public_key   bytea       not null constraint join_key_length check (length(public_key) = 32),
    created_at   timestamptz not null default now(),
    revoked_at   timestamptz
);
create index join_keys_of_seller on join_keys (seller_id, id);

-- Pictures of products and drops; their files are in the storefront's store.
create table pictures (
    -- SHA-256 of the seller and of what is in the files, in hex: the name that the files have in
    -- addresses. So the same picture of two sellers has two names, and one tells nothing of the other.
    id          text        primary key constraint picture_id_is_hash check (id ~ '^[0-9a-f]{64}$'),
    seller_id   uuid        not null references sellers,
    -- A file for each, ascending, and the height of the widest; pixels.
    widths      integer[]   not null constraint picture_widths_few
        check (cardinality(widths) between 1 and 3),
    height      integer     not null constraint picture_height_positive check (height > 0),
    created_at  timestamptz not null default now(),
    constraint picture_of_seller unique (seller_id, id)
);

create table products (
    id          uuid        primary key,
    seller_id   uuid        not null references sellers,
    name        text        not null constraint product_named check (length(name) between 1 and 200),
    description text        not null default '',
    picture     text,
    created_at  timestamptz not null default now(),
    constraint product_picture_is_own foreign key (seller_id, picture) references pictures (seller_id, id)
);
create index products_of_seller on products (seller_id, id);
create index products_of_picture on products (picture) where picture is not null;

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
