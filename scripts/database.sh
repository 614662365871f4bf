# Sourced by scripts/backup and scripts/restore: the database and its programs.

# Finds the programs, and the address in SLUICE_DATABASE__URL as $database. The password goes to the
# environment, so that nobody reads it in the list of processes.
need_database() {
  local url=${SLUICE_DATABASE__URL:-} program
  [ -n "$url" ] || fail 'set SLUICE_DATABASE__URL to the address for the owner of the tables'
  for program in pg_dump pg_restore psql; do
    command -v "$program" >/dev/null || fail "$program was not found; try: apt-get install postgresql-client"
  done
  database=$url
  if [[ $url =~ ^([a-z]+://[^:/@?]*):([^/@?]*)(@.*)$ ]]; then
    database=${BASH_REMATCH[1]}${BASH_REMATCH[3]}
    printf -v PGPASSWORD '%b' "${BASH_REMATCH[2]//%/\\x}"
    export PGPASSWORD
  fi
}

# Runs SQL and prints what it selects.
ask() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$database" "$@"; }
