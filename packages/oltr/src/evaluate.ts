// A finished run judged on its test images, known and unknown: the plain model and the complete one, side by side.

import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setThreads } from '@oltr/torch'
import { loadSplits, type Splits } from './datasets/load-splits.ts'
import { DataError } from './errors.ts'
import type { Classifier } from './inference.ts'
import { evaluateTable } from './metrics/evaluation.ts'
import type { EvaluationReport } from './metrics/evaluation-report.ts'
import { shotRule } from './metrics/shot-groups.ts'
import { type FittedThreshold, PAPER_THRESHOLD } from './metrics/threshold.ts'
import { PriorCorrectedModel } from './prior-corrected-model.ts'
import { readRunConfig } from './read-run-config.ts'
import { createProgress } from './reporting/progress.ts'
import type { RunConfig } from './run-config.ts'
import { loadTrainedModel, type ModelCard } from './trained-model.ts'
import { checkSplit } from './training/run-claim.ts'
import { runFolder, type StageName } from './training/run-folder.ts'
import { chooseThreshold } from './training/threshold-choice.ts'
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
 * Evaluates the models of a run on its test set and, where it has one, its open set: the plain one, the same with its
 * logits corrected by the prior, and the complete one. Each is judged at the threshold it carries and at the paper's 0.1.
 *
 * Throws DataError when the folder holds no finished model, or the images are not those that the run began with.
 */
export async function evaluateRun(
  runPath: string,
  options: EvaluateOptions = {},
): Promise<ModelEvaluation[]> {
  const config = readRunConfig(runPath)
  const folder = runFolder(runPath)
  const stages = (options.stages ?? (['stage1', 'stage2'] as const)).filter((stage) =>
    existsSync(folder.model(stage)),
  )
  if (stages.length === 0)
    throw new DataError(runPath, 'holds no finished model yet; `oltr train` continues the run')
  setThreads(config.execution.threads ?? availableParallelism())
  const splits = await loadSplits(config.data)
  await checkSplit(folder, splits.record)
  const evaluations: ModelEvaluation[] = []
  for (const stage of stages) {
    const { kind, model, card } = loadTrainedModel(folder.model(stage))
    model.to({ device: config.execution.device, memoryFormat: 'channels_last' })
    const judge = async (name: string, judged: Classifier, threshold: FittedThreshold) =>
      evaluations.push({
        name,
        card,
        report: await judgeModel(name, judged, threshold, { card, config, splits, options }),
      })
    await judge(kind === 'plain' ? 'plain' : 'OLTR++', model, card.threshold)
    if (kind === 'plain') {
      const corrected = new PriorCorrectedModel(model, card.trainingCounts).to({
        device: config.execution.device,
      })
      const threshold = await chooseThreshold(corrected, splits, config, card.provenance.precision)
      await judge('plain - log prior', corrected, threshold)
      corrected.logPrior.dispose()
    }
    model.dispose()
  }
  return evaluations
}

async function judgeModel(
  name: string,
  model: Classifier,
  threshold: FittedThreshold,
  run: { card: ModelCard; config: RunConfig; splits: Splits; options: EvaluateOptions },
): Promise<EvaluationReport> {
  const { card, config, splits, options } = run
  const sets = splits.open ? [splits.test, splits.open] : [splits.test]
  const total = sets.reduce((sum, set) => sum + set.labels.length, 0)
  const progress = createProgress({ label: `evaluate ${name}`, total, unit: 'images', json: options.json })
  let done = 0
  const onImages = (count: number): void => {
    done += count
    progress.update(done)
  }
  const table = await predictSets(model, sets, config, card.provenance.precision, { onImages })
  progress.done()
  const isPaper = threshold.score === PAPER_THRESHOLD.score && threshold.value === PAPER_THRESHOLD.value
  return evaluateTable(table, {
    trainingCounts: card.trainingCounts,
    classNames: card.classNames,
    shotRule: shotRule(config.shots.manyAbove, config.shots.fewBelow),
    thresholds: isPaper ? [threshold] : [threshold, PAPER_THRESHOLD],
  })
}
