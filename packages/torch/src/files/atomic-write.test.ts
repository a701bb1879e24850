import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { WriteError } from '../errors.ts'
import { removeStaleTemporaries, sha256, writeFileAtomic, writeFileAtomicSync } from './index.ts'

const door = path.join(import.meta.dirname, 'index.ts')

function folder(t: TestContext): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'atomic-write-'))
  t.after(() => fs.rmSync(made, { recursive: true, force: true }))
  return made
}

function script(source: string, ...args: string[]): string[] {
  return ['--input-type=module', '-e', `import * as files from ${JSON.stringify(door)}\n${source}`, ...args]
}

test('text, bytes and chunks arrive whole, by both functions', async (t) => {
  const file = path.join(folder(t), 'a')
  const chunks = [new Uint8Array([1, 2]), new Uint8Array(0), new Uint8Array([3])]
  writeFileAtomicSync(file, 'äb')
  assert.equal(fs.readFileSync(file, 'utf8'), 'äb')
  writeFileAtomicSync(file, new Set(chunks))
  assert.deepEqual([...fs.readFileSync(file)], [1, 2, 3])
  await writeFileAtomic(file, new Uint8Array([9]))
  assert.deepEqual([...fs.readFileSync(file)], [9])
  async function* source() {
    for (const chunk of chunks) yield chunk
  }
  await writeFileAtomic(file, source())
  assert.deepEqual([...fs.readFileSync(file)], [1, 2, 3])
  assert.deepEqual(fs.readdirSync(path.dirname(file)), ['a'])
})

test('a symbolic link is followed, the mode of the old file is kept, and a name of 255 bytes works', (t) => {
  const made = folder(t)
  const real = path.join(made, 'real')
  fs.writeFileSync(real, 'old', { mode: 0o600 })
  fs.symlinkSync('real', path.join(made, 'link'))
  writeFileAtomicSync(path.join(made, 'link'), 'new')
  assert.equal(fs.readFileSync(real, 'utf8'), 'new')
  assert.ok(fs.lstatSync(path.join(made, 'link')).isSymbolicLink())
  assert.equal(fs.statSync(real).mode & 0o777, 0o600)
  const long = path.join(made, `${'ü'.repeat(127)}x`)
  writeFileAtomicSync(long, 'long')
  assert.equal(fs.readFileSync(long, 'utf8'), 'long')
})

