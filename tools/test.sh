#!/bin/sh
# Set-up where needed, then types, style and every test.   npm test
# One file, with the same set-up:  npm test -- packages/oltr/src/losses.test.ts
set -eu
ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT"
sh tools/setup.sh --quiet
. "$ROOT/tools/node.sh"
find_node || fail "Node.js 24 or newer is not here: run  npm run setup"

cores=$("$NODE" -p 'require("node:os").availableParallelism()')
# Test files run side by side, one per core; each computes on one thread unless it asks for more, so that they do not
# crowd each other out.
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" OPENBLAS_NUM_THREADS="${OPENBLAS_NUM_THREADS:-1}"

. "$ROOT/tools/test-packages.sh"
missing=$(missing_test_packages)
[ -z "$missing" ] || install_test_packages "$missing"

if [ "$#" -gt 0 ]; then
  exec "$NODE" --test --test-concurrency="$cores" "$@"
fi

node_modules/.bin/tsc --noEmit -p .
node_modules/.bin/tsc --noEmit -p packages/studio/web
printf 'types  ok\n'
node_modules/.bin/biome check --error-on-warnings --max-diagnostics=50 .
exec "$NODE" --test --test-concurrency="$cores" 'packages/**/*.test.ts' 'tests/*.test.ts'
