// Open-set classification rate (Dhamija et al. 2018): for every threshold, the share of known images that are accepted *and*
// classified rightly (CCR) against the share of unknown images accepted (FPR). The area under the curve is the chance that a
// random known image is right and scores above a random unknown one, ties counting one half; it never exceeds the closed-set
// accuracy nor the AUROC.
import { checkSameLength, type Numbers } from './checked-input.ts'
import { rankScores, type ScoreRanking } from './score-ranking.ts'

export interface OscrPoint {
  readonly fpr: number
  readonly ccr: number
}

/**
 * Area under the OSCR curve, 0..1; null without known or without unknown images. `correct`: (N_known,), 1 where the closed-set
 * prediction is right, else 0; scores are higher for known images. Throws DataError on NaN or infinity.
 */
export function oscr(knownScores: Numbers, correct: Numbers, unknownScores: Numbers): number | null {
  const { knownAccepted, unknownAccepted, known, unknown } = rank(knownScores, correct, unknownScores)
  if (known === 0 || unknown === 0) return null
  let area = knownAccepted[0] * unknownAccepted[0] // twice the area, by trapezoids
  for (let t = 1; t < knownAccepted.length; t++)
    area += (knownAccepted[t - 1] + knownAccepted[t]) * (unknownAccepted[t] - unknownAccepted[t - 1])
  return area / 2 / known / unknown
}

/**
 * The curve from (0, 0) to (1, closed-set accuracy), fpr never falling. `maxPoints` thins it out for reports and charts, at
 * even steps, keeping both ends. Empty without known or without unknown images.
 */
export function oscrCurve(
  knownScores: Numbers,
  correct: Numbers,
  unknownScores: Numbers,
  maxPoints = Number.POSITIVE_INFINITY,
): OscrPoint[] {
  const { knownAccepted, unknownAccepted, known, unknown } = rank(knownScores, correct, unknownScores)
  if (known === 0 || unknown === 0) return []
  const length = knownAccepted.length
  const points = Math.max(1, Math.min(length, Math.floor(maxPoints) - 1))
  const curve: OscrPoint[] = [{ fpr: 0, ccr: 0 }]
  for (let i = 1; i <= points; i++) {
    const t = Math.ceil((i * length) / points) - 1
    curve.push({ fpr: unknownAccepted[t] / unknown, ccr: knownAccepted[t] / known })
  }
  return curve
}

function rank(knownScores: Numbers, correct: Numbers, unknownScores: Numbers): ScoreRanking {
  checkSameLength('known scores', knownScores, 'correct', correct)
  return rankScores(knownScores, unknownScores, correct)
}
