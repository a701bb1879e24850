// One class: its names, its images, and what can be done about it.

import { useCallback, useState } from 'preact/hooks'
import type { ClassSummary } from '../../src/api/schemas.ts'
import { act } from '../state/act.ts'
import { call } from '../state/api.ts'
import { usePaged } from '../state/paged.ts'
import { goTo } from '../state/route.ts'
import { newUuid } from '../state/uuid.ts'
import { ImageDialog } from './image-dialog.tsx'
import { MergeDialog } from './merge-dialog.tsx'
import { NameDialog } from './name-dialog.tsx'
import { counted } from './numbers.ts'
import { Picture } from './picture.tsx'
import { VirtualGrid } from './virtual-grid.tsx'

type Window = 'rename' | 'alias' | 'merge' | 'split' | null

export function ClassDetail({ id }: { id: string }) {
  const [summary, setSummary] = useState<ClassSummary | null>(null)
  const [window, setWindow] = useState<Window>(null)
  const [choosing, setChoosing] = useState(false)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [opened, setOpened] = useState<string | null>(null)

  const fetchPage = useCallback(
    async (offset: number, limit: number) => {
      const page = await call('classImages', { params: { class: id }, query: { offset, limit } })
      setSummary(page.class)
      return { total: page.total, items: page.images }
    },
    [id],
  )
  const images = usePaged(id, fetchPage, ['classes', 'answers'])
  const close = () => setWindow(null)
  const isChosen = (index: number) => chosen.has(images.item(index)?.image ?? '')

  const open = (index: number) => {
    const image = images.item(index)?.image
    if (image === undefined) return
    if (!choosing) return setOpened(image)
    const next = new Set(chosen)
    if (!next.delete(image)) next.add(image)
    setChosen(next)
  }
  const change = async (work: () => Promise<unknown>, done: string) => {
    close()
    if (!(await act(work, done))) return
    setChosen(new Set())
    setChoosing(false)
    images.reload()
  }
  const split = (name: string) =>
    change(
      async () => {
        const body = { uuid: newUuid(), name, images: [...chosen] }
        const made = await call('splitClass', { params: { class: id }, body })
        goTo('classes', made.id)
      },
      `${counted(chosen.size, 'image')} moved to “${name}”.`,
    )

  if (images.problem !== null) {
    return (
      <p class="notice notice-bad" role="alert">
        {images.problem}
      </p>
    )
  }
  if (summary === null) return <p class="quiet waiting">Loading…</p>
  return (
    <section class="class-detail" aria-label={summary.name} data-testid="class-detail">
      <header class="class-head">
        <div class="grow">
          <h2>{summary.name}</h2>
          <p class="quiet">
            {summary.known ? 'known' : 'new'} · {counted(images.total ?? 0, 'image')}
            {summary.aliases.length > 0 && ` · also ${summary.aliases.join(', ')}`}
          </p>
        </div>
        <div class="row wrap">
          <button type="button" data-testid="rename" onClick={() => setWindow('rename')}>
            Rename
          </button>
          <button type="button" data-testid="alias" onClick={() => setWindow('alias')}>
            Add a name
          </button>
          <button type="button" data-testid="merge" onClick={() => setWindow('merge')}>
            Merge into…
          </button>
          <button
            type="button"
            data-testid="split"
            aria-pressed={choosing}
            onClick={() => {
              setChoosing(!choosing)
              setChosen(new Set())
            }}
          >
            {choosing ? 'Stop choosing' : 'Split'}
          </button>
        </div>
      </header>
      {choosing && (
        <div class="notice">
          <span class="grow">
            {chosen.size === 0
              ? 'Choose the images that are something else.'
              : `${counted(chosen.size, 'image')} chosen.`}
          </span>
          <button
            type="button"
            class="main-button"
            data-testid="split-name"
            disabled={chosen.size === 0}
            onClick={() => setWindow('split')}
          >
            Give them a name
          </button>
        </div>
      )}
      {images.total !== 0 && (
        <VirtualGrid
          total={images.total ?? 0}
          cellWidth={112}
          cellHeight={112}
          label={`Images of ${summary.name}`}
          testId="class-images"
          onRange={images.need}
          render={(index) => {
            const one = images.item(index)
            return one ? <Picture image={one.image} /> : <span class="picture" />
          }}
          onOpen={open}
          {...(choosing && { isSelected: isChosen })}
        />
      )}
      {images.total === 0 && (
        <p class="quiet">Nobody has named an image so, and training images are not kept here.</p>
      )}
      {window === 'rename' && (
        <NameDialog
          title="Rename"
          start={summary.name}
          onClose={close}
          onName={(name) =>
            change(
              () => call('renameClass', { params: { class: id }, body: { uuid: newUuid(), name } }),
              `Now called “${name}”.`,
            )
          }
        />
      )}
      {window === 'alias' && (
        <NameDialog
          title="A further name"
          text="People find the class by it too."
          onClose={close}
          onName={(name) =>
            change(
              () => call('addAlias', { params: { class: id }, body: { uuid: newUuid(), name } }),
              `Also found as “${name}”.`,
            )
          }
        />
      )}
      {window === 'split' && (
        <NameDialog
          title={`What are these ${chosen.size}?`}
          text="The answers on these images go to a class of this name; it is made if there is none."
          onClose={close}
          onName={split}
        />
      )}
      {window === 'merge' && (
        <MergeDialog from={summary} onClose={close} onMerged={(into) => goTo('classes', into)} />
      )}
      {opened !== null && <ImageDialog image={opened} title={summary.name} onClose={() => setOpened(null)} />}
    </section>
  )
}
