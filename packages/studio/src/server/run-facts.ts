// What the studio reads from the run that it belongs to: its classes, its versions, its rounds. Files only, no model.

import fs from 'node:fs'
import { join } from 'node:path'
import {
  currentVersion,
  FeatureStore,
  hasSamplePool,
  listVersions,
  type ModelCard,
  readModelCard,
  readRound,
  readRunConfig,
  type ShotGroup,
  shotGroups,
  shotRule,
  type Version,
} from 'oltr/exploration'
import { knownClassId } from '../store/class-changes.ts'

export class RunFacts {
  readonly folder: string
  readonly #cards = new Map<string, ModelCard>()
  #trainedNames: ReadonlyMap<string, string> | null = null

  /** Throws DataError where the folder is no finished run. */
  constructor(folder: string) {
    this.folder = folder
    listVersions(folder)
  }

  get inUse(): Version {
    return currentVersion(this.folder)
  }

  get versions(): Version[] {
    return listVersions(this.folder)
  }

  /** The card of a version; versions never change. */
  card(version: Version): ModelCard {
    const kept = this.#cards.get(version.file)
    if (kept) return kept
    const card = readModelCard(version.file)
    this.#cards.set(version.file, card)
    return card
  }

  /** Classes that training knew, in the order of its labels. */
  get trainedClasses(): readonly string[] {
    return this.card(this.versions[0]!).classNames
  }

  /** What training called a class; null for one that came later. */
  trainedName(id: string): string | null {
    this.#trainedNames ??= new Map(this.trainedClasses.map((name) => [knownClassId(name), name]))
    return this.#trainedNames.get(id) ?? null
  }

  /** Training images and shot group of each trained class. */
  get trainedCounts(): { counts: readonly number[]; groups: readonly ShotGroup[] } {
    const counts = this.card(this.versions[0]!).trainingCounts
    const { shots } = readRunConfig(this.folder)
    return { counts, groups: shotGroups([...counts], shotRule(shots.manyAbove, shots.fewBelow)) }
  }

  get hasSamples(): boolean {
    return hasSamplePool(this.folder)
  }

  roundFolder(round: number): string {
    return join(this.folder, 'rounds', String(round))
  }

  /** Rounds whose images are chosen, the first one first. */
  get exploredRounds(): number[] {
    const folder = join(this.folder, 'rounds')
    if (!fs.existsSync(folder)) return []
    return fs
      .readdirSync(folder)
      .filter((name) => /^[1-9]\d{0,8}$/.test(name))
      .map(Number)
      .filter((round) => fs.existsSync(join(folder, String(round), 'selection.json')))
      .sort((a, b) => a - b)
  }

  round(round: number): ReturnType<typeof readRound> {
    return readRound(this.roundFolder(round))
  }

  /** The features of a round's pool. */
  features(round: number): FeatureStore {
    const folder = join(this.roundFolder(round), 'features')
    return FeatureStore.open(folder, JSON.parse(fs.readFileSync(join(folder, 'about.json'), 'utf8')), 1)
  }

  /** What the studio itself keeps. */
  get studioFolder(): string {
    return join(this.folder, 'studio')
  }
}
