// Arbitrary evaluations for property tests: few classes, so that classes with no, one or two images, empty groups and sets
// without known or unknown images come up all the time, and scores from a handful of values, so that ties do too.
import fc from 'fast-check'

export interface RandomPredictions {
  readonly classCount: number
  readonly trainingCounts: number[]
  readonly labels: number[]
  readonly predictions: number[]
  readonly scores: number[]
}

/** N = 0..30 images of K = 1..6 classes; predictions may be -1 where `rejections` is true. */
export function labelledPredictions(options: { rejections?: boolean } = {}): fc.Arbitrary<RandomPredictions> {
  const lowest = options.rejections === false ? 0 : -1
  return fc.integer({ min: 1, max: 6 }).chain((classCount) =>
    fc
      .record({
        trainingCounts: fc.array(fc.constantFrom(0, 1, 2, 19, 20, 100, 101, 500), {
          minLength: classCount,
          maxLength: classCount,
        }),
        images: fc.array(
          fc.record({
            label: fc.integer({ min: -1, max: classCount - 1 }),
            prediction: fc.integer({ min: lowest, max: classCount - 1 }),
            score: fc.oneof(
              fc.constantFrom(0, 0.1, 0.5, 0.5000001, 1),
              fc.double({ min: -3, max: 3, noNaN: true }),
            ),
          }),
          { maxLength: 30 },
        ),
      })
      .map(({ trainingCounts, images }) => ({
        classCount,
        trainingCounts,
        labels: images.map((image) => image.label),
        predictions: images.map((image) => image.prediction),
        scores: images.map((image) => image.score),
      })),
  )
}
