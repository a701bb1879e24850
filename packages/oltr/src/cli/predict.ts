// `oltr predict`: a model's decision on images, one line each.

import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { findImages } from '../datasets/image-files.ts'
import { DataError } from '../errors.ts'
import type { Prediction, Recogniser } from '../predict.ts'
import { runFolder } from '../training/run-folder.ts'
import { wholeNumber } from './train.ts'

const BATCH = 64

interface PredictCommandOptions {
  model: string
  top: number
  json?: boolean
}

export function predictCommand(): Command {
  return new Command('predict')
    .description('decide images: class, confidence, known or unknown')
    .argument('<images...>', 'image files, or folders of them')
    .requiredOption('-m, --model <path>', 'model file, or folder of a finished run')
    .option('--top <number>', 'how many classes to name', wholeNumber, 3)
    .option('--json', 'one JSON object an image; one that could not be read has `error`')
    .addHelpText(
      'after',
      '\nAn image counts as unknown by the threshold stored in the model; `decision` says which score was held against it.' +
        '\nExit code: 0 when every image was decided, 1 when some could not be read (they are listed).',
    )
    .action(async (paths: string[], options: PredictCommandOptions) => {
      const files = await imagesIn(paths)
      const { Recogniser } = await import('../predict.ts')
      const recogniser = new Recogniser(await modelFile(options.model), { candidates: options.top })
      let failures = 0
      for (let first = 0; first < files.length; first += BATCH) {
        const batch = files.slice(first, first + BATCH)
        for (const result of await decideAll(recogniser, batch)) {
          const failed = 'error' in result
          if (failed) failures++
          if (options.json) console.log(JSON.stringify(result))
          else if (failed) console.error(result.error)
          else console.log(line(result))
        }
      }
      recogniser.dispose()
      if (failures > 0) process.exitCode = 1
    })
}

interface Unreadable {
  readonly file: string
  readonly error: string
}

/** A batch at once; where one image cannot be read, each by itself, so that the others are decided. */
async function decideAll(
  recogniser: Recogniser,
  files: readonly string[],
): Promise<(Prediction | Unreadable)[]> {
  try {
    return await recogniser.predict(files)
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'DataLoadError') throw error
    if (files.length === 1) return [{ file: files[0], error: error.message }]
    const results: (Prediction | Unreadable)[] = []
    for (const file of files) results.push(...(await decideAll(recogniser, [file])))
    return results
  }
}

function line({ file, known, className, confidence, decision, reachability, nearest }: Prediction): string {
  const verdict = known ? className : 'unknown'
  const others = nearest.map((each) => `${each.className} ${percent(each.confidence)}`).join(', ')
  const distance = reachability === null ? '' : `  distance ${reachability.toPrecision(3)}`
  const score = `${decision.score} ${decision.value.toPrecision(3)} against ${decision.threshold.toPrecision(3)}`
  return `${file}: ${verdict} (${percent(confidence)} ${className})  ${score}${distance}  nearest: ${others}`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`
}

/** A model file as given; of a run the version in use, or the plain model where there is no other. */
async function modelFile(path: string): Promise<string> {
  if (!existsSync(path))
    throw new DataError(path, 'does not exist; expected a model file or the folder of a run')
  if (!statSync(path).isDirectory()) return path
  const { model } = runFolder(path)
  if (existsSync(model('stage2'))) {
    const { currentVersion } = await import('../exploration/versions.ts')
    return currentVersion(path).file
  }
  if (!existsSync(model('stage1')))
    throw new DataError(path, 'holds no finished model; `oltr train` continues the run')
  return model('stage1')
}

/** Files as given; folders with all images below them, sorted. */
async function imagesIn(paths: readonly string[]): Promise<string[]> {
  const lists = paths.map(async (path) => {
    if (!existsSync(path)) throw new DataError(path, 'does not exist')
    if (!statSync(path).isDirectory()) return [path]
    return (await findImages(path)).map((found) => join(path, found))
  })
  const files = (await Promise.all(lists)).flat()
  if (files.length === 0) throw new DataError(paths.join(', '), 'holds no .jpg, .jpeg or .png file')
  return files
}
