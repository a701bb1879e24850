// `oltr train`: both stages of a recipe, started or continued.

import { Command, InvalidArgumentError } from 'commander'
import { recipes } from '../recipes/recipes.ts'
import { resolveConfig } from './settings.ts'

interface TrainCommandOptions {
  recipe: string
  run?: string
  data?: string
  config?: string
  set?: string[]
  seed?: number
  json?: boolean
  print?: boolean
}

export function trainCommand(): Command {
  return new Command('train')
    .description('train both stages of a recipe; the same command continues a run that was stopped')
    .option('-r, --recipe <name>', `one of ${Object.keys(recipes).join(', ')}`, 'quickstart')
    .option('--run <folder>', 'where the run is kept (default: runs/<recipe>)')
    .option('-d, --data <path>', 'folder or archive of the data set')
    .option('-c, --config <file>', 'YAML or JSON with keys that replace those of the recipe')
    .option('-s, --set <path=value>', 'replace one key, e.g. stage2.epochs=20; repeatable', collect)
    .option('--seed <number>', 'seed of weights, order and augmentation', wholeNumber)
    .option('--print', 'print the complete configuration and stop')
    .option('--json', 'one JSON object a line instead of a progress bar')
    .addHelpText(
      'after',
      '\nExit code: 0 when both stages are trained, 130 or 143 after SIGINT or SIGTERM (a checkpoint was written), 1 otherwise.',
    )
    .action(async (options: TrainCommandOptions) => {
      const config = resolveConfig(options)
      if (options.print) {
        console.log(JSON.stringify(config, null, 2))
        return
      }
      const run = options.run ?? `runs/${config.recipe}`
      if (!options.json) console.error(`run: ${run}; a stopped run continues with the same command`)
      const { train } = await import('../training/train.ts')
      const folder = await train(config, run, { json: options.json })
      const result = {
        run: folder.path,
        plain: config.stage2.start === 'stage1' ? folder.model('stage1') : null,
        oltr: folder.model('stage2'),
        metrics: folder.metrics,
        events: folder.events,
      }
      if (options.json) console.log(JSON.stringify(result))
      else console.log(summary(result))
    })
}

interface TrainResult {
  readonly run: string
  /** Null where there is no stage 1. */
  readonly plain: string | null
  readonly oltr: string
  readonly metrics: string
  readonly events: string
}

function summary(result: TrainResult): string {
  return [
    `stage 1:     ${result.plain ?? 'none'}`,
    `stage 2:     ${result.oltr}`,
    `metrics:     ${result.metrics}`,
    `TensorBoard: ${result.events}`,
    `next:        oltr evaluate ${result.run}`,
    `             oltr predict --model ${result.run} <images...>`,
  ].join('\n')
}

export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value]
}

export function wholeNumber(value: string): number {
  const number = Number(value)
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError('expected a whole number of at least 0')
  return number
}
