// The door of `@oltr/torch/files`: files that are written whole or not at all, and checksums. No tensor, no addon.

export { WriteError } from '../errors.ts'
export type { FileData, WriteOptions } from './atomic-write.ts'
export { writeFileAtomic, writeFileAtomicSync } from './atomic-write.ts'
export { sha256, sha256File, sha256FileSync } from './checksum.ts'
export { removeStaleTemporaries } from './temporary-name.ts'
