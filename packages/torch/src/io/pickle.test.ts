import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { FormatError } from '../errors.ts'
import { numpyConstructors } from './numpy-arrays.ts'
import { decodePickle, type PickleOptions } from './pickle.ts'
import { PickleGlobal, PickleObject } from './pickle-values.ts'

const fixtures = path.join(import.meta.dirname, 'fixtures')

function load(source: string | Uint8Array, options: PickleOptions = {}): unknown {
  return decodePickle(typeof source === 'string' ? Buffer.from(source, 'latin1') : source, options).value
}

test('what Python pickles, in every protocol, has the same value', () => {
  for (let protocol = 0; protocol <= 5; protocol++) {
    const value = load(fs.readFileSync(path.join(fixtures, `plain-${protocol}.pkl`))) as Map<string, unknown>
    // Byte strings arrive as Buffers or plain arrays of bytes; only the bytes matter.
    for (const [key, item] of value) if (item instanceof Uint8Array) value.set(key, [...item])
    const expected = new Map<string, unknown>([
      ['none', null],
      ['true', true],
      ['false', false],
      ['small', 1],
      ['negative', -1],
      ['wide', 70000],
      ['exact', 2 ** 53 - 1],
      ['long', -(2n ** 70n)],
      ['float', -0.1],
      ['infinite', Number.POSITIVE_INFINITY],
      ['text', 'ä\n😀\\\'"'],
      ['bytes', [0x00, 0xff, 0x0a, 0x27, 0x5c]],
      ['list', [1, [2]]],
      ['tuple', [1, [2, 3], 4, 5]],
      ['set', new Set([1])],
      ['frozen', new Set([2])],
      ['dict', new Map([['a', new Map([[1, 'b']])]])],
      ['ordered', new Map(Object.entries({ z: 1, a: 2 }))],
      ['default', new Map([['k', [1]]])],
      ['empty', []],
      ['key', 'bytes as key'],
      ['same', [1, [2]]],
      ['array', [1, 2]],
    ])
    assert.deepEqual(value, expected, `protocol ${protocol}`)
    assert.equal(value.get('same'), value.get('list'), `protocol ${protocol}: one object, as in Python`)
  }
})

test("Python 2's text spellings are read", () => {
  assert.deepEqual(
    load("(lp0\nI01\naI00\naI-7\naL12L\naF1.5\naS'a\\x41\\101\\n\\''\naVb\\u00e4\\U0001f600\na."),
    [true, false, -7, 12, 1.5, "aAA\n'", 'bä😀'],
  )
  assert.ok(Number.isNaN(load('Fnan\n.')))
})

test('a value that holds itself is read', () => {
  const list = load(']q\0h\0a.') as unknown[]
  assert.equal(list[0], list)
})

test('long byte strings are data, short ones text', () => {
  const head = Buffer.alloc(5, 'T')
  head.writeUInt32LE(2 << 20, 1)
  assert.ok(load(Buffer.concat([head, Buffer.alloc(2 << 20), Buffer.from('.')])) instanceof Uint8Array)
  assert.equal(load('T\x02\0\0\0\xe4b.'), 'äb')
})

test('no way of calling something is more than a record of it', () => {
  const inert = (value: unknown, global: string, args: unknown) => {
    assert.ok(value instanceof PickleObject)
    assert.equal(value.global, global)
    assert.deepEqual(value.args, args)
  }
  inert(load("cos\nsystem\n(S'touch executed'\ntR."), 'os.system', ['touch executed'])
  inert(load("(S'touch executed'\nios\nsystem\n."), 'os.system', ['touch executed'])
  inert(load("(cos\nsystem\nS'touch executed'\no."), 'os.system', ['touch executed'])
  inert(load('\x80\x02cos\nsystem\nU\x01x\x85\x81.'), 'os.system', ['x'])
  inert(load('\x80\x04cos\nsystem\nU\x01x\x85}\x92.'), 'os.system', [['x'], new Map()])
  inert(load('\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x01x\x85R.'), 'os.system', ['x'])
  inert(load("c__builtin__\neval\n(S'1'\ntR."), '__builtin__.eval', ['1'])
  inert(load("cbuiltins\ngetattr\n(cos\nsystem\nS'x'\ntR."), 'builtins.getattr', [
    new PickleGlobal('os.system'),
    'x',
  ])
  // Names that mean something in JavaScript, and calls of what a call would give.
  inert(load("cObject\nprototype.constructor\n(S'return 1'\ntR."), 'Object.prototype.constructor', [
    'return 1',
  ])
  inert(load('cconstructor\nconstructor\n)R.'), 'constructor.constructor', [])
  assert.throws(() => load("cos\nsystem\n(S'x'\ntR)R."), /no global would be called/)
  assert.throws(() => load('S"x"\n)R.'), /no global would be called/)
  assert.equal(fs.existsSync('executed'), false)
})

