#!/usr/bin/env bash
# Opens the pages that fonds writes in Chromium, from disk: nothing in the console, no request that leaves, no finding of
# axe-core, pictures that show something, a print with the words of a quotation in it; published pages and tampered
# copies of them in Firefox too. Pictures and prints are left in tests/pages/out to be looked at.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."

for program in node chromium; do
  if ! command -v "$program" >/dev/null 2>&1; then
    echo "skipped: $program is not installed; no page was opened"
    exit 0
  fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
program=${CARGO_TARGET_DIR:-target}/debug/fonds
# FONDS_BUILT=yes: the tests have just built it. Built alone it has other features of its dependencies: all are built again.
[ "${FONDS_BUILT:-}" = yes ] || cargo build --quiet --locked
mkdir "$work/home"
export HOME=$work/home FONDS_USER=$work/demo/user
env -u FONDS_USER "$program" -q demo "$work/demo" >/dev/null
ask() { "$program" -C "$work/demo/archive" "$@"; }
item() { ask find --json "$1" | node -e 'process.stdout.write(JSON.parse(require("fs").readFileSync(0)).hits[0].item)'; }

out=$here/out
rm -rf "$out"
mkdir -p "$out"
cp "$work/demo/report.html" "$out/report.html"
accession=$(ask --json provenance --all | node -e 'process.stdout.write(JSON.parse(require("fs").readFileSync(0)).accessions[0].accession)')
ask -q provenance "$(item "truck on it")" "$(item "signs for that pier")" "$accession" -o "$out/provenance.html"
ask -q provenance --all -o "$out/holdings.html"
ask timeline --who @tashgrove --who @meridianharbour --format html >"$out/timeline.html"

message=$(item "told her in September")
ask -q publish "$message" --yes -o "$out/published.html"
ask -q publish "$(item "truck on it")" --yes --with thread -o "$out/thread.html"
letter=$(ask --json find "cover letter" --kind text | node -e 'process.stdout.write(JSON.parse(require("fs").readFileSync(0)).hits[0].item)')
ask -q publish "$letter" --yes --passage 1-3 -o "$out/passage.html"
page=$(ask --json find --kind html pier | node -e 'process.stdout.write(JSON.parse(require("fs").readFileSync(0)).hits[0].item)')
ask -q publish "$page" --yes -o "$out/page.html"

# A message under a head that a witness cosigned, whom the archive's keeper trusts.
mara() { FONDS_USER=$work/mara "$program" "$@"; }
mara -q witness init mara.example
ask -q anchor trust mara "$(mara --json witness | node -e 'process.stdout.write(JSON.parse(require("fs").readFileSync(0)).verifier)')"
ask -q anchor request --witness mara -o "$work/asked"
mara -q witness cosign "$work/asked" -o "$work/answer"
ask -q anchor add "$work/answer"
ask -q publish "$message" --yes -o "$out/witnessed.html"

axe=
if command -v npm >/dev/null 2>&1 && (cd "$work" && npm pack --silent axe-core@4 >/dev/null 2>&1); then
  tar -xzf "$work"/axe-core-*.tgz -C "$work" package/axe.min.js
  axe=$work/package/axe.min.js
else
  echo "skipped: axe-core could not be had from npm; accessibility was not looked at"
fi

node "$here/open.mjs" "$out" "$axe" report provenance holdings timeline published thread passage page witnessed
node "$here/proof.mjs" chromium chromium "$out" published thread passage page witnessed report
firefox=$(command -v firefox-esr || command -v firefox || true)
if [ -n "$firefox" ]; then
  node "$here/proof.mjs" firefox "$firefox" "$out" published thread passage page witnessed report
else
  echo "skipped: Firefox is not installed; published pages were checked in Chromium only"
fi

if command -v pdftotext >/dev/null 2>&1; then
  # Line ends of a print fall anywhere, so words are compared with single spaces between them.
  printed() { pdftotext "$out/$1.pdf" - | tr -s '[:space:]' ' ' | grep -qF "$2" || { echo "error: the print of $1 lacks: $2" >&2; exit 1; }; }
  printed report "We paid Oddwater Marine"
  printed report "Initials"
  printed provenance "There is a truck on it now"
  printed provenance "Gap: not known how it reached Source A"
  printed holdings "direct-messages.js"
  printed timeline "No reply from"
else
  echo "skipped: pdftotext is not installed; the words of the prints were not looked at"
fi
echo "pages: all is well; look at them in $out"
