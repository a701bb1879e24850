// `oltr update`: what people said, taken into the model.

import { Command, Option } from 'commander'
import { ConfigError } from '../errors.ts'
import type { RunUpdate } from '../exploration/update-run.ts'
import { collect, wholeNumber } from './train.ts'

interface UpdateCommandOptions {
  round: string
  answers?: string[]
  synonyms?: string
  consensus: 'majority' | 'dawid-skene'
  merge: boolean
  same?: string[]
  undo?: string[]
  maxKnownLoss: string
  weighting: 'score' | 'uniform'
  seed: number
  json?: boolean
}

export function updateCommand(): Command {
  return new Command('update')
    .description('take named images into the model, new classes too, without training it again')
    .argument('<run>', 'folder of a finished run')
    .requiredOption('-r, --round <folder>', 'a round of `oltr explore`')
    .option(
      '-a, --answers <file>',
      'CSV or JSON lines with answers; repeatable (default: questions.csv of the round)',
      collect,
    )
    .option('--synonyms <file>', 'names that mean one class, one group a line')
    .addOption(
      new Option('--consensus <method>', 'how several answers become one')
        .choices(['majority', 'dawid-skene'])
        .default('majority'),
    )
    .option('--same <new=name>', 'two names are one class, e.g. "grebes=great grebe"; repeatable', collect)
    .option('--undo <number>', 'take a merge of names back; repeatable', collect)
    .option('--no-merge', 'keep names apart that evidently mean one class')
    .option(
      '--max-known-loss <share>',
      'refuse an update that costs known classes more accuracy than this',
      '0.1',
    )
    .addOption(
      new Option('--weighting <kind>', 'say of an image in the weights of its new class')
        .choices(['score', 'uniform'])
        .default('score'),
    )
    .option('--seed <number>', 'seed of the refinement', wholeNumber, 0)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 when there is a new version, 3 when the update was refused. `oltr versions` lists and switches them.',
    )
    .action(async (run: string, options: UpdateCommandOptions) => {
      const { updateRun } = await import('../exploration/update-run.ts')
      const { parseUpdateConfig } = await import('../exploration/update-model.ts')
      const result = await updateRun(run, options.round, {
        answers: options.answers,
        synonyms: options.synonyms,
        consensus: options.consensus,
        merge: options.merge,
        same: options.same?.map(namePair),
        undo: options.undo?.map(wholeNumber),
        update: parseUpdateConfig({
          weighting: options.weighting,
          maxKnownLoss: Number(options.maxKnownLoss),
          seed: options.seed,
        }),
        json: options.json,
      })
      console.log(options.json ? JSON.stringify(result) : summary(result))
      if (result.refused !== null) process.exitCode = 3
    })
}

/** `from=into`. Throws ConfigError. */
function namePair(text: string): { from: string; into: string } {
  const [from, into, ...more] = text.split('=').map((name) => name.trim())
  if (!from || !into || more.length > 0)
    throw new ConfigError('--same', text, 'expected two names, for instance grebes=great grebe')
  return { from, into }
}

function summary({ labelling, merged, version, newClasses, before, after, refused }: RunUpdate): string {
  const percent = (share: number | null | undefined) =>
    share == null ? 'not measured' : `${(100 * share).toFixed(1)}%`
  const { labels, undecided, problems, suggestions, agreement } = labelling
  return [
    `named:       ${labels.length} images; ${undecided.length} without a usable answer${agreement === null ? '' : `; agreement (alpha) ${agreement.toFixed(2)}`}`,
    ...problems.map((problem) => `noted:       ${problem}`),
    ...merged.map(
      ({ id, from, into, reason }) => `merged:      ${from} into ${into} (${reason}); --undo ${id}`,
    ),
    ...suggestions
      .slice(0, 5)
      .map(({ from, into, why }) => `perhaps one: ${from} and ${into} (${why}); --same "${from}=${into}"`),
    `new classes: ${newClasses.length === 0 ? 'none' : newClasses.join(', ')}`,
    `new:         ${percent(after?.unknown)} of their images recognised, each half by a model that learned the other`,
    `known:       ${percent(before?.known)} before, ${percent(after?.known)} after, on validation images`,
    refused === null
      ? `version:     ${version!.version}, now in use: ${version!.file}`
      : `refused:     ${refused}; nothing was changed`,
  ].join('\n')
}
