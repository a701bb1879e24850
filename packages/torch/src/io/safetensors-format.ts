// Safetensors files (https://huggingface.co/docs/safetensors): 8 bytes of header length, a JSON header, tensor bytes.
// What their reader and their writer share, and the checksum that the two add within the format's rules:
// `__metadata__.sha256` is the SHA-256 of the whole file with these 64 digits replaced by '0', and
// `__metadata__.checksum` = 'sha256' says that it must be there, so that no single wrong byte can hide it.

/** The limit of the reference implementation. */
export const maxHeaderBytes = 100_000_000

/** What stands in the place of the checksum while it is computed. */
export const zeroDigest = '0'.repeat(64)

/** The format's code of each element type, by PyTorch's name. */
export const codes: ReadonlyMap<string, string> = new Map([
  ['bool', 'BOOL'],
  ['uint8', 'U8'],
  ['int8', 'I8'],
  ['float8_e4m3fn', 'F8_E4M3'],
  ['float8_e5m2', 'F8_E5M2'],
  ['int16', 'I16'],
  ['uint16', 'U16'],
  ['float16', 'F16'],
  ['bfloat16', 'BF16'],
  ['int32', 'I32'],
  ['uint32', 'U32'],
  ['float32', 'F32'],
  ['int64', 'I64'],
  ['uint64', 'U64'],
  ['float64', 'F64'],
])

/** PyTorch's name of each element type, by the format's code. */
export const dtypes: ReadonlyMap<string, string> = new Map([...codes].map(([dtype, code]) => [code, dtype]))
