// `oltr evaluate`: the models of a run on its test images, known and unknown, side by side.

import { join } from 'node:path'
import { Command } from 'commander'
import { evaluateRun } from '../evaluate.ts'
import { stackedComparison } from '../reporting/comparison-table.ts'
import { writeReport } from '../reporting/report.ts'

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('accuracy for many-, medium- and few-shot classes and for unknown images, with a report')
    .argument('<run>', 'folder of a run')
    .option('--json', 'print the complete evaluation as JSON')
    .action(async (run: string, options: { json?: boolean }) => {
      const evaluations = await evaluateRun(run, options)
      const provenance = evaluations.at(-1)!.card.provenance
      const files = writeReport(join(run, 'evaluation'), evaluations, {
        title: `Evaluation of ${run}`,
        protocol: { ...provenance, selection: 'last epoch' },
      })
      if (options.json) {
        console.log(JSON.stringify(evaluations))
        return
      }
      console.log(stackedComparison(evaluations))
      console.log(`\nreport: ${files.find((file) => file.endsWith('.html')) ?? files[0]}`)
    })
}
