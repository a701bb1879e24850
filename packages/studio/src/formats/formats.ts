// The formats that answers are exported in and taken back from, by name.

import type { Format } from '../api/schemas.ts'
import type { AnnotationRecord } from './annotation-record.ts'
import { readCoco, writeCoco } from './coco-format.ts'
import { readCsv, writeCsv } from './csv-format.ts'
import { type FolderEntry, readFolders, writeFolders } from './folders-format.ts'
import type { ReadOptions } from './foreign-answer.ts'
import { readJsonl, writeJsonl } from './jsonl-format.ts'
import { readLabelStudio, writeLabelStudio } from './label-studio-format.ts'
import type { Chunks } from './text-chunks.ts'

export interface AnnotationFormat<Piece> {
  /** Of the file, without a dot. */
  readonly extension: string
  readonly mediaType: string
  /** Records have to be grouped by image. */
  readonly write: (records: AsyncIterable<AnnotationRecord>) => AsyncIterable<Piece>
  /** Throws FormatError. */
  readonly read: (chunks: Chunks, options?: ReadOptions) => AsyncIterable<AnnotationRecord>
}

/** `folders` gives entries for an archive, and reads the manifest out of it. */
export const formats = {
  csv: { extension: 'csv', mediaType: 'text/csv; charset=utf-8', write: writeCsv, read: readCsv },
  jsonl: {
    extension: 'jsonl',
    mediaType: 'application/jsonl; charset=utf-8',
    write: writeJsonl,
    read: readJsonl,
  },
  coco: { extension: 'coco.json', mediaType: 'application/json', write: writeCoco, read: readCoco },
  folders: { extension: 'tar', mediaType: 'application/x-tar', write: writeFolders, read: readFolders },
  'label-studio': {
    extension: 'label-studio.json',
    mediaType: 'application/json',
    write: writeLabelStudio,
    read: readLabelStudio,
  },
} satisfies Record<Format, AnnotationFormat<string> | AnnotationFormat<FolderEntry>>
