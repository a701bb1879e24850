// The questions of a round for people: a table to fill in, and a page to look at that says of each image why it was chosen.

import { csvField } from '../datasets/csv-records.ts'
import { escapeXml } from '../reporting/svg-drawing.ts'
import type { ImageSelection, Selected } from './select-images.ts'

/** CSV with an empty `answer` for each image: a class, known or new. `kind` can say unsure, not-an-object, known or skip instead. */
export function questionTable({ asked }: ImageSelection): string {
  const rows = asked.map(({ id, image, guesses }, at) => [
    String(at + 1),
    id,
    '',
    '',
    '',
    image,
    guesses.map(({ className, confidence }) => `${className} ${Math.round(100 * confidence)}%`).join('; '),
  ])
  return [['number', 'question', 'annotator', 'kind', 'answer', 'image', 'guesses'], ...rows]
    .map((row) => `${row.map(csvField).join(',')}\n`)
    .join('')
}

/** A page that stands alone beside its images. `linkTo`: from the page to an image. */
export function questionSheet({ asked, pool }: ImageSelection, linkTo: (at: number) => string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${asked.length} questions</title>
<style>
body { font: 15px/1.4 Helvetica, Arial, sans-serif; color: #222; background: #fff; margin: 2rem auto; max-width: 80rem; padding: 0 1rem }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 1rem }
figure { margin: 0; border: 1px solid #ddd; padding: .6rem; overflow-wrap: anywhere }
img { width: 100%; height: 10rem; object-fit: contain; background: #f4f4f4; image-rendering: auto }
figcaption { font-size: .85rem } small { color: #555 }
</style></head><body>
<h1>${asked.length} of ${pool} images are worth a look</h1>
<p>The most wanted first. <b>Openness</b> is the distance to the nearest known class, <b>informativeness</b> how undecided the
image lies between the two nearest (1 is half-way). Write what you see into <code>questions.csv</code>, column
<code>answer</code>, then run <code>oltr update</code>.</p>
<main>
${asked.map((image, at) => figure(at + 1, image, linkTo(image.at))).join('\n')}
</main></body></html>
`
}

function figure(
  number: number,
  { image, guesses, openness, informativeness }: Selected,
  link: string,
): string {
  const source = escapeXml(link.split('/').map(encodeURIComponent).join('/'))
  const taken = guesses
    .map(({ className, confidence }) => `${className} ${Math.round(100 * confidence)}%`)
    .join(', ')
  return `<figure><img loading="lazy" src="${source}" alt=""><figcaption><b>${number}</b> ${escapeXml(image)}<br>
<small>taken for ${escapeXml(taken)}<br>openness ${openness.toPrecision(3)}, informativeness ${informativeness.toFixed(2)}</small></figcaption></figure>`
}
