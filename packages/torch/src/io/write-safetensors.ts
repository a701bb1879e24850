// The writer of safetensors files: deterministic, every tensor aligned to its element, with a checksum if wanted.

import { createHash } from 'node:crypto'
import { FormatError } from '../errors.ts'
import { writeFileAtomicSync } from '../files/atomic-write.ts'
import { codes, maxHeaderBytes, zeroDigest } from './safetensors-format.ts'
import { bytesPerElement, elementCount, type TensorData } from './tensor-data.ts'

export interface WriteSafetensorsOptions {
  /** Strings to keep with the tensors; the keys `sha256` and `checksum` belong to the checksum. */
  metadata?: Readonly<Record<string, string>>
  /** Write a checksum. Default false. */
  checksum?: boolean
}

/**
 * Writes a safetensors file, all or nothing (see `writeFileAtomicSync`); returns its checksum if it has one. The same
 * tensors, in the same order, and metadata give the same bytes.
 * @throws FormatError when a tensor does not fit the format (name, size, element type); WriteError as the disk has it.
 */
export function writeSafetensors(
  file: string,
  tensors: ReadonlyMap<string, TensorData>,
  options: WriteSafetensorsOptions = {},
): string | undefined {
  const { chunks, sha256 } = encodeSafetensors(tensors, options, file)
  writeFileAtomicSync(file, chunks)
  return sha256
}

/** The bytes of a safetensors file: the header, then each tensor's own bytes (not copied). */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, TensorData>,
  options: WriteSafetensorsOptions = {},
  file = 'safetensors',
): { chunks: Uint8Array[]; sha256: string | undefined } {
  const layout = new Map<string, [number, number]>()
  // Widest elements first: with a header of whole 8 bytes, every tensor then stands at a multiple of its element.
  const width = (tensor: TensorData) => bytesPerElement.get(tensor.dtype) ?? 0
  const ordered = [...tensors].sort(([, a], [, b]) => width(b) - width(a))
  let offset = 0
  for (const [name, tensor] of ordered) {
    checkTensor(file, name, tensor)
    layout.set(name, [offset, offset + tensor.data.byteLength])
    offset += tensor.data.byteLength
  }
  const header: [string, unknown][] = []
  const metadata = checkMetadata(file, options)
  if (metadata.length > 0) header.push(['__metadata__', Object.fromEntries(metadata)])
  for (const [name, { dtype, shape }] of tensors)
    header.push([name, { dtype: codes.get(dtype), shape, data_offsets: layout.get(name) }])
  const json = `{${header.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`

  const length = Math.ceil(Buffer.byteLength(json) / 8) * 8
  if (length > maxHeaderBytes)
    throw new FormatError(file, `the header would take ${length} bytes; 100 MB are allowed`)
  const head = Buffer.alloc(8 + length, ' ')
  head.writeBigUInt64LE(BigInt(length))
  head.write(json, 8)
  const chunks: Uint8Array[] = [head, ...ordered.map(([, tensor]) => tensor.data)]
  if (!options.checksum) return { chunks, sha256: undefined }
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  const sha256 = hash.digest('hex')
  // Nothing else can look like this: inside a string the quotes would be escaped, and a tensor has no string here.
  head.write(sha256, head.indexOf(`"sha256":"${zeroDigest}"`) + '"sha256":"'.length)
  return { chunks, sha256 }
}

function checkTensor(file: string, name: string, { dtype, shape, data }: TensorData): void {
  const shown = JSON.stringify(name)
  if (name === '__metadata__' || name === '__proto__' || !name.isWellFormed())
    throw new FormatError(file, `${shown} cannot be the name of a tensor: choose another`)
  if (!codes.has(dtype))
    throw new FormatError(
      file,
      `tensor ${shown} is ${dtype}, which safetensors cannot hold: convert it first`,
    )
  const count = elementCount(shape)
  if (count === undefined || count * bytesPerElement.get(dtype)! !== data.byteLength)
    throw new FormatError(
      file,
      `tensor ${shown} has ${data.byteLength} bytes, which its shape [${shape}] of ${dtype} does not take`,
    )
}

function checkMetadata(
  file: string,
  { metadata = {}, checksum }: WriteSafetensorsOptions,
): [string, string][] {
  const own: [string, string][] = checksum
    ? [
        ['checksum', 'sha256'],
        ['sha256', zeroDigest],
      ]
    : []
  const given = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [key, value] of given) {
    if (key === 'checksum' || key === 'sha256' || key === '__proto__')
      throw new FormatError(file, `the metadata key "${key}" is taken: choose another`)
    if (typeof value !== 'string' || !value.isWellFormed() || !key.isWellFormed())
      throw new FormatError(file, `the metadata "${key}" must be text`)
  }
  return [...own, ...given]
}
