// `oltr loop`: the dynamic recognition loop simulated, strategy against strategy, with its report.

import { availableParallelism, cpus } from 'node:os'
import { Command, Option } from 'commander'
import { codeVersion } from '../code-version.ts'
import { ConfigError } from '../errors.ts'
import type { LoopResult } from '../exploration/loop.ts'
import type { LoopConfig } from '../exploration/loop-config.ts'
import type { LoopCard } from '../exploration/loop-results.ts'
import { changedSettings, commandLine } from '../recipes/command-line.ts'
import { overridden } from './settings.ts'
import { collect, wholeNumber } from './train.ts'

interface LoopCommandOptions {
  protocol?: 'budget-curve' | 'stages'
  strategies?: string
  budgets?: string
  seeds?: number
  annotator?: 'oracle' | 'crowd'
  fineTuned?: boolean
  config?: string
  set?: string[]
  out?: string
  results?: string
  json?: boolean
  print?: boolean
}

export function loopCommand(): Command {
  return new Command('loop')
    .description('explore, ask, update, again: simulated on held-out classes, strategies side by side')
    .argument(
      '<run>',
      'folder of a finished run with classes to discover (data.heldOut, or the built-in set)',
    )
    .addOption(
      new Option('--protocol <name>', 'one stage at several budgets, or several stages').choices([
        'budget-curve',
        'stages',
      ]),
    )
    .option('--strategies <names>', 'comma-separated; random is always among them')
    .option('--budgets <amounts>', 'comma-separated, of the pool: 10%,20% or 200; one for stages')
    .option('--seeds <number>', 'selection seeds, from 0', wholeNumber)
    .addOption(new Option('--annotator <kind>', 'who answers').choices(['oracle', 'crowd']))
    .option(
      '--fine-tuned',
      'also fine-tune the whole network on everything, as an upper bound (minutes to hours)',
    )
    .option('-c, --config <file>', 'YAML or JSON with further settings')
    .option(
      '-s, --set <path=value>',
      'replace one setting, e.g. update.refinement.epochs=20; repeatable',
      collect,
    )
    .option('-o, --out <folder>', 'where the loop is kept (default: <run>/loops/<protocol>)')
    .option('--results <file>', 'add the rows, with their protocol, to this CSV file')
    .option('--print', 'print the complete settings and stop')
    .option('--json', 'print the records as JSON, and progress as JSON lines')
    .addHelpText('after', '\nThe same command continues a loop that was stopped, exactly.')
    .action(async (run: string, options: LoopCommandOptions) => {
      const config = await loopConfig(options)
      if (options.print) {
        console.log(JSON.stringify(config, null, 2))
        return
      }
      const started = performance.now()
      const folder = options.out ?? `${run}/loops/${config.protocol}`
      const { parseLoopConfig } = await import('../exploration/loop-config.ts')
      const { runLoop } = await import('../exploration/loop.ts')
      const { writeLoopReport } = await import('../exploration/loop-report.ts')
      const result = await runLoop(run, folder, config, { json: options.json })
      const card = loopCard(result, config, parseLoopConfig({}), (performance.now() - started) / 1000)
      const [ours] = config.arms.filter((arm) => arm !== 'random')
      const files = writeLoopReport(folder, result.records, {
        title: `The loop on ${result.world.config.recipe}`,
        protocol: { ...card },
        ours,
      })
      if (options.results) {
        const { addLoopResults } = await import('../exploration/loop-results.ts')
        addLoopResults(options.results, result.records, card)
      }
      if (options.json) {
        console.log(JSON.stringify(result.records))
        return
      }
      const { loopMarkdownTable } = await import('../exploration/loop-results.ts')
      console.log(loopMarkdownTable(result.records, config.protocol))
      console.log(`\nreport: ${files.find((file) => file.endsWith('.html'))}`)
    })
}

async function loopConfig(options: LoopCommandOptions): Promise<LoopConfig> {
  const { parseLoopConfig } = await import('../exploration/loop-config.ts')
  const shorthands: [string, unknown][] = []
  const list = (text: string): string[] => text.split(',').map((word) => word.trim())
  if (options.protocol) shorthands.push(['protocol', options.protocol])
  // An arm may have commas after its @: energy@unit,per-centroid is written energy@unit+per-centroid here.
  if (options.strategies)
    shorthands.push(['arms', list(options.strategies).map((arm) => arm.replaceAll('+', ','))])
  if (options.budgets) {
    const budgets = list(options.budgets)
    if (options.protocol !== 'stages') shorthands.push(['budgets', budgets])
    else if (budgets.length === 1) shorthands.push(['stageBudget', budgets[0]])
    else throw new ConfigError('--budgets', options.budgets, 'expected one budget for all stages')
  }
  if (options.seeds !== undefined)
    shorthands.push(['seeds', Array.from({ length: options.seeds }, (_, seed) => seed)])
  if (options.annotator) shorthands.push(['annotation', { kind: options.annotator }])
  if (options.fineTuned) shorthands.push(['fineTuned', true])
  const config = parseLoopConfig(overridden(parseLoopConfig({}), options, shorthands))
  return config.arms.includes('random') ? config : { ...config, arms: [...config.arms, 'random'] }
}

function loopCard(
  { world }: LoopResult,
  config: LoopConfig,
  defaults: LoopConfig,
  seconds: number,
): LoopCard {
  const { openPerClass, knownPerOpen } = config.pool
  const { provenance } = world.card
  return {
    command: `${commandLine(world.config)} && ${['oltr loop <run>', ...changedSettings(config, defaults)].join(' ')}`,
    commit: codeVersion(),
    baseModel: world.modelSha256,
    recipe: world.config.recipe,
    backbone: world.config.model.backbone,
    parameters: provenance.parameters,
    selection: 'last epoch; test images select nothing',
    pool: `${openPerClass ?? 'all'} images of each open class, ${knownPerOpen ?? 'all'} known for each open one, of ${world.poolLabels.length}`,
    annotator: config.annotation.kind,
    hardware: `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} threads, libtorch ${provenance.libtorch}`,
    wallSeconds: Math.round(seconds),
  }
}
