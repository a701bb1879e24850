// Label Studio's list of tasks: a task for each image, an annotation for each answer in force that names a class, and one as
// ground truth for what a reviewer settled. All answers stand exactly in the task's meta, which Label Studio keeps; what was
// annotated there comes back beside them.

import { z } from 'zod'
import { type AnnotationRecord, checkRecord } from './annotation-record.ts'
import { foreignRecord, type ReadOptions } from './foreign-answer.ts'
import { FormatError } from './format-error.ts'
import { type Chunks, inLargePieces, readDocument } from './text-chunks.ts'

export function writeLabelStudio(records: AsyncIterable<AnnotationRecord>): AsyncIterable<string> {
  return inLargePieces(taskList(records))
}

async function* taskList(records: AsyncIterable<AnnotationRecord>): AsyncIterable<string> {
  yield '['
  let separator = '\n'
  let ofImage: AnnotationRecord[] = []
  for await (const record of records) {
    if (ofImage.length > 0 && ofImage[0].image !== record.image) {
      yield separator + JSON.stringify(taskOf(ofImage))
      separator = ',\n'
      ofImage = []
    }
    ofImage.push(record)
  }
  if (ofImage.length > 0) yield separator + JSON.stringify(taskOf(ofImage))
  yield '\n]\n'
}

function taskOf(records: readonly AnnotationRecord[]): object {
  const [{ image, file, settledClass }] = records
  const named = records.filter(({ kind, undone }) => kind === 'class' && !undone)
  const annotations = named.map(({ uuid, className }) => annotationOf(uuid, className, false))
  if (settledClass !== null) annotations.push(annotationOf(settledId(image), settledClass, true))
  return { data: { image: file, sha256: image }, meta: { oltr: records }, annotations }
}

/**
 * It says nothing of who made it, since Label Studio refuses a file with people it does not know; and always whether it is
 * ground truth, since there all are that do not say so.
 */
function annotationOf(id: string, choice: string | null, ground_truth: boolean): object {
  return {
    ground_truth,
    // The id of a result is kept by Label Studio, and tells our answers from those made there.
    result: [{ id, type: 'choices', from_name: 'class', to_name: 'image', value: { choices: [choice] } }],
  }
}

/** Of what a reviewer settled, which stands with the records as well. */
function settledId(image: string): string {
  return `settled-${image}`
}

const result = z.object({
  id: z.string().optional(),
  type: z.string().optional(),
  value: z.object({ choices: z.array(z.string()).optional() }).optional(),
})
const annotator = z.union([z.int(), z.string(), z.object({ email: z.string() })])
const task = z.object({
  data: z.object({ image: z.string(), sha256: z.string().optional() }),
  meta: z.object({ oltr: z.array(z.unknown()).optional() }).nullish(),
  annotations: z
    .array(
      z.object({
        completed_by: annotator.nullish(),
        created_at: z.string().optional(),
        was_cancelled: z.boolean().nullish(),
        result: z.array(result),
      }),
    )
    .default([]),
})

/**
 * Parses the whole document, 256 MiB at most. Of annotations that others made, the first choice counts; other kinds of
 * results are passed over. Throws FormatError with the task of what is wrong.
 */
export async function* readLabelStudio(
  chunks: Chunks,
  options: ReadOptions = {},
): AsyncIterable<AnnotationRecord> {
  const tasks = await readDocument(chunks)
  if (!Array.isArray(tasks))
    throw new FormatError('the file', 'expected a list of tasks; export from Label Studio as JSON')
  for (const [i, value] of tasks.entries()) {
    const checked = task.safeParse(value)
    if (!checked.success) {
      const [{ path, message }] = checked.error.issues
      throw new FormatError(`task ${i}`, `${path.join('.')}: ${message}; expected an image and choices`)
    }
    const { data, meta, annotations } = checked.data
    const ours = new Set([settledId(data.sha256 ?? '')])
    for (const [k, own] of (meta?.oltr ?? []).entries()) {
      const record = checkRecord(own, `task ${i}, meta.oltr.${k}`)
      ours.add(record.uuid)
      yield record
    }
    for (const [k, { completed_by, created_at, was_cancelled, result }] of annotations.entries()) {
      const choice = result.find(({ value }) => value?.choices?.length)
      if (was_cancelled || !choice || ours.has(choice.id ?? '')) continue
      const at = Date.parse(created_at ?? '')
      yield foreignRecord(
        {
          file: data.image,
          image: data.sha256,
          annotator: nameOf(completed_by),
          className: choice.value!.choices![0],
          ...(at >= 0 && { at }),
        },
        `task ${i}, annotation ${k}`,
        options,
      )
    }
  }
}

function nameOf(by: z.output<typeof annotator> | null | undefined): string {
  if (by === null || by === undefined) return 'Label Studio import'
  return typeof by === 'object' ? by.email : `Label Studio ${by}`
}
