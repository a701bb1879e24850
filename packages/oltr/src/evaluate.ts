// A finished run judged on its test images, known and unknown: the plain model and the complete one, side by side.

import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setThreads } from '@oltr/torch'
import { loadSplits } from './datasets/load-splits.ts'
import { DataError } from './errors.ts'
import { evaluateTable } from './metrics/evaluation.ts'
import type { EvaluationReport } from './metrics/evaluation-report.ts'
import { shotRule } from './metrics/shot-groups.ts'
import { PAPER_THRESHOLD } from './metrics/threshold.ts'
import { createProgress } from './reporting/progress.ts'
import { parseRunConfig, type RunConfig } from './run-config.ts'
import { loadTrainedModel, type ModelCard } from './trained-model.ts'
import { openRunFolder, type StageName } from './training/run-folder.ts'
import { predictSets } from './training/validation.ts'

export interface ModelEvaluation {
  readonly name: string
  readonly card: ModelCard
  readonly report: EvaluationReport
}

export interface EvaluateOptions {
  readonly json?: boolean
  /** Which models; default: every finished one. */
  readonly stages?: readonly StageName[]
}

/**
 * Evaluates the models of a run on its test set and, where it has one, its open set. Each is judged at the threshold it
 * carries and at the paper's 0.1.
 *
 * Throws DataError when the folder holds no finished model.
 */
export async function evaluateRun(
  runPath: string,
  options: EvaluateOptions = {},
): Promise<ModelEvaluation[]> {
  const config = readRunConfig(runPath)
  const folder = openRunFolder(runPath)
  const stages = (options.stages ?? (['stage1', 'stage2'] as const)).filter((stage) =>
    existsSync(folder.model(stage)),
  )
  if (stages.length === 0)
    throw new DataError(runPath, 'holds no finished model yet; `oltr train` continues the run')
  setThreads(config.execution.threads ?? availableParallelism())
  const { test, open } = await loadSplits(config.data)
  const sets = open ? [test, open] : [test]
  const images = sets.reduce((sum, set) => sum + set.labels.length, 0)
  const evaluations: ModelEvaluation[] = []
  for (const stage of stages) {
    const { model, card } = loadTrainedModel(folder.model(stage))
    const name = card.kind === 'plain' ? 'plain' : 'OLTR++'
    const progress = createProgress({
      label: `evaluate ${name}`,
      total: images,
      unit: 'images',
      json: options.json,
    })
    let done = 0
    const table = await predictSets(model, sets, config, card.provenance.precision, (count) => {
      done += count
      progress.update(done)
    })
    progress.done()
    model.dispose()
    const fitted = card.threshold
    const isPaper = fitted.score === PAPER_THRESHOLD.score && fitted.value === PAPER_THRESHOLD.value
    const report = evaluateTable(table, {
      trainingCounts: card.trainingCounts,
      classNames: card.classNames,
      shotRule: shotRule(config.shots.manyAbove, config.shots.fewBelow),
      thresholds: isPaper ? [fitted] : [fitted, PAPER_THRESHOLD],
    })
    evaluations.push({ name, card, report })
  }
  return evaluations
}

/** The configuration that a run was started with. Throws DataError where there is none. */
export function readRunConfig(runPath: string): RunConfig {
  const file = join(runPath, 'config.json')
  if (!existsSync(file))
    throw new DataError(runPath, 'is no run folder (config.json is missing); `oltr train` makes one')
  try {
    return parseRunConfig(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new DataError(file, 'is not valid JSON', { cause })
  }
}
