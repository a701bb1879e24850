import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { DataError } from '../errors.ts'
import { decodeCifarRecords, readCifar } from './cifar.ts'
import { decodeCifarBatch, decodeCifarNames } from './cifar-python.ts'
import { cifarRecords, tarGzOf, temporaryFolder, writeFiles } from './data-files.fixture.ts'
import { pixelsOf } from './dataset.ts'

const names100 = Array.from({ length: 100 }, (_, c) => `name ${c}`).join('\n')
const files100 = {
  'cifar-100-binary/train.bin': cifarRecords([
    [1, 99],
    [0, 3],
    [0, 3],
  ]),
  'cifar-100-binary/test.bin': cifarRecords([[5, 42]]),
  'cifar-100-binary/fine_label_names.txt': `${names100}\n\n`,
  'cifar-100-binary/coarse_label_names.txt': 'coarse\n',
}

test('CIFAR-100 reads the fine labels and planes, from a folder, its parent, or the archive', async (t) => {
  const root = writeFiles(temporaryFolder(t), files100)
  const archive = join(root, 'cifar-100-binary.tar.gz')
  writeFileSync(archive, tarGzOf(Object.entries(files100).map(([name, content]) => ({ name, content }))))
  for (const path of [root, join(root, 'cifar-100-binary'), archive]) {
    const { train, test } = await readCifar(path, 'cifar100')
    assert.deepEqual([...train.labels], [99, 3, 3])
    assert.deepEqual([...test.labels], [42])
    assert.equal(train.classNames[99], 'name 99')
    assert.ok(train.images.kind === 'pixels' && train.images.data.length === 3 * 3072)
    assert.ok(pixelsOf(train.images, 2).every((byte) => byte === 2))
  }
})

test('CIFAR-10 joins its five batches in order', async (t) => {
  const files: Record<string, Uint8Array | string> = { 'test_batch.bin': cifarRecords([[9]]) }
  for (let i = 1; i <= 5; i++) files[`data_batch_${i}.bin`] = cifarRecords([[i], [0]])
  const { train } = await readCifar(writeFiles(temporaryFolder(t), files), 'cifar10')
  assert.deepEqual([...train.labels], [1, 0, 2, 0, 3, 0, 4, 0, 5, 0])
  assert.equal(train.classNames[0], 'class 0')
})

test('a record is label bytes and three planes in R, G, B order', () => {
  const bytes = new Uint8Array(3073).map((_, i) => (i === 0 ? 7 : Math.floor((i - 1) / 1024) + 1))
  const { labels, data } = decodeCifarRecords(bytes, 1, 10, 'x.bin')
  assert.equal(labels[0], 7)
  assert.deepEqual([data[0], data[1024], data[3071]], [1, 2, 3])
})

test('truncated, empty, wrong and missing files are named with the record', async (t) => {
  const whole = cifarRecords([[1], [2], [3]])
  assert.throws(
    () => decodeCifarRecords(whole.subarray(0, 5000), 1, 10, 'b.bin'),
    /b\.bin: .*record 1 is cut short/,
  )
  assert.throws(() => decodeCifarRecords(new Uint8Array(0), 1, 10, 'b.bin'), /the file is empty/)
  assert.throws(
    () => decodeCifarRecords(cifarRecords([[1], [10]]), 1, 10, 'b.bin'),
    /record 1 has label 10, expected 0\.\.9/,
  )
  const root = writeFiles(temporaryFolder(t), { 'data_batch_1.bin': whole, 'test_batch.bin': whole })
  await assert.rejects(readCifar(root, 'cifar10'), /data_batch_2\.bin: this file of cifar10 is missing/)
  await assert.rejects(readCifar(temporaryFolder(t), 'cifar10'), /found none of them/)
  await assert.rejects(readCifar(join(root, 'nowhere'), 'cifar10'), /there is nothing/)
})

test('an archive cut short is an error', async (t) => {
  const path = join(temporaryFolder(t), 'cifar.tar.gz')
  const archive = tarGzOf(Object.entries(files100).map(([name, content]) => ({ name, content })))
  writeFileSync(path, archive.subarray(0, archive.length - 20))
  await assert.rejects(readCifar(path, 'cifar100'), DataError)
})

// Three records whose bytes are their number, labels 3, 99, 0: a protocol 2 pickle with the byte strings of Python 2, as
// published, and the same dictionary as Python 3 writes it. Then `meta` with names c0..c99.
const PYTHON_2 =
  'H4sIAB3/A2sC/+3OTU/CQBAG4G1LVQr4jZ+XHjz01KR/w40ciJtwIWS7LNikbJl2eyDRxIsiv1qxGP8E73OYTGbeTObdfSMWifYsy7WRC12RMyY3Er6Ml2ZOnvDTpmkJXzWNr0UnlVa9THKZ6pwORN+WMjOZmYfNPEzCYhYmdCg6s8zoXayiozG1I+5xxZkWPVXIsvrfBWPqRNzhLve0aE2lldRVpl4sV/FEFaWOF3VuM1mWchVMSq0KU9myVjag3i4WmOluS8ecfdCJcFI6XdPZkM5/73pPrPtJF3/ZqV0tdUCXI5cxVifU33yt6WpI19v3Rs529ko3g8Hg8XurKZxZuk03z+yBAQAAAADAHnEAAAAAAGBvuAAAAAAAsDfoztJ9Wsc/MJ4E5DglAAA='
