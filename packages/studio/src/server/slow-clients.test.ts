// Some who hold the server up do not hold up the others.

import assert from 'node:assert/strict'
import fs from 'node:fs'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openProject, uuid } from './project.fixture.ts'

const FULL = process.env.STUDIO_FULL === '1'
const SLOW = 50
/** Its headers have to be there after 10 s; it is looked at every second. */
const PATIENCE = 14_000

/** Both ends of a connection are in this process. */
function mostSockets(wanted: number): number {
  const limit = Number(
    /Max open files\s+(\d+)/.exec(fs.readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 1024,
  )
  return Math.min(wanted, Math.floor((limit - 300) / 2))
}

test('who sends a byte a second, says nothing, or searches for the worst, leaves others their pace', async (t) => {
  const { app, session, images } = await openProject(t, 6)
  const ann = await session('annotator')
  for (let at = 0; at < 50; at++)
    await ann.ask('POST', '/api/classes', { uuid: uuid(), name: `${'a'.repeat(60)} ${at}` })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const sockets: net.Socket[] = []
  t.after(() => {
    for (const socket of sockets) socket.destroy()
  })
  const connect = (): Promise<net.Socket> =>
    new Promise((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(socket)).on('error', reject)
      sockets.push(socket)
    })
  const count = mostSockets(FULL ? 10_000 : 500)
  for (let at = 0; at < count; at++) await connect()
  const slow = await Promise.all(Array.from({ length: SLOW }, connect))
  const begun = performance.now()
  const closed = slow.map(
    (socket) =>
      new Promise<number>((resolve) => {
        socket.removeAllListeners('error')
        socket
          .on('error', () => {})
          .on('close', () => resolve(performance.now() - begun))
          .resume()
      }),
  )
  for (const socket of slow) socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nx-slow: ')
  const drip = setInterval(() => {
    for (const socket of slow) if (socket.writable) socket.write('a')
  }, 1000)
  t.after(() => clearInterval(drip))
  const get = (path: string): Promise<number> =>
    new Promise((resolve, reject) => {
      http
        .get({ port, host: '127.0.0.1', path, headers: { host: 'localhost', cookie: ann.cookie } }, (reply) =>
          reply.resume().on('end', () => resolve(reply.statusCode!)),
        )
        .on('error', reject)
    })
  const worst = [
    '(a+)+$',
    'a'.repeat(128),
    `${'a '.repeat(63)}!`,
    '%',
    '_'.repeat(128),
    '\\'.repeat(128),
    '.*'.repeat(64),
  ]
  const usual = ['/api/me', '/api/project', '/api/classes?search=heron', `/api/images/${images[0]}`]
  const times: number[] = []
  for (let at = 0; at < 120; at++) {
    const search = get(`/api/classes?search=${encodeURIComponent(worst[at % worst.length]!)}`)
    const start = performance.now()
    assert.equal(await get(usual[at % usual.length]!), 200)
    times.push(performance.now() - start)
    assert.equal(await search, 200)
    await pause(20)
  }
  const p95 = times.sort((a, b) => a - b)[Math.floor(0.95 * times.length)]!
  t.diagnostic(`${count} idle and ${SLOW} slow connections: p95 of others ${p95.toFixed(0)} ms`)
  assert.ok(p95 < 200, `${p95} ms`)
  const last = Math.max(...(await Promise.all(closed)))
  t.diagnostic(`slow connections are closed after ${(last / 1000).toFixed(1)} s`)
  assert.ok(last > 5_000 && last < PATIENCE, `${last} ms`)
})
