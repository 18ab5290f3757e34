#!/bin/sh
# Kills and refuses at every call that changes something, not only at a sample. Takes long: for the night.
set -eu
cd "$(dirname "$0")/../.."
FONDS_CRASH_ALL=1 exec cargo test --release --test crash "$@" -- --nocapture --test-threads=2
