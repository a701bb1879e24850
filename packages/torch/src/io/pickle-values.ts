// What a pickle can hold besides plain values, and how known constructors take part in reading it.

/** A class or function that the pickle names, as `module.name`. It is only a name. */
export class PickleGlobal {
  readonly global: string

  constructor(global: string) {
    this.global = global
  }
}

/** What a pickle would build by calling `global`; nothing was called. */
export class PickleObject {
  readonly global: string
  readonly args: unknown
  /** What the pickle would set on the object. */
  state: unknown
  /** What it would append (values) or set (pairs). */
  readonly items: unknown[] = []

  constructor(global: string, args: unknown) {
    this.global = global
    this.args = args
  }
}

/** Values of known constructors may take the state that a pickle sets on them after they are made. */
export const setState: unique symbol = Symbol('setState')

/** Ends the reading of a pickle whose contents contradict themselves: throws FormatError. */
export type Refuse = (message: string) => never

/** Builds the value of a known constructor; undefined leaves the call as an inert PickleObject. */
export type Constructor = (args: readonly unknown[], refuse: Refuse) => unknown

/** Bytes have no identity that a JavaScript Map could compare, so they are dictionary keys as text. */
export function dictionaryKey(key: unknown): unknown {
  return key instanceof Uint8Array ? latin1(key) : key
}

/** One character for each byte. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/** The constructors of Python's own containers, which every pickle may use. */
export const containers: ReadonlyMap<string, Constructor> = new Map<string, Constructor>([
  ['collections.OrderedDict', ([pairs]) => orderedDict(pairs)],
  ['collections.defaultdict', () => new Map()],
  ['_codecs.encode', ([text, encoding]) => encode(text, encoding)],
  ...['builtins', '__builtin__'].flatMap((module): [string, Constructor][] => [
    [`${module}.set`, ([items = []]) => (Array.isArray(items) ? new Set(items) : undefined)],
    [`${module}.frozenset`, ([items = []]) => (Array.isArray(items) ? new Set(items) : undefined)],
    [`${module}.bytes`, ([content]) => (content === undefined ? new Uint8Array(0) : undefined)],
    [
      `${module}.bytearray`,
      ([content, encoding]) =>
        content === undefined
          ? new Uint8Array(0)
          : content instanceof Uint8Array
            ? content
            : encode(content, encoding),
    ],
  ]),
])

function orderedDict(pairs: unknown): Map<unknown, unknown> | undefined {
  const made = new Map<unknown, unknown>()
  if (pairs === undefined) return made
  if (!Array.isArray(pairs)) return undefined
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) return undefined
    made.set(dictionaryKey(pair[0]), pair[1])
  }
  return made
}

/** Bytes in pickles of protocol 2 and less: `_codecs.encode(text, 'latin1')`. */
function encode(text: unknown, encoding: unknown): Uint8Array | undefined {
  if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1')) return undefined
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return undefined
  return Buffer.from(text, 'latin1')
}
