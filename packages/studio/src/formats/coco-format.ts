// COCO's JSON: images, categories, and an annotation over the whole image for each answer in force that names a class. Other
// tools read just that. Answers that name no class or were taken back are no annotations to them, so they stand with their
// image; what COCO has no place for stands under "oltr".

import { z } from 'zod'
import { type AnnotationRecord, checkRecord } from './annotation-record.ts'
import { foreignRecord, type ReadOptions } from './foreign-answer.ts'
import { FormatError, quoted } from './format-error.ts'
import { KeptText } from './kept-text.ts'
import { type Chunks, inLargePieces, readDocument } from './text-chunks.ts'

export function writeCoco(records: AsyncIterable<AnnotationRecord>): AsyncIterable<string> {
  return inLargePieces(cocoText(records))
}

interface Image {
  readonly sha256: string
  readonly head: object
  readonly others: object[]
}

async function* cocoText(records: AsyncIterable<AnnotationRecord>): AsyncIterable<string> {
  const images = new KeptText()
  const categories = new Map<string, number>()
  let annotations = 0
  let imageId = 0
  let image = null as Image | null
  let place = 0
  const keepImage = (done: Image | null): void => {
    if (done === null) return
    const { sha256, head, others } = done
    images.append(`${imageId > 1 ? ',\n' : ''}${JSON.stringify({ ...head, oltr: { sha256, others } })}`)
  }

  yield '{"info":{"description":"Answers of an oltr studio","version":"1"},\n"annotations":['
  for await (const record of records) {
    const { image: sha256, file, width, height, kind, className, undone } = record
    if (image?.sha256 !== sha256) {
      keepImage(image)
      image = { sha256, head: { id: ++imageId, file_name: file, width, height }, others: [] }
      place = 0
    }
    const own = {
      ...record,
      image: undefined,
      file: undefined,
      width: undefined,
      height: undefined,
      place: place++,
    }
    if (kind !== 'class' || className === null || undone) {
      image.others.push(own)
      continue
    }
    if (!categories.has(className)) categories.set(className, categories.size + 1)
    const annotation = {
      id: ++annotations,
      image_id: imageId,
      category_id: categories.get(className),
      iscrowd: 0,
      ...(width !== null && height !== null && { bbox: [0, 0, width, height], area: width * height }),
      oltr: own,
    }
    yield `${annotations > 1 ? ',\n' : ''}${JSON.stringify(annotation)}`
  }
  keepImage(image)
  yield '],\n"images":['
  yield* images.read()
  yield '],\n"categories":['
  for (const [name, id] of categories) yield `${id > 1 ? ',\n' : ''}${JSON.stringify({ id, name })}`
  yield ']}\n'
}

const id = z.union([z.int(), z.string()])
const oltr = z.record(z.string(), z.unknown())
const coco = z.object({
  images: z.array(
    z.object({
      id,
      file_name: z.string(),
      width: z.number().nullish(),
      height: z.number().nullish(),
      oltr: z.object({ sha256: z.string(), others: z.array(oltr) }).optional(),
    }),
  ),
  annotations: z.array(z.object({ image_id: id, category_id: id, oltr: oltr.optional() })),
  categories: z.array(z.object({ id, name: z.string() })),
})

/** Parses the whole document, 256 MiB at most. Throws FormatError with the place of what is wrong. */
export async function* readCoco(chunks: Chunks, options: ReadOptions = {}): AsyncIterable<AnnotationRecord> {
  const checked = coco.safeParse(await readDocument(chunks))
  if (!checked.success) {
    const [{ path, message }] = checked.error.issues
    throw new FormatError(
      path.join('.') || 'the file',
      `${message}; expected a COCO file of object detection`,
    )
  }
  const { images, annotations, categories } = checked.data
  const names = new Map(categories.map(({ id, name }) => [id, name]))
  const ids = new Set(images.map(({ id }) => id))
  annotations.forEach(({ image_id, category_id }, i) => {
    const broken = !ids.has(image_id)
      ? `image_id ${quoted(image_id)}`
      : !names.has(category_id)
        ? `category_id ${quoted(category_id)}`
        : null
    if (broken)
      throw new FormatError(
        `annotations.${i}`,
        `${broken} is not in the file; add it, or remove the annotation`,
      )
  })
  const byImage = Map.groupBy(annotations.entries(), ([, { image_id }]) => image_id)

  for (const [i, image] of images.entries()) {
    const { file_name: file, width = null, height = null } = image
    const placed: { place: number; record: AnnotationRecord }[] = []
    const take = (own: Record<string, unknown>, where: string): void => {
      const { place, ...fields } = own
      const record = checkRecord({ ...fields, image: image.oltr?.sha256, file, width, height }, where)
      placed.push({ place: typeof place === 'number' ? place : placed.length, record })
    }
    for (const [k, own] of (image.oltr?.others ?? []).entries()) take(own, `images.${i}.oltr.others.${k}`)
    for (const [k, annotation] of byImage.get(image.id) ?? []) {
      const where = `annotations.${k}`
      // What a person changed in another tool counts, and not what we once wrote beside it.
      const className = names.get(annotation.category_id)!
      if (annotation.oltr && image.oltr) {
        take({ ...annotation.oltr, className }, where)
        continue
      }
      const answer = { file, image: image.oltr?.sha256, width, height, annotator: 'COCO import', className }
      placed.push({ place: Number.POSITIVE_INFINITY, record: foreignRecord(answer, where, options) })
    }
    placed.sort((a, b) => (a.place === b.place ? 0 : a.place - b.place))
    for (const { record } of placed) yield record
  }
}
