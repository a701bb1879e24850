import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder, writeFiles } from './data-files.fixture.ts'
import { readInaturalist } from './inaturalist.ts'

const images = [
  { id: 10, file_name: 'train_val2018/Plantae/1/a.jpg' },
  { id: 11, file_name: 'train_val2018/Plantae/2/b.jpg' },
]
const annotations = [
  { id: 1, image_id: 11, category_id: 0 },
  { id: 2, image_id: 10, category_id: 2 },
]
const categories = [
  { id: 2, name: 'Rosa' },
  { id: 0, name: 'Acer' },
  { id: 1, name: 'Rosa' },
]

test('images and annotations are joined by id, labels are category ids, twin names are told apart', async (t) => {
  const root = writeFiles(temporaryFolder(t), {
    'train.json': JSON.stringify({ images, annotations, categories }),
  })
  const { dataset } = await readInaturalist(join(root, 'train.json'))
  assert.deepEqual([...dataset.labels], [2, 0])
  assert.deepEqual(dataset.classNames, ['Acer', 'Rosa (1)', 'Rosa (2)'])
  assert.deepEqual(dataset.images, { kind: 'files', root, paths: images.map((image) => image.file_name) })
})

test('category ids with gaps become ranks, the same ones in a second file', async (t) => {
  const wide = annotations.map((a) => ({ ...a, category_id: a.category_id * 50 + 7 }))
  const root = writeFiles(temporaryFolder(t), {
    'train.json': JSON.stringify({ images, annotations: wide }),
    'val.json': JSON.stringify({ images: [images[0]], annotations: [{ image_id: 10, category_id: 107 }] }),
  })
  const { dataset, classes } = await readInaturalist(join(root, 'train.json'))
  assert.deepEqual([...dataset.labels], [1, 0])
  const val = await readInaturalist(join(root, 'val.json'), { classes })
  assert.deepEqual([...val.dataset.labels], [1])
})

test('files that contradict themselves are errors with the image', async (t) => {
  const root = temporaryFolder(t)
  const read = async (content: unknown) => {
    writeFiles(root, { 'x.json': typeof content === 'string' ? content : JSON.stringify(content) })
    return readInaturalist(join(root, 'x.json'))
  }
  await assert.rejects(
    read({ images, annotations: annotations.slice(1), categories }),
    /image 11 .* has no annotation/,
  )
  await assert.rejects(
    read({ images, annotations: [...annotations, { image_id: 12, category_id: 0 }], categories }),
    /1 annotations belong to no image, the first to image 12/,
  )
  await assert.rejects(
    read({ images, annotations: [...annotations, { image_id: 10, category_id: 0 }], categories }),
    /image 10 has categories 2 and 0/,
  )
  await assert.rejects(
    read({ images, annotations, categories: categories.slice(1) }),
    /category 2, which is out of range/,
  )
  await assert.rejects(read({ images: [], annotations: [], categories }), /the list is empty/)
  await assert.rejects(read({ categories }), /expected `images` and `annotations`/)
  await assert.rejects(read('{"images": ['), /expected an annotation file in JSON/)
  await assert.rejects(readInaturalist(join(root, 'none.json')), /none\.json/)
})
