// iNaturalist competition files: JSON with `images`, `annotations` and `categories`, image files below the same folder
// (`train_val2018/...`). The labelled validation file is the test set, as in published results.

import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DataError } from '../errors.ts'
import type { Dataset } from './dataset.ts'

interface InatFile {
  images?: { id: number; file_name: string }[]
  annotations?: { image_id: number; category_id: number }[]
  categories?: { id: number; name?: string }[]
}

/** Classes in label order: `labelOf` maps a category id to its label. */
export interface InatClasses {
  readonly names: readonly string[]
  readonly labelOf: ReadonlyMap<number, number>
}

export interface InatSet {
  readonly dataset: Dataset
  readonly classes: InatClasses
}

/**
 * Reads one file. Labels are the category ids where those are 0..K-1, else their rank. `classes` of the training file are
 * given when reading another. Images are joined to annotations by id. Throws DataError for an image without annotation,
 * an annotation of no image, or a category that is not listed.
 */
export async function readInaturalist(
  file: string,
  options: { root?: string; classes?: InatClasses } = {},
): Promise<InatSet> {
  const content = await parseJson(file)
  const { images, annotations } = content
  if (!Array.isArray(images) || !Array.isArray(annotations)) {
    throw new DataError(
      file,
      'expected `images` and `annotations` lists; is this an iNaturalist annotation file?',
    )
  }
  const classes = options.classes ?? classesOf(content, file)
  const categoryOf = new Map<number, number>()
  for (const { image_id, category_id } of annotations) {
    const earlier = categoryOf.get(image_id)
    if (earlier !== undefined && earlier !== category_id) {
      throw new DataError(
        file,
        `image ${image_id} has categories ${earlier} and ${category_id}, expected one`,
      )
    }
    categoryOf.set(image_id, category_id)
  }
  const labels = new Int32Array(images.length)
  const paths = images.map((image, at) => {
    const category = categoryOf.get(image.id)
    if (category === undefined) {
      throw new DataError(
        file,
        `image ${image.id} (${image.file_name}) has no annotation; use a labelled file`,
      )
    }
    const label = classes.labelOf.get(category)
    if (label === undefined) {
      throw new DataError(
        file,
        `image ${image.id} has category ${category}, which is out of range of the listed ones`,
      )
    }
    labels[at] = label
    categoryOf.delete(image.id)
    return image.file_name
  })
  if (categoryOf.size > 0) {
    const [stray] = categoryOf.keys()
    throw new DataError(
      file,
      `${categoryOf.size} annotations belong to no image, the first to image ${stray}`,
    )
  }
  if (paths.length === 0) throw new DataError(file, 'expected images, the list is empty')
  const root = options.root ?? dirname(file)
  const dataset: Dataset = {
    name: file,
    classNames: classes.names,
    labels,
    images: { kind: 'files', root, paths },
  }
  return { dataset, classes }
}

async function parseJson(file: string): Promise<InatFile> {
  try {
    const content = JSON.parse(await readFile(file, 'utf8'))
    if (typeof content === 'object' && content !== null) return content as InatFile
  } catch (cause) {
    throw new DataError(
      file,
      `expected an annotation file in JSON (${(cause as Error).message}); get the file again`,
      { cause },
    )
  }
  throw new DataError(file, 'expected a JSON object with images and annotations')
}

function classesOf(content: InatFile, file: string): InatClasses {
  const named = new Map((content.categories ?? []).map(({ id, name }) => [id, name]))
  const ids =
    named.size > 0 ? [...named.keys()] : [...new Set(content.annotations?.map((a) => a.category_id))]
  ids.sort((a, b) => a - b)
  if (ids.length === 0) throw new DataError(file, 'expected categories or annotations, there are none')
  const names = ids.map((id) => named.get(id) ?? `category ${id}`)
  return { names: withoutTwins(names, ids), labelOf: new Map(ids.map((id, label) => [id, label])) }
}

/** Names with the id added where two categories share one: class names tell classes apart. */
function withoutTwins(names: readonly string[], ids: readonly number[]): string[] {
  const uses = new Map<string, number>()
  for (const name of names) uses.set(name, (uses.get(name) ?? 0) + 1)
  return names.map((name, label) => (uses.get(name) === 1 ? name : `${name} (${ids[label]})`))
}
