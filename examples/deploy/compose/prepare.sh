#!/bin/sh
# Makes what compose.yaml needs beside it and must not be in any repository: the secrets, and the folder of workflows.
# What is there already stays.
set -eu
cd "$(dirname "$0")"
umask 077

mkdir -p secrets
if [ ! -e secrets/master.key ]; then
	head -c 32 /dev/urandom | base64 > secrets/master.key
fi
if [ ! -e secrets/db_password ]; then
	head -c 24 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' > secrets/db_password
	printf 'db:5432:stegvis:stegvis:%s\n' "$(cat secrets/db_password)" > secrets/pgpass
fi
# Only you can look into the folder; each file in it is shown to the containers that it is for, whoever they run as.
chmod 0444 secrets/*

if [ ! -e workflows ]; then
	umask 022
	mkdir workflows
	./publish.sh ../../../workflows
fi
