// State dicts in files of torch.save: finding them in what training scripts save around them, by name and with names
// as libraries expect them.

import { FormatError } from '../errors.ts'
import { NumpyArray } from './numpy-arrays.ts'
import { PickleObject } from './pickle-values.ts'
import { decodePyTorchFile } from './pytorch-file.ts'
import { TorchTensor, unreadTensor } from './pytorch-tensors.ts'
import { readWholeFile } from './read-file.ts'
import type { TensorData } from './tensor-data.ts'

export interface CheckpointOptions {
  /** Where the state dict lies in the file, as `state_dict` or `state_dict_best.feat_model`. Default: it is looked for. */
  key?: string
  /** Removed from the front of each name that begins with it, as `module.` of DataParallel. */
  stripPrefix?: string
}

// Where training scripts put the state dict; the first that is there and holds tensors.
const wrappers = [
  'state_dict',
  'model_state_dict',
  'state_dict_best',
  'model_state',
  'model',
  'net',
  'network',
]

const maxDepth = 32
const maxValues = 1_000_000

/**
 * The state dict of a file of torch.save, by parameter name in saved order. Dictionaries within it (as
 * `state_dict_best = { feat_model, classifier }`) are joined by dots; values that are no tensors are left out.
 * @throws FormatError when the file is damaged, holds no state dict, a pickled model instead of one, or sparse or
 *   quantised tensors
 */
export function readPyTorchCheckpoint(
  file: string,
  options: CheckpointOptions = {},
): Map<string, TensorData> {
  return decodePyTorchCheckpoint(readWholeFile(file), file, options)
}

/** As {@link readPyTorchCheckpoint}, from bytes; `file` names them in errors. */
export function decodePyTorchCheckpoint(
  bytes: Uint8Array,
  file: string,
  options: CheckpointOptions = {},
): Map<string, TensorData> {
  const saved = decodePyTorchFile(bytes, file)
  const found = new Map<string, TensorData>()
  const prefix = options.stripPrefix ?? ''
  // The same tensor may stand under several names, but not so often that the file is a bomb.
  let budget = 2 ** 26 + 16 * bytes.byteLength
  for (const [name, tensor] of flatten(select(saved, file, options.key), file)) {
    const short = name.startsWith(prefix) ? name.slice(prefix.length) : name
    if (found.has(short)) throw new FormatError(file, `two tensors are named "${short}"`)
    const { dtype, shape, data } = tensor
    budget -= data.byteLength
    if (budget < 0) throw new FormatError(file, 'holds tensors many times larger than itself')
    found.set(short, { dtype, shape, data })
  }
  if (found.size === 0) throw new FormatError(file, `holds no tensors${shownKeys(saved)}`)
  return found
}

function select(saved: unknown, file: string, key: string | undefined): unknown {
  if (saved instanceof PickleObject)
    throw new FormatError(
      file,
      `holds a pickled object of class ${saved.global}, not a state dict: save model.state_dict() instead`,
    )
  if (!(saved instanceof Map))
    throw new FormatError(file, 'holds no dictionary: save model.state_dict(), or a dictionary that has it')
  if (key === undefined) {
    const wrapper = wrappers.find((name) => holdsTensors(saved.get(name), 0))
    return wrapper === undefined ? saved : saved.get(wrapper)
  }
  let value: unknown = saved
  for (let rest = key; rest !== ''; ) {
    // A part of the key may have dots itself.
    const parts = rest.split('.')
    let length = parts.length
    while (length > 0 && !(value instanceof Map && value.has(parts.slice(0, length).join('.')))) length--
    if (length === 0) throw new FormatError(file, `has no "${key}"${shownKeys(saved)}`)
    value = (value as Map<unknown, unknown>).get(parts.slice(0, length).join('.'))
    rest = parts.slice(length).join('.')
  }
  if (!(value instanceof Map)) throw new FormatError(file, `"${key}" is no dictionary${shownKeys(saved)}`)
  return value
}

function holdsTensors(value: unknown, depth: number): boolean {
  if (!(value instanceof Map) || depth > 2) return false
  for (const item of value.values())
    if (item instanceof TorchTensor || holdsTensors(item, depth + 1)) return true
  return false
}

/** The tensors of nested dictionaries, in order, by their keys joined with dots. */
function flatten(root: unknown, file: string): [string, TensorData][] {
  const found: [string, TensorData][] = []
  let visits = 0
  const visit = (value: unknown, name: string, depth: number): void => {
    if (++visits > maxValues) throw new FormatError(file, `the state dict has more than ${maxValues} values`)
    if (value instanceof TorchTensor || value instanceof NumpyArray) found.push([name, value])
    const unread = unreadTensor(value)
    if (unread) throw new FormatError(file, `the tensor "${name}" is of a kind that is not read (${unread})`)
    if (!(value instanceof Map)) return
    if (depth > maxDepth) throw new FormatError(file, `the dictionaries are nested deeper than ${maxDepth}`)
    for (const [key, item] of value)
      visit(item, name === '' ? String(key) : `${name}.${String(key)}`, depth + 1)
  }
  visit(root, '', 0)
  return found
}

function shownKeys(saved: unknown): string {
  if (!(saved instanceof Map)) return ''
  const keys = [...saved.keys()].slice(0, 12).map((key) => JSON.stringify(String(key)))
  return keys.length === 0 ? '' : ` (it has ${keys.join(', ')}${saved.size > 12 ? ', ...' : ''})`
}
