import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameFault, textOfName } from './file-names.ts'

test('a name in UTF-8 is its text; of another, bytes beyond ASCII are shown, each as itself', () => {
  for (const name of ['a b.jpg', 'F\u00fc\u00dfe \u732b.png', '\ufffd.jpg', '100%\n".png'])
    assert.equal(textOfName(Buffer.from(name)), name)
  assert.equal(textOfName(Buffer.from('caf\xe9\xff.jpg', 'latin1')), 'caf\\xe9\\xff.jpg')
})

test('what is wrong with such a name is said with the remedy, and of other names nothing', () => {
  assert.match(nameFault('pool/caf\\xe9.jpg')!, /not UTF-8.*\\xe9.*rename/)
  for (const name of ['pool/caf\u00e9.jpg', '\ufffd.jpg', 'C:\\xylophone.jpg'])
    assert.equal(nameFault(name), null)
})
