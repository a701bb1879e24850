// The server as it is started: who may come in, and from where.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openProject } from './project.fixture.ts'

const BIN = fileURLToPath(new URL('../../bin/oltr-studio.js', import.meta.url))
const REST = ['--port', '0', '--json', '--no-work']

/** The folder of a run whose store nobody has open. */
async function closedRun(t: TestContext): Promise<string> {
  const { run, app, studio } = await openProject(t, 3)
  await app.close()
  await studio.store.close()
  fs.writeFileSync(join(run, 'studio', 'examples', 'index.json'), '[]')
  return run
}

async function start(t: TestContext, ...args: string[]): Promise<{ url: URL; child: ChildProcess }> {
  const child = spawn(process.execPath, [BIN, ...args, ...REST], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string]
  return { url: new URL((JSON.parse(line) as { url: string }).url), child }
}

function status(port: string, path: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port, path, headers: { host } }, (reply) =>
        resolve(reply.resume().statusCode!),
      )
      .on('error', reject)
  })
}

test('on all addresses too, nobody comes in without the link, nor by another name; the link stays', async (t) => {
  const run = await closedRun(t)
  const first = await start(t, run, '--host', '0.0.0.0')
  const { port, hash } = first.url
  assert.match(hash, /^#in=[\w-]{43}$/)
  for (const path of ['/api/me', '/api/project', '/api/people', '/api/openapi.json', '/api/live'])
    assert.equal(await status(port, path, 'localhost'), 401, path)
  assert.equal(await status(port, '/api/health', 'evil.example'), 403)
  assert.equal(await status(port, '/', 'evil.example'), 403)
  const file = join(run, 'studio', 'owner-link')
  assert.equal(fs.statSync(file).mode & 0o777, 0o600)
  assert.equal(`#in=${fs.readFileSync(file, 'utf8').trim()}`, hash)
  const store = fs.readFileSync(join(run, 'studio', 'studio.sqlite'))
  assert.equal(store.includes(hash.slice(4)), false, 'the store holds its hash alone')
  first.child.kill('SIGTERM')
  await once(first.child, 'exit')
  const second = await start(t, run)
  assert.equal(second.url.hash, hash)
  assert.equal(second.url.hostname, '127.0.0.1')
})

test('an owner’s link that could be guessed is refused', async (t) => {
  const run = await closedRun(t)
  fs.writeFileSync(join(run, 'studio', 'owner-link'), 'admin\n')
  const { status: code, stderr } = spawnSync(process.execPath, [BIN, run, ...REST], {
    encoding: 'utf8',
    timeout: 30_000,
  })
  assert.equal(code, 1)
  assert.match(stderr, /too short to be safe/)
})
