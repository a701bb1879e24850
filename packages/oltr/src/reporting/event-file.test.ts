import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { DataError } from '../errors.ts'
import { crc32c } from './crc32c.ts'
import { EventFile } from './event-file.ts'

interface ReadEvent {
  wallTime: number
  step: number
  version?: string
  sessionStatus?: number
  values: Record<string, number>
}

/** Reads an event file by the published format alone: record framing, then the wire format of protocol buffers. */
function readEvents(file: string): ReadEvent[] {
  const bytes = fs.readFileSync(file)
  const unmasked = (at: number) => {
    const rotated = (bytes.readUInt32LE(at) - 0xa282ead8) >>> 0
    return ((rotated >>> 17) | (rotated << 15)) >>> 0
  }
  const events: ReadEvent[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at))
    assert.equal(unmasked(at + 8), crc32c(bytes.subarray(at, at + 8)), 'length checksum')
    const data = bytes.subarray(at + 12, at + 12 + length)
    assert.equal(data.length, length)
    assert.equal(unmasked(at + 12 + length), crc32c(data), 'data checksum')
    events.push(readEvent(data))
    at += 16 + length
  }
  return events
}

function readEvent(data: Buffer): ReadEvent {
  const event: ReadEvent = { wallTime: Number.NaN, step: 0, values: {} }
  for (const { number, wire, value, bytes } of fields(data)) {
    if (number === 1) {
      assert.equal(wire, 1)
      event.wallTime = bytes.readDoubleLE()
    }
    if (number === 2) event.step = value
    if (number === 3) event.version = bytes.toString('utf8')
    if (number === 5)
      for (const entry of fields(bytes)) {
        const parts = fields(entry.bytes)
        const tag = parts.find((part) => part.number === 1)!.bytes.toString('utf8')
        // Readers drop a point whose value is not there, so a zero must be written too.
        const scalar = parts.find((part) => part.number === 2)
        assert.equal(scalar?.wire, 5)
        event.values[tag] = scalar!.bytes.readFloatLE()
      }
    if (number === 7) event.sessionStatus = fields(bytes)[0].value
  }
  return event
}

function fields(data: Buffer): { number: number; wire: number; value: number; bytes: Buffer }[] {
  const found: { number: number; wire: number; value: number; bytes: Buffer }[] = []
  let at = 0
  const varint = () => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = data[at++]
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  while (at < data.length) {
    const key = varint()
    const wire = key & 7
    const value = wire === 0 ? varint() : 0
    const length = wire === 2 ? varint() : wire === 1 ? 8 : wire === 5 ? 4 : 0
    found.push({ number: key >>> 3, wire, value, bytes: data.subarray(at, at + length) })
    at += length
  }
  return found
}

function temporaryFolder(t: { after(fn: () => void): void }): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'event-file-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('scalars come back with their tags, steps, times and values, every checksum right', (t) => {
  const events = EventFile.open(path.join(temporaryFolder(t), 'new'), { now: () => 1700000000.25 })
  assert.match(path.basename(events.file), /^events\.out\.tfevents\.1700000000\./)
  events.scalar('train/loss', 2.5, 1)
  events.scalars({ 'accuracy/many': 0.5, 'accuracy/few–shot': 0 }, 5_000_000_000)
  events.scalar('train/loss', Number.NaN, 300)
  events.close()
  events.close()
  const [version, loss, accuracy, broken, ...rest] = readEvents(events.file)
  assert.equal(version.version, 'brain.Event:2')
  assert.deepEqual(loss, { wallTime: 1700000000.25, step: 1, values: { 'train/loss': 2.5 } })
  assert.deepEqual(accuracy.values, { 'accuracy/many': 0.5, 'accuracy/few–shot': 0 })
  assert.equal(accuracy.step, 5_000_000_000)
  assert.ok(Number.isNaN(broken.values['train/loss']))
  assert.deepEqual(rest, [])
})

test('what was flushed is in the file before it is closed', (t) => {
  const events = EventFile.open(temporaryFolder(t))
  events.scalar('loss', 1, 1)
  events.flush()
  assert.equal(readEvents(events.file).length, 2)
  for (let step = 2; step < 5000; step++) events.scalar('loss', 1 / step, step)
  assert.ok(fs.statSync(events.file).size > 100_000, 'long runs are written as they go')
  events.close()
  assert.equal(readEvents(events.file).length, 5000)
})

test('a resumed run starts a file of its own that makes readers forget the steps done again', (t) => {
  const folder = temporaryFolder(t)
  const now = () => 1700000000
  const first = EventFile.open(folder, { now })
  const second = EventFile.open(folder, { now, resumeAfter: 120 })
  second.scalar('loss', 1, 121)
  first.close()
  second.close()
  assert.notEqual(first.file, second.file)
  assert.ok(first.file < second.file, 'readers go by the order of the names')
  const [, start, loss] = readEvents(second.file)
  assert.deepEqual([start.step, start.sessionStatus], [121, 1])
  assert.deepEqual([loss.step, loss.values], [121, { loss: 1 }])
})

test('a folder that cannot be made is a DataError that names it', (t) => {
  const file = path.join(temporaryFolder(t), 'a-file')
  fs.writeFileSync(file, '')
  assert.throws(() => EventFile.open(path.join(file, 'logs')), DataError)
})
