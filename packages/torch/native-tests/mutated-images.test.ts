// Damaged JPEG and PNG files through the decoder and the transforms, compiled with the address and undefined-behaviour
// sanitizers: nothing is read or written out of bounds, leaked, left uninitialised or undefined. A thousand of them; with
// OLTR_FULL=1 ten thousand, with OLTR_SEED=n other ones.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { expected, fixtureNames, fixturePath } from '../src/data/image-fixtures.ts'
import { SeededRandom } from '../src/data/seeded-random.ts'
import { buildSanitized } from './build-sanitized.ts'
import { mutateImage } from './mutate-image.ts'

const FULL = process.env.OLTR_FULL === '1'
const SEED = Number(process.env.OLTR_SEED ?? 1)

const folder = mkdtempSync(join(tmpdir(), 'cases-'))
after(() => rmSync(folder, { recursive: true }))
const built = await buildSanitized()

const originals = [...fixtureNames, 'large.jpg', 'noise.png'].map((name) => ({
  name,
  bytes: readFileSync(fixturePath(name)),
}))
const refusals = ['empty', 'format', 'corrupt', 'truncated', 'limit']

/** What the decoder says to each; null, and the test skipped, where the compiler has no sanitizers. */
function decodeAll(t: TestContext, cases: readonly Uint8Array[]): string[] | null {
  if ('missing' in built) {
    t.skip(built.missing)
    return null
  }
  const file = join(folder, 'cases')
  const framed = cases.flatMap((bytes) => {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(bytes.length)
    return [length, bytes]
  })
  writeFileSync(file, Buffer.concat(framed))
  const { status, signal, stdout, stderr } = spawnSync(built.program, [file], {
    encoding: 'utf8',
    timeout: 600_000,
    maxBuffer: 64e6,
    // A process that a debugger or another tracer watches cannot look for leaks, and says so.
    env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=1:allocator_may_return_null=1' },
  })
  const answers = stdout.split('\n').slice(0, -1)
  if (status === 0 && answers.length === cases.length) return answers
  const broken = join(import.meta.dirname, '../build/broken-case.bin')
  writeFileSync(broken, cases[answers.length] ?? '')
  const how = `ended with ${signal ?? `exit code ${status}`} at case ${answers.length} of ${cases.length}`
  assert.fail(`the decoder ${how}, kept in ${broken}; OLTR_SEED=${SEED}\n${stderr.slice(0, 4000)}`)
}

test('undamaged files decode, each to the size that it has', (t) => {
  const answers = decodeAll(
    t,
    originals.map(({ bytes }) => bytes),
  )
  answers?.forEach((answer, i) => {
    const { name } = originals[i]!
    const known = fixtureNames.includes(name) ? expected(name) : null
    assert.ok(
      answer.startsWith(known === null ? 'ok ' : `ok ${known.width}x${known.height} `),
      `${name}: ${answer}`,
    )
  })
})

test('a part of an image, wherever it is cut out, is what the whole image has there', (t) => {
  const photograph = join(import.meta.dirname, '../../../bench/fixtures/500x375.jpg')
  const files = [photograph, ...['large.jpg', 'colour-422.jpg', 'restart.jpg', 'grey.jpg'].map(fixturePath)]
  const cases = files.flatMap((file) => Array<Buffer>(40).fill(readFileSync(file)))
  for (const answer of decodeAll(t, cases) ?? []) assert.match(answer, /^ok /)
})

test('damaged files decode or are refused, and break nothing', (t) => {
  const random = new SeededRandom(SEED)
  const cases = Array.from({ length: FULL ? 10_000 : 1000 }, () => {
    const [one, other] = [random, random].map((draw) => originals[draw.below(originals.length)]!.bytes)
    return mutateImage(one!, other!, random)
  })
  const answers = decodeAll(t, cases)
  if (answers === null) return
  const counts = Map.groupBy(answers, (answer) => answer.replace(/^ok .*/, 'ok'))
  const said = [...counts].map(([answer, list]) => `${list.length} ${answer}`).join(', ')
  t.diagnostic(`${answers.length} damaged files, seed ${SEED}: ${said}`)
  answers.forEach((answer, i) => {
    assert.match(answer, new RegExp(`^(ok \\d+x\\d+ \\w+|${refusals.join('|')})$`), `case ${i}, seed ${SEED}`)
  })
  // Both ways out are taken often: the damage is neither so gross nor so slight that half of the code is never reached.
  for (const answer of ['ok', 'corrupt', 'truncated'])
    assert.ok((counts.get(answer)?.length ?? 0) > answers.length / 20, said)
})

test('a file that is cut short is refused, wherever it is cut', (t) => {
  const cases = originals.flatMap(({ name, bytes }) => {
    const step = FULL ? (bytes.length > 5000 ? 7 : 1) : Math.ceil(bytes.length / 20)
    const lengths = Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) => i * step)
    return [...lengths, bytes.length - 1].map((length) => ({ name, bytes: bytes.subarray(0, length) }))
  })
  const answers = decodeAll(
    t,
    cases.map(({ bytes }) => bytes),
  )
  answers?.forEach((answer, i) => {
    const { name, bytes } = cases[i]!
    const wanted = bytes.length === 0 ? ['empty'] : bytes.length < 4 ? ['format', 'truncated'] : ['truncated']
    assert.ok(wanted.includes(answer) || answer === 'corrupt', `${name}, ${bytes.length} bytes: ${answer}`)
  })
})
