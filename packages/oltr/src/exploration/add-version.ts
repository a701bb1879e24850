// A further version of a grown model, written whole or not at all.

import fs from 'node:fs'
import { join } from 'node:path'
import { removeStaleTemporaries, sha256FileSync, writeFileAtomicSync } from '@oltr/torch/files'
import type { OpenLongTailedModel } from '../model.ts'
import { type ModelCard, saveTrainedModel } from '../trained-model.ts'
import type { ImageLabel } from './label-answers.ts'
import {
  type Lineage,
  labelsFile,
  lineageFile,
  listVersions,
  modelFile,
  useVersion,
  type Version,
} from './versions.ts'

/** Writes a new version, grown from `parent` with `labels`, and takes it into use. */
export function addVersion(
  run: string,
  parent: Version,
  model: OpenLongTailedModel,
  card: ModelCard,
  labels: readonly ImageLabel[],
  facts: Omit<Lineage, 'version' | 'parent' | 'sha256' | 'created'>,
): Version {
  const version = listVersions(run).length
  const file = modelFile(run, version)
  fs.mkdirSync(join(run, 'versions', String(version)), { recursive: true })
  // What a killed update was writing: without its lineage it is no version yet.
  removeStaleTemporaries(join(run, 'versions', String(version)))
  saveTrainedModel(file, model, card)
  writeFileAtomicSync(labelsFile(run, version), `${JSON.stringify(labels)}\n`)
  const lineage: Lineage = {
    version,
    parent: { version: parent.version, sha256: sha256FileSync(parent.file) },
    sha256: sha256FileSync(file),
    created: new Date().toISOString(),
    ...facts,
  }
  writeFileAtomicSync(lineageFile(run, version), `${JSON.stringify(lineage, null, 2)}\n`)
  return useVersion(run, version)
}
