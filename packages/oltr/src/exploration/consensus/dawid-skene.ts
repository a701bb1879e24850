// Whom to believe: Dawid and Skene, "Maximum likelihood estimation of observer error-rates using the EM algorithm", Applied
// Statistics 28 (1979). True categories and each annotator's confusions are estimated in turn until neither moves.
//
// Unlike there, the true category of an image is sought among those that somebody voted for on it, which keeps the tables as small
// as the answers. Confusions are smoothed towards a matrix with the annotator's overall accuracy on the diagonal, itself
// smoothed: where a class has few answers, a row of counts says nothing, and an annotator is as good there as elsewhere.

import { countVotes, type Vote } from './votes.ts'

export interface DawidSkeneOptions {
  /** Answers that the smoothing of a row of confusions is worth. */
  readonly smoothing?: number
  /** Accuracy of an annotator of whom nothing is known, and the answers that this is worth. */
  readonly accuracy?: number
  readonly accuracyWeight?: number
  readonly iterations?: number
  /** Iteration ends when no probability moves by more. */
  readonly tolerance?: number
}

export interface DawidSkene {
  /** For each question, the probability of each category voted for on it. */
  readonly posteriors: Map<string, Map<string, number>>
  /** Estimated share of right answers. */
  readonly accuracies: Map<string, number>
  readonly iterations: number
  readonly converged: boolean
}

/** Estimates from votes by question, sorted (`votesByQuestion`): the same result on every run. */
export function dawidSkene(
  votes: ReadonlyMap<string, readonly Vote[]>,
  {
    smoothing = 4,
    accuracy = 0.75,
    accuracyWeight = 4,
    iterations = 200,
    tolerance = 1e-6,
  }: DawidSkeneOptions = {},
): DawidSkene {
  const { questions, annotators, categories, cells, rows } = numbered(votes)
  const wrongs = Math.max(1, categories - 1)
  let accuracies = new Float64Array(annotators.length)
  for (let iteration = 1; ; iteration++) {
    // Maximisation: counts of categories, confusions and right answers, each image divided among what it may be.
    const prior = new Float64Array(categories)
    const cell = new Float64Array(cells)
    const row = new Float64Array(rows.length)
    for (const { truths, posterior } of questions) {
      truths.forEach(({ category, said }, i) => {
        prior[category] += posterior[i]
        for (const vote of said) {
          cell[vote.cell] += posterior[i]
          row[vote.row] += posterior[i]
        }
      })
    }
    accuracies = estimatedAccuracies(annotators.length, questions, accuracy, accuracyWeight)
    // Expectation: what each image is, given who says what about it.
    let moved = 0
    for (const { truths, posterior } of questions) {
      const logs = truths.map(({ category, said }) => {
        let log = Math.log((prior[category] + 1) / (questions.length + categories))
        for (const vote of said) {
          const p = vote.right ? accuracies[vote.annotator] : (1 - accuracies[vote.annotator]) / wrongs
          log += Math.log((cell[vote.cell] + smoothing * p) / (row[vote.row] + smoothing))
        }
        return log
      })
      const highest = Math.max(...logs)
      const total = logs.reduce((sum, log) => sum + Math.exp(log - highest), 0)
      logs.forEach((log, i) => {
        const p = Math.exp(log - highest) / total
        moved = Math.max(moved, Math.abs(p - posterior[i]))
        posterior[i] = p
      })
    }
    const converged = moved <= tolerance
    if (!converged && iteration < iterations) continue
    return {
      posteriors: new Map(
        questions.map(({ id, names, posterior }) => [
          id,
          new Map(names.map((name, i) => [name, posterior[i]])),
        ]),
      ),
      accuracies: new Map(annotators.map((name, i) => [name, accuracies[i]])),
      iterations: iteration,
      converged,
    }
  }
}

function estimatedAccuracies(
  annotators: number,
  questions: readonly NumberedQuestion[],
  expected: number,
  weight: number,
): Float64Array<ArrayBuffer> {
  const right = new Float64Array(annotators).fill(expected * weight)
  const total = new Float64Array(annotators).fill(weight)
  for (const { truths, posterior } of questions) {
    truths.forEach(({ said }, i) => {
      for (const vote of said) {
        total[vote.annotator] += posterior[i]
        if (vote.right) right[vote.annotator] += posterior[i]
      }
    })
  }
  return right.map((count, i) => count / total[i])
}

/** A question with numbers for names, so that an iteration looks nothing up. */
interface NumberedQuestion {
  readonly id: string
  /** Categories voted for. */
  readonly names: readonly string[]
  /** The same as possible truths, with what each vote then means. */
  readonly truths: readonly {
    readonly category: number
    readonly said: readonly { annotator: number; row: number; cell: number; right: boolean }[]
  }[]
  /** Starts as the shares of the votes. */
  readonly posterior: number[]
}

function numbered(votes: ReadonlyMap<string, readonly Vote[]>) {
  const [categories, annotators, rows, cells] = [new Numbers(), new Numbers(), new Numbers(), new Numbers()]
  const questions = [...votes].map(([id, said]): NumberedQuestion => {
    const counts = countVotes(said)
    const truths = [...counts.keys()].map((truth) => {
      const category = categories.of(truth)
      return {
        category,
        said: said.map((vote) => {
          const annotator = annotators.of(vote.annotator)
          const row = rows.of(`${annotator} ${category}`)
          const cell = cells.of(`${row} ${categories.of(vote.category)}`)
          return { annotator, row, cell, right: vote.category === truth }
        }),
      }
    })
    return {
      id,
      names: [...counts.keys()],
      truths,
      posterior: [...counts.values()].map((n) => n / said.length),
    }
  })
  return {
    questions,
    annotators: annotators.names,
    categories: categories.names.length,
    rows: rows.names,
    cells: cells.names.length,
  }
}

/** Numbers names from 0 as they come. */
class Numbers {
  readonly names: string[] = []
  readonly #numbers = new Map<string, number>()

  of(name: string): number {
    let number = this.#numbers.get(name)
    if (number === undefined) {
      number = this.names.push(name) - 1
      this.#numbers.set(name, number)
    }
    return number
  }
}
