// The folder of this package, found alike from its sources and from the server that is built into one file.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

function above(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : above(dirname(folder))
}

export const PACKAGE = above(import.meta.dirname)
