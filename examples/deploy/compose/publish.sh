#!/bin/sh
# Puts the workflow files of a folder in force, all of them at one moment, on every replica that has ./workflows mounted:
#
#   stegvis check FOLDER && stegvis test FOLDER && ./publish.sh FOLDER
#
# Each version of the files is a folder of its own. ..data leads to the one in force; the files beside it are links through it.
# Kubernetes exchanges the files of a ConfigMap in the same way.
set -eu
new=$(cd "$1" && pwd)
cd "$(dirname "$0")/workflows"

version="..$(date -u +%Y-%m-%dT%H.%M.%S.%N)"
mkdir "$version"
cp "$new"/*.toml "$version/"
chmod -R a+rX "$version"
ln -s "$version" ..data_tmp
mv -T ..data_tmp ..data # one rename: there is no moment without a version, and none with half of one

for file in "$version"/*.toml; do
	name=$(basename "$file")
	[ -L "$name" ] || ln -s "..data/$name" "$name"
done
for link in *.toml; do
	[ -e "$link" ] || rm "$link"
done
