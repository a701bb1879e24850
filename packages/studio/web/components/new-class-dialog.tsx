// A new class while naming: what is near by name or by image comes before the button that creates.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { Response } from '../../src/api/schemas.ts'
import { call, messageOf } from '../state/api.ts'
import { newUuid } from '../state/uuid.ts'
import type { ChosenClass } from './class-search.tsx'
import { Dialog } from './dialog.tsx'
import { Picture } from './picture.tsx'

const CALM_MS = 120
type Near = Response<'nearClasses'>

interface Props {
  readonly image: string | undefined
  readonly startName: string
  readonly onChoose: (chosen: ChosenClass) => void
  readonly onClose: () => void
}

export function NewClassDialog({ image, startName, onChoose, onClose }: Props) {
  const [name, setName] = useState(startName)
  const [near, setNear] = useState<Near | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const uuid = useRef(newUuid())
  const asked = useRef(0)

  useEffect(() => {
    const mine = ++asked.current
    const timer = setTimeout(async () => {
      try {
        const answer = await call('nearClasses', { query: { name: name.trim(), ...(image && { image }) } })
        if (mine === asked.current) setNear(answer)
      } catch (error) {
        if (mine === asked.current) setProblem(messageOf(error))
      }
    }, CALM_MS)
    return () => clearTimeout(timer)
  }, [name, image])

  const create = async (event: Event) => {
    event.preventDefault()
    if (busy || name.trim() === '') return
    setBusy(true)
    setProblem(null)
    try {
      const body = { uuid: uuid.current, name: name.trim(), ...(image && { image }) }
      const reply = await call('createClass', { body })
      onChoose({ class: reply.class.id, name: reply.class.name })
    } catch (error) {
      setProblem(messageOf(error))
      setBusy(false)
    }
  }

  const refusal = name.trim() === '' ? null : (near?.problem ?? null)
  const choose = ({ class: id, name: found }: ChosenClass) => onChoose({ class: id, name: found })
  return (
    <Dialog title="A new class" onClose={onClose} wide>
      <form class="stack" onSubmit={create}>
        <label class="field">
          <span>Name</span>
          <input
            data-testid="new-class-name"
            data-first
            value={name}
            maxLength={128}
            autocomplete="off"
            onInput={(event) => {
              setName(event.currentTarget.value)
              setProblem(null)
            }}
          />
        </label>
        {near?.same && (
          <div class="notice">
            <span class="grow">
              There is a class <strong>{near.same.name}</strong> already.
            </span>
            <button type="submit">Use it</button>
          </div>
        )}
        {near && near.names.length > 0 && (
          <NearList title="Near by name" near={near.names} onChoose={choose} />
        )}
        {near && near.images.length > 0 && (
          <NearList title="Near by image" near={near.images} onChoose={choose} />
        )}
        {(problem ?? refusal) !== null && (
          <p class="bad" role="alert">
            {problem ?? refusal}
          </p>
        )}
        <div class="row row-end">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            class="main-button"
            data-testid="new-class-create"
            disabled={busy || name.trim() === '' || refusal !== null}
          >
            {near?.same ? `Use “${near.same.name}”` : `Create “${near?.name ?? name.trim()}”`}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

interface NearProps {
  readonly title: string
  readonly near: Near['names']
  readonly onChoose: (chosen: ChosenClass) => void
}

function NearList({ title, near, onChoose }: NearProps) {
  return (
    <section>
      <h3>
        {title} <span class="quiet">is it one of these?</span>
      </h3>
      <div class="near-list">
        {near.map((evidence) => (
          <button
            key={evidence.class}
            type="button"
            class="near"
            data-testid="near-class"
            onClick={() => onChoose(evidence)}
          >
            <span class="thumbs">
              {evidence.examples.slice(0, 3).map((image) => (
                <Picture key={image} image={image} />
              ))}
            </span>
            <strong>{evidence.name}</strong>
            <span class="quiet">{evidence.why}</span>
          </button>
        ))}
      </div>
    </section>
  )
}
