import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { crc32, deflateSync } from 'node:zlib'
import { DataLoadError, type ImageFault } from './data-errors.ts'
import { decodeImage, inspectImage, loadImages } from './decode-image.ts'
import { expected, fixtureNames, fixturePath, largestDifference } from './image-fixtures.ts'

const folder = mkdtempSync(join(tmpdir(), 'images-'))
after(() => rmSync(folder, { recursive: true }))

function write(name: string, data: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, data)
  return path
}

const bytesOf = (name: string) => readFileSync(fixturePath(name))

async function rejects(path: string, fault: ImageFault, message: RegExp): Promise<void> {
  await assert.rejects(decodeImage(path), (error) => {
    assert.ok(error instanceof DataLoadError, String(error))
    assert.equal(error.fault, fault, error.message)
    assert.equal(error.file, path)
    assert.ok(error.message.startsWith(`${path}: `))
    assert.match(error.message, message)
    return true
  })
}

for (const name of fixtureNames) {
  // Decoders differ in how they round; PNG has nothing to round but 16 bits.
  const tolerance = name.endsWith('.jpg') ? 2 : name.includes('16') ? 1 : 0
  test(`${name} decodes to Pillow's pixels within ${tolerance}`, async () => {
    const image = await decodeImage(fixturePath(name))
    assert.equal(image.format, name.endsWith('.jpg') ? 'jpeg' : 'png')
    assert.ok(
      largestDifference(image, expected(name)) <= tolerance,
      `${largestDifference(image, expected(name))}`,
    )
  })
}

test('bytes decode as the file does, and inspectImage says the same size without the pixels', async () => {
  const image = await decodeImage(new Uint8Array(bytesOf('orientation-6.jpg')))
  assert.deepEqual(image, await decodeImage(fixturePath('orientation-6.jpg')))
  const { width, height, format } = image
  assert.deepEqual(await inspectImage(fixturePath('orientation-6.jpg')), { width, height, format })
  assert.deepEqual([width, height], [16, 24])
})

test('the format is told by content: a PNG named .jpg decodes', async () => {
  const image = await decodeImage(write('really-a-png.jpg', bytesOf('colour.png')))
  assert.equal(image.format, 'png')
})

test('every file that is cut short is an error', async () => {
  for (const name of [
    'colour.jpg',
    'progressive.jpg',
    'cmyk.jpg',
    'colour.png',
    'interlaced.png',
    'palette.png',
  ]) {
    const whole = bytesOf(name)
    for (let length = 4; length < whole.length; length += 7) {
      await assert.rejects(decodeImage(whole.subarray(0, length)), (error) => {
        assert.ok(error instanceof DataLoadError)
        assert.ok(['truncated', 'corrupt'].includes(error.fault), `${name} ${length}: ${error.message}`)
        return true
      })
    }
    await assert.rejects(decodeImage(whole.subarray(0, whole.length - 1)), DataLoadError)
  }
  await rejects(
    write('cut.jpg', bytesOf('colour.jpg').subarray(0, 700)),
    'truncated',
    /ends too early.*fetch/,
  )
  await rejects(
    write('cut.png', bytesOf('colour.png').subarray(0, 200)),
    'truncated',
    /ends too early.*fetch/,
  )
})

test('ten thousand damaged files decode or are refused; none crashes', async () => {
  let state = 1
  const below = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  const names = fixtureNames.filter((name) => bytesOf(name).length < 3000)
  const originals = names.map(bytesOf)
  let refused = 0
  for (let round = 0; round < 100; round++) {
    const tries = Array.from({ length: 100 }, () => {
      const bytes = Buffer.from(originals[below(originals.length)]!)
      for (let flips = 1 + below(8); flips > 0; flips--) bytes[below(bytes.length)] = below(256)
      return decodeImage(bytes)
    })
    for (const result of await Promise.allSettled(tries)) {
      if (result.status === 'fulfilled') continue
      assert.ok(result.reason instanceof DataLoadError, String(result.reason))
      refused++
    }
  }
  assert.ok(refused > 1000, `${refused} of 10,000 refused`)
})

