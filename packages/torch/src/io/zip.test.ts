import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { crc32, deflateRawSync } from 'node:zlib'
import { FormatError } from '../errors.ts'
import { ZipArchive } from './zip.ts'

interface Part {
  name: string | Buffer
  content?: Buffer
  deflate?: boolean
  /** Fields that lie. */
  localName?: string
  localMethod?: number
  method?: number
  flags?: number
  crc?: number
  size?: number
  packed?: number
  local?: number
}

interface Layout {
  zip64?: boolean
  comment?: string
  disk?: number
  count?: number
  start?: number
  size?: number
  /** Bytes between the directory and its end record. */
  gap?: number
}

/** An archive after the specification, but for what its parts and layout say otherwise. */
function zip(parts: Part[], layout: Layout = {}): Buffer {
  const pieces: Buffer[] = []
  const central: Buffer[] = []
  let at = 0
  for (const part of parts) {
    const name = Buffer.from(part.name as string)
    const localName = part.localName === undefined ? name : Buffer.from(part.localName)
    const content = part.content ?? Buffer.alloc(0)
    const packed = part.deflate ? deflateRawSync(content) : content
    const method = part.method ?? (part.deflate ? 8 : 0)
    const size = part.size ?? content.byteLength
    const packedSize = part.packed ?? packed.byteLength
    const crc = part.crc ?? crc32(content)
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50)
    header.writeUInt16LE(part.localMethod ?? method, 8)
    header.writeUInt16LE(localName.byteLength, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50)
    entry.writeUInt16LE(part.flags ?? 0, 8)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(crc, 16)
    entry.writeUInt16LE(name.byteLength, 28)
    const extra = layout.zip64 ? Buffer.alloc(4 + 24) : Buffer.alloc(0)
    if (layout.zip64) {
      extra.writeUInt16LE(1)
      extra.writeUInt16LE(24, 2)
      extra.writeBigUInt64LE(BigInt(size), 4)
      extra.writeBigUInt64LE(BigInt(packedSize), 12)
      extra.writeBigUInt64LE(BigInt(part.local ?? at), 20)
    }
    entry.writeUInt16LE(extra.byteLength, 30)
    entry.writeUInt32LE(layout.zip64 ? 0xffffffff : packedSize, 20)
    entry.writeUInt32LE(layout.zip64 ? 0xffffffff : size, 24)
    entry.writeUInt32LE(layout.zip64 ? 0xffffffff : (part.local ?? at), 42)
    central.push(entry, name, extra)
    pieces.push(header, localName, packed)
    at += 30 + localName.byteLength + packed.byteLength
  }
  const directory = Buffer.concat(central)
  const start = layout.start ?? at
  const size = layout.size ?? directory.byteLength
  pieces.push(directory, Buffer.alloc(layout.gap ?? 0))
  at += directory.byteLength + (layout.gap ?? 0)
  if (layout.zip64) {
    const end64 = Buffer.alloc(56)
    end64.writeUInt32LE(0x06064b50)
    end64.writeBigUInt64LE(44n, 4)
    end64.writeBigUInt64LE(BigInt(parts.length), 24)
    end64.writeBigUInt64LE(BigInt(layout.count ?? parts.length), 32)
    end64.writeBigUInt64LE(BigInt(size), 40)
    end64.writeBigUInt64LE(BigInt(start), 48)
    const locator = Buffer.alloc(20)
    locator.writeUInt32LE(0x07064b50)
    locator.writeBigUInt64LE(BigInt(at), 8)
    locator.writeUInt32LE(1, 16)
    pieces.push(end64, locator)
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(layout.disk ?? 0, 4)
  end.writeUInt16LE(layout.count ?? parts.length, 10)
  end.writeUInt32LE(layout.zip64 ? 0xffffffff : size, 12)
  end.writeUInt32LE(layout.zip64 ? 0xffffffff : start, 16)
  end.writeUInt16LE(layout.comment?.length ?? 0, 20)
  return Buffer.concat([...pieces, end, Buffer.from(layout.comment ?? '')])
}

const a: Part = { name: 'a', content: Buffer.from('alpha') }
const b: Part = { name: 'b', content: Buffer.from('beta '.repeat(50)), deflate: true }

/** Reading the directory or every entry gives a FormatError with this message. */
function refused(bytes: Uint8Array, message: RegExp) {
  assert.throws(
    () => {
      const archive = new ZipArchive(bytes, 'some.zip')
      for (const name of archive.names()) archive.read(name)
    },
    (error) => error instanceof FormatError && error.file === 'some.zip' && message.test(error.message),
    String(message),
  )
}

