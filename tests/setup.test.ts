// The set-up on machines that are only pretended: PATH holds stand-ins that write down how they were called.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { root } from './repository.ts'

interface Machine {
  /** Name of a stand-in -> what it does after it has noted its arguments. */
  readonly commands: Record<string, string>
}

/** Runs a line of shell with the set-up's functions; returns what it printed and which stand-ins were called. */
function on(context: TestContext, { commands }: Machine, line: string) {
  const folder = mkdtempSync(join(tmpdir(), 'setup-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const calls = join(folder, 'calls')
  for (const [name, action] of Object.entries(commands)) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >>"${calls}"\n${action}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  for (const name of ['sed', 'env', 'readlink', 'dirname', 'uname']) {
    const real = ['/usr/bin', '/bin'].map((path) => join(path, name)).find(existsSync)
    if (!(name in commands)) symlinkSync(real!, join(folder, name))
  }
  const program = `set -eu; ROOT=${root}; . "$ROOT/tools/node.sh"; . "$ROOT/tools/system-packages.sh"; ${line}`
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', program], {
    env: { PATH: folder, CXX: 'c++' },
    encoding: 'utf8',
  })
  const called = existsSync(calls) ? readFileSync(calls, 'utf8') : ''
  return { status, output: stdout + stderr, called }
}

const apt = { 'apt-get': '', 'apt-cache': 'echo "  Candidate: 2.6.0+dfsg-7"' }
const root0 = { id: 'echo 0' }
const person = { id: 'echo 1000' }

test('root installs by apt-get', (t) => {
  const { status, called } = on(
    t,
    { commands: { ...apt, ...root0 } },
    'install_packages "cmake libtorch-dev"',
  )
  assert.equal(status, 0)
  assert.match(called, /^apt-get install .*--no-install-recommends cmake libtorch-dev$/m)
})

test('a person who may use sudo installs by sudo', (t) => {
  const sudo = { sudo: '[ "$1" = -n ] && exit 0; exec "$@"' }
  const { status, called, output } = on(
    t,
    { commands: { ...apt, ...person, ...sudo } },
    'install_packages cmake',
  )
  assert.equal(status, 0)
  assert.match(called, /^sudo apt-get update/m)
  assert.match(called, /^sudo env DEBIAN_FRONTEND=noninteractive apt-get install .* cmake$/m)
  assert.match(output, /by sudo/)
})

test('a person who may not is told the one command, and nothing is touched', (t) => {
  for (const commands of [
    { ...apt, ...person },
    { ...apt, ...person, sudo: 'exit 1' },
  ]) {
    const { status, output, called } = on(t, { commands }, 'install_packages "g++ cmake" </dev/null')
    assert.equal(status, 1)
    assert.match(
      output,
      /^ {2}sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends g\+\+ cmake'$/m,
    )
    assert.doesNotMatch(called, /apt-get/)
  }
})

test('a system that offers only an old libtorch, or none, says so and names the ways out', (t) => {
  for (const candidate of ['1.8.1-3build1', '(none)']) {
    const commands = { ...apt, ...root0, 'apt-cache': `echo "  Candidate: ${candidate}"` }
    const { status, output, called } = on(t, { commands }, 'install_packages libtorch-dev')
    assert.equal(status, 1)
    assert.match(output, /1\.13 or newer is needed[\s\S]*LIBTORCH=/)
    assert.doesNotMatch(called, /apt-get install/)
  }
})

test('a system without apt-get is told what is missing', (t) => {
  const { status, output } = on(t, { commands: root0 }, 'install_packages "cmake libpng-dev"')
  assert.equal(status, 1)
  assert.match(output, /missing: cmake libpng-dev/)
})

test('only what is missing is asked for', (t) => {
  const complete = { 'c++': 'exit 0', cmake: '', ninja: '' }
  const missing = (commands: Record<string, string>, libtorch: string): string[] =>
    on(t, { commands }, `missing_packages ${libtorch}`).output.trim().split(' ').filter(Boolean)

  assert.deepEqual(missing(complete, 'LIBTORCH'), [])
  assert.deepEqual(missing(complete, 'python'), [], "an archive's libtorch brings its own BLAS")
  assert.ok(missing(complete, 'none').includes('libtorch-dev'))
  assert.deepEqual(missing({ ...complete, 'c++': 'exit 1' }, 'LIBTORCH'), ['libjpeg-dev', 'libpng-dev'])
  const { cmake: _, ninja: __, ...bare } = complete
  assert.deepEqual(missing(bare, 'LIBTORCH'), ['cmake', 'ninja-build'])
  assert.deepEqual(missing({ ...bare, make: '' }, 'LIBTORCH'), ['cmake'])
})
