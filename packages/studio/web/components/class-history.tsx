// What was done to classes, each of which can be taken back.

import { act } from '../state/act.ts'
import { call } from '../state/api.ts'
import { useResource } from '../state/resource.ts'
import { newUuid } from '../state/uuid.ts'
import { agoText } from './numbers.ts'
import { Shown } from './shown.tsx'

export function ClassHistory() {
  const history = useResource('classHistory', { query: { limit: 100 } }, ['classes'])
  const undo = async (event: string) => {
    const done = await act(() => call('undoClassChange', { body: { uuid: newUuid(), event } }), 'Taken back.')
    if (done) history.reload()
  }
  return (
    <Shown resource={history}>
      {(changes) => (
        <ul class="plain-list history">
          {changes.map((change) => (
            <li
              key={change.event}
              class={change.undone ? 'row history-undone' : 'row'}
              data-testid="class-change"
            >
              <span class="grow">
                {change.text}
                <span class="quiet block">
                  {change.by}, {agoText(change.at)}
                  {change.undone && ', taken back'}
                </span>
              </span>
              {!change.undone && (
                <button type="button" data-testid="undo" onClick={() => undo(change.event)}>
                  Undo
                </button>
              )}
            </li>
          ))}
          {changes.length === 0 && <li class="quiet">Nothing yet.</li>}
        </ul>
      )}
    </Shown>
  )
}
