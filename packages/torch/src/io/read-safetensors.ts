// The strict reader of safetensors files: each byte of the file has exactly one meaning, or the file is refused.

import { createHash } from 'node:crypto'
import { FormatError } from '../errors.ts'
import { JsonScanner } from './json-scanner.ts'
import { readWholeFile } from './read-file.ts'
import { dtypes, maxHeaderBytes, zeroDigest } from './safetensors-format.ts'
import { bytesPerElement, elementCount, type TensorData } from './tensor-data.ts'

export interface Safetensors {
  /** By name, in the order of the header. Their bytes are views of the file's. */
  tensors: Map<string, TensorData>
  /** The file's own strings, without the two of the checksum. */
  metadata: Record<string, string>
  /** The verified checksum of the file; undefined when it has none. */
  sha256: string | undefined
}

export interface ReadSafetensorsOptions {
  /** Refuse a file without a checksum. Default: a checksum is verified when it is there. */
  requireChecksum?: boolean
}

/**
 * Reads a safetensors file whole.
 * @throws FormatError (file, byte, what was expected) on anything that the format does not allow, and where the
 *   checksum does not match.
 */
export function readSafetensors(file: string, options: ReadSafetensorsOptions = {}): Safetensors {
  return decodeSafetensors(readWholeFile(file), file, options)
}

/** As {@link readSafetensors}, from bytes; `file` names them in errors. The tensors are views of `bytes`. */
export function decodeSafetensors(
  bytes: Uint8Array,
  file: string,
  options: ReadSafetensorsOptions = {},
): Safetensors {
  const fail = (message: string, offset: number): never => {
    throw new FormatError(file, message, { offset })
  }
  if (bytes.byteLength < 8)
    fail('8 bytes of header length were expected: not a safetensors file, or cut short', 0)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const stated = view.getBigUint64(0, true)
  if (stated > maxHeaderBytes)
    fail(`the header would take ${stated} bytes, more than 100 MB: not a safetensors file`, 0)
  const dataStart = 8 + Number(stated)
  if (dataStart > bytes.byteLength)
    fail(
      `the header would take ${stated} bytes, but ${bytes.byteLength - 8} follow: the file is cut short`,
      0,
    )
  if (stated === 0n || bytes[8] !== 0x7b) fail("the header must begin with '{'", 8)

  const header = readHeader(new JsonScanner(bytes, 8, dataStart, file))
  const sha256 = verifyChecksum(bytes, file, header, options.requireChecksum ?? false)

  // Sorted by place, the tensors must tile the data: no gap, no overlap, nothing behind them.
  let next = 0
  for (const { name, begin, end, at } of [...header.entries].sort(
    (a, b) => a.begin - b.begin || a.end - b.end,
  )) {
    const shown = JSON.stringify(name)
    if (begin < next)
      fail(`tensor ${shown} begins at ${begin}, inside the tensor before it (which ends at ${next})`, at)
    if (begin > next)
      fail(`tensor ${shown} begins at ${begin}, and nothing covers the bytes from ${next}`, at)
    next = end
  }
  const present = bytes.byteLength - dataStart
  if (next > present)
    fail(`the tensors take ${next} bytes, but ${present} are there: the file is cut short`, dataStart)
  if (next < present)
    fail(`${present - next} bytes follow the last tensor, where the file should end`, dataStart + next)

  const tensors = new Map<string, TensorData>()
  for (const { name, dtype, shape, begin, end } of header.entries)
    tensors.set(name, { dtype, shape, data: bytes.subarray(dataStart + begin, dataStart + end) })
  const metadata: Record<string, string> = {}
  for (const [key, { text }] of header.metadata)
    if (key !== 'sha256' && key !== 'checksum') metadata[key] = text
  return { tensors, metadata, sha256 }
}

interface Entry {
  name: string
  dtype: string
  shape: number[]
  begin: number
  end: number
  at: number
}

interface Header {
  entries: Entry[]
  metadata: Map<string, { text: string; start: number; end: number }>
}

function readHeader(scanner: JsonScanner): Header {
  const header: Header = { entries: [], metadata: new Map() }
  scanner.object((name) => {
    if (name === '__metadata__') scanner.object((key) => void header.metadata.set(key, scanner.string()))
    else header.entries.push(readEntry(scanner, name))
  })
  scanner.end()
  return header
}

function readEntry(scanner: JsonScanner, name: string): Entry {
  const at = scanner.at
  const shown = JSON.stringify(name)
  let code: string | undefined
  let shape: number[] | undefined
  let offsets: number[] | undefined
  scanner.object((key) => {
    const counts: number[] = []
    if (key === 'dtype') {
      code = scanner.string().text
      return
    }
    if (key !== 'shape' && key !== 'data_offsets')
      scanner.fail(`tensor ${shown} has the unknown field "${key}"`)
    scanner.array(() => void counts.push(scanner.count()))
    if (key === 'shape') shape = counts
    else offsets = counts
  })
  if (code === undefined || shape === undefined || offsets === undefined)
    return scanner.fail(`tensor ${shown} must have dtype, shape and data_offsets`, at)
  const dtype = dtypes.get(code)
  if (dtype === undefined)
    return scanner.fail(
      `tensor ${shown} has the unknown dtype "${code}" (known: ${[...dtypes.keys()].join(', ')})`,
      at,
    )
  const [begin, end] = offsets
  if (offsets.length !== 2 || begin > end)
    return scanner.fail(
      `tensor ${shown} has the data_offsets [${offsets}]: a begin and an end not before it were expected`,
      at,
    )
  const bytes = (elementCount(shape) ?? Number.POSITIVE_INFINITY) * bytesPerElement.get(dtype)!
  if (bytes > Number.MAX_SAFE_INTEGER)
    return scanner.fail(`tensor ${shown} of shape [${shape}] is too large`, at)
  if (bytes !== end - begin)
    return scanner.fail(
      `tensor ${shown} of shape [${shape}] and ${code} takes ${bytes} bytes, not ${end - begin}`,
      at,
    )
  return { name, dtype, shape, begin, end, at }
}

function verifyChecksum(
  bytes: Uint8Array,
  file: string,
  header: Header,
  required: boolean,
): string | undefined {
  const digits = header.metadata.get('sha256')
  const marker = header.metadata.get('checksum')
  if (digits === undefined && marker === undefined && !required) return undefined
  if (digits === undefined)
    throw new FormatError(
      file,
      'has no checksum where one is required: damaged, or not written by this program',
    )
  // As many bytes as characters: the digits stand in the file as such, not as escapes.
  if (!/^[0-9a-f]{64}$/.test(digits.text) || digits.end - digits.start !== 64)
    throw new FormatError(file, 'the checksum is not 64 hexadecimal digits', { offset: digits.start })
  const found = createHash('sha256')
    .update(bytes.subarray(0, digits.start))
    .update(zeroDigest)
    .update(bytes.subarray(digits.end))
    .digest('hex')
  if (found !== digits.text)
    throw new FormatError(
      file,
      `the checksum does not match (${digits.text.slice(0, 12)}… stated, ${found.slice(0, 12)}… found): the file is damaged; restore it from the previous checkpoint`,
    )
  return found
}
