// What one stage of one arm of a dynamic loop came to: the rows that reports, curves and results files are made of.

/** Accuracies are shares 0..1 of the mean over classes, always classifying over known and all new labels together. */
export interface LoopRecord {
  /** `budget-curve` (Fig. 12(a)) or `stages` (Table 9: two of them). */
  readonly protocol: string
  /** The strategy, or a reference such as `no update`, `fine-tuned`. */
  readonly arm: string
  readonly seed: number
  /** From 1. */
  readonly stage: number
  /** Of this stage, as asked for: `10%`, `200`. */
  readonly budget: string
  /** Images in the pool of this stage, duplicates and unreadable ones left out. */
  readonly pool: number
  /** Questions asked in this stage. */
  readonly queried: number
  /** Of them, those that show a class unknown before this stage. */
  readonly queriedOpen: number
  /** Of them, those that got a usable label. */
  readonly labelled: number
  /** Open classes in the pool, and those that got at least one label so far in this stage. */
  readonly openClasses: number
  readonly discovered: number
  /** Mean accuracy over the classes known before the loop began. */
  readonly known: number
  /** The same before this stage's update. */
  readonly knownBefore: number
  /** Known accuracy by shot group of the original training set; null for an empty group. */
  readonly many: number | null
  readonly medium: number | null
  readonly few: number | null
  /** Mean accuracy over this stage's open classes; a class that was not discovered counts 0. */
  readonly unknown: number
  /** Mean accuracy over the open classes of all stages so far. */
  readonly unknownCumulative: number
  /** Why the update was refused, where it was; the accuracies are then those of the model before. */
  readonly refused?: string
  /** Seconds of selection and of the update, without reading images. */
  readonly selectSeconds: number
  readonly updateSeconds: number
}
