// What lies in a pool of images is as hostile as what comes from outside.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { openProject } from './project.fixture.ts'

const FAST = 500
const idOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** A whole PNG of one colour, whose pixels are packed a thousandfold. */
function pngBomb(size: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data])
    const edges = Buffer.alloc(8)
    edges.writeUInt32BE(data.length)
    edges.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([edges.subarray(0, 4), body, edges.subarray(4)])
  }
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0])
  header.writeUInt32BE(size)
  header.writeUInt32BE(size, 4)
  const rows = Buffer.alloc(size * (1 + size / 8))
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function gifOfManyFrames(frames: number): Buffer {
  const frame = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0])
  const start = Buffer.from('GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1')
  return Buffer.concat([start, ...Array.from({ length: frames }, () => frame), Buffer.from([0x3b])])
}

/** An animation of two frames, with its last frame as often as wanted. */
async function webpOfManyFrames(frames: number): Promise<Buffer> {
  const raw = { width: 100, height: 200, channels: 3, pageHeight: 100 } as const
  const pixels = Buffer.alloc(100 * 200 * 3).fill(90, 100 * 100 * 3)
  const bytes = await sharp(pixels, { raw }).webp({ lossless: true }).toBuffer()
  const last = bytes.subarray(bytes.lastIndexOf('ANMF'))
  const all = Buffer.concat([bytes, ...Array.from({ length: frames - 2 }, () => last)])
  all.writeUInt32LE(all.length - 8, 4)
  return all
}

/** Little-endian, one strip that claims 4 GB. */
function hugeTiff(): Buffer {
  const entry = (tag: number, value: number): Buffer => {
    const bytes = Buffer.alloc(12)
    bytes.writeUInt16LE(tag)
    bytes.writeUInt16LE(4, 2)
    bytes.writeUInt32LE(1, 4)
    bytes.writeUInt32LE(value, 8)
    return bytes
  }
  const entries = [entry(256, 65_535), entry(257, 65_535), entry(273, 8), entry(279, 0xffff_ffff)]
  return Buffer.concat([Buffer.from('II*\0\x08\0\0\0\x04\0', 'latin1'), ...entries, Buffer.alloc(4)])
}

test('bombs are refused by their header, at once and in little memory', async (t) => {
  const files = new Map([
    ['16000.png', pngBomb(16_000)],
    ['30000.png', pngBomb(30_000)],
    ['frames.png', gifOfManyFrames(10_000)],
    ['frames.webp', await webpOfManyFrames(6000)],
    ['tiff.jpg', hugeTiff()],
  ])
  const { session, images } = await openProject(t, 3, { files })
  const ann = await session('annotator')
  // What reads headers is loaded with the first image.
  assert.equal((await ann.ask('GET', `/api/images/${images[0]}`)).status, 200)
  const before = process.memoryUsage.rss()
  for (const [name, bytes] of files)
    for (const size of ['small', 'whole']) {
      const start = performance.now()
      const { status } = await ann.ask('GET', `/api/images/${idOf(bytes)}?size=${size}`)
      const took = performance.now() - start
      assert.equal(status, 404, `${name}, ${size}`)
      t.diagnostic(`${name} of ${(bytes.length / 1000).toFixed(0)} kB, ${size}: ${took.toFixed(0)} ms`)
      assert.ok(took < FAST, name)
    }
  const grown = (process.memoryUsage.rss() - before) / 1e6
  t.diagnostic(`${grown.toFixed(0)} MB more memory`)
  assert.ok(grown < 100)
})

test('no bomb is in an archive of class folders, where its record stays', async (t) => {
  const bomb = pngBomb(16_000)
  const { session, images } = await openProject(t, 1, { files: new Map([['bomb.png', bomb]]) })
  const owner = await session('owner')
  const { body } = await owner.ask('POST', '/api/classes', { uuid: randomUUID(), name: 'stork' })
  const verdict = { kind: 'class', class: body.class.id }
  await owner.ask('POST', '/api/answers', {
    answers: images.map((image) => ({ uuid: randomUUID(), task: `1-${image}`, verdict })),
  })
  const { text } = await owner.ask('GET', '/api/export?format=folders')
  const [drawn, refused] = [images[0]!, idOf(bomb)]
  assert.ok(text.includes(`stork/${drawn.slice(0, 32)}.png`))
  assert.equal(text.includes(`stork/${refused.slice(0, 32)}`), false)
  assert.ok(text.includes(`"image":"${refused}"`))
})

