// A grown model as a sequence of immutable versions, in `versions/` of its run. Version 0 is what training left; each
// further one says what it came from, which answers made it, and what it gained and cost. Which of them is in use is one
// small file, so going back is one step, and forward again as well. Holds no tensor; add-version.ts writes them.

import fs from 'node:fs'
import { join } from 'node:path'
import { removeStaleTemporaries, sha256FileSync, writeFileAtomicSync } from '@oltr/torch/files'
import { ConfigError, DataError } from '../errors.ts'
import { runFolder } from '../training/run-folder.ts'
import type { GrowthMetrics } from './growth-metrics.ts'
import type { ImageLabel } from './label-answers.ts'

export interface Lineage {
  readonly version: number
  /** The version it was grown from, and the SHA-256 of its file. */
  readonly parent: { readonly version: number; readonly sha256: string }
  /** SHA-256 of this version's file. */
  readonly sha256: string
  readonly created: string
  readonly newClasses: readonly string[]
  /** What people said: the file, its SHA-256, and how many images it named. */
  readonly annotations: { readonly file: string; readonly sha256: string; readonly images: number }
  /** Known classes on validation images, new ones on named images held out; null where there are no validation images. */
  readonly before: GrowthMetrics | null
  readonly after: GrowthMetrics | null
  readonly settings: unknown
}

export interface Version {
  readonly version: number
  readonly file: string
  /** Null for version 0. */
  readonly lineage: Lineage | null
}

/** All versions of a run, oldest first. Throws DataError where training has not finished. */
export function listVersions(run: string): Version[] {
  const trained = runFolder(run).model('stage2')
  if (!fs.existsSync(trained))
    throw new DataError(run, 'holds no finished model; `oltr train` continues the run')
  const versions: Version[] = [{ version: 0, file: trained, lineage: null }]
  for (let version = 1; fs.existsSync(lineageFile(run, version)); version++) {
    const lineage = JSON.parse(fs.readFileSync(lineageFile(run, version), 'utf8')) as Lineage
    versions.push({ version, file: modelFile(run, version), lineage })
  }
  return versions
}

/** The version in use: the one chosen last, else version 0. Throws DataError where the choice cannot be read. */
export function currentVersion(run: string): Version {
  const versions = listVersions(run)
  const file = currentFile(run)
  if (!fs.existsSync(file)) return versions[0]!
  let chosen: unknown
  try {
    chosen = (JSON.parse(fs.readFileSync(file, 'utf8')) as { version: unknown }).version
  } catch (cause) {
    throw new DataError(file, 'cannot be read as JSON; choose a version with `oltr versions <run> --use 0`', {
      cause,
    })
  }
  const found = versions.find(({ version }) => version === chosen)
  if (!found)
    throw new DataError(
      file,
      `names version ${String(chosen)}, which is not there; choose one with \`oltr versions <run> --use 0\``,
    )
  return found
}

/** Takes another version into use. Throws ConfigError for one that does not exist, DataError for one whose file was changed. */
export function useVersion(run: string, wanted: number): Version {
  const versions = listVersions(run)
  const found = versions.find(({ version }) => version === wanted)
  if (!found) throw new ConfigError('version', wanted, `expected 0 to ${versions.length - 1}`)
  if (found.lineage && sha256FileSync(found.file) !== found.lineage.sha256)
    throw new DataError(
      found.file,
      'is not the file that this version was written with; restore it, or use another version',
    )
  fs.mkdirSync(join(run, 'versions'), { recursive: true })
  removeStaleTemporaries(join(run, 'versions'))
  writeFileAtomicSync(currentFile(run), `${JSON.stringify({ version: wanted })}\n`)
  return found
}

/** Every image that was named for some version of a run, in use or not. */
export function namedImages(run: string): ImageLabel[] {
  return listVersions(run).flatMap(({ version }) =>
    version === 0 ? [] : (JSON.parse(fs.readFileSync(labelsFile(run, version), 'utf8')) as ImageLabel[]),
  )
}

const currentFile = (run: string): string => join(run, 'versions', 'current.json')
/** The model of a version from 1 up. */
export const modelFile = (run: string, version: number): string =>
  join(run, 'versions', String(version), 'model.safetensors')
/** The images that were named for a version. */
export const labelsFile = (run: string, version: number): string =>
  join(run, 'versions', String(version), 'labels.json')
/** Where a version comes from; written last: without it there is no version. */
export const lineageFile = (run: string, version: number): string =>
  join(run, 'versions', String(version), 'lineage.json')
