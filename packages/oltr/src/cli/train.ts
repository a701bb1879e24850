// `oltr train`: both stages of a recipe, started or continued.

import { Command, InvalidArgumentError } from 'commander'
import { recipes } from '../recipes/recipes.ts'
import { train } from '../training/train.ts'
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
    .action(async (options: TrainCommandOptions) => {
      const config = resolveConfig(options)
      if (options.print) {
        console.log(JSON.stringify(config, null, 2))
        return
      }
      const folder = await train(config, options.run ?? `runs/${config.recipe}`, { json: options.json })
      const result = {
        run: folder.path,
        plain: folder.model('stage1'),
        oltr: folder.model('stage2'),
        metrics: folder.metrics,
      }
      if (options.json) console.log(JSON.stringify(result))
      else console.log(`trained: ${result.oltr}\nnext:    oltr evaluate ${result.run}`)
    })
}

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value]
}

export function wholeNumber(value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0)
    throw new InvalidArgumentError('expected a whole number of at least 0')
  return number
}
