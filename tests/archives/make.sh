#!/usr/bin/env bash
# Makes the archive of a release: tests/archives/VERSION, from `fonds demo` of this build. Replaces the folder only with
# --again, which is for a format that was not released yet.
set -euo pipefail
version=${1:?usage: tests/archives/make.sh VERSION [--again]}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ -e "$here/$version" ] && [ "${2:-}" != --again ]; then
  echo "error: $here/$version is there already; nothing was changed" >&2
  exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$here/../.." && cargo build --quiet --locked)
mkdir "$work/home"
program=${CARGO_TARGET_DIR:-$here/../../target}/debug/fonds
env -u FONDS_USER -u FONDS_ARCHIVE HOME="$work/home" FONDS_NOW=2026-11-23T09:30:00Z "$program" -q demo "$work/demo" >/dev/null

wal=$work/demo/archive/archive.sqlite-wal
if [ -s "$wal" ]; then
  echo "error: the database still has a journal ($wal), so a copy of it would not be whole; nothing was changed" >&2
  exit 1
fi
rm -f "$wal" "$work/demo/archive/archive.sqlite-shm" "$work/demo/archive/lock"
# The index of texts follows from the archive and is made again; the folder of sources is archive/sources.
rm -rf "$work/demo/archive/search"
# git keeps no empty folders, so an archive from a clone has none.
find "$work/demo" -type d -empty -delete

rm -rf "${here:?}/$version"
mkdir "$here/$version"
mv "$work/demo/archive" "$work/demo/user" "$here/$version/"
chmod -R u+rw,go+r "$here/$version"
echo "made $here/$version: $(find "$here/$version" -type f | wc -l) files, $(du -sk "$here/$version" | cut -f1) kB"
