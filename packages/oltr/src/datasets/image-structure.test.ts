import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { jpegOf, pngOf } from './data-files.fixture.ts'
import { imageSize, inspectImage } from './image-structure.ts'

const fixtures = join(import.meta.dirname, '../../../torch/src/data/fixtures')

test('real files of every kind are sound: grey, CMYK, 16-bit, palette, alpha, interlaced, progressive, rotated by EXIF', (t) => {
  if (!existsSync(fixtures)) return t.skip('the image fixtures of @oltr/torch are not here')
  const names = readdirSync(fixtures).filter((name) => /\.(jpg|png)$/.test(name))
  assert.ok(names.length > 20)
  for (const name of names) {
    const bytes = readFileSync(join(fixtures, name))
    const found = inspectImage(bytes)
    assert.ok(!('fault' in found), `${name}: ${JSON.stringify(found)}`)
    assert.equal(found.format, name.endsWith('.jpg') ? 'jpeg' : 'png')
    assert.deepEqual(imageSize(bytes), { format: found.format, width: found.width, height: found.height })
  }
  const large = readFileSync(join(fixtures, 'large.jpg'))
  for (const share of [0.2, 0.5, 0.9, 0.999]) {
    const cut = inspectImage(large.subarray(0, Math.floor(large.length * share)))
    assert.ok('fault' in cut && /cut short/.test(cut.fault), `${share}: ${JSON.stringify(cut)}`)
  }
})

test('sizes are read from the header alone', () => {
  assert.deepEqual(imageSize(jpegOf(500, 333).subarray(0, 24)), { format: 'jpeg', width: 500, height: 333 })
  assert.deepEqual(imageSize(pngOf(1, 9).subarray(0, 40)), { format: 'png', width: 9, height: 9 })
  assert.equal(imageSize(Uint8Array.of(1, 2, 3)), null)
  assert.equal(imageSize(new Uint8Array(0)), null)
})

test('bytes after the end mark do no harm', () => {
  const found = inspectImage(Buffer.concat([jpegOf(3, 2), Buffer.from('trailer')]))
  assert.deepEqual(found, { format: 'jpeg', width: 3, height: 2 })
})

test('every truncation of a JPEG and of a PNG is found', () => {
  for (const whole of [jpegOf(8, 6), pngOf(5)])
    for (let length = 0; length < whole.length; length++)
      assert.ok('fault' in inspectImage(whole.subarray(0, length)), `${length} of ${whole.length} bytes`)
})

test('any flipped bit of a PNG is found', () => {
  const whole = pngOf(123456)
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(7), (at, bit) => {
      const damaged = Uint8Array.from(whole)
      damaged[at] ^= 1 << bit
      assert.ok('fault' in inspectImage(damaged))
    }),
  )
})

test('no bytes make it throw or hang', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 64 }),
      fc.constantFrom([0xff, 0xd8], [...pngOf(1).subarray(0, 16)]),
      (tail, head) => {
        const bytes = Uint8Array.from([...head, ...tail])
        inspectImage(bytes)
        imageSize(bytes)
      },
    ),
  )
})

test('what else the file is gets said', () => {
  const faultOf = (text: string) => (inspectImage(Buffer.from(text)) as { fault: string }).fault
  assert.match(faultOf(''), /empty/)
  assert.match(faultOf('GIF89a....'), /but GIF/)
  assert.match(faultOf('RIFF0000WEBPVP8 '), /but WebP/)
  assert.match(faultOf('<!DOCTYPE html><html>'), /a web page/)
  assert.match(faultOf('version https://git-lfs.github.com/spec/v1'), /Git LFS pointer/)
})