test('files of a wrong kind, by whatever name, are no images and nobody waits for them', async (t) => {
  const odd = ['line\nbreak.png', 'quo"te.png', 'per%2e%2ecent.png', ' .png', '<img onerror=x>.png']
  const good = fs.readFileSync(new URL(import.meta.url))
  const files = new Map(odd.map((name, at) => [name, Buffer.concat([pngBomb(8), Buffer.from([at])])]))
  files.set('text.png', good)
  const { session, run, images } = await openProject(t, 8, { files })
  const ann = await session('annotator')
  const owner = await session('owner')
  const pool = join(run, 'pool')
  for (const name of odd)
    assert.equal((await ann.ask('GET', `/api/images/${idOf(files.get(name)!)}`)).status, 200, name)
  assert.equal((await ann.ask('GET', `/api/images/${idOf(good)}`)).status, 404)
  const replace: ((file: string) => void)[] = [
    (file) => fs.writeFileSync(file, ''),
    (file) => fs.mkdirSync(file),
    (file) => assert.equal(spawnSync('mkfifo', [file]).status, 0),
    (file) => fs.symlinkSync('/dev/zero', file),
    (file) => fs.symlinkSync(file, file),
    (file) => fs.symlinkSync('/etc/passwd', file),
    () => {},
    (file) => {
      fs.writeFileSync(file, 'x', { mode: 0 })
    },
  ]
  await ann.ask('POST', '/api/tasks/claim', { count: 200 })
  await ann.ask('POST', '/api/answers', {
    answers: images.slice(0, 8).map((image, at) => ({
      uuid: `00000000-0000-4000-8000-00000000000${at}`,
      task: `1-${image}`,
      verdict: { kind: 'unsure' },
    })),
  })
  for (const [at, make] of replace.entries()) {
    const file = join(pool, `${at}.png`)
    fs.rmSync(file)
    make(file)
    for (const size of ['small', 'whole']) {
      const start = performance.now()
      const { status, text } = await ann.ask('GET', `/api/images/${images[at]}?size=${size}`)
      assert.equal(status, 404, `${at}`)
      assert.doesNotMatch(text, /root:/)
      assert.ok(performance.now() - start < FAST)
    }
  }
  for (const format of ['csv', 'folders'])
    assert.equal((await owner.ask('GET', `/api/export?format=${format}`)).status, 200)
})

test('no path leads out of the folder of pages', async (t) => {
  const outside = fs.mkdtempSync(join(tmpdir(), 'oltr-pages-'))
  t.after(() => fs.rmSync(outside, { recursive: true }))
  const web = join(outside, 'web')
  fs.mkdirSync(join(web, 'assets'), { recursive: true })
  fs.writeFileSync(join(web, 'index.html'), '<!doctype html>')
  fs.writeFileSync(join(web, '.hidden'), 'top secret')
  fs.writeFileSync(join(outside, 'secret.txt'), 'top secret')
  const { app } = await openProject(t, 3, { web })
  const steps = [
    '../',
    '..\\',
    '%2e%2e/',
    '%2e%2e%2f',
    '%252e%252e%252f',
    '..%2f',
    '..%5c',
    '....//',
    '//',
    '%00/../',
    '..;/',
    '%c0%ae%c0%ae/',
    '%ef%bc%8e%ef%bc%8e/',
  ]
  let tried = 0
  for (const prefix of ['/', '/assets/', '/assets/../', '/.hidden/', '/%2e/'])
    for (const step of steps) {
      const url = `${prefix}${step}secret.txt`
      const { statusCode, body } = await app.inject({ url, headers: { host: 'localhost' } })
      assert.ok([400, 403, 404].includes(statusCode), `${url}: ${statusCode}`)
      assert.doesNotMatch(body, /top secret/)
      tried++
    }
  assert.ok(tried >= 60)
  const hidden = await app.inject({ url: '/.hidden', headers: { host: 'localhost' } })
  assert.ok(hidden.statusCode === 403 || hidden.statusCode === 404)
})
