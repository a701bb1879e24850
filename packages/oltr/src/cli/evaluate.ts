// `oltr evaluate`: the models of a run on its test images, known and unknown, side by side.

import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { codeVersion } from '../code-version.ts'
import type { ModelEvaluation } from '../evaluate.ts'
import { commandLine } from '../recipes/command-line.ts'
import { stackedComparison } from '../reporting/comparison-table.ts'
import { writeReport } from '../reporting/report.ts'
import { addResults, type ProtocolCard } from '../reporting/results-file.ts'
import type { RunConfig } from '../run-config.ts'

interface EvaluateCommandOptions {
  json?: boolean
  results?: string
  commit?: string
}

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('accuracy for many-, medium- and few-shot classes and for unknown images, with a report')
    .argument('<run>', 'folder of a run')
    .option('--json', 'print the complete evaluation as JSON')
    .option('--results <file>', 'add a row for each model, with its protocol, to this CSV file')
    .option(
      '--commit <hash>',
      'for --results: the code that trained the models (default: the code that runs now)',
    )
    .action(async (run: string, options: EvaluateCommandOptions) => {
      const { evaluateRun } = await import('../evaluate.ts')
      const { readRunConfig } = await import('../read-run-config.ts')
      const evaluations = await evaluateRun(run, options)
      const config = readRunConfig(run)
      const cards = evaluations.map((evaluation) => protocolCard(evaluation, config, options.commit))
      const files = writeReport(join(run, 'evaluation'), evaluations, {
        title: `Evaluation of ${run}`,
        protocol: { ...cards.at(-1)! },
      })
      if (options.results) {
        addResults(
          options.results,
          evaluations.map(({ name, report }, i) => ({ model: name, card: cards[i]!, report })),
        )
      }
      if (options.json) {
        console.log(JSON.stringify(evaluations))
        return
      }
      console.log(stackedComparison(evaluations))
      console.log(`\nreport: ${files.find((file) => file.endsWith('.html')) ?? files[0]}`)
    })
}

function protocolCard({ card }: ModelEvaluation, config: RunConfig, commit = codeVersion()): ProtocolCard {
  const { provenance } = card
  return {
    recipe: config.recipe,
    command: commandLine(config),
    commit,
    seed: provenance.seed,
    backbone: config.model.backbone,
    parameters: provenance.parameters,
    trainingSplit: provenance.trainingSplit,
    trainingImages: card.trainingCounts.reduce((sum, count) => sum + count, 0),
    epochs:
      card.kind === 'plain' ? `${config.stage1.epochs}` : `${config.stage1.epochs} + ${config.stage2.epochs}`,
    augmentation: config.augmentation,
    selection: 'last epoch',
    precision: provenance.precision,
    hardware: `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} threads, libtorch ${provenance.libtorch}`,
  }
}
