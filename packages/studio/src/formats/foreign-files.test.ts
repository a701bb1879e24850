import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inPieces, plainRecord } from './annotation-record.fixture.ts'
import { readCoco, writeCoco } from './coco-format.ts'
import { readLabelStudio, writeLabelStudio } from './label-studio-format.ts'

const imageOfFile = (file: string): string | null => (file === 'cat.jpg' ? 'c'.repeat(64) : null)

test("Label Studio's own export comes in, and twice gives the same answers", async () => {
  const annotation = (choices: string[], rest: object = {}) => ({
    id: 7,
    completed_by: 3,
    created_at: '2026-01-02T03:04:05Z',
    result: [
      { id: 'Dx_aB91ISN', type: 'choices', from_name: 'choice', to_name: 'image', value: { choices } },
    ],
    ...rest,
  })
  const tasks = [
    {
      id: 1,
      data: { image: 'cat.jpg' },
      project: 83,
      annotations: [
        annotation(['cat', 'pet']),
        annotation(['dog'], { completed_by: { email: 'ada@example.com' } }),
        annotation(['dog'], { was_cancelled: true }),
        { completed_by: 3, result: [] },
      ],
    },
  ]
  const read = () => Array.fromAsync(readLabelStudio(inPieces([JSON.stringify(tasks)]), { imageOfFile }))
  const found = await read()
  assert.deepEqual(
    found.map(({ annotator, className, image, at }) => [annotator, className, image[0], at]),
    [
      ['Label Studio 3', 'cat', 'c', 1767323045000],
      ['ada@example.com', 'dog', 'c', 1767323045000],
    ],
  )
  assert.deepEqual(await read(), found)
  assert.notEqual(found[0].uuid, found[1].uuid)
})

test('what was added to our export in Label Studio comes back beside our answers', async () => {
  const [task] = JSON.parse((await Array.fromAsync(writeLabelStudio(inPieces([plainRecord])))).join(''))
  task.annotations.push({
    completed_by: 1,
    result: [{ id: 'new', type: 'choices', value: { choices: ['cat'] } }],
  })
  const found = await Array.fromAsync(readLabelStudio(inPieces([JSON.stringify([task])])))
  assert.deepEqual(found[0], plainRecord)
  assert.deepEqual([found[1].className, found[1].image, found.length], ['cat', plainRecord.image, 2])
})

test('what a reviewer settled is ground truth to Label Studio, and no further answer when it comes back', async () => {
  const settled = { settled: 'class', settledClass: 'lynx', settledBy: 'Grace' } as const
  const text = (await Array.fromAsync(writeLabelStudio(inPieces([{ ...plainRecord, ...settled }])))).join('')
  const [{ annotations }] = JSON.parse(text)
  assert.deepEqual(
    annotations.map(({ ground_truth, result, ...rest }: Record<string, unknown>) => [
      ground_truth,
      rest,
      (result as { value: unknown }[])[0]!.value,
    ]),
    [
      [false, {}, { choices: ['snow leopard'] }],
      [true, {}, { choices: ['lynx'] }],
    ],
  )
  const back = await Array.fromAsync(readLabelStudio(inPieces([text])))
  assert.deepEqual(back, [{ ...plainRecord, ...settled }])
})

test('COCO that others wrote comes in, and ours is plain COCO to others', async () => {
  const foreign = {
    images: [{ id: 9, file_name: 'cat.jpg', width: 4, height: 3 }],
    annotations: [{ id: 1, image_id: 9, category_id: 17, bbox: [0, 0, 2, 2] }],
    categories: [{ id: 17, name: 'cat' }],
  }
  const [record] = await Array.fromAsync(readCoco(inPieces([JSON.stringify(foreign)]), { imageOfFile }))
  assert.deepEqual([record.className, record.image, record.width], ['cat', 'c'.repeat(64), 4])

  const undone = { ...plainRecord, uuid: '00000000-0000-4000-8000-000000000002', undone: true }
  const ours = JSON.parse((await Array.fromAsync(writeCoco(inPieces([undone, plainRecord])))).join(''))
  assert.deepEqual(ours.categories, [{ id: 1, name: 'snow leopard' }])
  assert.deepEqual(
    ours.annotations.map(({ image_id, category_id, bbox, area }: Record<string, unknown>) => [
      image_id,
      category_id,
      bbox,
      area,
    ]),
    [[1, 1, [0, 0, 640, 480], 307_200]],
  )
})