test('state and items that an inert object would get are kept as data', () => {
  const value = load("cfoo\nBar\n)R(dS'a'\nI1\nsbS'k'\nI2\nsI3\na.") as PickleObject
  assert.deepEqual(value.state, new Map([['a', 1]]))
  assert.deepEqual(value.items, [['k', 2], 3])
})

test('keys of dictionaries change no prototype', () => {
  const value = load("(dS'__proto__'\n(dS'polluted'\nI1\nss.") as Map<string, unknown>
  assert.ok(value.get('__proto__') instanceof Map)
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
})

test('malformed pickles are refused, with the reason and the place', () => {
  const cases: [string, RegExp][] = [
    ['', /cut short/],
    ['.', /value is missing/],
    ['(.', /value is missing/],
    ['0', /value is missing/],
    ['t.', /mark is missing/],
    ['I1\nI2\ns.', /value is missing/],
    ['(I1\nd.', /key without a value/],
    ['I1\nI2\na.', /no list/],
    [']I2\nI3\ns.', /no dictionary/],
    ['I1\n}b.', /takes none/],
    ['h\x07.', /memo has no entry 7/],
    ['g-1\n.', /no index of the memo/],
    ['I1x\n.', /no whole number/],
    ['F1x\n.', /no number/],
    ['F0x10\n.', /no number/],
    ['Sabc\n.', /no quotes/],
    ["S'\\q'\n.", /unknown escape/],
    ['V\\U00110000\n.', /beyond Unicode/],
    ['I1', /cut short/],
    ['X\x05\0\0\0abc', /5 bytes were expected, 3 are left/],
    ['X\x01\0\0\0\xff.', /not valid UTF-8/],
    ['\x8d\xff\xff\xff\xff\xff\xff\xff\xffx', /cut short/],
    ['\x95\xff\0\0\0\0\0\0\0N.', /cut short/],
    ['\x8b\xff\xff\xff\x7f', /too long/],
    [`I${'9'.repeat(5000)}\n.`, /too long/],
    ['\x80\x06N.', /newer than 5/],
    ['\x82\x01.', /extension registry/],
    ['\x97.', /outside of the file/],
    ['Pid\n.', /outside of it/],
    ['NQ.', /outside of it/],
    ['N\x93.', /value is missing/],
    ['NN\x93.', /two names/],
    ['\xff.', /0xff is no pickle instruction/],
  ]
  for (const [source, message] of cases)
    assert.throws(
      () => load(source, { file: 'some.pkl' }),
      (error) => error instanceof FormatError && error.file === 'some.pkl' && message.test(error.message),
      JSON.stringify(source),
    )
  assert.throws(() => load('NNN\xff.'), { offset: 3 })
})

test('a small pickle cannot ask for much: depth, length and copies are bounded', () => {
  assert.throws(() => load('('.repeat(2000)), /nested deeper than 1000/)
  assert.throws(() => load('N0'.repeat(50), { maxInstructions: 60 }), /more than 60 instructions/)
  // Tuples nested a million deep are built and read without recursion.
  assert.ok(Array.isArray(load(`N${'\x85'.repeat(1_000_000)}.`)))
  // One list of 100,000, copied into a set again and again.
  const copies = `(${'N'.repeat(100_000)}lp1\n0${'c__builtin__\nset\n(g1\ntR0'.repeat(2000)}N.`
  assert.throws(() => load(copies), /many times more memory/)
  assert.throws(() => load('N'.repeat(5_000_000)), /more than 4000000 instructions/)
})

test('a pickle cut at any length is refused, unless it ends there', () => {
  for (const name of ['plain-0.pkl', 'plain-2.pkl', 'plain-5.pkl', 'arrays-2.pkl', 'python2-cifar.pkl']) {
    const whole = fs.readFileSync(path.join(fixtures, name))
    for (let length = 0; length < whole.byteLength; length++)
      assert.throws(() => load(whole.subarray(0, length), { known: numpyConstructors }), FormatError)
  }
})

test('whatever the bytes are, the answer is a value or a FormatError', () => {
  const sources = fs.readdirSync(fixtures).filter((name) => name.endsWith('.pkl'))
  const damaged = fc
    .tuple(
      fc.constantFrom(...sources),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }),
    )
    .map(([name, changes]) => {
      const bytes = fs.readFileSync(path.join(fixtures, name))
      for (const [at, byte] of changes) bytes[at % bytes.byteLength] = byte
      return bytes
    })
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array()), (bytes) => {
      try {
        load(bytes, { known: numpyConstructors })
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error))
      }
    }),
    { numRuns: 5000 },
  )
})
