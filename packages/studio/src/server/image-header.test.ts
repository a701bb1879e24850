import assert from 'node:assert/strict'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import sharp from 'sharp'
import { type Header, headerIn, headerOfFile } from './image-header.ts'

const drawn = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#3a7' } })

test('the quick look at a file finds what opening it as an image does', async (t) => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'oltr-header-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  const jpeg = await drawn(50, 30).jpeg().toBuffer()
  const png = await drawn(50, 30).png().toBuffer()
  // Two comments of 65,533 bytes push the header of the frame beyond what is read first.
  const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0xff, 0xff]), Buffer.alloc(65_533, 'a')])
  const late = Buffer.concat([jpeg.subarray(0, 2), comment, comment, jpeg.subarray(2)])
  const frames = await sharp([png, await drawn(50, 30).negate().png().toBuffer()], {
    join: { animated: true },
  })
    .webp()
    .toBuffer()
  const found = (format: Header['format'], width = 50, height = 30): Header => ({ width, height, format })
  const cases: [string, Buffer, Header | null][] = [
    ['jpeg', jpeg, found('jpeg')],
    ['progressive', await drawn(50, 30).jpeg({ progressive: true }).toBuffer(), found('jpeg')],
    ['turned', await drawn(50, 30).withMetadata({ orientation: 6 }).jpeg().toBuffer(), found('jpeg')],
    ['late', late, found('jpeg')],
    ['png', png, found('png')],
    ['interlaced', await drawn(50, 30).png({ progressive: true }).toBuffer(), found('png')],
    ['webp', await drawn(50, 30).webp().toBuffer(), found('webp')],
    ['frames', frames, found('webp')],
    ['gif', await drawn(50, 30).gif().toBuffer(), null],
    ['tiff', await drawn(50, 30).tiff().toBuffer(), null],
    ['bomb', await drawn(8000, 8000).png().toBuffer(), null],
    ['empty', Buffer.alloc(0), null],
    ['text', Buffer.from('<svg width="9" height="9"/>'), null],
    ['cut', png.subarray(0, 12), null],
  ]
  for (const [name, bytes, expected] of cases) {
    // What a file is called says nothing.
    const file = join(folder, `${name}.png`)
    fs.writeFileSync(file, bytes)
    assert.deepEqual(await headerOfFile(file), expected, name)
    assert.deepEqual(await headerIn(bytes), expected, name)
  }
  assert.equal(await headerOfFile(join(folder, 'none.png')), null)
  assert.equal(await headerOfFile(folder), null)
})
