// One stage of a simulated loop (Alg. 1): score the pool, choose, ask, take the new classes in, measure. Each step leaves a
// plain file in the stage's folder and is skipped where that is there already, so a killed loop goes on where it was.

import fs from 'node:fs'
import { join } from 'node:path'
import { removeStaleTemporaries, sha256FileSync, writeFileAtomicSync } from '@oltr/torch/files'
import type { OpenLongTailedModel } from '../model.ts'
import { loadOltr, type ModelCard, saveTrainedModel } from '../trained-model.ts'
import { heed, type StopRequest } from '../training/interruption.ts'
import type { Annotator } from './annotation/annotator.ts'
import { applyLabels } from './apply-labels.ts'
import type { Arm } from './arm.ts'
import { askAnnotators } from './ask-annotators.ts'
import type { StagePool } from './draw-pool.ts'
import { type Labelling, labelAnswers } from './label-answers.ts'
import type { LoopConfig } from './loop-config.ts'
import type { LoopRecord } from './loop-record.ts'
import type { LoopWorld } from './loop-world.ts'
import { measureStage, type TaughtModel } from './measure-stage.ts'
import { NameDecisions } from './naming/name-decisions.ts'
import { scorePool } from './score-pool.ts'
import { type Selected, selectImages } from './select-images.ts'

/** Where an arm stands between two stages. */
export interface ArmState {
  readonly model: OpenLongTailedModel
  readonly card: ModelCard
  /** SHA-256 of the file of this model. */
  readonly sha256: string
  /** Images named so far: their positions in the pool, and the name they got. */
  readonly taught: readonly { readonly at: number; readonly className: string }[]
}

export interface StageInput {
  readonly world: LoopWorld
  readonly config: LoopConfig
  readonly arm: Arm
  readonly seed: number
  readonly budget: string
  /** How the records call the protocol. */
  readonly protocol: string
  /** From 1. */
  readonly stage: number
  readonly pools: readonly StagePool[]
  readonly annotators: readonly Annotator[]
  readonly stop: StopRequest
}

/** What the update of a stage left, beside its model. */
interface UpdateRecord {
  readonly seconds: number
  readonly refused: string | null
  readonly parent: string
}

/** Runs a stage in `folder`, from wherever it stands. Throws Interrupted after a signal. */
export async function runLoopStage(
  folder: string,
  state: ArmState,
  input: StageInput,
): Promise<{ state: ArmState; record: LoopRecord }> {
  const { world, arm, stage, pools, stop } = input
  const { annotation } = input.config
  fs.mkdirSync(folder, { recursive: true })
  removeStaleTemporaries(folder)
  const pool = await scorePool(
    {
      store: world.pool,
      positions: pools[stage - 1].positions,
      model: state.model,
      classNames: state.card.classNames,
      labelled: labelledIds(world, state),
    },
    join(folder, 'scores.jsonl'),
    arm.scores,
    { stop },
  )
  const selection = step(join(folder, 'selection.json'), () =>
    selectImages(pool, {
      store: world.pool,
      model: state.model,
      classNames: state.card.classNames,
      labelled: () => labelledFeatures(world, state),
      arm,
      budget: input.budget,
      seed: input.seed,
    }),
  )
  await heed(stop)
  const answers = await askAnnotators(join(folder, 'answers.jsonl'), selection.asked, state.card.classNames, {
    annotators: input.annotators,
    overlap: annotation.kind === 'crowd' ? annotation.overlap : 1,
    stopAfter: input.config.stopAfter,
    stop,
  })
  const labelling = step(join(folder, 'labels.json'), (): Labelling => {
    const decisions = new NameDecisions()
    const found = labelAnswers(
      answers,
      new Set(answers.map(({ question }) => question)),
      state.card.classNames,
      decisions,
      annotation.kind === 'crowd'
        ? { consensus: annotation.consensus, merge: true }
        : { consensus: 'majority', merge: false },
    )
    decisions.save(join(folder, 'names.json'))
    return found
  })
  await heed(stop)
  const next = update(folder, state, selection.asked, labelling, input)
  const answered = new Set(answers.map(({ question }) => question))
  const record = step(join(folder, 'metrics.json'), () =>
    measureStage(
      world,
      { protocol: input.protocol, arm: arm.name, seed: input.seed, stage, budget: input.budget },
      pools,
      {
        before: taughtModel(state),
        after: taughtModel(next.state),
        selection: { ...selection, asked: selection.asked.filter(({ id }) => answered.has(id)) },
        labelled: labelling.labels.length,
        updateSeconds: next.update.seconds,
        refused: next.update.refused,
      },
    ),
  )
  await heed(stop)
  return { state: next.state, record }
}

/** The result of a step: read where it was done before, else made and written down. */
function step<T>(file: string, make: () => T): T {
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8')) as T
  const made = make()
  writeFileAtomicSync(file, `${JSON.stringify(made)}\n`)
  return made
}

function labelledIds({ training, pool }: LoopWorld, { taught }: ArmState): Set<string> {
  const ids = new Set<string>()
  for (const stored of training.images) if ('id' in stored) ids.add(stored.id)
  for (const { at } of taught) {
    const stored = pool.images[at]
    if ('id' in stored) ids.add(stored.id)
  }
  return ids
}

/** Training images and those named so far, flat (M, D). */
function labelledFeatures({ training, pool }: LoopWorld, { taught }: ArmState): Float32Array {
  const named = pool.readAt(taught.map(({ at }) => at))
  const all = new Float32Array(training.length * training.source.dimension + named.length)
  all.set(training.read(0, training.length))
  all.set(named, all.length - named.length)
  return all
}

function taughtModel({ model, card, taught }: ArmState): TaughtModel {
  return { model, classNames: card.classNames, taught }
}

/** The model of the stage: loaded where it is there, else the update; the one before where nothing was named or it is refused. */
function update(
  folder: string,
  state: ArmState,
  asked: readonly Selected[],
  labelling: Labelling,
  { world, config }: StageInput,
): { state: ArmState; update: UpdateRecord } {
  const file = join(folder, 'model.safetensors')
  const place = new Map(asked.map((image) => [image.id, image]))
  const named = labelling.labels.map(({ id, className }) => ({ ...place.get(id)!, className }))
  const record = step(join(folder, 'update.json'), (): UpdateRecord => {
    const started = performance.now()
    if (named.length === 0) return { seconds: 0, refused: 'nothing was named', parent: state.sha256 }
    const applied = applyLabels(
      state.model,
      state.card,
      {
        features: world.pool.readAt(named.map(({ at }) => at)),
        classNames: named.map(({ className }) => className),
        energies: named.map(({ energy }) => energy),
      },
      world.validation,
      world.groups,
      config.update,
    )
    const seconds = (performance.now() - started) / 1000
    if (applied.refused === null) saveTrainedModel(file, applied.model, applied.card)
    applied.model.dispose()
    return { seconds, refused: applied.refused, parent: state.sha256 }
  })
  if (record.refused !== null) return { state, update: record }
  const trained = loadOltr(file)
  const taught = [...state.taught, ...named.map(({ at, className }) => ({ at, className }))]
  return {
    state: { model: trained.model, card: trained.card, sha256: sha256FileSync(file), taught },
    update: record,
  }
}
