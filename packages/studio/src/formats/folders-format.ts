// A folder for each class with the images agreed on to be it, as ImageNet and torchvision's ImageFolder have them, and beside
// the folders a manifest with every record, from which a re-import is exact.

import { extname } from 'node:path/posix'
import type { AnnotationRecord } from './annotation-record.ts'
import { folderName } from './folder-name.ts'
import { readJsonl } from './jsonl-format.ts'
import { KeptText } from './kept-text.ts'
import type { Chunks } from './text-chunks.ts'

export const MANIFEST = 'manifest.jsonl'

export type FolderEntry =
  | {
      readonly path: string
      /** SHA-256 of the image that belongs there. */
      readonly image: string
    }
  | { readonly path: string; readonly content: AsyncIterable<string> }

/** Images as their records come, the manifest last. */
export async function* writeFolders(records: AsyncIterable<AnnotationRecord>): AsyncIterable<FolderEntry> {
  const manifest = new KeptText()
  let last: string | null = null
  for await (const record of records) {
    const { image, consensus, file } = record
    manifest.append(`${JSON.stringify(record)}\n`)
    if (image === last) continue
    last = image
    if (consensus !== null)
      yield { path: `${folderName(consensus)}/${image.slice(0, 32)}${extensionOf(file)}`, image }
  }
  yield { path: MANIFEST, content: manifest.read() }
}

/** Reads the manifest; the images are known by what it says of them. */
export function readFolders(manifest: Chunks): AsyncIterable<AnnotationRecord> {
  return readJsonl(manifest)
}

/** Of the formats that the studio takes; a file name may end in anything. */
function extensionOf(file: string): string {
  const extension = extname(file).toLowerCase()
  return ['.jpg', '.jpeg', '.png', '.webp'].includes(extension) ? extension : ''
}
