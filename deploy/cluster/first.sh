#!/bin/sh
# Patroni calls this once, on the first leader of a new cluster, with the superuser's address: makes the application's database.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$DATABASE_PASSWORD" "$1" <<'SQL'
CREATE ROLE pointsapp LOGIN PASSWORD :'password';
CREATE DATABASE pointsapp OWNER pointsapp ENCODING 'UTF8' TEMPLATE template0;
SQL
