// `oltr data`: what is in a data set, which images a run would use, which files are wrong, the built-in set as files, and
// the archives that can be downloaded. Needs no libtorch.

import { join } from 'node:path'
import { Command } from 'commander'
import type { Splits } from '../datasets/load-splits.ts'
import { verifyDatasets } from '../datasets/verify.ts'
import { ConfigError } from '../errors.ts'
import { createProgress } from '../reporting/progress.ts'
import type { Column } from '../reporting/table.ts'
import { formatTable } from '../reporting/table.ts'
import type { DataOptions } from './data-options.ts'
import { dataConfigOf, numberOption, withDataOptions } from './data-options.ts'

/** The `data` command with its five parts. */
export function dataCommand(): Command {
  return new Command('data')
    .description('look at, split, check, draw or download a data set')
    .addCommand(statsCommand())
    .addCommand(splitCommand())
    .addCommand(verifyCommand())
    .addCommand(synthCommand())
    .addCommand(downloadCommand())
}

const right = (title: string): Column => ({ title, align: 'right' })
const left = (title: string): Column => ({ title })

function statsCommand(): Command {
  return withDataOptions(new Command('stats'))
    .description('classes, images, imbalance, many/medium/few, class sizes and image sizes')
    .addHelpText(
      'after',
      '\nWithout a path: the built-in set. Example: oltr data stats cifar-100-binary.tar.gz --imbalance 100',
    )
    .action(async (path: string | undefined, options: DataOptions) => {
      const { loadSplits } = await import('../datasets/load-splits.ts')
      const { classSizeBars, datasetStatistics, imageSizes } = await import('../datasets/statistics.ts')
      const splits = await loadSplits(await dataConfigOf(path, options))
      const parts = partsOf(splits)
      const statistics = parts.map(({ part, dataset }) => ({ part, ...datasetStatistics(dataset) }))
      const train = statistics[0]
      const sizes = await imageSizes(splits.train)
      if (options.json) {
        console.log(JSON.stringify({ parts: statistics, trainImageSizes: sizes }))
        return
      }
      const columns = ['images', 'unknown', 'classes', 'largest', 'smallest', 'imbalance'].map(right)
      const rows = statistics.map((s) => [
        s.part,
        String(s.images),
        String(s.unknownImages),
        String(s.classes - s.emptyClasses),
        String(s.largest),
        String(s.smallest),
        s.imbalance === null ? '-' : s.imbalance.toFixed(1),
      ])
      console.log(formatTable([left('part'), ...columns], rows))
      const { many, medium, few } = train.groups
      console.log(`\ntraining classes: ${many} many, ${medium} medium, ${few} few (${train.rule} images)`)
      for (const bar of classSizeBars(train.classSizes)) console.log(`  ${bar}`)
      const side = sizes.shorterSide
      if (side) {
        const frequent = sizes.frequent.map((s) => `${s.width}x${s.height} (${s.images})`).join(', ')
        console.log(`\nimage sizes, of ${sizes.sampled} looked at: ${frequent}`)
        console.log(`  shorter side: ${side.least} to ${side.most} pixels, median ${side.median}`)
      }
      if (sizes.unreadable > 0) {
        console.log(`  ${sizes.unreadable} files could not be read: \`oltr data verify\` names them`)
      }
    })
}

function splitCommand(): Command {
  return withDataOptions(new Command('split'))
    .description('write which images each part has: index lists with their SHA-256')
    .requiredOption('--out <file>', 'the file to write (JSON)')
    .action(async (path: string | undefined, options: DataOptions & { out: string }) => {
      const { loadSplits } = await import('../datasets/load-splits.ts')
      const { writeSplitRecord } = await import('../datasets/split-record.ts')
      const { record } = await loadSplits(await dataConfigOf(path, options))
      await writeSplitRecord(options.out, record)
      const parts = Object.entries(record.parts).map(([part, { of, indices, sha256 }]) => ({
        part,
        of,
        images: indices.length,
        sha256,
      }))
      if (options.json) {
        console.log(JSON.stringify({ file: options.out, parts }))
        return
      }
      const rows = parts.map(({ part, images, of, sha256 }) => [part, String(images), of, sha256])
      console.log(
        formatTable([left('part'), right('images'), left('of'), left('SHA-256 of the indices')], rows),
      )
      console.log(`\nwritten: ${options.out}`)
    })
}

