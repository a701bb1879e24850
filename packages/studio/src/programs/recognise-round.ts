// What two versions of a model take the pool of a round for, one against the other:
// recognise-round.ts <round folder> <model now> <model before> <version now> <file>

import fs from 'node:fs'
import { dirname, join } from 'node:path'
import { writeFileAtomicSync } from '@oltr/torch/files'
import { loadOltr, openSetScores } from 'oltr'
import { FeatureStore } from 'oltr/exploration'

const [folder, now, before, version, file] = process.argv.slice(2) as [string, string, string, string, string]
const about = JSON.parse(fs.readFileSync(join(folder, 'features', 'about.json'), 'utf8'))
const store = FeatureStore.open(join(folder, 'features'), about, 1)

interface Decision {
  className: string
  confidence: number
  known: boolean
}

function decide(path: string): Decision[] {
  const { model, card } = loadOltr(path)
  const { logits, scores } = openSetScores(model, store.read(0, store.length))
  const { classNames, threshold } = card
  const { values, higherIs } = scores[threshold.score]!
  model.dispose()
  return Array.from({ length: store.length }, (_, row) => {
    const own = logits.subarray(row * classNames.length, (row + 1) * classNames.length)
    const most = Math.max(...own)
    const best = own.indexOf(most)
    const sum = own.reduce((total, logit) => total + Math.exp(logit - most), 0)
    const value = values[row]!
    return {
      className: classNames[best]!,
      confidence: 1 / sum,
      known: higherIs === 'known' ? value >= threshold.value : value <= threshold.value,
    }
  })
}

const [present, past] = [decide(now), decide(before)]
const images = store.images.flatMap((image, at) =>
  'id' in image
    ? [
        {
          image: image.id,
          now: present[at]!.known ? present[at]!.className : null,
          confidence: present[at]!.confidence,
          before: past[at]!.known ? past[at]!.className : 'unknown',
        },
      ]
    : [],
)
fs.mkdirSync(dirname(file), { recursive: true })
writeFileAtomicSync(file, JSON.stringify({ version: Number(version), images }))