for (const operation of ['openSync', 'writeSync', 'fsyncSync', 'closeSync', 'renameSync'] as const) {
  test(`when ${operation} fails at any of its calls, the old file stands and nothing else remains`, (t) => {
    const made = folder(t)
    const file = path.join(made, 'a')
    let faults = 0
    for (let at = 0; ; at++) {
      fs.writeFileSync(file, 'old')
      const real = fs[operation] as (...args: unknown[]) => unknown
      let call = 0
      let thrown: unknown
      const mock = t.mock.method(fs, operation, (...args: unknown[]) => {
        if (call++ !== at) return real.apply(fs, args)
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      })
      try {
        writeFileAtomicSync(file, [Buffer.from('ne'), Buffer.from('w')])
      } catch (error) {
        thrown = error
      }
      mock.mock.restore()
      assert.deepEqual(fs.readdirSync(made), ['a'])
      if (thrown === undefined) {
        assert.equal(fs.readFileSync(file, 'utf8'), 'new')
        // Only closing the synced folder may fail without a word.
        if (call <= at) break
        assert.equal(operation, 'closeSync')
        continue
      }
      faults++
      assert.ok(thrown instanceof WriteError)
      const renamed = thrown.message.includes('in place')
      assert.equal(fs.readFileSync(file, 'utf8'), renamed ? 'new' : 'old')
      if (renamed) continue
      assert.equal(thrown.code, 'ENOSPC')
      assert.equal(thrown.needed, 3)
      assert.ok(thrown.free! > 0)
      assert.match(
        thrown.message,
        /a: could not be written \(ENOSPC.*3 bytes needed.*free some space in .*unchanged/,
      )
    }
    assert.ok(faults > 0)
  })
}

test('when the asynchronous write or sync fails, the old file stands and nothing else remains', async (t) => {
  const made = folder(t)
  const file = path.join(made, 'a')
  fs.writeFileSync(file, 'old')
  for (const operation of ['write', 'fsync'] as const) {
    const mock = t.mock.method(fs, operation, (...args: unknown[]) => {
      const done = args.at(-1) as (error: Error) => void
      done(Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' }))
    })
    await assert.rejects(writeFileAtomic(file, 'new'), (e) => e instanceof WriteError && e.code === 'EIO')
    mock.mock.restore()
    assert.equal(fs.readFileSync(file, 'utf8'), 'old')
    assert.deepEqual(fs.readdirSync(made), ['a'])
  }
})

test('what a source of chunks throws passes through, and the old file stands', async (t) => {
  const made = folder(t)
  const file = path.join(made, 'a')
  fs.writeFileSync(file, 'old')
  function* broken() {
    yield new Uint8Array(10)
    throw new RangeError('the source broke')
  }
  assert.throws(() => writeFileAtomicSync(file, broken()), RangeError)
  await assert.rejects(writeFileAtomic(file, broken()), RangeError)
  assert.equal(fs.readFileSync(file, 'utf8'), 'old')
  assert.deepEqual(fs.readdirSync(made), ['a'])
})

test('a missing folder, a folder of that name and a file as folder are refused with a remedy', (t) => {
  const made = folder(t)
  fs.mkdirSync(path.join(made, 'taken'))
  fs.writeFileSync(path.join(made, 'plain'), '')
  assert.throws(() => writeFileAtomicSync(path.join(made, 'no/a'), ''), /make the folder .*no first/)
  assert.throws(() => writeFileAtomicSync(path.join(made, 'taken'), ''), /choose another name/)
  assert.throws(() => writeFileAtomicSync(path.join(made, 'plain/a'), ''), WriteError)
  assert.deepEqual(fs.readdirSync(made).sort(), ['plain', 'taken'])
})

test('a folder without permission to write is refused with a remedy', (t) => {
  const made = folder(t)
  const file = path.join(made, 'a')
  fs.writeFileSync(file, 'old')
  fs.chmodSync(made, 0o555)
  const source = `
    try { files.writeFileAtomicSync(process.argv[1], 'new'); console.log('written') }
    catch (error) { console.log(error.name, error.code, error.message) }`
  // Root may write everywhere: as root, another user tries.
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  const child = spawnSync(process.execPath, script(source, file), { encoding: 'utf8', ...user })
  fs.chmodSync(made, 0o755)
  if (child.error || child.stdout === '')
    return t.skip(`SKIPPED: another user cannot run Node here: ${child.error?.message ?? child.stderr}`)
  assert.match(child.stdout, /^WriteError EACCES .*allow this user to write/)
  assert.equal(fs.readFileSync(file, 'utf8'), 'old')
  assert.deepEqual(fs.readdirSync(made), ['a'])
})

test('a file-size limit stops a write cleanly, in a real process', (t) => {
  const made = folder(t)
  const file = path.join(made, 'a')
  fs.writeFileSync(file, 'old')
  const source = `
    process.on('SIGXFSZ', () => {})
    try { files.writeFileAtomicSync(process.argv[1], new Uint8Array(4e6)); console.log('written') }
    catch (error) { console.log(error.name, error.code, error.needed) }`
  const command = `ulimit -f 1000; exec "$0" "$@"`
  const child = spawnSync('bash', ['-c', command, process.execPath, ...script(source, file)], {
    encoding: 'utf8',
  })
  assert.equal(child.stdout, 'WriteError EFBIG 4000000\n', child.stderr)
  assert.equal(fs.readFileSync(file, 'utf8'), 'old')
  assert.deepEqual(fs.readdirSync(made), ['a'])
})

test('a full disk leaves the old file and free space as they were', (t) => {
  const made = folder(t)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', made]).status !== 0)
    return t.skip('SKIPPED: mounting a small file system needs root')
  try {
    const file = path.join(made, 'a')
    writeFileAtomicSync(file, 'old')
    const free = fs.statfsSync(made).bavail
    assert.throws(
      () => writeFileAtomicSync(file, new Uint8Array(2e6)),
      (e) => e instanceof WriteError && e.code === 'ENOSPC' && e.needed === 2e6 && e.free! <= 1 << 20,
    )
    assert.equal(fs.readFileSync(file, 'utf8'), 'old')
    assert.deepEqual(fs.readdirSync(made), ['a'])
    assert.equal(fs.statfsSync(made).bavail, free)
  } finally {
    spawnSync('umount', [made])
  }
})

// More with KILLS=100 in the environment.
const kills = Number(process.env.KILLS ?? 12)

test('SIGKILL at any moment of a write leaves a whole file, and the next start removes the remains', async (t) => {
  const made = folder(t)
  const file = path.join(made, 'a')
  // Each file is one repeated byte with its digest behind: a torn one would not agree.
  const source = `
    for (let n = 0; ; n++) {
      const body = new Uint8Array(3e6).fill(n)
      files.writeFileAtomicSync(process.argv[1], [body, Buffer.from(files.sha256(body))])
      if (n === 0) console.log('first')
    }`
  let remains = 0
  for (let round = 0; round < kills; round++) {
    const child = spawn(process.execPath, script(source, file), { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended])
    await sleep(Math.random() * 30)
    assert.equal(child.exitCode, null, 'the child writes until it is killed')
    child.kill('SIGKILL')
    await ended
    const found = fs.readFileSync(file)
    assert.equal(found.byteLength, 3e6 + 64)
    assert.equal(sha256(found.subarray(0, 3e6)), found.subarray(3e6).toString())
    remains += removeStaleTemporaries(made).length
    assert.deepEqual(fs.readdirSync(made), ['a'])
  }
  t.diagnostic(`${remains} of ${kills} kills fell inside a write`)
})

test('unfinished files of live writers and files of other names are not removed', async (t) => {
  const made = folder(t)
  fs.writeFileSync(path.join(made, '.a.partial'), '')
  fs.writeFileSync(path.join(made, 'a.tmp'), '')
  async function* source() {
    assert.deepEqual(removeStaleTemporaries(made), [])
    yield new Uint8Array(3)
    const copy = fs.readdirSync(made).find((name) => name.startsWith('.b.'))!
    // A child sees the parent's file and must know that the parent lives.
    const seen = spawnSync(
      process.execPath,
      script('console.log(files.removeStaleTemporaries(process.argv[1]).length)', made),
    )
    assert.equal(seen.stdout.toString(), '0\n')
    assert.ok(fs.existsSync(path.join(made, copy)))
  }
  await writeFileAtomic(path.join(made, 'b'), source())
  assert.deepEqual(fs.readdirSync(made).sort(), ['.a.partial', 'a.tmp', 'b'])
  assert.deepEqual(removeStaleTemporaries(path.join(made, 'missing')), [])
})

test('100 MB reach the disk in less than 2 seconds of processor time', (t) => {
  const file = path.join(folder(t), 'a')
  const start = performance.now()
  const before = process.cpuUsage()
  writeFileAtomicSync(file, new Uint8Array(100e6))
  const { user, system } = process.cpuUsage(before)
  t.diagnostic(`${(performance.now() - start).toFixed(0)} ms`)
  assert.ok(user + system < 2e6)
})
