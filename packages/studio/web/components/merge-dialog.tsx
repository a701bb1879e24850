// Two classes become one: what that changes is shown before it is done.

import { useState } from 'preact/hooks'
import type { ClassSummary } from '../../src/api/schemas.ts'
import { act } from '../state/act.ts'
import { call } from '../state/api.ts'
import { useResource } from '../state/resource.ts'
import { newUuid } from '../state/uuid.ts'
import { type ChosenClass, ClassSearch } from './class-search.tsx'
import { Dialog } from './dialog.tsx'
import { counted } from './numbers.ts'
import { Picture } from './picture.tsx'
import { Shown } from './shown.tsx'

interface Props {
  readonly from: ClassSummary
  /** Known already when a suggestion is followed. */
  readonly into?: ChosenClass
  readonly onClose: () => void
  readonly onMerged: (into: string) => void
}

export function MergeDialog({ from, into: first, onClose, onMerged }: Props) {
  const [into, setInto] = useState(first ?? null)
  const preview = useResource(
    'mergePreview',
    into === null ? null : { params: { class: from.id }, query: { into: into.class } },
  )
  const merge = async (id: string, name: string) => {
    const body = { uuid: newUuid(), into: id }
    const done = await act(
      () => call('mergeClasses', { params: { class: from.id }, body }),
      `“${from.name}” is “${name}” now.`,
    )
    if (!done) return
    onClose()
    onMerged(id)
  }
  return (
    <Dialog title={`“${from.name}” is the same as…`} onClose={onClose} wide>
      {into === null ? (
        <ClassSearch folded={false} onChoose={setInto} />
      ) : (
        <Shown resource={preview}>
          {(data) => (
            <div class="stack">
              <div class="merge-pair">
                <MergeSide summary={data.from} text="goes away" />
                <span class="merge-arrow" aria-hidden="true">
                  →
                </span>
                <MergeSide summary={data.into} text="stays" />
              </div>
              <p>
                {counted(data.answers, 'answer')} on {counted(data.images, 'image')} move
                {data.answers === 1 ? 's' : ''} to “{data.into.name}”
                {data.settles > 0 && `, which settles ${counted(data.settles, 'disagreement')}`}. “
                {data.from.name}” stays as a further name. This can be undone.
              </p>
              {data.problem !== null && (
                <p class="bad" role="alert">
                  {data.problem}
                </p>
              )}
              <div class="row row-end">
                <button type="button" onClick={() => (first ? onClose() : setInto(null))}>
                  {first ? 'Cancel' : '← Another class'}
                </button>
                <button
                  type="button"
                  class="main-button"
                  data-testid="merge-confirm"
                  data-first
                  disabled={data.problem !== null}
                  onClick={() => merge(data.into.id, data.into.name)}
                >
                  Merge
                </button>
              </div>
            </div>
          )}
        </Shown>
      )}
    </Dialog>
  )
}

function MergeSide({ summary, text }: { summary: ClassSummary; text: string }) {
  return (
    <div class="card merge-side">
      <strong>{summary.name}</strong>
      <span class="quiet">
        {counted(summary.named, 'image')} named · {text}
      </span>
      <span class="thumbs">
        {summary.examples.slice(0, 4).map((image) => (
          <Picture key={image} image={image} />
        ))}
      </span>
    </div>
  )
}