const PYTHON_3 =
  'H4sIAB7/A2sC/+3ay07bQBQG4LHDLQZaSoFC6cVtaTG0GFzeAqtZzCqbKJpMJsSSM8lvjxeRQGJTAk/dzjgRL5HzLSz7nN/naLz2g38PFsmuHPeVLAOl3U0Ar91kjA2yXGkxUiX89pp9zoXJdILGI1Y4VjtYi4Zee9U2RDzRt1gf2s4GR3NR7dXVwFU3ObYWVVlXt131FcdrZcubLiyMHHZz0VM5dlzzDceu7e3bnilEpjN9G9ahMAnHgzDBW5fa49hfTBhkWs0HlDhwvXcchx0cRWkjlSlzi7bd/rEoypfgexc85vjQwcco9VI/bbjgig32hRH45PqfOUKpq9FkGtsPVah4VOUmE0UhpkG3UHKsS1NU0gT4Mo8Fuj/v4mvK/uKbnei5M+LEjfvO8WOGU47IbWz8YVuPOFu82DfTif3+523f5qsEP5+fZvjFcWFPUc+4Q9xqtW7+WfUlZQaXvWe7gZ0wQgghhBBCyBLxCCGEEEIIIUvDJ4QQQgghhCwNXLkfjBKO3wbXvSr+D72oU0DfJQAA'
const META =
  'H4sIAB7/A2sC/xXF106UUQCFUR2sWMCGXcGKDU8vNmyoFLtjx3EYfxITJPnCtYmP7tk3a/3r/WVbf3L992Y32BiudRuDzeGfbovtq/Rm+72RYaxp2dF07Gx6djUDu5uRPc3E3mZmvFnY16zs74+NrOGAshxUjgnlmVSBQypyWCWOqMxRVTimKlMtZziuLCeU46TynFKB0ypyRiXOqsw5VTivKtMtb5hRlgvKcVF5LqnAZRW5ohJXVWZWFa6pyvVWMNxQlpvKcUt55lTgtooYlbAq41TBq0poRUNUlqQcWXmKClQVuaMSd1XmnircV5UHrWSYV5aHyvFIeR6rwBMVeaoSCyrzTBWeq8qLVjYsKsuSciwrz4oKvFSRVyrxWmXeqMJbVXnXKob3yvJBOfrK81EFPqnIZ5X4ojJfVeGbqnxvVcOqsvxQjoHy/FSBoYqsqcRIZX6pQqcq693W3H8gvqxN0gIAAA=='
const bytesOf = (text: string) => gunzipSync(Buffer.from(text, 'base64'))

test('the Python version gives the same labels and planes, whichever Python wrote it', () => {
  for (const text of [PYTHON_2, PYTHON_3]) {
    const { labels, data } = decodeCifarBatch(bytesOf(text), 'fine_labels', 100, 'train')
    assert.deepEqual([...labels], [3, 99, 0])
    assert.deepEqual([data[0], data[3072], data[3 * 3072 - 1]], [0, 1, 2])
  }
  const names = decodeCifarNames(bytesOf(META), 'fine_label_names', 'meta')
  assert.deepEqual([names[0], names[99], names.length], ['c0', 'c99', 100])
})

test('a folder of the Python version is recognised', async (t) => {
  const root = writeFiles(temporaryFolder(t), {
    'cifar-100-python/train': bytesOf(PYTHON_2),
    'cifar-100-python/test': bytesOf(PYTHON_3),
    'cifar-100-python/meta': bytesOf(META),
  })
  const { train, test } = await readCifar(root, 'cifar100')
  assert.deepEqual([...train.labels, ...test.labels], [3, 99, 0, 3, 99, 0])
  assert.equal(train.classNames[3], 'c3')
})

test('a pickle that would run a command is refused, and runs nothing', () => {
  // os.system('touch /tmp/oltr-pickle-ran')
  const hostile = Buffer.from(
    'gAJjcG9zaXgKc3lzdGVtCnEAWBoAAAB0b3VjaCAvdG1wL29sdHItcGlja2xlLXJhbnEBhXECUnEDLg==',
    'base64',
  )
  assert.throws(() => decodeCifarBatch(hostile, 'labels', 10, 'data_batch_1'), DataError)
  assert.equal(existsSync('/tmp/oltr-pickle-ran'), false)
})

test('a damaged pickle, a label out of range and a missing key are errors of that file', () => {
  const whole = bytesOf(PYTHON_2)
  assert.throws(
    () => decodeCifarBatch(whole.subarray(0, 4000), 'fine_labels', 100, 'train'),
    /train: .*get the file again/,
  )
  assert.throws(
    () => decodeCifarBatch(whole, 'fine_labels', 50, 'train'),
    /record 1 has label 99, expected 0\.\.49/,
  )
  assert.throws(
    () => decodeCifarBatch(whole, 'labels', 10, 'train'),
    /expected 3 labels under `labels`, got none/,
  )
})