test("archives of Python's zipfile are read, those written to a pipe too", () => {
  for (const name of ['seekable.zip', 'streamed.zip']) {
    const file = path.join(import.meta.dirname, 'fixtures', name)
    const archive = new ZipArchive(fs.readFileSync(file), file)
    assert.deepEqual(archive.names(), ['folder/stored.txt', 'folder/déflated.txt', 'empty'])
    assert.equal(Buffer.from(archive.read('folder/stored.txt')).toString(), 'as it is')
    assert.equal(Buffer.from(archive.read('folder/déflated.txt')).toString(), 'again and '.repeat(100))
    assert.equal(archive.read('empty').byteLength, 0)
    assert.equal(archive.size('folder/déflated.txt'), 1000)
    assert.throws(() => archive.read('other'), /no entry "other"/)
  }
})

test('zip64 archives are read like others', () => {
  for (const zip64 of [false, true]) {
    const archive = new ZipArchive(zip([a, b], { zip64, comment: 'hello' }), 'some.zip')
    assert.equal(Buffer.from(archive.read('a')).toString(), 'alpha')
    assert.equal(archive.read('b').byteLength, 250)
  }
  assert.deepEqual(new ZipArchive(zip([]), 'some.zip').names(), [])
})

test('an archive cut at any length is refused', () => {
  for (const whole of [zip([a, b]), zip([a, b], { zip64: true })])
    for (let length = 0; length < whole.byteLength; length++) refused(whole.subarray(0, length), /./)
})

test('a directory that lies is refused, with its reason', () => {
  refused(zip([a], { count: 2 }), /entry of the directory was expected/)
  refused(zip([a, b], { count: 1 }), /longer than its entries/)
  refused(zip([a], { start: 1 }), /does not end where/)
  refused(zip([a], { gap: 3 }), /does not end where/)
  refused(zip([a], { disk: 1 }), /several parts/)
  refused(zip([a], { zip64: true, start: 2 ** 40 }), /does not end where/)
  refused(zip([a, { ...b, local: 0 }]), /another name in front/)
  refused(zip([a, { ...a, name: 'a' }]), /appears twice/)
  refused(zip([{ ...a, local: 1 }]), /not where the directory says/)
  refused(zip([{ ...a, local: 2 ** 31 }]), /not where the directory says/)
  refused(zip([{ ...a, localName: 'x' }]), /another name in front/)
  refused(zip([{ ...a, localMethod: 8 }]), /contradicts itself/)
  refused(zip([{ ...a, size: 4 }]), /contradicts itself/)
  refused(zip([{ ...a, packed: 500, size: 500 }]), /does not fit/)
  refused(zip([{ ...a, packed: 38, size: 38 }, b]), /overlaps/)
})

test('encrypted entries, other compressions and unsafe names are refused', () => {
  refused(zip([{ ...a, flags: 1 }]), /encrypted/)
  refused(zip([{ ...a, method: 14 }]), /method 14/)
  for (const name of ['', '/a', '../a', 'a/../../b', 'a\\b', 'C:a', 'a\0b'])
    refused(zip([{ ...a, name }]), /leads out of the archive/)
  refused(zip([{ ...a, name: Buffer.from([0xff, 0x41]) }]), /UTF-8/)
})

test('damaged contents are refused when they are read', () => {
  refused(zip([{ ...a, crc: 1 }]), /CRC-32/)
  refused(zip([{ ...b, size: 249 }]), /could not be decompressed/)
  refused(zip([{ ...b, size: 251 }]), /250 bytes where 251/)
  const damaged = zip([a])
  damaged[32] ^= 1
  refused(damaged, /CRC-32/)
  const trusted = new ZipArchive(zip([{ ...a, crc: 1 }]), 'some.zip', { verifyCrc: false })
  assert.equal(trusted.read('a').byteLength, 5)
})

test('a bomb is refused before it expands, by its ratio and by the limit of the archive', () => {
  const bomb: Part = { name: 'bomb', content: Buffer.alloc(32 << 20), deflate: true }
  refused(zip([bomb]), /refused as a bomb/)
  const archive = new ZipArchive(zip([a, b]), 'some.zip', { maxExpandedBytes: 300 })
  archive.read('b')
  assert.throws(() => archive.read('b'), /beyond the limit/)
})
