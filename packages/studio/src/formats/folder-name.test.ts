import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hostileTexts } from './annotation-record.fixture.ts'
import { folderName } from './folder-name.ts'

test('plain names stay as they are', () => {
  for (const name of ['snow leopard', 'Süßwasserfisch', '犬', 'T-shirt', '__proto__', "'=x"])
    assert.equal(folderName(name), name)
})

test('every name is one folder that any system takes, and no two names share it', () => {
  const folders = new Map<string, string>()
  const check = (name: string): void => {
    const folder = folderName(name)
    assert.doesNotMatch(
      folder,
      /[<>:"/\\|?*\p{Cc}]|^[.\-\s]|[.\s]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/iu,
      name,
    )
    assert.ok(folder.length > 0 && Buffer.byteLength(folder) <= 255)
    assert.equal(folders.get(folder) ?? name, name)
    folders.set(folder, name)
  }
  for (const name of [...hostileTexts, 'com1', 'LPT9.jpg', 'a_b', 'a?b', 'a*b', '🐕'.repeat(128)]) {
    check(name)
    check(folderName(name))
  }
  fc.assert(fc.property(fc.string({ unit: 'binary' }), check))
})
