// What the version in use takes the images of a round for, beside what it took them for before.

import { useCallback, useState } from 'preact/hooks'
import type { Recognised } from '../../src/api/schemas.ts'
import { call } from '../state/api.ts'
import { usePaged } from '../state/paged.ts'
import { counted, countText, percentText } from './numbers.ts'
import { Picture } from './picture.tsx'
import { VirtualGrid } from './virtual-grid.tsx'

export function RecognisedGrid({ round }: { round: number | undefined }) {
  const [state, setState] = useState({ ready: true, new: 0 })
  const fetchPage = useCallback(
    async (offset: number, limit: number) => {
      const page = await call('recognise', {
        query: { offset, limit, ...(round !== undefined && { round }) },
      })
      setState({ ready: page.ready, new: page.new })
      return { total: page.total, items: page.images }
    },
    [round],
  )
  const images = usePaged(String(round), fetchPage, ['versions', 'jobs', 'answers'])
  if (images.problem !== null) return <p class="quiet">{images.problem}</p>
  return (
    <section aria-label="Recognised now">
      <h2>Recognised now</h2>
      <p class="quiet" role="status">
        {!state.ready
          ? 'The version in use is looking at the images; they show themselves when it is done.'
          : `${countText(state.new)} of ${counted(images.total ?? 0, 'image')} are taken for a new class.`}
      </p>
      {state.ready && (images.total ?? 0) > 0 && (
        <VirtualGrid
          total={images.total ?? 0}
          cellWidth={172}
          cellHeight={226}
          label="What the version in use takes these images for"
          testId="recognised"
          onRange={images.need}
          render={(index) => <RecognisedItem one={images.item(index)} />}
        />
      )}
    </section>
  )
}

function RecognisedItem({ one }: { one: Recognised | undefined }) {
  if (one === undefined) return <span class="picture" />
  const right = one.people !== null && one.people === one.now
  return (
    <div class="recognised" data-testid="recognised-item" data-new={one.isNew}>
      <Picture image={one.image} alt="" />
      <span class="recognised-text">
        <span class="quiet clip">was {one.before}</span>
        <strong class="clip">
          {one.now ?? 'unknown'} {one.isNew && <span class="badge badge-new">new</span>}
        </strong>
        <span class={one.people === null ? 'quiet clip' : right ? 'gain clip' : 'loss clip'}>
          {one.people === null
            ? `sure to ${percentText(one.confidence)}`
            : right
              ? '✓ as people say'
              : `people: ${one.people}`}
        </span>
      </span>
    </div>
  )
}
