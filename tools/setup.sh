#!/bin/sh
# Makes this checkout ready on a machine that has Node.js 20 or newer and npm: Node.js 24, npm packages, system packages,
# libtorch, the native bridge, the studio. Every step looks before it acts, so a second run takes a second or two.
#   sh tools/setup.sh [--quiet]       LIBTORCH=/path/to/libtorch chooses a particular libtorch
set -eu
ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT"
QUIET=
[ "${1:-}" = --quiet ] && QUIET=1
. "$ROOT/tools/node.sh"
. "$ROOT/tools/system-packages.sh"

find_node || { install_node && find_node; } || fail "the Node.js fetched into .node/ does not run on this machine"
say "node      $("$NODE" --version)  $NODE"

if ! "$NODE" tools/npm-packages-current.ts; then
  # Some distributions' npm runs only under their own Node: then npm itself comes from the registry, too.
  NPM=$(npm_program "$NODE") || {
    npm install --prefix "$ROOT/.node" --ignore-scripts --no-audit --no-fund --loglevel=error npm@11.19.1 >/dev/null &&
      NPM=$(npm_program "$NODE")
  } || fail "npm could not be run under $NODE: install npm 10 or newer"
  printf 'Installing npm packages\n'
  "$NODE" --no-deprecation "$NPM" ci --no-audit --no-fund --loglevel=error >/dev/null ||
    fail "npm ci failed (its message is above): check that the npm registry is reachable"
fi
say "packages  as in package-lock.json"

# A LIBTORCH that holds no usable libtorch stops here with its own message.
libtorch=$("$NODE" packages/torch/native/find-libtorch.ts --source) || exit 1
missing=$(missing_packages "$libtorch")
[ -z "$missing" ] || install_packages "$missing"
say "system    compiler, CMake, libjpeg, libpng"

"$NODE" packages/torch/native/build.ts ${QUIET:+--quiet}
"$NODE" packages/studio/build.ts ${QUIET:+--quiet}
