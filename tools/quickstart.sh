#!/bin/sh
# From a bare machine to a trained and evaluated recogniser: set-up, both training stages on the built-in image set,
# the plain model and OLTR++ side by side.   npm run quickstart
set -eu
ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT"
sh tools/setup.sh
. "$ROOT/tools/node.sh"
find_node || fail "Node.js 24 or newer is not here: run  npm run setup"

run=runs/quickstart
oltr() { "$NODE" packages/oltr/bin/oltr.js "$@"; }

started=$(date +%s)
oltr train --recipe quickstart --run "$run"
oltr evaluate "$run"
printf '\nDone in %s s after the set-up. The run, its metrics and its checkpoints are in %s.\n' \
  "$(($(date +%s) - started))" "$run"
printf 'Next:  npx oltr predict IMAGE --model %s     npx oltr loop %s     npx oltr train --help\n' "$run" "$run"
