// `oltr explore`: which images of a folder are worth a person's time.

import { join } from 'node:path'
import { Command } from 'commander'
import { wholeNumber } from './train.ts'

interface ExploreCommandOptions {
  pool: string
  out?: string
  budget: string
  strategy: string
  temperature: string
  seed: number
  json?: boolean
}

export function exploreCommand(): Command {
  return new Command('explore')
    .description('pick the few images of a folder that are open and informative, for people to name')
    .argument('<run>', 'folder of a finished run')
    .requiredOption('-p, --pool <folder>', 'images that nobody has named yet')
    .option('-b, --budget <amount>', 'images to ask about, 200, or a share of the pool, 10%', '10%')
    .option(
      '-s, --strategy <name>',
      'random, max-softmax, entropy, margin, k-center, energy, energy-clusters; with @unit or @per-centroid another reading of the scores',
      'energy-clusters',
    )
    .option('--temperature <number>', 'T of the energy, for @per-centroid', '1')
    .option('-o, --out <folder>', 'where the round is kept (default: <run>/rounds/<number>)')
    .option('--seed <number>', 'seed of what a strategy leaves to chance', wholeNumber, 0)
    .option('--json', 'print the chosen images as JSON, and progress as JSON lines')
    .addHelpText(
      'after',
      '\nThe round holds scores.jsonl (every image, and why), questions.html (to look at) and questions.csv (to fill in).' +
        '\nThen: oltr update <run> --round <folder>. The same command continues a round that was stopped.',
    )
    .action(async (run: string, options: ExploreCommandOptions) => {
      const { exploreRound } = await import('../exploration/explore-round.ts')
      const { nextRound } = await import('../exploration/round-record.ts')
      const folder = options.out ?? nextRound(run, options.pool)
      const { selection, skipped } = await exploreRound(run, folder, {
        pool: options.pool,
        budget: options.budget,
        arm: options.strategy,
        scores: { temperature: Number(options.temperature) },
        seed: options.seed,
        json: options.json,
      })
      if (options.json) {
        console.log(JSON.stringify({ round: folder, ...selection, skipped }))
        return
      }
      for (const { image, skipped: reason } of skipped) console.error(`left out: ${image}: ${reason}`)
      console.log(`${selection.asked.length} of ${selection.pool} images are worth a look`)
      console.log(`look at:   ${join(folder, 'questions.html')}`)
      console.log(`fill in:   ${join(folder, 'questions.csv')}`)
      console.log(`then:      oltr update ${run} --round ${folder}`)
    })
}