test('other content is named, with the remedy', async () => {
  const cases: [string, string | Uint8Array, RegExp][] = [
    ['page.jpg', '\n<!DOCTYPE html><html><body>404</body></html>', /HTML page.*convert it to JPEG or PNG/],
    ['picture.jpg', 'GIF89a\x01\x00\x01\x00', /GIF/],
    ['web.png', 'RIFF\x24\x00\x00\x00WEBPVP8 ', /WebP/],
    ['drawing.png', '<svg xmlns="http://www.w3.org/2000/svg"/>', /SVG/],
    ['pointer.jpg', 'version https://git-lfs.github.com/spec/v1\noid sha256:0', /Git LFS pointer/],
    ['noise.jpg', new Uint8Array([1, 2, 3]), /unknown \(first bytes 01 02 03\)/],
  ]
  for (const [name, content, message] of cases) await rejects(write(name, content), 'format', message)
})

test('an empty file, a missing file, a folder and a pipe are errors, and nothing hangs', async () => {
  await rejects(write('empty.jpg', ''), 'empty', /0 bytes/)
  await rejects(join(folder, 'nowhere.jpg'), 'missing', /no such file/)
  mkdirSync(join(folder, 'folder.jpg'))
  await rejects(join(folder, 'folder.jpg'), 'unreadable', /found a folder, pipe or device/)
  execFileSync('mkfifo', [join(folder, 'pipe.jpg')])
  await rejects(join(folder, 'pipe.jpg'), 'unreadable', /found a folder, pipe or device/)
  const locked = write('locked.jpg', bytesOf('colour.jpg'))
  chmodSync(locked, 0)
  if (process.getuid?.() !== 0) await rejects(locked, 'unreadable', /cannot be opened/)
})

test('file names with spaces, quotes, percent signs, line breaks and other scripts work', async () => {
  for (const name of ['a b.jpg', 'a"b\'.jpg', '100%.jpg', 'a\nb.jpg', 'Füße 猫.jpg']) {
    assert.equal((await inspectImage(write(name, bytesOf('colour.jpg')))).width, 24)
  }
})

test('a file whose name is not UTF-8, as a folder lists it, is an error that says so', async () => {
  writeFileSync(Buffer.concat([Buffer.from(join(folder, 'a')), Buffer.from([0xff])]), bytesOf('colour.jpg'))
  await rejects(join(folder, 'a\\xff'), 'unreadable', /its name is not UTF-8.*rename it/)
})

test('images beyond 50 megapixels are refused before memory is taken for them', async () => {
  const bomb = write('bomb.png', hugePng(16000, 16000))
  const before = process.memoryUsage.rss()
  const started = process.cpuUsage()
  await rejects(bomb, 'limit', /16000x16000.*50 megapixels/)
  // Processor time: decoding it would take a second, refusing it a millisecond.
  const used = process.cpuUsage(started)
  assert.ok(used.user + used.system < 300_000, `${used.user + used.system} microseconds`)
  assert.ok(process.memoryUsage.rss() - before < 100e6)

  // A JPEG whose frame header claims 60,000 x 60,000.
  const jpeg = Buffer.from(bytesOf('colour.jpg'))
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
  jpeg.writeUInt16BE(60000, frame + 5)
  jpeg.writeUInt16BE(60000, frame + 7)
  await rejects(write('bomb.jpg', jpeg), 'limit', /60000x60000/)
})

test('loadImages names the first bad file of several, whatever thread met it', async () => {
  const good = fixturePath('colour.jpg')
  const empty = write('second-empty.jpg', '')
  const transforms = [{ kind: 'resize', size: 8 } as const]
  for (const workers of [1, 3]) {
    await assert.rejects(
      loadImages([good, good, empty, good, join(folder, 'none.jpg')], transforms, { workers }),
      (error) => error instanceof DataLoadError && error.file === empty && error.index === 2,
    )
  }
})

/** A valid PNG of one bit per pixel, all black: a large image in few bytes. */
function hugePng(width: number, height: number): Buffer {
  const chunk = (kind: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(kind, 'latin1'), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length, 0)
    frame.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 1
  const rows = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height))
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
