#!/bin/sh
# Run by PostgreSQL's image when it makes the database: the user that Grafana reads it as.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$(cat /run/grafana/password)" --quiet \
  -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
CREATE ROLE grafana LOGIN PASSWORD :'password' IN ROLE pg_read_all_data;
ALTER ROLE grafana SET default_transaction_read_only = on;
ALTER ROLE grafana SET statement_timeout = '30s';
SQL
