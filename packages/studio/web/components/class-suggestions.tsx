// Classes that may be one: two spellings, or two names for what looks the same.

import { useState } from 'preact/hooks'
import type { Response } from '../../src/api/schemas.ts'
import { act } from '../state/act.ts'
import { call } from '../state/api.ts'
import { useResource } from '../state/resource.ts'
import { newUuid } from '../state/uuid.ts'
import { MergeDialog } from './merge-dialog.tsx'
import { Picture } from './picture.tsx'

type Suggestion = Response<'classSuggestions'>[number]

export function ClassSuggestions() {
  const suggestions = useResource('classSuggestions', {}, ['classes', 'answers'])
  const [merging, setMerging] = useState<Suggestion | null>(null)
  const shown = suggestions.data ?? []

  const dismiss = async ({ from, into }: Suggestion) => {
    const input = { params: { class: from.id }, body: { uuid: newUuid(), other: into.id } }
    await act(() => call('distinguishClasses', input), 'They stay apart, for everybody.')
    suggestions.reload()
  }

  if (shown.length === 0) return null
  return (
    <section class="suggestions" aria-label="Classes that may be one">
      <h2>The same thing?</h2>
      <ul class="plain-list suggestion-list">
        {shown.map((suggestion) => (
          <li
            key={`${suggestion.from.id} ${suggestion.into.id}`}
            class="card suggestion"
            data-testid="suggestion"
          >
            <div class="suggestion-sides">
              {[suggestion.from, suggestion.into].map((side) => (
                <div key={side.id} class="stack-tight">
                  <strong>{side.name}</strong>
                  <span class="thumbs">
                    {side.examples.slice(0, 3).map((image) => (
                      <Picture key={image} image={image} />
                    ))}
                  </span>
                </div>
              ))}
            </div>
            <p class="quiet">{suggestion.why}</p>
            <div class="row">
              <button
                type="button"
                class="main-button"
                data-testid="suggestion-merge"
                onClick={() => setMerging(suggestion)}
              >
                Merge
              </button>
              <button type="button" data-testid="suggestion-dismiss" onClick={() => dismiss(suggestion)}>
                Not the same
              </button>
            </div>
          </li>
        ))}
      </ul>
      {merging && (
        <MergeDialog
          from={merging.from}
          into={{ class: merging.into.id, name: merging.into.name }}
          onClose={() => setMerging(null)}
          onMerged={suggestions.reload}
        />
      )}
    </section>
  )
}