function verifyCommand(): Command {
  return withDataOptions(new Command('verify'))
    .description('name each file that is missing, corrupt, duplicate or mislabelled')
    .option('--out <file>', 'also write the problems to this file (JSON)')
    .addHelpText('after', '\nExit code: 0 when nothing is wrong, 1 otherwise.')
    .action(async (path: string | undefined, options: DataOptions & { out?: string }) => {
      const { readOpenSet } = await import('../datasets/read-open-set.ts')
      const { readSource } = await import('../datasets/read-source.ts')
      const { materialise } = await import('../datasets/selection.ts')
      const config = await dataConfigOf(path, options)
      const entries: { file: string; line: number; message: string }[] = []
      const source = await readSource(config, (entry) => entries.push(entry))
      const second = config.open ? await readOpenSet(config.open) : null
      const parts = Object.entries({ ...source, 'second open set': second?.open })
        .filter(([, selection]) => selection)
        .map(([part, selection]) => ({ part, dataset: materialise(selection!, part) }))
      const total = parts.reduce((sum, { dataset }) => sum + dataset.labels.length, 0)
      const progress = createProgress({ label: 'verify', total, unit: 'images', json: options.json })
      const report = await verifyDatasets(parts, {
        entries,
        onProgress: (done, _total, problems) => progress.update(done, { problems }),
      })
      progress.done()
      if (options.out !== undefined) {
        const { writeFileAtomic } = await import('@oltr/torch/files')
        await writeFileAtomic(options.out, `${JSON.stringify(report, null, 1)}\n`)
      }
      if (options.json) console.log(JSON.stringify(report))
      else {
        for (const { kind, part, file, detail } of report.problems) {
          console.log(`${kind.padEnd(11)}  ${part.padEnd(10)}  ${file}: ${detail}`)
        }
        const { missing, corrupt, duplicate, mislabelled } = report.counts
        console.log(
          `${report.images} images: ${missing} missing, ${corrupt} corrupt, ${duplicate} duplicate, ${mislabelled} mislabelled`,
        )
      }
      if (report.problems.length > 0) process.exitCode = 1
    })
}

interface SynthOptions {
  seed?: number
  size?: number
  known?: number
  open?: number
  maxPerClass?: number
  minPerClass?: number
  json?: boolean
}

function synthCommand(): Command {
  return new Command('synth')
    .description('write the built-in set as class folders of PNG files, with attributes.json')
    .argument('<folder>', 'a new or empty folder')
    .option('--seed <number>', 'which images (default 0)', numberOption)
    .option('--size <pixels>', 'side length (default 32)', numberOption)
    .option('--known <number>', 'known classes (default 60)', numberOption)
    .option('--open <number>', 'open classes (default 15)', numberOption)
    .option('--max-per-class <number>', 'training images of the largest class', numberOption)
    .option('--min-per-class <number>', 'training images of the smallest class', numberOption)
    .option('--json', 'print the result as JSON, and progress as JSON lines on standard error')
    .action(async (folder: string, options: SynthOptions) => {
      const { writeSyntheticFolder } = await import('../datasets/synthetic-folder.ts')
      const { seed, size, known: knownClasses, open: openClasses, maxPerClass, minPerClass } = options
      const generated = { seed, size, knownClasses, openClasses, maxPerClass, minPerClass }
      let progress: ReturnType<typeof createProgress> | undefined
      const written = await writeSyntheticFolder(folder, generated, (done, total) => {
        progress ??= createProgress({ label: 'synth', total, unit: 'images', json: options.json })
        progress.update(done)
      })
      progress?.done()
      if (options.json) console.log(JSON.stringify(written))
      else {
        const parts = Object.entries(written.parts).map(([part, images]) => `${part} ${images}`)
        console.log(
          `${written.images} images in ${folder}: ${parts.join(', ')}; concepts in ${join(folder, 'attributes.json')}`,
        )
      }
    })
}

function downloadCommand(): Command {
  return new Command('download')
    .description('download cifar10 or cifar100; for sets behind an account, say where they are')
    .argument('<name>', 'cifar10, cifar100, imagenet-lt, places-lt, inaturalist-18, tiny-imagenet')
    .option('--out <folder>', 'where to put it', 'data')
    .option('--json', 'print the result as JSON, and progress as JSON lines on standard error')
    .action(async (name: string, options: { out: string; json?: boolean }) => {
      const { ARCHIVES, BY_HAND, downloadArchive } = await import('../datasets/download.ts')
      if (Object.hasOwn(BY_HAND, name)) {
        if (options.json) console.log(JSON.stringify({ name, downloaded: false, steps: BY_HAND[name] }))
        else console.log([`${name} is not offered for direct download:`, ...BY_HAND[name]].join('\n  '))
        return
      }
      if (!Object.hasOwn(ARCHIVES, name)) {
        throw new ConfigError(
          'name',
          name,
          `expected ${[...Object.keys(ARCHIVES), ...Object.keys(BY_HAND)].join(', ')}`,
        )
      }
      let progress: ReturnType<typeof createProgress> | undefined
      const done = await downloadArchive(ARCHIVES[name as keyof typeof ARCHIVES], options.out, {
        onProgress: (bytes, total) => {
          progress ??= createProgress({
            label: name,
            total: megabytes(total),
            unit: 'MB',
            json: options.json,
          })
          progress.update(megabytes(bytes))
        },
      })
      progress?.done()
      if (options.json) console.log(JSON.stringify({ name, ...done }))
      else console.log(`${done.path}: ${done.downloaded ? 'downloaded' : 'already there'}, MD5 as published`)
    })
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10
}

function partsOf(splits: Splits) {
  const { train, validation, test, open, openValidation } = splits
  return Object.entries({ train, validation, test, open, openValidation }).flatMap(([part, dataset]) =>
    dataset ? [{ part, dataset }] : [],
  )
}
