// Names of the file formats. The list is written here again because the contract's own file brings its checker along.

import type { Format } from '../../src/api/schemas.ts'

export const FORMAT_NAMES: Record<Format, string> = {
  csv: 'CSV',
  jsonl: 'JSONL',
  coco: 'COCO',
  folders: 'Class folders',
  'label-studio': 'Label Studio',
}

export const FORMATS_HERE = Object.keys(FORMAT_NAMES) as Format[]
